import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/sim/clock.ts';
import { PERFECT } from '../../src/sim/faults.ts';
import { createLink } from '../../src/sim/link.ts';
import { bench, numbered, packetOf, sendAll, upTo } from './support.ts';

describe('delivery', () => {
  test('comes after the delay of its direction, in order, unharmed', () => {
    const t = bench({ delay: 10, b: { delay: 25 } });
    const sent = Uint8Array.from({ length: 60 }, (_, n) => n * 3);
    t.link.a.transmit(packetOf(sent));
    t.link.b.transmit(numbered(7));
    t.clock.advance(100);
    expect(t.b.arrivals).toEqual([{ at: 10, number: 0, bytes: sent, checksum: 'full', segmentSize: 0 }]);
    expect([t.a.times, t.a.numbers]).toEqual([[25], [7]]);
  });

  test('never happens inside transmit, not even without delay', () => {
    const t = bench();
    t.link.a.transmit(numbered(1));
    expect(t.b.arrivals).toHaveLength(0);
    t.clock.advance(0);
    expect(t.b.numbers).toEqual([1]);
  });

  test('at one instant is a batch with one flush (MUST-58, MUST-59)', () => {
    const t = bench({ delay: 5 });
    sendAll(t, 3);
    t.clock.advance(1);
    sendAll(t, 2);
    t.clock.advance(100);
    expect([t.b.batches, t.b.times]).toEqual([
      [3, 2],
      [5, 5, 5, 6, 6],
    ]);
  });

  test('what flush sends without delay is another batch of the same instant', () => {
    const t = bench();
    t.b.onFlush = () => t.link.b.transmit(numbered(t.b.arrivals.length));
    sendAll(t, 2);
    t.clock.advance(0);
    expect([t.b.batches, t.a.batches, t.a.numbers]).toEqual([[2], [1], [2]]);
  });

  test('of two links at one instant: whose packet was sent first', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const [first, second] = ['first', 'second'].map((name) => {
      const link = createLink({ clock, delay: 5, name });
      const note = (): unknown => log.push(name);
      link.b.attach({ receive: note, flush: () => {}, writable: () => {}, down: () => {} });
      return link;
    });
    for (const link of [first!, second!, first!]) link.a.transmit(numbered(0));
    clock.advance(5);
    expect(log).toEqual(['first', 'first', 'second']);
  });

  test('goes on after a receiver that throws', () => {
    const t = bench();
    const { receive } = t.b;
    t.b.receive = () => {
      t.b.receive = receive;
      throw new Error('mine');
    };
    sendAll(t, 2);
    expect(() => t.clock.advance(0)).toThrow('mine');
    t.clock.advance(0);
    expect(t.b.numbers).toEqual([1]);
  });

  test('gives the bytes away: the sender uses its buffer again, the receiver keeps what it has', () => {
    const t = bench();
    const packet = numbered(0);
    for (let n = 0; n < 2000; n++) {
      packet.bytes.fill(n & 255);
      t.link.a.transmit(packet);
      if (n % 7 === 0) t.clock.advance(0);
    }
    t.clock.advance(0);
    for (const [n, { bytes }] of t.b.arrivals.entries()) expect(new Set(bytes)).toEqual(new Set([n & 255]));
    expect(t.b.arrivals).toHaveLength(2000);
  });

  test('takes the packet from where it lies in the buffer', () => {
    const t = bench();
    const packet = packetOf(Uint8Array.of(9, 9, 1, 2, 3, 9));
    packet.start = 2;
    packet.end = 5;
    t.link.a.transmit(packet);
    t.clock.advance(0);
    expect([...t.b.arrivals[0]!.bytes]).toEqual([1, 2, 3]);
  });

  test('to nobody is a loss that is counted', () => {
    const clock = new VirtualClock();
    const link = createLink({ clock });
    link.a.transmit(numbered(1));
    clock.advance(0);
    expect([link.aToB.counters.lost.unattached, link.aToB.inFlight]).toEqual([1, 0]);
  });
});

describe('rate and queue', () => {
  test('n packets arrive one serialisation time after the other, exactly', () => {
    const t = bench({ rate: 10_000_000, delay: 20 });
    sendAll(t, 200, 1500);
    t.clock.advance(1000);
    expect(t.b.times).toEqual(upTo(200).map((n) => ((n + 1) * 1500 * 8 * 1000) / 10_000_000 + 20));
    expect(t.b.batches).toEqual(upTo(200).map(() => 1));
  });

  test('directions do not share the line', () => {
    const t = bench({ rate: 8000 });
    t.link.a.transmit(numbered(0));
    t.link.b.transmit(numbered(0));
    t.clock.advance(100);
    expect([t.a.times, t.b.times]).toEqual([[100], [100]]);
  });

  test('a full queue drops what comes, and takes again when the line has moved on', () => {
    const t = bench({ rate: 8000, queuePackets: 2 });
    sendAll(t, 5);
    t.clock.advance(100);
    t.link.a.transmit(numbered(5));
    t.clock.advance(1000);
    expect([t.b.numbers, t.b.times]).toEqual([
      [0, 1, 2, 5],
      [100, 200, 300, 400],
    ]);
    expect(t.log.filter((line) => line.includes('lost'))).toEqual([
      '0 lost 3 queue-full',
      '0 lost 4 queue-full',
    ]);
  });

  test('a queue can be bounded in bytes', () => {
    const t = bench({ rate: 8000, queueBytes: 250 });
    sendAll(t, 5);
    t.clock.advance(1000);
    expect([t.b.numbers, t.link.aToB.counters.lost['queue-full']]).toEqual([[0, 1, 2], 2]);
  });

  test('a queue that refuses takes nothing, and says when it takes again', () => {
    const t = bench({ rate: 8000, queuePackets: 1, queueFull: 'refuse' });
    expect(upTo(4).map((n) => t.link.a.transmit(numbered(n)))).toEqual([true, true, false, false]);
    t.a.onWritable = () => t.link.a.transmit(numbered(9));
    t.clock.advance(1000);
    expect([t.a.writables, t.b.numbers, t.b.times]).toEqual([[100], [0, 1, 9], [100, 200, 300]]);
    expect([t.link.aToB.counters.offered, t.link.aToB.counters.lost['queue-full']]).toEqual([3, 0]);
  });

  test('writable comes when the line is free if nothing waits', () => {
    const t = bench({ rate: 8000, queuePackets: 0, queueFull: 'refuse' });
    expect([t.link.a.transmit(numbered(0)), t.link.a.transmit(numbered(1))]).toEqual([true, false]);
    t.clock.advance(1000);
    expect(t.a.writables).toEqual([100]);
  });

  test('a larger queue, or none, is at once writable', () => {
    const t = bench({ rate: 8000, queuePackets: 0, queueFull: 'refuse' });
    sendAll(t, 2);
    t.link.set({ queuePackets: 10 });
    t.clock.advance(0);
    expect(t.a.writables).toEqual([0]);
    sendAll(t, 20);
    t.link.cut();
    t.clock.advance(0);
    expect([t.a.writables, t.link.a.transmit(numbered(1))]).toEqual([[0, 0], true]);
  });

  test('a lost packet has used the line', () => {
    const t = bench({ rate: 8000, loss: 1 });
    t.link.a.transmit(numbered(0));
    t.link.set({ loss: 0 });
    t.link.a.transmit(numbered(1));
    t.clock.advance(1000);
    expect(t.b.times).toEqual([200]);
  });
});

describe('memory', () => {
  test('small packets share slabs, and nothing is left in flight', () => {
    const t = bench({ delay: 1, observer: null });
    const buffers = new Set<ArrayBufferLike>();
    t.b.receive = (packet) => buffers.add(packet.bytes.buffer);
    for (let n = 0; n < 4300; n++) {
      t.link.a.transmit(numbered(n & 255, 1500));
      t.clock.advance(0.1);
    }
    t.clock.advance(10);
    expect([t.link.aToB.inFlight, t.clock.next()]).toEqual([0, Infinity]);
    // 1504 bytes each, on 8-byte boundaries: 43 to a slab of 64 KiB.
    expect(buffers.size).toBe(100);
  });

  test('the link keeps no bytes that it delivered or lost', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const t = bench({ mtu: 30_000, delay: 1, observer: null });
    const buffers: WeakRef<ArrayBufferLike>[] = [];
    t.b.receive = (packet) => buffers.push(new WeakRef(packet.bytes.buffer));
    sendAll(t, 20, 20_000);
    t.clock.advance(1);
    t.link.observer = ({ packet }) => buffers.push(new WeakRef(packet.bytes.buffer));
    sendAll(t, 1, 20_000);
    t.link.cut();
    await new Promise((resolve) => setTimeout(resolve));
    collect();
    expect(buffers).toHaveLength(22);
    expect(buffers.filter((buffer) => buffer.deref() !== undefined)).toEqual([]);
    expect(t.link.aToB.inFlight).toBe(0);
  });
});

describe('misuse', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ mtu: 67 }, 'ERR_OUT_OF_RANGE'],
    [{ mtu: 65_536 }, 'ERR_OUT_OF_RANGE'],
    [{ mtu: 1500.5 }, 'ERR_OUT_OF_RANGE'],
    [{ mtu: '1500' }, 'ERR_INVALID_ARG_TYPE'],
    [{ mtu: 1500, superSegment: 1499 }, 'ERR_OUT_OF_RANGE'],
    [{ superSegment: 65_576 }, 'ERR_OUT_OF_RANGE'],
    [{ superSegments: 'maybe' }, 'ERR_INVALID_ARG_VALUE'],
    [{ seed: 0.5 }, 'ERR_OUT_OF_RANGE'],
    [{ delay: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ a: { loss: 2 } }, 'ERR_OUT_OF_RANGE'],
    [{ latency: 10 }, 'ERR_INVALID_ARG_VALUE'],
  ])('%o is refused', (options, code) => {
    const clock = new VirtualClock();
    expect(() => createLink({ clock, ...options })).toThrow(expect.objectContaining({ code }));
  });

  test.each([undefined, {}, { clock: Date }])('%o holds no clock', (options) => {
    expect(() => createLink(options as never)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });

  test('a refused change changes nothing', () => {
    const t = bench();
    expect(() => t.link.set({ delay: 5, loss: 2 })).toThrow(RangeError);
    expect(t.link.aToB.impairments).toEqual(PERFECT);
  });

  test('an end has one host', () => {
    const t = bench();
    expect(() => t.link.a.attach(t.b)).toThrow(expect.objectContaining({ code: 'ERR_LINK_ATTACHED' }));
  });
});
