// RFC 7413 §4.1.2-3: the cookies that a server makes, and what a client remembers.

import { describe, expect, test } from 'vitest';
import { FastOpenCache } from '../../src/host/fast-open-cache.ts';
import { FastOpenKeys } from '../../src/host/fast-open-keys.ts';
import type { Address } from '../../src/wire/address.ts';
import type { IpHeader } from '../../src/wire/ip.ts';
import { Ipv4Header } from '../../src/wire/ipv4.ts';
import { Ipv6Header } from '../../src/wire/ipv6.ts';
import { bytes, ip } from './support.ts';

function header(source: Address, destination: Address): IpHeader {
  const made = source.family === 4 ? new Ipv4Header() : new Ipv6Header();
  source.toWords(made.source);
  destination.toWords(made.destination);
  return made;
}

/** A key as sysctl writes it, each word in the CPU's order. */
function key(text: string): Uint8Array {
  const made = new Uint8Array(16);
  const view = new DataView(made.buffer);
  for (const [i, word] of text.split('-').entries()) view.setUint32(4 * i, Number.parseInt(word, 16), true);
  return made;
}

const cookieOf = (keys: FastOpenKeys, from: IpHeader): Int8Array => {
  const cookie = new Int8Array(16);
  keys.make(from, cookie);
  return cookie;
};
const hex = (cookie: Int8Array): string => Buffer.from(cookie.buffer, 0, 8).toString('hex');

const CLIENT = header(ip('192.0.2.1'), ip('192.168.0.1'));

describe('cookies of a server', () => {
  test.each([
    ['192.0.2.1', '192.168.0.1', '3021b9d889017eeb'],
    ['fd3d:fa7b:d17d::1', 'fd3d:a0b:17d6::1', 'c1d1e9742a47a9bc'],
  ])('%s to %s: as Linux makes them (7413.7)', (client, server, cookie) => {
    const keys = new FastOpenKeys(key('a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4'));
    expect(hex(cookieOf(keys, header(ip(client), ip(server))))).toBe(cookie);
  });

  test('are good for one client, whole and unchanged (7413.7)', () => {
    const keys = new FastOpenKeys(bytes(16));
    const cookie = cookieOf(keys, CLIENT);
    expect(keys.check(CLIENT, cookie, 8)).toBe('current');
    for (const length of [0, 4, 6, 10, 16]) expect(keys.check(CLIENT, cookie, length)).toBe('wrong');
    expect(keys.check(header(ip('192.0.2.2'), ip('192.168.0.1')), cookie, 8)).toBe('wrong');
    for (let i = 0; i < 8; i++) {
      const changed = cookie.slice();
      changed[i]! ^= 1;
      expect(keys.check(CLIENT, changed, 8)).toBe('wrong');
    }
  });

  test('outlive one change of the key, not two (7413.7)', () => {
    const keys = new FastOpenKeys(bytes(16));
    const cookie = cookieOf(keys, CLIENT);
    keys.rotate(bytes(16, 50));
    expect(keys.check(CLIENT, cookie, 8)).toBe('old');
    expect(keys.check(CLIENT, cookieOf(keys, CLIENT), 8)).toBe('current');
    keys.rotate(bytes(16, 100));
    expect(keys.check(CLIENT, cookie, 8)).toBe('wrong');
  });

  test('of a pair of keys: made with the first, taken from both', () => {
    const pair = new FastOpenKeys(bytes(32));
    expect(pair.check(CLIENT, cookieOf(new FastOpenKeys(bytes(16)), CLIENT), 8)).toBe('current');
    expect(pair.check(CLIENT, cookieOf(new FastOpenKeys(bytes(16, 16)), CLIENT), 8)).toBe('old');
    for (const length of [0, 15, 17, 31, 33])
      expect(() => new FastOpenKeys(bytes(length))).toThrow(/16 or 32/);
  });
});

describe('the memory of a client', () => {
  const SERVER = ip('10.0.0.2');
  const cookie = Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

  test('is bounded; who was asked for longest ago is forgotten (7413.1)', () => {
    const cache = new FastOpenCache(2);
    for (const last of [1, 2]) cache.learn(ip(`10.0.1.${last}`), cookie, false, 1000 + last);
    cache.find(ip('10.0.1.1'), 0);
    cache.learn(ip('10.0.1.3'), cookie, true, 1003);
    expect(cache.size).toBe(2);
    expect([1, 2, 3].map((last) => cache.find(ip(`10.0.1.${last}`), 0)!.mss)).toEqual([1001, 0, 1003]);
  });

  test('spares a path that loses SYNs with text, each time for longer, until one comes through (7413.10)', () => {
    const cache = new FastOpenCache(9);
    cache.learn(SERVER, cookie, false, 1460);
    let now = 0;
    for (const minutes of [1, 2, 4, 8, 16, 32, 64, 64]) {
      cache.lost(SERVER, now);
      expect([cache.find(SERVER, now + 60_000 * minutes - 1)]).toEqual([null]);
      now += 60_000 * minutes;
      expect(cache.find(SERVER, now)?.cookie).toEqual(cookie);
    }
    cache.succeeded(SERVER);
    cache.lost(SERVER, now);
    expect(cache.find(SERVER, now + 60_000)).not.toBeNull();
  });

  test('a black hole ends it for everyone, each time for longer, until text comes through (7413.10)', () => {
    const cache = new FastOpenCache(9);
    let now = 0;
    for (const hours of [1, 2, 4, 8, 16, 32, 64, 64]) {
      cache.blackhole(3_600_000, now);
      expect([cache.find(SERVER, now + 3_600_000 * hours - 1)]).toEqual([null]);
      now += 3_600_000 * hours;
      expect(cache.find(SERVER, now)).not.toBeNull();
    }
    cache.succeeded(SERVER);
    cache.blackhole(3_600_000, now);
    expect(cache.find(SERVER, now + 3_600_000)).not.toBeNull();
  });
});
