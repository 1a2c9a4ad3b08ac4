import { describe, expect, test } from 'vitest';
import { PathMtuCache } from '../../src/host/pmtu.ts';
import { ip } from './support.ts';

const FAR4 = ip('192.0.2.7');
const FAR6 = ip('2001:db8::7');
const cache = (limit = 10): PathMtuCache => new PathMtuCache(limit, 600_000);

describe('the path MTU cache', () => {
  test('remembers a lower MTU for ten minutes (1191.5, 8201.5)', () => {
    const c = cache();
    expect(c.lower(FAR4, 1400, 1500, 1500, 0)).toMatchObject({ mtu: 1400, fragment: false });
    expect(c.find(FAR4, 599_999)?.mtu).toBe(1400);
    expect(c.find(FAR4, 600_000)).toBeNull();
    expect(c.find(ip('192.0.2.8'), 0)).toBeNull();
    expect(c.next).toBe(600_000);
    expect(c.takeExpired(599_999)).toBeNull();
    expect(c.takeExpired(600_000)?.destination.equals(FAR4)).toBe(true);
    expect([c.size, c.next]).toEqual([0, Infinity]);
  });

  test('a destination that narrows again is remembered from then on', () => {
    const c = cache();
    c.lower(FAR4, 1400, 1500, 1500, 0);
    c.lower(FAR6, 1400, 1500, 1500, 1000);
    c.lower(FAR4, 1300, 1400, 1400, 2000);
    expect(c.next).toBe(601_000);
    expect(c.takeExpired(601_000)?.destination.equals(FAR6)).toBe(true);
    expect(c.next).toBe(602_000);
  });

  test('is never raised, and learns nothing from what is known (1191.5, 8201.3)', () => {
    const c = cache();
    expect(c.lower(FAR4, 1500, 1500, 1500, 0)).toBeNull();
    expect(c.lower(FAR4, 9000, 1500, 1500, 0)).toBeNull();
    expect(c.lower(FAR6, 1500, 1500, 1400, 0)).toBeNull();
    expect(c.size).toBe(0);
  });

  test.each([
    [1500, 1492],
    [1492, 1006],
    [40_000, 32_000],
    [9000, 8166],
    [1006, 552],
    [100, 552],
  ])('IPv4, MTU 0 and a packet of %d bytes: the plateau of %d (1191.4)', (length, plateau) => {
    expect(cache().lower(FAR4, 0, length, 65_535, 0)?.mtu).toBe(plateau);
  });

  test('IPv4 below 552 is held at 552, and DF is given up (1191.4)', () => {
    const c = cache();
    expect(c.lower(FAR4, 68, 1500, 1500, 0)).toMatchObject({ mtu: 552, fragment: true });
    expect(c.lower(FAR4, 60, 552, 552, 1)).toBeNull();
    expect(c.find(FAR4, 1)?.fragment).toBe(true);
  });

  test('IPv4 at 552 already: a smaller claim still takes DF away, once', () => {
    const c = cache();
    c.lower(FAR4, 552, 1500, 1500, 0);
    expect(c.find(FAR4, 0)?.fragment).toBe(false);
    expect(c.lower(FAR4, 296, 552, 552, 0)).toMatchObject({ mtu: 552, fragment: true });
  });

  test('IPv6 below 1280 is ignored, and 0 too (8201.2)', () => {
    const c = cache();
    expect(c.lower(FAR6, 1279, 1500, 1500, 0)).toBeNull();
    expect(c.lower(FAR6, 0, 1500, 1500, 0)).toBeNull();
    expect(c.lower(FAR6, 1280, 1500, 1500, 0)?.mtu).toBe(1280);
  });

  test('holds a bounded number of destinations, the newest', () => {
    const c = cache(4);
    for (let i = 1; i <= 20; i++) c.lower(ip(`192.0.2.${i}`), 1400, 1500, 1500, i);
    expect(c.size).toBe(4);
    expect(c.find(ip('192.0.2.16'), 20)).toBeNull();
    expect(c.find(ip('192.0.2.17'), 20)?.mtu).toBe(1400);
    expect(c.next).toBe(600_017);
  });
});
