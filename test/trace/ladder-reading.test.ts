// What the ladder says to a person who learns TCP from it, or looks for a fault: nothing that misleads.

import { describe, expect, test } from 'vitest';
import { Packet } from '../../src/wire/packet.ts';
import { Scene } from './scene.ts';
import { endpoint, FakeEnd } from './support.ts';

describe('Ladder, read by a person', () => {
  test('what an arrival acknowledges is said where both ends are observed, too: three ACKs that differ in it alone', () => {
    const scene = new Scene({ width: 80 });
    scene.open(10);
    scene.take();
    const { client, server } = scene;
    const sackBlocks = new Int32Array(8);
    sackBlocks.set([client.segment('.', 1449, 1).seq, client.segment('.', 2897, 1).seq]);
    const sack = { sackCount: 1, sackBlocks };
    const acks = [server.out('.', 1, 1), server.out('.', 1, 1, { options: sack })];
    scene.take();
    scene.at(40);
    for (const ack of acks) client.in(ack);
    expect(scene.take()).toEqual([
      expect.stringMatching(/│◄─ ACK seq=1 ack=1 ─/),
      expect.stringMatching(/│◄─ ACK seq=1 ack=1 ─/),
      expect.stringMatching(/│ {3}SACK 1449-2897 +│$/),
    ]);
    const far = client.segment('P.', 1_000_000_000, 1_000_000_000, { length: 65_495 });
    server.in(far);
    expect(scene.take()[0]).toContain(' PSH,ACK ack=1000000000 ─►│');
  });

  test('R stands at the departure and at the arrival of what is sent again', () => {
    const scene = new Scene();
    scene.open(10);
    scene.take();
    const lost = scene.client.out('P.', 1, 1, { length: 10, why: '9293-3.8-data' });
    expect(lost.textLength).toBe(10);
    scene.at(100);
    const again = scene.client.out('P.', 1, 1, { length: 10, why: '6298-5.4-retransmit' });
    scene.at(110);
    scene.server.in(again);
    const lines = scene.take();
    expect(lines.filter((line) => line.includes(' PSH,ACK seq=1'))).toEqual([
      expect.stringContaining('├─ PSH,ACK seq=1'),
      expect.stringContaining('├─ R PSH,ACK seq=1'),
      expect.stringContaining(' R PSH,ACK seq=1 ack=1 len=10 ─►│'),
    ]);
  });

  test('a reminder stands in parentheses, beside a state that is new', () => {
    const scene = new Scene({ color: true });
    scene.open(0);
    scene.take();
    const row = (): string => {
      scene.client.call('send', 5);
      return scene.take()[0]!;
    };
    const rows = Array.from({ length: 40 }, row);
    const reminders = rows.flatMap((line, i) => (line.includes('(ESTABLISHED)') ? [i] : []));
    expect(reminders[1]! - reminders[0]!).toBe(17);
    for (let i = rows.length; i < reminders[1]! + 17; i++) row();
    scene.client.state('FIN-WAIT-1', '9293-3.10.4-close');
    const [change] = scene.take();
    expect(change).toContain('\x1b[35m    FIN-WAIT-1\x1b[0m');
    expect(change?.endsWith('\x1b[2m(ESTABLISHED)\x1b[0m')).toBe(true);
  });

  test('the longest reminder fits: it stands next to its lifeline', () => {
    const scene = new Scene({ right: null, width: 80 });
    const { client } = scene;
    client.state('SYN-SENT', '9293-3.10.1-active');
    client.out('S', 0, 0, { why: '9293-3.5-syn' });
    client.in(scene.server.segment('S', 0, 0));
    client.state('SYN-RECEIVED', '9293-3.10.7.3-fourth-simultaneous');
    for (let i = 0; i < 17; i++) client.call('send', 1);
    const rows = scene.take();
    expect(rows.filter((row) => /\(SYN-RECEIVED\) │.*│\(~SYN-RECEIVED\)$/.test(row))).toHaveLength(1);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(80);
  });

  test('TIME-WAIT lasts from the row in which it is entered, also when FIN-WAIT-2 takes no time', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    const { client, server } = scene;
    client.state('FIN-WAIT-1', '9293-3.10.4-close');
    client.out('F.', 1, 1, { why: '9293-3.6-fin' });
    scene.take();
    scene.at(10);
    client.in(server.segment('F.', 1, 2));
    client.state('FIN-WAIT-2', '9293-3.10.7.4-fifth-fin-wait-2');
    client.timer('time-wait', 240_010);
    client.state('TIME-WAIT', '9293-3.10.7.4-eighth-time-wait');
    const lines = scene.take();
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    expect(at('FIN-WAIT-2 │')).toBe(0);
    expect(at('TIME-WAIT │')).toBeGreaterThan(0);
    expect(at('TIME-WAIT lasts')).toBe(at('TIME-WAIT │') + 1);
    expect(lines.join()).not.toContain('the gap is filled');
  });

  test('a FIN that waited behind a gap: the segment that fills it has none, and the row says so', () => {
    const scene = new Scene({ right: null });
    scene.open(0);
    scene.take();
    scene.client.in(scene.server.segment('.', 1, 1, { length: 10 }));
    scene.client.state('CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait');
    expect(scene.take().join('\n')).toMatch(
      /the gap is filled: the FIN that waited behind it +│\n.* counts now +│\n.* their FIN: the peer has sent all/,
    );
  });

  test('an ACK for what is out of order is no duplicate when it is the first: the words fit both', () => {
    const scene = new Scene({ right: null, width: 110 });
    scene.open(0);
    scene.take();
    scene.client.out('.', 1, 1449, { why: '5681-4.2-out-of-order' });
    expect(scene.take()[1]).toContain('out of order: an ACK at once says what is still missing');
  });

  test('the congestion window: under the row of the loss, or on a row of its own', () => {
    const scene = new Scene({ right: null, width: 110 });
    scene.open(0);
    const { client, server } = scene;
    client.congestion({ cwnd: 14_480, ssthresh: Infinity, active: false, rto: 1000 });
    client.call('send', 1);
    client.in(server.segment('.', 1, 1));
    scene.take();
    client.in(server.segment('.', 1, 1));
    client.congestion({ cwnd: 5240.4, ssthresh: 3776, active: true, rto: 1000 });
    client.rule('5681-3.2-fast-retransmit');
    client.fired('retransmission');
    client.congestion({ cwnd: 1448, ssthresh: 2896, active: true, rto: 2000 });
    client.timer('retransmission', 2000);
    scene.at(50);
    client.congestion({ cwnd: 2896, ssthresh: 2896, active: false, rto: 2000 });
    client.rule('9293-3.10.7.4-fifth');
    const text = scene.take().join('\n');
    expect(text).toMatch(
      /RFC 5681 §3.2 │\n.*│ {3}fast recovery: cwnd 14480 → 5240, ssthresh 3776, RTO 1000 ms +│$/m,
    );
    expect(text).toMatch(
      /fires +│\n.*│ {3}timeout: cwnd 5240 → 1448, ssthresh 2896, RTO 1000 → 2000 ms +│$/m,
    );
    expect(text).toMatch(/50\.000 +│ recovered: cwnd 1448 → 2896, ssthresh 2896, RTO 2000 ms +│$/);
  });

  test('a line is not broken between a number and what it is', () => {
    const scene = new Scene({ right: null, width: 80 });
    scene.open(0);
    scene.client.congestion({ cwnd: 0, ssthresh: Infinity, active: false, rto: 1000 });
    scene.client.fired('retransmission');
    scene.client.congestion({ cwnd: 1448, ssthresh: 28_960_000, active: false, rto: 2000 });
    scene.client.timer('retransmission', 2000);
    expect(scene.take().slice(-3)).toEqual([
      expect.stringContaining('│   timeout: cwnd 0 → 1448,          '),
      expect.stringContaining('│   ssthresh 28960000,'),
      expect.stringContaining('│   RTO 1000 → 2000 ms'),
    ]);
  });

  test('packets of no connection are not shown unless asked, and do not start the clock', () => {
    for (const strays of [false, true]) {
      const scene = new Scene({ strays });
      const noise = new Packet();
      noise.bytes = new Uint8Array(48);
      noise.end = 48;
      scene.client.probe.packetDropped('client', 'eth', noise, 'not-ours', 5);
      scene.recorder.packetLost('server', 'eth', noise, 'cut', 6);
      expect(scene.take()).toHaveLength(strays ? 2 : 0);
      scene.at(20).client.call('connect');
      expect(scene.take().at(-1)).toMatch(strays ? /^ +15\.000 / : /^ +0\.000 /);
    }
  });

  test('a name that no event has: who had them is said once, in one line', () => {
    const scene = new Scene({ left: 'klient', right: null });
    scene.open(0);
    expect(scene.takeAll()).toEqual([
      '            no event of klient; 14 events of hosts client, server, which this ladder does not show',
    ]);
    expect(scene.takeAll()).toEqual([]);
    const half = new Scene({ right: 'sever' });
    half.client.call('connect');
    half.server.call('listen');
    expect(half.takeAll().at(-1)).toBe(
      '            no event of sever; 2 events of host server, which this ladder does not show',
    );
  });

  test('the legend explains the notation in three lines at most', () => {
    for (const width of [80, 110, 150, 250]) {
      const scene = new Scene({ width });
      scene.client.call('connect');
      const legend = scene.takeAll().filter((line) => !/[│╷]/.test(line));
      expect(legend.length).toBeLessThanOrEqual(3);
      for (const line of legend) expect(line.length).toBeLessThanOrEqual(Math.min(width, 112));
      for (const item of ['seq=relative(absolute)', 'len=', 'win=', '~ ', '(STATE) ', 'R ', 'X ', '§ ']) {
        expect(legend.join('   ')).toContain(`   ${item}`);
      }
    }
  });

  test('where there is no room for it, a time loses decimals and not its place', () => {
    const scene = new Scene({ right: null, width: 80 });
    scene.open(0);
    const second = new FakeEnd(scene.client.probe, 'client', 2, endpoint('10.0.0.1', 40_001));
    second.call('connect');
    scene.take();
    scene.at(12_345.678).client.call('close');
    expect(scene.take().at(-1)).toMatch(/^#1 {2}12345 {2}\(ESTABLISHED\) │ close\(\)/);
  });
});
