// RFC 4821 over a path that drops what is too large and never says so: no ICMP at all.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { converge, expectNothingLeft, expectStreams, pair } from '../support/pair.ts';

const MIB = 1 << 20;

/** A path that silently drops packets of more than `carries` bytes, both ways. */
function through(carries: number, family: 4 | 6, parameters: Partial<Parameters>) {
  const t = pair({
    family,
    parameters: { r2: 1e9, ...parameters },
    delay: 10,
    filter: (packet) => (packet.end - packet.start > carries ? 'drop' : 'pass'),
    client: { bytes: MIB, closing: 'when-sent' },
    server: { bytes: 50_000, closing: 'when-sent' },
  });
  converge(t);
  const { pathMtu } = t.apps.client.socket.info();
  expectStreams(t, MIB, 50_000);
  const took = t.clock.now();
  expectNothingLeft(t);
  return { pathMtu, took };
}

describe('a path that swallows large packets', () => {
  test.each([
    [4, 1100],
    [4, 1400],
    [6, 1280],
    [6, 1400],
  ] as const)('found out from below, IPv%i, %i bytes (4821.5, 8899.4)', (family, carries) => {
    const { pathMtu, took } = through(carries, family, { mtuProbing: 'on' });
    expect(pathMtu).toBeLessThanOrEqual(carries);
    expect(pathMtu).toBeGreaterThan(carries - 8);
    expect(took).toBeLessThan(10_000);
  });

  test.each([
    [4, 600],
    [4, 1400],
    [6, 1300],
  ] as const)('noticed by timeouts, IPv%i, %i bytes (4821.4, 4821.5)', (family, carries) => {
    const { pathMtu } = through(carries, family, { mtuProbing: 'black-hole' });
    expect(pathMtu).toBeLessThanOrEqual(carries);
  });

  test('without it the connection is given up', () => {
    const t = pair({
      parameters: { mtuProbing: 'off' },
      filter: (packet) => (packet.end - packet.start > 1400 ? 'drop' : 'pass'),
      client: { bytes: MIB, closing: 'when-sent' },
    });
    t.clock.advance(600_000);
    expect(t.apps.client.socket.error).toBe('ETIMEDOUT');
  });
});
