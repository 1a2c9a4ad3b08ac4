import { describe, expect, test } from 'vitest';
import { Recorder } from '../../src/trace/recorder.ts';
import { Packet } from '../../src/wire/packet.ts';
import { Scene } from './scene.ts';
import { CLIENT, endpoint, FakeEnd, packetOf, SERVER, SERVER_ISS } from './support.ts';

/** Without ANSI colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is
const plain = (line: string): string => line.replace(/\x1b\[[\d;]*m/g, '');

describe('Ladder', () => {
  test('§3.5 fig. 6 with both ends observed: departure, delay, arrival, states where they change', () => {
    const scene = new Scene({ width: 110 });
    scene.open(20);
    expect(scene.take()).toEqual([
      '                    client ╷ 10.0.0.1:40000                                       10.0.0.2:80 ╷ server',
      '      0.000       (CLOSED) │ connect()                                                        │',
      '      0.000       SYN-SENT ├─ SYN seq=0(2147483646) win=65535 ────────────────╌╌╌╌╌╌┄┄┄┄┄┄    │',
      '                           │   mss 1460, sackOK, TS val 100 ecr 0, wscale 7                   │',
      '                           │   first SYN: our initial sequence number and our options  §3.5   │',
      '     20.000                │        ┄┄┄┄┄┄┄┄┄╌╌╌╌╌╌╌╌╌─────────────────────────── SYN seq=0 ─►│ SYN-RECEIVED',
      '                           │                                          LISTEN → SYN-RECEIVED   │',
      '                           │           a SYN for a listener: a connection begins  §3.10.7.2   │',
      '     20.000                │   ┄┄┄┄╌╌╌╌─────────── SYN,ACK seq=0(4294967294) ack=1 win=65535 ─┤',
      '                           │                   mss 1460, sackOK, TS val 100 ecr 0, wscale 7   │',
      '                           │              their SYN is acknowledged, and here is ours  §3.5   │',
      '     40.000    ESTABLISHED │◄─ SYN,ACK seq=0 ack=1 ──────────────────────╌╌╌╌╌╌╌┄┄┄┄┄┄┄       │',
      '                           │   our SYN is acknowledged, theirs is here: open  §3.10.7.3       │',
      '     40.000                ├─ ACK seq=1(2147483647) ack=1 win=65535 ─────────────╌╌╌╌╌┄┄┄┄┄   │',
      '                           │   their SYN is acknowledged: the third step of three  §3.5       │',
      '     60.000                │       ┄┄┄┄┄┄┄┄╌╌╌╌╌╌╌╌──────────────────────── ACK seq=1 ack=1 ─►│ ESTABLISHED',
      '                           │         our SYN is acknowledged: handshake complete  §3.10.7.4   │',
    ]);
  });

  test('one end observed: whole arrows, the other end inferred and marked', () => {
    const scene = new Scene({ left: 'server', right: null, rightTitle: 'kernel', width: 110 });
    scene.open(20);
    expect(scene.take()).toEqual([
      '                    server ╷ 10.0.0.2:80                                       10.0.0.1:40000 ╷ kernel',
      '      0.000   SYN-RECEIVED │◄─────────────────────────────── SYN seq=0(2147483646) win=65535 ─┤ SYN-SENT',
      '                           │   mss 1460, sackOK, TS val 100 ecr 0, wscale 7                   │',
      '                           │   LISTEN → SYN-RECEIVED                                          │',
      '                           │   a SYN for a listener: a connection begins  §3.10.7.2           │',
      '      0.000                ├─ SYN,ACK seq=0(4294967294) ack=1 win=65535 ─────────────────────►│ ~ESTABLISHED',
      '                           │   mss 1460, sackOK, TS val 100 ecr 0, wscale 7                   │',
      '                           │   their SYN is acknowledged, and here is ours  §3.5              │',
      '     40.000    ESTABLISHED │◄───────────────────────── ACK seq=1(2147483647) ack=1 win=65535 ─┤ ESTABLISHED',
      '                           │   our SYN is acknowledged: handshake complete  §3.10.7.4         │',
    ]);
  });

  test('a wide terminal: one line for a segment, the reason in a column of its own', () => {
    const scene = new Scene({ width: 160, right: null });
    scene.open(0);
    scene.take();
    scene.at(7).client.out('F.', 1, 1, { why: '9293-3.6-fin' });
    expect(scene.take()).toEqual([
      '      7.000                ├─ FIN,ACK seq=1(2147483647) ack=1 win=65535 ───────────────────►│ ~CLOSE-WAIT     FIN: all our text is sent  §3.6',
    ]);
  });

  test('80 columns: the window goes first, then the absolute number', () => {
    const scene = new Scene({ width: 80, right: null });
    scene.open(0);
    scene.take();
    scene.client.out('P.', 1, 1, { length: 1460, why: '9293-3.8-data' });
    scene.client.out('.', 1461, 1, { why: '9293-3.8.6.3-second' });
    expect(scene.take()).toEqual([
      '    0.000                ├─ PSH,ACK seq=1 ack=1 len=1460 ──────►│',
      '                         │   text the peer has room for  §3.8   │',
      '    0.000                ├─ ACK seq=1461(2147485107) ack=1 ────►│',
      '                         │   an ACK for every second full-sized │',
      '                         │   segment  §3.8.6.3                  │',
    ]);
  });

  test('in the same moment departure and arrival are one arrow', () => {
    const scene = new Scene();
    scene.open(0);
    expect(scene.take()[2]).toMatch(/├─ SYN seq=0\(2147483646\) win=65535 ─+►│ SYN-RECEIVED$/);
  });

  test('a state change that makes a segment leave stands on its row, RFC 9293 fig. 12', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.take();
    scene.client.state('LAST-ACK', '9293-3.6-fin');
    scene.client.out('F.', 1, 1, { why: '9293-3.6-fin' });
    expect(scene.take()).toEqual([
      expect.stringMatching(/LAST-ACK ├─ FIN,ACK .*►│ ~CLOSE-WAIT$/),
      expect.stringContaining('FIN: all our text is sent  §3.6'),
    ]);
  });

  test('a lost packet: the arrow stops at an X, says why, and nothing is inferred from it', () => {
    const scene = new Scene({ right: null });
    const { client, recorder } = scene;
    client.call('connect');
    const syn = client.out('S', 0, 0, { why: '9293-3.5-syn' });
    recorder.packetLost('client', 'wire', packetOf(syn, CLIENT, SERVER), 'queue-full', 0);
    const lines = scene.take();
    expect(lines[2]).toMatch(/├─ SYN seq=0\(2147483646\) win=65535 ─+X +│$/);
    expect(lines.at(-1)).toContain('X lost on wire: queue-full');
  });

  test('a packet that is lost later than it left has a row of its own', () => {
    const scene = new Scene();
    const syn = scene.client.out('S', 0, 0, { why: '9293-3.5-syn' });
    scene.recorder.packetLost('client', 'wire', packetOf(syn, CLIENT, SERVER), 'cut', 8);
    expect(scene.take().at(-1)).toMatch(/^ +8\.000 +│ X lost on wire: cut: SYN seq=0 +│$/);
  });

  test('silence is drawn, a timer that fires too, and what is sent again is marked R', () => {
    const scene = new Scene();
    scene.client.out('S', 0, 0, { why: '9293-3.5-syn' });
    scene.at(1000);
    scene.client.fired('retransmission');
    scene.client.rule('9293-3.10.8-retransmission');
    scene.client.out('S', 0, 0, { why: '6298-5.4-syn' });
    const lines = scene.take();
    expect(lines.filter((line) => /^ *┊ +1\.0 s pass +┊$/.test(line))).toHaveLength(1);
    expect(lines.some((line) => line.includes('│ * retransmission timer fires'))).toBe(true);
    expect(lines.some((line) => line.includes('├─ R SYN seq=0('))).toBe(true);
    expect(lines.at(-1)).toContain('RFC 6298 §5.4');
  });

  test('a segment that is dropped says so on its arrival; a packet that is none only if asked', () => {
    const scene = new Scene({ strays: true });
    scene.open(0);
    scene.take();
    const { client, server } = scene;
    const stray = client.segment('.', 900_000, 1);
    server.probe.segmentArrives(server.tcb, stray, 0);
    server.probe.segmentDropped(server.tcb, stray, '9293-3.10.7.4-first', 0);
    expect(scene.take()[1]).toContain('dropped: outside our window');
    const packet = packetOf(client.segment('.', 1, 1), CLIENT, SERVER);
    server.probe.packetDropped('server', 'wire', packet, 'tcp-checksum', 0);
    expect(scene.take()).toEqual([
      expect.stringContaining('ACK seq=1 ack=1 ─►│'),
      expect.stringContaining(`  dropped: tcp-checksum, ${packet.end} bytes `),
    ]);
    const noise = new Packet();
    noise.bytes = new Uint8Array(9);
    noise.end = 9;
    server.probe.packetDropped('server', 'wire', noise, 'ip-malformed', 0);
    expect(scene.take()).toEqual([expect.stringContaining(' packet dropped: ip-malformed, 9 bytes │')]);
  });

  test('§3.10.7.1: the reset of a host without the connection shows its end as CLOSED', () => {
    const scene = new Scene();
    const syn = scene.client.out('S', 0, 0, { why: '9293-3.5-syn' });
    const reset = scene.server.segment('R.', 0, 1);
    scene.server.probe.packetSent('server', 'wire', packetOf(reset, SERVER, CLIENT), 5);
    expect(syn.flags).toBe(2);
    expect(scene.take().at(-2)).toMatch(/RST,ACK .*─┤ CLOSED$/);
  });

  test('two state changes in one moment are two rows', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.take();
    scene.client.in(scene.server.segment('F.', 1, 1));
    scene.client.state('CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait');
    scene.client.state('CLOSED', '9293-3.9.2.2-hard');
    const lines = scene.take();
    expect(lines[0]).toMatch(/CLOSE-WAIT │◄─+ FIN,ACK /);
    expect(lines[3]).toMatch(/^ +0\.000 +CLOSED │ +│$/);
  });

  test('TIME-WAIT says how long it lasts, and when it begins anew', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.client.in(scene.server.segment('F.', 1, 2));
    scene.client.timer('time-wait', 240_000);
    scene.client.state('TIME-WAIT', '9293-3.10.7.4-eighth-time-wait');
    expect(scene.take().join('\n')).toContain('TIME-WAIT lasts 240.0 s from here');
    scene.at(500).client.timer('time-wait', 240_500);
    expect(scene.take().join('\n')).toContain('TIME-WAIT lasts 240.0 s from here');
    scene.client.timer('time-wait', Number.POSITIVE_INFINITY);
    scene.client.timer('retransmission', 900);
    expect(scene.take()).toEqual([]);
  });

  test('a second connection: rows are tagged, and states are written where the rows change over', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.take();
    const second = new FakeEnd(scene.client.probe, 'client', 2, endpoint('10.0.0.1', 40_001));
    second.call('connect');
    scene.client.out('.', 1, 1, { why: '9293-3.8.6.3-delayed' });
    second.state('SYN-SENT', '9293-3.10.1-active');
    const lines = scene.take();
    expect(lines[0]).toMatch(/^#2 +client ╷ 10\.0\.0\.1:40001/);
    expect(lines[1]).toMatch(/^#2 +0\.000 +\(CLOSED\) │ connect\(\) +│$/);
    expect(lines[2]).toMatch(/^#1 +0\.000 +\(ESTABLISHED\) ├─ ACK .*►│ \(~ESTABLISHED\)$/);
    expect(lines[4]).toMatch(/^#2 +0\.000 +SYN-SENT │ +│$/);
  });

  test.each([
    [null, 'SYN-SENT', '~CLOSED'],
    ['client', '', ''],
  ])('§3.10.7.1: a SYN that nobody waits for arrives, a RST leaves; other end %s', (right, first, second) => {
    const scene = new Scene({ left: 'server', right, rightTitle: 'kernel', width: 110 });
    const kernel = new FakeEnd(new Recorder(0).probeFor('kernel'), 'client');
    const { probe } = scene.server;
    const syn = packetOf(kernel.segment('S', 0, 0), CLIENT, SERVER);
    probe.packetReceived('server', 'eth', syn, 3);
    probe.packetDropped('server', 'eth', syn, 'tcp-no-connection', 3);
    const reset = scene.server.segment('R.', -SERVER_ISS, 1);
    probe.packetSent('server', 'eth', packetOf(reset, SERVER, CLIENT), 4);
    const rows = scene.take();
    expect(rows[0]).toMatch(/server ╷ 10\.0\.0\.2:80 +10\.0\.0\.1:40000 ╷ kernel$/);
    expect(rows[1]).toMatch(new RegExp(`^ +0\\.000 +CLOSED │.* SYN seq=0.*[┤│]${first && ` ${first}`}$`));
    expect(rows.find((row) => row.includes('RST,ACK'))).toMatch(
      new RegExp(`^ +1\\.000 +├─ RST,ACK seq=0 ack=1 .*│${second && ` ${second}`}$`),
    );
    expect(rows.join('\n')).not.toContain('dropped');
  });

  test('a peer that has not answered has no state; refused, it is CLOSED', () => {
    const scene = new Scene({ right: null });
    const { client, server } = scene;
    client.call('connect');
    client.state('SYN-SENT', '9293-3.10.1-active');
    client.out('S', 0, 0, { why: '9293-3.5-syn' });
    for (const row of scene.take()) expect(row).toMatch(/(│|►│|╷ peer)$/);
    client.in(server.segment('R.', 0, 1));
    client.state('CLOSED', '9293-3.10.7.3-second');
    expect(scene.take()[0]).toMatch(/ CLOSED │◄─+ RST,ACK .*─┤ CLOSED$/);
  });

  test('a segment that our end refuses tells nothing of the peer', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    const { client, server } = scene;
    client.out('P.', 1, 1, { length: 5, why: '9293-3.8-data' });
    client.in(server.segment('.', 1, 6));
    expect(scene.take().at(-1)).toMatch(/─┤ ESTABLISHED$/);
    for (const [letters, why] of [
      ['F.', '9293-3.10.7.4-first'],
      ['R', '5961-3.2-challenge'],
    ] as const) {
      const seg = server.segment(letters, 50, 6);
      client.probe.segmentArrives(client.tcb, seg, 0);
      client.probe.segmentDropped(client.tcb, seg, why, 0);
      const rows = scene.take();
      expect(rows[0]).toMatch(/ │◄.*─┤$/);
      expect(rows[1]).toContain('dropped: ');
    }
  });

  test('in a long transfer both states are written again now and then', () => {
    const scene = new Scene({ right: null, width: 160 });
    scene.open(0);
    scene.take();
    for (let i = 0; i < 40; i++) scene.client.out('.', 1 + 10 * i, 1, { length: 10, why: '9293-3.8-data' });
    const reminders = scene.take().filter((line) => line.includes('(ESTABLISHED) ├'));
    expect(reminders).toHaveLength(2);
  });

  test('SACK blocks are relative, urgent data and super-segments are told', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.take();
    const { client, server } = scene;
    const sackBlocks = new Int32Array(8);
    sackBlocks.set([server.segment('.', 1001, 1).seq, server.segment('.', 2001, 1).seq]);
    client.out('.', 1, 1, { why: '5681-4.2-out-of-order', options: { sackCount: 1, sackBlocks } });
    expect(scene.take()[1]).toContain('│   SACK 1001-2001 ');
    const options = { flags: 0x30, up: 5 };
    client.in(Object.assign(server.segment('.', 1, 1, { length: 3000, options }), { segmentSize: 1000 }));
    const lines = scene.take();
    expect(lines[0]).toContain('len=3000/3');
    expect(lines[1]).toContain('urgent pointer 5');
  });

  test('the window that moves with every ACK is only worth saying alone', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.take();
    scene.client.in(scene.server.segment('P.', 1, 1, { length: 5 }));
    scene.client.rule('9293-3.10.7.4-fifth-window');
    scene.client.rule('9293-3.10.7.4-seventh');
    expect(scene.take().join()).not.toContain('window');
    scene.client.in(scene.server.segment('.', 6, 1));
    scene.client.rule('9293-3.10.7.4-fifth-window');
    expect(scene.take().join()).toContain('the peer offers a new window');
  });

  test('reading is not told, and hosts that stand on no side are passed over', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.take();
    scene.client.call('receive', 10);
    scene.server.call('close');
    expect(scene.take()).toEqual([]);
  });

  test('a row is written as soon as the next one begins', () => {
    const scene = new Scene();
    scene.client.call('connect');
    const before = scene.lines.length;
    scene.client.out('S', 0, 0, { why: '9293-3.5-syn' });
    expect(scene.lines.length).toBe(before + 1);
    expect(scene.lines.at(-1)).toContain('connect()');
  });

  test('long endpoints stand on two lines', () => {
    const scene = new Scene({ width: 80 });
    const local = endpoint('fd00:1234:5678:9abc:def0:1234:5678:9abc', 40_000);
    new FakeEnd(scene.client.probe, 'client', 9, local, endpoint('fd00::2', 80)).call('connect');
    const lines = scene.take();
    expect(lines[1]).toMatch(/│ +\[fd00::2\]:80 │$/);
    expect(lines.every((line) => line.length <= 100)).toBe(true);
  });

  test.each([60, 72, 80, 99, 100, 119, 120, 149, 150, 200])(
    '%i columns are enough, and colour adds nothing but colour',
    (width) => {
      const scenes = [false, true].map((color) => {
        const scene = new Scene({ width, color });
        scene.open(20);
        scene.client.out('P.', 1, 1, { length: 1460, why: '9293-3.8-data' });
        scene.client.out('P.', 1, 1, { length: 1460, why: '6298-5.4-retransmit' });
        scene.at(5000);
        scene.client.call('abort');
        scene.client.state('CLOSED', '9293-3.10.5-abort');
        scene.client.out('R', 1461, 0, { why: '9293-3.10.5-abort' });
        return scene.takeAll();
      });
      const [bare, colored] = scenes as [string[], string[]];
      expect(colored.map(plain)).toEqual(bare);
      expect(colored.join('')).toContain('\x1b[36m');
      for (const line of bare) {
        expect(line.length).toBeLessThanOrEqual(Math.max(width, 72));
        expect(line).toMatch(/^[\x20-\x7e§─│├┤╷┊╌┄►◄→]*$/);
      }
    },
  );
});
