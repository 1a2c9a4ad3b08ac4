import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import { VirtualClock } from '../../src/sim/clock.ts';
import { PERFECT } from '../../src/sim/faults.ts';
import { createLink, type LinkOptions } from '../../src/sim/link.ts';
import { type Bench, bench, numbered, packetOf } from './support.ts';

/** Send packets numbered 0 to count - 1 from a, at once or `gap` ms apart. */
function sendAll({ link, clock }: Bench, count: number, size = 100, gap = 0): void {
  for (let n = 0; n < count; n++) {
    link.a.transmit(numbered(n, size));
    if (gap > 0) clock.advance(gap);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

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

describe('random faults', () => {
  test('jitter delays, and keeps the order', () => {
    const t = bench({ delay: 10, jitter: 30, seed: 5 });
    sendAll(t, 200, 100, 1);
    t.clock.advance(100);
    expect(t.b.numbers).toEqual(upTo(200));
    const extra = t.b.times.map((at, n) => at - n - 10);
    expect(Math.min(...extra)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...extra)).toBeLessThan(30);
    expect(new Set(extra).size).toBeGreaterThan(10);
  });

  test('loss: exactly the packets of the seed, and the log says which', () => {
    const t = bench({ loss: 0.2, seed: 2 });
    sendAll(t, 100);
    t.clock.advance(0);
    // The first stream of the first direction.
    const stream = new Prng(2).fork().fork();
    const victims = upTo(100).filter(() => stream.chance(0.2));
    expect(victims.length).toBeGreaterThan(10);
    expect(t.b.numbers).toEqual(upTo(100).filter((n) => !victims.includes(n)));
    expect(t.log.filter((line) => line.includes('lost'))).toEqual(victims.map((n) => `0 lost ${n} loss`));
  });

  test('burst loss has its own reason', () => {
    const t = bench({ burstLoss: { enter: 1, leave: 0 } });
    sendAll(t, 3);
    expect(t.link.aToB.counters.lost['burst-loss']).toBe(3);
  });

  test('a duplicate arrives with the original, in bytes of its own', () => {
    const t = bench({ duplicate: 1, delay: 3 });
    sendAll(t, 2);
    t.clock.advance(10);
    expect([t.b.numbers, t.b.times, t.b.batches]).toEqual([[0, 0, 1, 1], [3, 3, 3, 3], [4]]);
    t.b.arrivals[0]!.bytes.fill(77);
    expect(t.b.arrivals[1]!.bytes[0]).toBe(0);
    expect(t.log.slice(0, 2)).toEqual(['0 sent 0', '0 duplicated 0']);
  });

  test('a packet held back is overtaken by those behind it, which keep their times', () => {
    const t = bench({ delay: 10, reorder: { probability: 1, extraDelay: 5 } });
    t.link.a.transmit(numbered(0));
    t.link.set({ reorder: null });
    t.link.a.transmit(numbered(1));
    t.clock.advance(1);
    t.link.a.transmit(numbered(2));
    t.clock.advance(100);
    expect([t.b.numbers, t.b.times]).toEqual([
      [1, 2, 0],
      [10, 11, 15],
    ]);
    expect(t.log.slice(0, 3)).toEqual(['0 sent 0', '0 delayed 0', '0 sent 1']);
  });

  test('less delay at run time does not reorder', () => {
    const t = bench({ delay: 50 });
    t.link.a.transmit(numbered(0));
    t.link.set({ delay: 1 });
    t.link.a.transmit(numbered(1));
    t.clock.advance(100);
    expect([t.b.numbers, t.b.times]).toEqual([
      [0, 1],
      [50, 50],
    ]);
  });

  test('corruption flips one bit of the copy, never the sender’s bytes', () => {
    const t = bench({ corrupt: 1 });
    const sent = packetOf(new Uint8Array(40));
    for (let n = 0; n < 50; n++) t.link.a.transmit(sent);
    t.clock.advance(0);
    expect(sent.bytes).toEqual(new Uint8Array(40));
    const flipped = t.b.arrivals.map(({ bytes }) => bytes.reduce((bits, byte) => bits + bitCount(byte), 0));
    expect(flipped).toEqual(upTo(50).map(() => 1));
    expect(new Set(t.b.arrivals.map(({ bytes }) => bytes.join())).size).toBeGreaterThan(30);
  });

  test('the duplicate of a corrupted packet is sound', () => {
    const t = bench({ corrupt: 1, duplicate: 1 });
    t.link.a.transmit(packetOf(new Uint8Array(40)));
    t.clock.advance(0);
    const damaged = t.b.arrivals.map(({ bytes }) => bytes.some((byte) => byte !== 0));
    expect(damaged).toEqual([true, false]);
  });

  test('impairments of one direction leave the other alone', () => {
    const t = bench({ a: { loss: 1 }, b: { delay: 4 } });
    t.link.a.transmit(numbered(0));
    t.link.b.transmit(numbered(1));
    t.clock.advance(10);
    expect([t.b.numbers, t.a.numbers, t.a.times]).toEqual([[], [1], [4]]);
    t.link.aToB.set({ loss: 0 });
    t.link.a.transmit(numbered(2));
    t.clock.advance(10);
    expect(t.b.numbers).toEqual([2]);
    expect([t.link.aToB.impairments.loss, t.link.bToA.impairments.delay]).toEqual([0, 4]);
  });
});

function bitCount(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}

describe('cut and restore', () => {
  test('what is queued, on the line or on its way is lost, and what is sent until restore', () => {
    const t = bench({ rate: 8000, delay: 50 });
    sendAll(t, 3);
    t.clock.advance(120);
    t.link.cut();
    t.link.a.transmit(numbered(3));
    t.clock.advance(1000);
    t.link.restore();
    t.link.a.transmit(numbered(4));
    t.clock.advance(1000);
    expect([t.b.numbers, t.b.times]).toEqual([[4], [1120 + 100 + 50]]);
    expect(t.log.filter((line) => line.includes('lost'))).toEqual([
      '120 lost 0 cut',
      '120 lost 1 cut',
      '120 lost 2 cut',
      '120 lost 3 cut',
    ]);
    expect(t.link.aToB.inFlight).toBe(0);
  });

  test('a restored link starts afresh: its line is idle, its order forgotten', () => {
    const t = bench({ rate: 8000, delay: 500 });
    sendAll(t, 10);
    t.link.cut();
    t.link.restore();
    t.link.set({ delay: 1 });
    t.link.a.transmit(numbered(11));
    t.clock.advance(2000);
    expect([t.b.numbers, t.b.times]).toEqual([[11], [101]]);
  });

  test('one direction can be cut alone, and a link can start cut', () => {
    const t = bench({ cut: true });
    t.link.bToA.restore();
    sendAll(t, 1);
    t.link.b.transmit(numbered(5));
    t.clock.advance(0);
    expect([t.b.numbers, t.a.numbers, t.link.aToB.isCut, t.link.bToA.isCut]).toEqual([[], [5], true, false]);
  });

  test('a link that is removed tells both ends, once and for ever', () => {
    const t = bench({ delay: 5 });
    sendAll(t, 1);
    t.link.set({ rate: 8000, queuePackets: 0, queueFull: 'refuse' });
    sendAll(t, 2);
    const reason = new Error('unplugged');
    t.link.remove(reason);
    t.link.restore();
    sendAll(t, 1);
    t.clock.advance(100);
    expect([t.a.gone, t.b.gone, t.b.arrivals.length]).toEqual([reason, reason, 0]);
    expect(t.link.aToB.counters.lost.removed).toBe(3);
    // Who was refused before is not called back.
    expect(t.a.writables).toEqual([]);
  });
});

describe('filter', () => {
  test('exact faults: drop the third packet, double the fifth, hold back the first', () => {
    const seen: string[] = [];
    const t = bench({
      delay: 1,
      filter: (packet, direction, index) => {
        seen.push(`${direction} ${index} ${packet.bytes[packet.start]}`);
        return index === 2 ? 'drop' : index === 4 ? 'duplicate' : index === 0 ? { delay: 2 } : 'pass';
      },
    });
    sendAll(t, 5);
    t.link.b.transmit(numbered(8));
    t.clock.advance(10);
    expect([t.b.numbers, t.b.times]).toEqual([
      [1, 3, 4, 4, 0],
      [1, 1, 1, 1, 3],
    ]);
    expect(t.log).toContain('0 lost 2 filter');
    expect(seen.slice(-2)).toEqual(['a->b 4 4', 'b->a 0 8']);
  });

  test('corrupts on demand, and may be set and taken away at run time', () => {
    const t = bench();
    t.link.filter = () => 'corrupt';
    t.link.a.transmit(packetOf(new Uint8Array(30)));
    t.link.filter = null;
    t.link.a.transmit(packetOf(new Uint8Array(30)));
    t.clock.advance(0);
    expect(t.b.arrivals.map(({ bytes }) => bytes.some((byte) => byte !== 0))).toEqual([true, false]);
    expect(t.log.slice(0, 3)).toEqual(['0 sent 0', '0 corrupted 0', '0 sent 1']);
  });

  test('does not shift the dice', () => {
    const numbers = (options: Partial<LinkOptions>) => {
      const t = bench({ loss: 0.3, seed: 11, ...options });
      sendAll(t, 200);
      t.clock.advance(0);
      return t.b.numbers;
    };
    const dropped = [3, 50, 51, 120];
    const filtered = numbers({ filter: (_packet, _direction, n) => (dropped.includes(n) ? 'drop' : 'pass') });
    expect(filtered).toEqual(numbers({}).filter((n) => !dropped.includes(n)));
  });

  test.each([undefined, 'lose', {}, { delay: -1 }, { delay: Number.NaN }])(
    'answering %o is refused',
    (answer) => {
      const t = bench({ filter: () => answer as 'pass' });
      expect(() => t.link.a.transmit(numbered(0))).toThrow(/ERR_|filter/);
    },
  );
});

describe('observer', () => {
  test('hears when a packet will arrive, and of each end it can come to', () => {
    const dues: [string, number][] = [];
    const t = bench({
      delay: 7,
      rate: 8000,
      observer: (event) => {
        dues.push([`${event.link} ${event.direction} ${event.kind}`, event.due]);
      },
    });
    t.link.b.transmit(numbered(1));
    t.link.bToA.set({ loss: 1 });
    t.link.b.transmit(numbered(2));
    t.clock.advance(500);
    expect(dues).toEqual([
      ['link b->a sent', 107],
      ['link b->a sent', Infinity],
      ['link b->a lost', Infinity],
      ['link b->a delivered', 107],
    ]);
  });
});

describe('the same seed', () => {
  const harsh: Omit<LinkOptions, 'clock'> = {
    delay: 20,
    jitter: 9,
    rate: 1_000_000,
    queuePackets: 8,
    loss: 0.05,
    burstLoss: { enter: 0.02, leave: 0.3 },
    duplicate: 0.05,
    reorder: { probability: 0.1, extraDelay: 6 },
    corrupt: 0.05,
  };
  const run = (seed: number) => {
    const t = bench({ ...harsh, seed });
    sendAll(t, 250, 500, 3);
    t.clock.advance(1000);
    return [...t.log, ...t.b.arrivals.map(({ at, bytes }) => `${at} ${bytes.join('')}`)];
  };

  test('gives the same log, and another seed another', () => {
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
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
