import { describe, expect, test } from 'vitest';
import { EphemeralPorts } from '../../src/host/ports.ts';
import { KeyedRandom } from '../../src/host/random.ts';
import { bytes, ip } from './support.ts';

const US = ip('10.0.0.1');
const anything = (): boolean => true;
const ports = (first = 1024, last = 65_535, secret = 0): EphemeralPorts =>
  new EphemeralPorts(
    first,
    last,
    [bytes(16, secret), bytes(16, secret + 1)],
    new KeyedRandom(bytes(16, secret + 2)),
  );

describe('ephemeral ports (RFC 6056)', () => {
  test('lie in the range, and reach all of it (6056.1)', () => {
    const small = ports(5000, 5015);
    const seen = new Set<number>();
    for (let i = 0; i < 500; i++) seen.add(small.pick(US, ip('10.0.0.2'), 80, anything));
    expect([...seen].sort()).toEqual(Array.from({ length: 16 }, (_, i) => 5000 + i));
  });

  test('of other destinations and other secrets do not follow from one another (6056.2, A007)', () => {
    const one = ports();
    const other = ports(1024, 65_535, 40);
    const distances = new Set<number>();
    let equal = 0;
    for (let host = 1; host <= 200; host++) {
      const remote = ip(`10.0.1.${host}`);
      const port = one.pick(US, remote, 80, anything);
      if (port === other.pick(US, remote, 80, anything)) equal++;
      distances.add(port - one.pick(US, remote, 443, anything));
    }
    expect(equal).toBeLessThan(5);
    expect(distances.size).toBeGreaterThan(190);
  });

  test('of one destination go up by random steps, so that a port is not used again soon', () => {
    const one = ports();
    const picked = Array.from({ length: 1000 }, () => one.pick(US, ip('10.0.0.2'), 80, anything));
    const steps = picked.slice(1).map((port, i) => (port - picked[i]! + 64_512) % 64_512);
    expect(new Set(picked).size).toBe(1000);
    expect(new Set(steps)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  test('in use are skipped; when all are, there is none (6056.3)', () => {
    const small = ports(5000, 5007);
    const free = new Set([5003, 5006]);
    const usable = (port: number): boolean => free.has(port);
    expect(free.has(small.pick(US, ip('10.0.0.2'), 80, usable))).toBe(true);
    free.delete(5003);
    for (let i = 0; i < 20; i++) expect(small.pick(US, ip('10.0.0.2'), 80, usable)).toBe(5006);
    free.clear();
    expect(small.pick(US, ip('10.0.0.2'), 80, usable)).toBe(0);
  });
});
