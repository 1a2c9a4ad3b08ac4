import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import type { LinkOptions } from '../../src/sim/link.ts';
import { bench, numbered, packetOf, sendAll, upTo } from './support.ts';

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
