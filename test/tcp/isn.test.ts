// §3.4.1 and RFC 6528: initial sequence numbers that nobody outside can know.

import { describe, expect, test } from 'vitest';
import { IsnGenerator } from '../../src/tcp/isn.ts';
import { diff, unsigned } from '../../src/tcp/seq.ts';
import { Address, type Endpoint } from '../../src/wire/address.ts';

const secret = (fill: number): Uint8Array => new Uint8Array(16).fill(fill);
const end = (host: string, port: number): Endpoint => ({ address: Address.parse(host)!, port });

const local = end('10.0.0.1', 4000);
const remote = end('10.0.0.2', 80);

/** How many of `bits` differ, on average over `pairs`. */
function averageDistance(pairs: readonly (readonly [number, number])[]): number {
  const ones = (n: number): number => (n >>> 0).toString(2).replaceAll('0', '').length;
  return pairs.reduce((sum, [a, b]) => sum + ones(a ^ b), 0) / pairs.length;
}

describe('IsnGenerator', () => {
  test('one more every 4 microseconds, round the sequence space in 4.77 hours (MUST-8, SHLD-1, 6528.1)', () => {
    const isn = new IsnGenerator(secret(1));
    const first = isn.next(local, remote, 0);
    expect(diff(isn.next(local, remote, 1), first)).toBe(250);
    expect(diff(isn.next(local, remote, 0.004), first)).toBe(1);
    expect(isn.next(local, remote, 2 ** 32 / 250)).toBe(first);
  });

  test('the same secret, ends and time give the same number, another secret another (MUST-9, 6528.3)', () => {
    const [a, b, c] = [new IsnGenerator(secret(1)), new IsnGenerator(secret(1)), new IsnGenerator(secret(2))];
    expect(a.next(local, remote, 5)).toBe(b.next(local, remote, 5));
    expect(a.next(local, remote, 5)).not.toBe(c.next(local, remote, 5));
  });

  test('each part of the two ends counts', () => {
    const isn = new IsnGenerator(secret(3));
    const pairs: [Endpoint, Endpoint][] = [
      [local, remote],
      [remote, local],
      [end('10.0.0.1', 4001), remote],
      [end('10.0.1.1', 4000), remote],
      [local, end('10.0.0.2', 81)],
      [local, end('10.1.0.2', 80)],
      [end('fd00::1', 4000), end('fd00::2', 80)],
      [end('fd00:1::1', 4000), end('fd00::2', 80)],
    ];
    expect(new Set(pairs.map(([a, b]) => isn.next(a, b, 0))).size).toBe(pairs.length);
  });

  test('neighbouring ports have unrelated numbers, and timestamp clocks (MUST-9, SHLD-1, 6528.2)', () => {
    const isn = new IsnGenerator(secret(4));
    const ports = Array.from({ length: 2000 }, (_, i) => 30_000 + i);
    const isns = ports.map((port) => [
      unsigned(isn.next(end('10.0.0.1', port), remote, 0)),
      unsigned(isn.next(end('10.0.0.1', port + 1), remote, 0)),
    ]) as [number, number][];
    const offsets = ports.map((port) => [
      isn.timestampOffset(end('10.0.0.1', port), remote),
      isn.timestampOffset(end('10.0.0.1', port + 1), remote),
    ]) as [number, number][];
    for (const pairs of [isns, offsets]) {
      // 16 of 32 bits; the mean of 2000 lies within 0.5 of it but for one secret in 10^14.
      expect(averageDistance(pairs)).toBeGreaterThan(15.5);
      expect(averageDistance(pairs)).toBeLessThan(16.5);
    }
    // RFC 7323 §5.4: knowing one must not tell the other.
    expect(averageDistance(isns.map(([a], i) => [a, offsets[i]![0]] as const))).toBeGreaterThan(15.5);
  });
});
