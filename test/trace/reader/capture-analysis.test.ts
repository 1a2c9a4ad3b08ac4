import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureAnalysis } from '../../../src/trace/reader/capture-analysis.ts';
import { CaptureLadder } from '../../../src/trace/reader/ladder.ts';
import { summarise } from '../../../src/trace/reader/summary.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { capture, OPENED, readExchange } from './exchange.ts';
import { conversation } from './truth.ts';

test('of too many connections the one silent for longest is reported early', () => {
  const reported: number[] = [];
  const analysis = new CaptureAnalysis({
    connections: 2,
    onConnection: ({ number }) => reported.push(number),
  });
  const syn = (port: number): string => `+1 > S 0:0 port ${port}`;
  analysis.push(capture([syn(1001), syn(1002), '+1 > S 0:0 port 1001', syn(1003), syn(1004)]));
  expect([reported, analysis.evicted, analysis.connections]).toEqual([[2, 1], 2, 4]);
  analysis.finish();
  expect(reported).toEqual([2, 1, 3, 4]);
});

test('a capture in pieces of any size says the same', () => {
  const { capture: file } = conversation(3, { loss: 0.1, jitter: 3, duplicate: 0, reorder: 0.2 });
  const read = (size: number): string => {
    const said: unknown[] = [];
    const analysis: CaptureAnalysis = new CaptureAnalysis({
      onConnection: (connection) =>
        said.push(summarise(connection, analysis.lastTime, analysis.epoch, ENGLISH)),
    });
    for (let at = 0; at < file.length; at += size) analysis.push(file.subarray(at, at + size));
    analysis.finish();
    return JSON.stringify(said);
  };
  expect(read(1)).toBe(read(file.length));
  expect(read(1000)).toBe(read(file.length));
});

test('time that goes backwards is said, and no interval is negative', () => {
  const backwards = capture([...OPENED, '+100 > P. 1:101 ack 1', '+0 < . 1:1 ack 101']);
  // The seconds of the last record: 70 ms earlier than the one before it.
  const view = new DataView(backwards.buffer);
  const last = backwards.length - 40 - 16;
  view.setUint32(last + 4, 50_000, true);
  const flags: number[] = [];
  let duration = -1;
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    onConnection: (connection) => {
      duration = summarise(connection, analysis.lastTime, analysis.epoch, ENGLISH).duration;
    },
    onPacket: (_connection, _packet, explained) => flags.push(explained.flags),
  });
  analysis.push(backwards);
  analysis.finish();
  expect(flags.at(-1)).toBe(1 << 20);
  expect(duration).toBe(120);
});

test('the ladder of a connection: numbers, states, flags and reasons', () => {
  const lines: string[] = [];
  const ladder = new CaptureLadder({
    width: 100,
    color: false,
    messages: ENGLISH,
    write: (line) => lines.push(line),
  });
  const analysis = new CaptureAnalysis({
    onConnection: () => {},
    onPacket: (connection, packet, explained) => ladder.packet(connection, packet, explained),
  });
  const text = ['+1 > P. 1:101 ack 1', '+300 > P. 1:101 ack 1', '+20 < . 1:1 ack 101'];
  analysis.push(
    capture([...OPENED, ...text, '+2000 > F. 101:101 ack 1', '+20 < F. 1:1 ack 102', '+0 > . 102:102 ack 2']),
  );
  const all = lines.join('\n');
  expect(all).toContain('10.0.0.1:40000');
  expect(all).toMatch(/SYN-SENT ├─ #1 SYN seq=0\(4294967294\)/);
  expect(all).toMatch(/◄─+ #2 SYN,ACK seq=0\(2147483646\) ack=1 .*┤ SYN-RECEIVED/);
  expect(all).toMatch(/#5 R PSH,ACK seq=1.*len=100/);
  expect(all).toContain('[Retransmission]');
  expect(all).toContain('FIN: all our text is sent');
  expect(all).toContain('2.0 s pass');
  expect(all).toMatch(/ESTABLISHED ├─ #3 ACK/);
  expect(all).toMatch(/FIN-WAIT-1 ├─ #7/);
  expect(all).toMatch(/TIME-WAIT ├─ #9/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('ICMP errors stand on the ladder, beside the end that they are about', () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const ladder = new CaptureLadder({ width: 100, color: false, messages: ENGLISH, write });
  const analysis = new CaptureAnalysis({
    onConnection: () => {},
    onPacket: (connection, packet, explained) => ladder.packet(connection, packet, explained),
    onIcmp: (connection, error, about) => ladder.icmp(connection, error, about),
  });
  analysis.push(capture([...OPENED, '+1 > . 1:1461 ack 1', '+5 ! 3/4 mtu 1400 of > 1']));
  expect(lines.join('\n')).toMatch(/26.000.*#5 ICMP from 10.0.0.9: too big, MTU 1400/);
  expect(analysis.counts).toMatchObject({ icmp: 1, segments: 4, other: 0 });
});

describe('RFC 4987: a SYN flood', () => {
  const floodsOf = (count: number, apart: number, after: readonly string[] = [], answered = true) => {
    const half = (port: number): string[] => [
      `+${apart} > S 0:0 port ${port}`,
      ...(answered ? [`+0 < S. 0:0 ack 1 port ${port}`] : []),
    ];
    const analysis = new CaptureAnalysis({ onConnection: () => {} });
    const lines = Array.from({ length: count }, (_, i) => half(1000 + i)).flat();
    analysis.push(capture([...lines, ...after]));
    analysis.finish();
    return analysis.floods;
  };

  test('half-open connections by the dozen', () => {
    const again = '+1000 < S. 0:0 ack 1 port 1000';
    expect(floodsOf(100, 10, [again])).toEqual([
      expect.objectContaining({ server: '10.0.0.2:80', halfOpen: 100, cookies: false, packets: [1, 199] }),
    ]);
    expect(floodsOf(100, 10, [], false)).toMatchObject([{ halfOpen: 100, packets: [1, 100] }]);
    expect(floodsOf(40, 10)).toEqual([]);
    expect(floodsOf(100, 200)).toEqual([]);
  });

  test('§3.6: whose SYN,ACKs are never sent again, the server answers with cookies', () => {
    const later = ['+5000 > S 0:0 port 9', '+1 < S. 0:0 ack 1 port 9', '+0 > . 1:1 ack 1 port 9'];
    expect(floodsOf(100, 10, later)).toMatchObject([{ halfOpen: 100, cookies: true }]);
  });

  test('connections that were opened are none', () => {
    const opened = Array.from({ length: 100 }, (_, i) => [
      `+1 > S 0:0 port ${1000 + i}`,
      `+0 < S. 0:0 ack 1 port ${1000 + i}`,
      `+0 > . 1:1 ack 1 port ${1000 + i}`,
    ]);
    expect(floodsOf(0, 0, opened.flat())).toEqual([]);
  });
});

test('property: any damage to a capture ends in connections, or in a fault', () => {
  const files = [
    conversation(1, { loss: 0.1, jitter: 3, duplicate: 0.1, reorder: 0.2 }).capture,
    capture([...OPENED, '+1 > P. 1:101 ack 1', '+20 < R 1:1', '+1 > S 0:0 isn 7', '+1 ! 3/4 mtu 9 of > 7']),
  ];
  const damage = fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 20 });
  fc.assert(
    fc.property(fc.constantFrom(...files), damage, fc.nat(5000), (file, hits, cut) => {
      const hurt = file.slice(0, Math.max(0, file.length - cut));
      for (const [at, byte] of hits) if (at < hurt.length) hurt[at] = byte;
      const lines: string[] = [];
      const ladder = new CaptureLadder({
        width: 80,
        color: false,
        messages: ENGLISH,
        write: (line) => lines.push(line),
      });
      const analysis: CaptureAnalysis = new CaptureAnalysis({
        connections: 3,
        onConnection: (connection) =>
          JSON.stringify(summarise(connection, analysis.lastTime, analysis.epoch, ENGLISH)),
        onPacket: (connection, packet, explained) => ladder.packet(connection, packet, explained),
        onIcmp: (connection, error, about) => ladder.icmp(connection, error, about),
      });
      analysis.push(hurt);
      analysis.finish();
      expect(analysis.reader.offset).toBeLessThanOrEqual(hurt.length);
    }),
    { numRuns: 500 },
  );
});

test('a capture without TCP has no connections', () => {
  expect(readExchange([]).connections).toEqual([]);
});
