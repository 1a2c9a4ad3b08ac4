// §3.7.1 segment sizes and RFC 7323 §2 window scales: the arithmetic, and what a connection makes of it.

import { describe, expect, test } from 'vitest';
import { announcedMss, defaultMss, peerMss } from '../../src/tcp/mss.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { scaleFor } from '../../src/tcp/window.ts';
import { established, Script } from '../support/script.ts';

describe('§3.7.1 what we announce', () => {
  test.each([
    [4, 1500, 0, 1460],
    [6, 1500, 0, 1440],
    [4, 576, 0, 536],
    [6, 1280, 0, 1220],
    [4, 65_535, 0, 65_495],
    [4, 1500, 1200, 1200],
    [4, 1500, 9000, 1460],
  ] as const)('IPv%i over an MTU of %i, clamp %i: %i (MUST-67)', (family, mtu, mssClamp, mss) => {
    expect(announcedMss(family, mtu, { ...RFC9293, mssClamp })).toBe(mss);
  });

  test('it never needs more than the option’s 16 bits', () => {
    expect(announcedMss(6, 1_000_000, RFC9293)).toBe(65_535);
  });
});

describe('§3.7.1 what the peer announces', () => {
  test('MUST-15: without the option 536, over IPv6 1220', () => {
    expect([defaultMss(4), defaultMss(6), peerMss(4, 0), peerMss(6, 0)]).toEqual([536, 1220, 536, 1220]);
  });

  test('below 48 is taken as 48', () => {
    expect([1, 47, 48, 49].map((option) => peerMss(4, option))).toEqual([48, 48, 48, 49]);
  });
});

describe('MUST-16: Eff.snd.MSS = min(SendMSS, MMS_S) less the options', () => {
  const mssOf = (t: Script): number => t.connection.info(t.now).sendMss;

  test('the peer’s announcement (MUST-14, MUST-16)', () => {
    expect(mssOf(established())).toBe(1000);
  });

  test('our own link (MUST-16)', () => {
    expect(mssOf(established({ mtu: 600 }))).toBe(560);
  });

  test('timestamps take 12 bytes of each segment, and none of what we announce (RFC 6691, 7323.11, MUST-16)', () => {
    const t = new Script({ parameters: { timestamps: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1000,TS val 1 ecr 1000000>');
    t.out('. 1:1 ack 1').write(1000).out('. 1:989 ack 1', 'P. 989:1001 ack 1');
    expect(mssOf(t)).toBe(988);
  });

  test('SACK blocks take theirs while there are any', () => {
    const t = new Script({ parameters: { sack: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1000,sackOK>').out('. 1:1 ack 1');
    t.in('P. 101:201 ack 1').out('. 1:1 ack 1 <sack 101:201>');
    t.write(2000);
    t.out(...['. 1:989 ack 1', '. 989:1977 ack 1', 'P. 1977:2001 ack 1'].map((s) => `${s} <sack 101:201>`));
  });

  test('an MTU of 68, timestamps and SACK: no packet is larger than the link takes', () => {
    const t = new Script({ mtu: 68, parameters: { timestamps: true, sack: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1000,sackOK,TS val 1 ecr 1000000>').out('. 1:1 ack 1');
    for (const start of [100, 200, 300]) {
      t.in(`P. ${start}:${start + 10} ack 1 <TS val 2 ecr 1000000>`).takeSent();
    }
    t.write(40);
    const sent = t.takeSent();
    expect(sent.length).toBeGreaterThan(0);
    for (const segment of sent) {
      const [, from, to] = /(\d+):(\d+) ack/.exec(segment) as unknown as [string, string, string];
      const blocks = / sack ([\d: ]+)|,sack ([\d: ]+)/.exec(segment)?.[0].match(/\d+:\d+/g)?.length ?? 0;
      const options = 12 + (blocks > 0 ? 4 + 8 * blocks : 0);
      expect(20 + 20 + options + Number(to) - Number(from), segment).toBeLessThanOrEqual(68);
    }
  });
});

test('TCP_MAXSEG bounds what we send as well as what we announce', () => {
  const t = new Script({ parameters: { mssClamp: 700 } }).connect().out('S 0:0 <mss 700>');
  t.in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1').write(1000).out('. 1:701 ack 1', 'P. 701:1001 ack 1');
});

describe('RFC 7323 §2 window scale', () => {
  test.each([
    [1, 0],
    [65_535, 0],
    [65_536, 1],
    [1 << 20, 5],
    [65_535 * 2 ** 14, 14],
    [2 ** 31, 14],
  ])('a buffer of %i: %i', (buffer, scale) => {
    expect(scaleFor(buffer)).toBe(scale);
  });

  test('§2.3: a peer’s window may reach 2^30 bytes (A061)', () => {
    const t = new Script({ parameters: { windowScaling: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 win 65535 <mss 1000,wscale 14>').in('. 1:1 ack 1 win 65535');
    expect(t.connection.info(t.now).sndWnd).toBe(65_535 * 2 ** 14);
  });
});
