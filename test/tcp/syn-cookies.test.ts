// RFC 4987 §3.6: what a cookie keeps, for whom, and for how long.

import { describe, expect, test } from 'vitest';
import { Segment } from '../../src/tcp/segment.ts';
import { add, type Seq, seq } from '../../src/tcp/seq.ts';
import { keepOptions, rebuildSyn, SynCookies } from '../../src/tcp/syn-cookies.ts';
import { Address, type Endpoint } from '../../src/wire/address.ts';
import { ACK, CWR, ECE, SYN } from '../../src/wire/tcp.ts';

const secret = (first: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => first + i);
const at = (address: string, port: number): Endpoint => ({ address: Address.parse(address)!, port });

const US = at('10.0.0.1', 80);
const PEER = at('10.0.0.2', 5000);
const IRS = seq(0xfffffff0);
const NOW = 90_000; // In the middle of a minute.
const cookies = new SynCookies(secret(1));
const open = (iss: Seq, now = NOW, remote = PEER, irs = IRS, local = US): number =>
  cookies.open(local, remote, irs, iss, now);

describe('the sequence number', () => {
  test.each([
    [20, 48],
    [48, 48],
    [535, 48],
    [536, 536],
    [1219, 536],
    [1220, 1220],
    [1459, 1440],
    [1460, 1460],
    [9000, 8940],
    [65_535, 8940],
  ])('an MSS of %i comes back as %i, never as more (4987.4)', (mss, kept) => {
    expect(open(cookies.make(US, PEER, IRS, mss, NOW))).toBe(kept);
  });

  test('is good for one minute at least and two at most (4987.5)', () => {
    const cookie = cookies.make(US, PEER, IRS, 1460, NOW);
    expect([NOW + 60_000, 179_999, 180_000, NOW + 32 * 60_000].map((now) => open(cookie, now))).toEqual([
      1460, 1460, 0, 0,
    ]);
  });

  test('is good for one 4-tuple, one peer’s ISN and one secret (4987.5)', () => {
    const cookie = cookies.make(US, PEER, IRS, 1460, NOW);
    expect(open(cookie, NOW, at('10.0.0.3', 5000))).toBe(0);
    expect(open(cookie, NOW, at('10.0.0.2', 5001))).toBe(0);
    expect(open(cookie, NOW, PEER, IRS, at('10.0.0.1', 81))).toBe(0);
    expect(open(cookie, NOW, PEER, add(IRS, 1))).toBe(0);
    expect(open(add(cookie, 1), NOW, PEER, add(IRS, 1))).toBe(0);
    expect(new SynCookies(secret(2)).open(US, PEER, IRS, cookie, NOW)).toBe(0);
  });

  test('is not to be guessed: none of 200,000 tries (4987.5)', () => {
    const cookie = cookies.make(US, PEER, IRS, 1460, NOW);
    let hits = 0;
    for (let i = 1; i <= 100_000; i++) {
      if (open(add(cookie, i)) !== 0) hits++;
      if (open(seq(i * 42_949)) !== 0) hits++;
    }
    expect(hits).toBe(0);
  });

  test('shows nothing of time and MSS: of many peers all its bits differ', () => {
    let ones = 0;
    let zeros = 0;
    for (let port = 1; port <= 100; port++) {
      const cookie = cookies.make(US, at('10.0.0.2', port), IRS, 1460, NOW);
      ones |= cookie;
      zeros |= ~cookie;
    }
    expect([ones, zeros]).toEqual([-1, -1]);
  });
});

describe('the timestamp', () => {
  function kept(syn: Partial<Segment>, synAck: Partial<Segment>): { answer: Segment; again: Segment } {
    const asked = Object.assign(new Segment(), { flags: SYN }, syn);
    const answer = Object.assign(new Segment(), { flags: SYN | ACK }, synAck);
    keepOptions(answer, asked);
    const ack = Object.assign(new Segment(), { flags: ACK, seq: 501, ack: 9, wnd: 77 });
    Object.assign(ack, { timestamps: answer.timestamps, tsval: 4711, tsecr: answer.tsval });
    const again = new Segment();
    rebuildSyn(ack, 1460, again);
    if (answer.timestamps) expect(ack.tsecr).toBe(0);
    return { answer, again };
  }

  test.each([
    [{ windowScale: 7, sackPermitted: true }, 0],
    [{ windowScale: 0, sackPermitted: false }, 0],
    [{ windowScale: 14, sackPermitted: true }, ECE],
    [{ windowScale: -1, sackPermitted: true }, ECE],
    [{ windowScale: -1, sackPermitted: false }, 0],
  ])('brings back %o, ECN %i (4987.4)', (options, ecn) => {
    const tsval = 0x7fffffc0;
    const { answer, again } = kept(options, {
      ...options,
      flags: SYN | ACK | ecn,
      timestamps: true,
      tsval,
    });
    expect(again).toMatchObject({ ...options, timestamps: true, tsval: 4711, mss: 1460, seq: 500, wnd: 77 });
    expect(again.flags).toBe(SYN | (ecn === 0 ? 0 : ECE | CWR));
    expect((tsval - answer.tsval) | 0).toBeGreaterThanOrEqual(0);
    expect((tsval - answer.tsval) | 0).toBeLessThan(128);
  });

  test('what we do not answer is not brought back', () => {
    const { again } = kept(
      { windowScale: 7, sackPermitted: true, flags: SYN | ECE | CWR },
      { windowScale: -1, sackPermitted: false, timestamps: true },
    );
    expect(again).toMatchObject({ windowScale: -1, sackPermitted: false, flags: SYN });
  });

  test('without it the SYN,ACK promises nothing that could not be kept (4987.4)', () => {
    const { answer, again } = kept(
      { windowScale: 7, sackPermitted: true },
      { windowScale: 5, sackPermitted: true, flags: SYN | ACK | ECE },
    );
    expect(answer).toMatchObject({ windowScale: -1, sackPermitted: false, flags: SYN | ACK });
    expect(again).toMatchObject({ windowScale: -1, sackPermitted: false, flags: SYN, timestamps: false });
  });
});
