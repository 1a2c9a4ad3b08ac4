// §3.6.1 TIME-WAIT: how long, what starts it anew, what does not end it (RFC 1337), and who may take its place.

import { describe, expect, test } from 'vitest';
import { CLOSED } from '../../src/tcp/notice.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add, gt, seq } from '../../src/tcp/seq.ts';
import { ACK, RST, SYN } from '../../src/wire/tcp.ts';
import { PEER_ISS, Script } from '../support/script.ts';
import { reach } from './states.ts';

const MINUTES_4 = 240_000;

describe('TIME-WAIT', () => {
  test.each([
    ['RFC 9293: 240 s', RFC9293.msl, 240_000],
    ['Linux: 60 s', LINUX.msl, 60_000],
    ['as configured', 50, 100],
  ])('2 MSL, %s', (_name, msl, length) => {
    const t = reach['TIME-WAIT']({ parameters: { msl } });
    expect(t.connection.info(t.now).timeWaitLeft).toBe(length);
    t.after(length - 1)
      .state('TIME-WAIT')
      .after(1)
      .state('CLOSED')
      .told(CLOSED)
      .error(null);
  });

  test('a retransmitted FIN is acknowledged and starts it anew (1337.5)', () => {
    const t = reach['TIME-WAIT']().after(200_000).in('F. 1:1 ack 2').out('. 2:2 ack 2');
    t.followed('9293-3.10.7.4-eighth-again')
      .after(MINUTES_4 - 1)
      .state('TIME-WAIT')
      .after(1)
      .state('CLOSED');
  });

  test('so is one that carries its text again', () => {
    const t = reach['FIN-WAIT-2']().in('FP. 1:101 ack 2').out('. 2:2 ack 102').reads(100).state('TIME-WAIT');
    t.after(200_000)
      .in('FP. 1:101 ack 2')
      .out('. 2:2 ack 102')
      .reads(0)
      .after(MINUTES_4 - 1)
      .state('TIME-WAIT');
  });

  test.each([
    ['old text (1337.2)', 'P. 0:1 ack 2', ['. 2:2 ack 2']],
    ['text beyond the FIN', 'P. 2:12 ack 2', ['. 2:2 ack 2']],
    ['an old ACK (1337.2)', '. 1:1 ack 1', ['. 2:2 ack 2']],
    ['a bare ACK', '. 2:2 ack 2', []],
    ['an ACK of what was not sent', '. 2:2 ack 3', ['. 2:2 ack 2']],
    [
      'a SYN in the window, as long as nobody makes it a new connection (1337.4)',
      'S 100:100',
      ['. 2:2 ack 2'],
    ],
    ['RFC 1337 §4: a RST at RCV.NXT (1337.1)', 'R 2:2', []],
    ['a RST in the window (1337.1)', 'R 100:100', []],
    ['a RST outside it', 'R 1:1', []],
  ] as const)('%s neither ends it nor makes it longer', (_what, segment, answer) => {
    const t = reach['TIME-WAIT']()
      .after(100_000)
      .in(segment)
      .out(...answer)
      .state('TIME-WAIT')
      .reads(0);
    t.after(MINUTES_4 - 100_000 - 1)
      .state('TIME-WAIT')
      .after(1)
      .state('CLOSED');
  });

  test('the RST that our answer to an old duplicate provokes does not free the 4-tuple (1337.3)', () => {
    const t = reach['TIME-WAIT']().in('P. 0:1 ack 2').out('. 2:2 ack 2');
    // The peer has no such connection any more: its RST has the number that our ACK acknowledged (§3.10.7.1).
    t.in('R 2:2').quiet().followed('1337-4-rst');
    t.after(MINUTES_4 - 1)
      .state('TIME-WAIT')
      .after(1)
      .state('CLOSED');
  });

  test('close and shutdown change nothing, abort deletes it without a RST', () => {
    reach['TIME-WAIT']()
      .shutdown()
      .close()
      .quiet()
      .state('TIME-WAIT')
      .abort()
      .quiet()
      .state('CLOSED')
      .error(null);
  });
});

describe('a new incarnation (MAY-2, RFC 6191)', () => {
  /** A SYN with `n` counted from the peer's old ISN, and a timestamp if `tsval` is not 0. */
  function syn(n: number, tsval = 0, flags = SYN): Segment {
    const seg = new Segment();
    seg.flags = flags;
    seg.seq = add(PEER_ISS, n);
    seg.timestamps = tsval !== 0;
    seg.tsval = tsval;
    return seg;
  }

  /** In TIME-WAIT, with timestamps; TS.Recent is 50. */
  function stamped(): Script {
    const t = new Script({ parameters: { timestamps: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1000,TS val 10 ecr 1000000>').shutdown();
    t.in('F. 1:1 ack 2 <TS val 50 ecr 1000000>').state('TIME-WAIT').takeSent();
    return t;
  }

  test('without timestamps: a sequence number beyond the old ones (6191.2)', () => {
    const { connection } = reach['TIME-WAIT']();
    expect([1, 2, 3, 70_000, -1].map((n) => connection.acceptsIncarnation(syn(n)))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test('with timestamps: a later one, whatever the sequence number (6191.1, SHLD-4)', () => {
    const { connection } = stamped();
    expect(connection.acceptsIncarnation(syn(-1000, 51))).toBe(true);
    expect(connection.acceptsIncarnation(syn(70_000, 49))).toBe(false);
  });

  test('with the same timestamp the sequence number decides (6191.1, 6191.3)', () => {
    const { connection } = stamped();
    expect(connection.acceptsIncarnation(syn(1, 50))).toBe(false);
    expect(connection.acceptsIncarnation(syn(70_000, 50))).toBe(true);
  });

  test('timestamps in one of the two only', () => {
    expect(stamped().connection.acceptsIncarnation(syn(70_000))).toBe(true);
    expect(stamped().connection.acceptsIncarnation(syn(1))).toBe(false);
    const plain = reach['TIME-WAIT']({ parameters: { timestamps: true } });
    expect([7, -7].map((tsval) => plain.connection.acceptsIncarnation(syn(1, tsval)))).toEqual([true, true]);
  });

  test('nothing but a SYN, and in no other state (1337.4)', () => {
    const { connection } = reach['TIME-WAIT']();
    for (const flags of [SYN | ACK, SYN | RST, ACK, RST, 0]) {
      expect(connection.acceptsIncarnation(syn(70_000, 0, flags))).toBe(false);
    }
    for (const state of ['ESTABLISHED', 'FIN-WAIT-2', 'LAST-ACK', 'CLOSED'] as const) {
      expect(reach[state]().connection.acceptsIncarnation(syn(70_000))).toBe(false);
    }
  });

  test('its ISS lies beyond everything the old one sent (6191.4, 6528.4)', () => {
    const { connection } = reach['TIME-WAIT']();
    const { nxt } = connection.tcb.snd;
    for (const iss of [seq(nxt - 5), nxt, seq(nxt + 5), seq(nxt + 2 ** 30)]) {
      expect(gt(connection.issBeyond(iss), nxt)).toBe(true);
    }
    expect(connection.issBeyond(seq(nxt + 2 ** 30))).toBe(seq(nxt + 2 ** 30));
  });
});
