import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import { Dice, type Impairments, impaired, PERFECT } from '../../src/sim/faults.ts';

/** What `count` rolls gave, one letter each: l(ost) b(urst) d(uplicated) c(orrupted) h(eld back) or a dot. */
function rolls(odds: Partial<Impairments>, count: number, seed = 1): string[] {
  const dice = new Dice(new Prng(seed));
  const all = impaired(PERFECT, odds);
  return Array.from({ length: count }, () => {
    dice.roll(all);
    const letters = [
      dice.lost ? 'l' : '',
      dice.burstLost ? 'b' : '',
      dice.duplicated ? 'd' : '',
      dice.corrupted ? 'c' : '',
      dice.heldBack > 0 ? 'h' : '',
    ];
    return letters.join('') || '.';
  });
}

const struck = (all: string[], letter: string): number[] =>
  all.flatMap((letters, index) => (letters.includes(letter) ? [index] : []));

describe('dice', () => {
  test('nothing happens where nothing is asked for', () => {
    expect(new Set(rolls({}, 1000))).toEqual(new Set(['.']));
  });

  test('certainties are certain', () => {
    const odds = { loss: 1, duplicate: 1, corrupt: 1, reorder: { probability: 1, extraDelay: 5 } };
    expect(new Set(rolls(odds, 1000))).toEqual(new Set(['ldch']));
  });

  test('a tenth of 100,000 packets is lost, within four standard deviations', () => {
    const lost = struck(rolls({ loss: 0.1 }, 100_000), 'l').length;
    expect(Math.abs(lost - 10_000)).toBeLessThan(4 * Math.sqrt(100_000 * 0.1 * 0.9));
  });

  test('the same seed strikes the same packets, another seed others', () => {
    const odds = { loss: 0.1 };
    expect(rolls(odds, 500, 7)).toEqual(rolls(odds, 500, 7));
    expect(rolls(odds, 500, 7)).not.toEqual(rolls(odds, 500, 8));
  });

  test('changing one impairment leaves the victims of the others as they were', () => {
    const base: Partial<Impairments> = {
      loss: 0.1,
      duplicate: 0.1,
      corrupt: 0.1,
      burstLoss: { enter: 0.05, leave: 0.3 },
      reorder: { probability: 0.1, extraDelay: 5 },
    };
    const changes: [string, Partial<Impairments>][] = [
      ['l', { loss: 0.4 }],
      ['b', { burstLoss: { enter: 0.2, leave: 0.2, loss: 0.5 } }],
      ['d', { duplicate: 0 }],
      ['c', { corrupt: 0.9 }],
      ['h', { reorder: null }],
      ['', { jitter: 10 }],
    ];
    const before = rolls(base, 1000);
    for (const [changed, change] of changes) {
      const after = rolls({ ...base, ...change }, 1000);
      for (const letter of 'lbdch'.replace(changed, '')) {
        expect(struck(after, letter)).toEqual(struck(before, letter));
      }
      if (changed !== '') expect(struck(after, changed)).not.toEqual(struck(before, changed));
    }
  });

  test('bursts last 1/leave packets on average, and come as often as they should', () => {
    const lost = struck(rolls({ burstLoss: { enter: 0.01, leave: 0.25 } }, 200_000), 'b');
    const bursts = lost.filter((index, n) => lost[n - 1] !== index - 1).length;
    // Share of time in the bad state: enter / (enter + leave) = 0.03846.
    expect(lost.length / 200_000).toBeCloseTo(0.0385, 2);
    expect(lost.length / bursts).toBeGreaterThan(3.7);
    expect(lost.length / bursts).toBeLessThan(4.3);
  });

  test('in a burst, packets are lost with the probability given', () => {
    const always = struck(rolls({ burstLoss: { enter: 1, leave: 0 } }, 10_000), 'b');
    const half = struck(rolls({ burstLoss: { enter: 1, leave: 0, loss: 0.5 } }, 10_000), 'b');
    expect(always).toHaveLength(10_000);
    expect(Math.abs(half.length - 5000)).toBeLessThan(200);
  });

  test('jitter spreads evenly over [0, jitter)', () => {
    const dice = new Dice(new Prng(3));
    const odds = impaired(PERFECT, { jitter: 20 });
    const draws = Array.from({ length: 20_000 }, () => {
      dice.roll(odds);
      return dice.jitter;
    });
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(20);
    expect(draws.reduce((sum, draw) => sum + draw) / draws.length).toBeCloseTo(10, 0);
  });

  test('every bit of a packet can be struck', () => {
    const dice = new Dice(new Prng(4));
    const bits = new Set(Array.from({ length: 2000 }, () => dice.bit(20)));
    expect([bits.size, Math.min(...bits), Math.max(...bits)]).toEqual([160, 0, 159]);
  });
});

describe('impairments that make no sense are refused', () => {
  test.each<[Record<string, unknown>, ErrorConstructor, string]>([
    [{ delay: -1 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ delay: Number.NaN }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ delay: Infinity }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ delay: '10' }, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [{ delay: undefined }, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [{ jitter: -0.1 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ rate: 0 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ rate: Number.NaN }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ queueBytes: -1 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ queuePackets: 1.5 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ queueFull: 'burn' }, TypeError, 'ERR_INVALID_ARG_VALUE'],
    [{ loss: 1.01 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ loss: -0.01 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ duplicate: 2 }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ corrupt: Number.NaN }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ burstLoss: { enter: 2, leave: 0 } }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ burstLoss: { enter: 0 } }, TypeError, 'ERR_INVALID_ARG_TYPE'],
    [{ burstLoss: { enter: 0, leave: 0, loss: -1 } }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ reorder: { probability: 0.5, extraDelay: -1 } }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ reorder: { probability: 7, extraDelay: 1 } }, RangeError, 'ERR_OUT_OF_RANGE'],
    [{ lossy: 0.1 }, TypeError, 'ERR_INVALID_ARG_VALUE'],
  ])('%o', (changes, type, code) => {
    const refused = () => impaired(PERFECT, changes as Partial<Impairments>);
    expect(refused).toThrow(type);
    expect(refused).toThrow(expect.objectContaining({ code }));
  });

  test('the message names what was wrong and what it may be', () => {
    expect(() => impaired(PERFECT, { loss: 1.5 })).toThrow('loss must be from 0 to 1, not 1.5');
  });
});
