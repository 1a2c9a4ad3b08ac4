// §3.9: what calls are refused in which state, what ICMP may do to a connection, and what the program hears.

import { describe, expect, test } from 'vitest';
import { TcpError } from '../../src/tcp/errors.ts';
import { CLOSED, ERROR, SOFT_ERROR } from '../../src/tcp/notice.ts';
import { add } from '../../src/tcp/seq.ts';
import { established, OUR_ISS, Script } from '../support/script.ts';
import { REACHABLE, reach } from './states.ts';

const info = (t: Script) => t.connection.info(t.now);
const ours = (n: number) => add(OUR_ISS, n);

/** The code of what `send` throws; null if it does not. */
function sendError(t: Script): string | null {
  try {
    t.connection.send(Uint8Array.of(1), t.now);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(TcpError);
    return (error as TcpError).code;
  }
}

describe('§3.10.2 SEND', () => {
  test.each([
    ['SYN-SENT', null],
    ['SYN-RECEIVED', null],
    ['ESTABLISHED', null],
    ['CLOSE-WAIT', null],
    ['FIN-WAIT-1', 'EPIPE'],
    ['FIN-WAIT-2', 'EPIPE'],
    ['CLOSING', 'EPIPE'],
    ['LAST-ACK', 'EPIPE'],
    ['TIME-WAIT', 'EPIPE'],
    ['CLOSED', 'ENOTCONN'],
  ] as const)('in %s: %s', (state, code) => {
    expect(sendError(reach[state]())).toBe(code);
  });

  test('after a CLOSE that still waits for the handshake', () => {
    expect(sendError(reach['SYN-RECEIVED']().shutdown())).toBe('EPIPE');
  });

  test('queued in SYN-SENT and SYN-RECEIVED, sent when established', () => {
    reach['SYN-SENT']().write(10).quiet().in('S. 0:0 ack 1 <mss 1000>').out('P. 1:11 ack 1');
    reach['SYN-RECEIVED']().write(10).quiet().in('. 1:1 ack 1').out('P. 1:11 ack 1');
  });
});

describe('§3.10.3-5 the other calls never throw', () => {
  test.each(REACHABLE)('%s', (state) => {
    for (const call of ['shutdown', 'close', 'abort'] as const) {
      const t = reach[state]();
      expect(t.connection.receive(t.now)).toBe(null);
      t[call]();
      t[call]();
      t.after(1_000_000);
      // Only FIN-WAIT-2 may last: the peer need not ever finish.
      t.state(call === 'shutdown' && state === 'FIN-WAIT-2' ? state : 'CLOSED');
    }
  });

  test('RECEIVE after the connection is gone gives what had arrived, then nothing', () => {
    const t = established().in('P. 1:11 ack 1').in('R 11:11').state('CLOSED').error('ECONNRESET');
    t.reads(10).reads(0);
  });
});

describe('notices', () => {
  test('a reset: ERROR and CLOSED', () => {
    established()
      .in('R 1:1')
      .told(ERROR | CLOSED)
      .error('ECONNRESET');
  });

  test('an orderly end: CLOSED alone', () => {
    reach.CLOSED().told(CLOSED).untold(ERROR).error(null);
  });
});

describe('§3.9.2.2 ICMP', () => {
  test('a soft error is told and the connection goes on (MUST-56, SHLD-25, MUST-47)', () => {
    const t = established().write(10).out('P. 1:11 ack 1');
    t.do((c, now) => c.icmpError('soft', ours(1), 'EHOSTUNREACH', now))
      .told(SOFT_ERROR)
      .state('ESTABLISHED')
      .error(null);
    expect(info(t).softError).toBe('EHOSTUNREACH');
    t.followed('9293-3.9.2.2-soft').in('. 1:1 ack 11').state('ESTABLISHED');
  });

  test('it is what a connection that is given up dies of', () => {
    const t = established()
      .write(10)
      .do((c, now) => c.icmpError('soft', ours(1), 'ENETUNREACH', now));
    t.after(200_000).state('CLOSED').error('ENETUNREACH');
  });

  test('but not if the peer was heard since', () => {
    const t = established()
      .write(10)
      .do((c, now) => c.icmpError('soft', ours(1), 'ENETUNREACH', now));
    t.in('. 1:1 ack 11').write(10).after(200_000).state('CLOSED').error('ETIMEDOUT');
  });

  test.each(['SYN-SENT', 'SYN-RECEIVED', 'SYN-RECEIVED (simultaneous)'] as const)(
    'a hard error ends the attempt in %s (SHLD-26)',
    (state) => {
      const t = reach[state]().do((c, now) => c.icmpError('hard', ours(0), 'ECONNREFUSED', now));
      t.quiet()
        .state('CLOSED')
        .error('ECONNREFUSED')
        .told(ERROR | CLOSED);
    },
  );

  test('a soft one does not: SYN-SENT goes on trying', () => {
    const t = reach['SYN-SENT']()
      .do((c, now) => c.icmpError('soft', ours(0), 'EHOSTUNREACH', now))
      .state('SYN-SENT');
    t.after(1000).out('S 0:0').after(300_000).state('CLOSED').error('EHOSTUNREACH');
  });

  test('unless it is to be as in Linux, which waits for no better news', () => {
    const unreachable = (t: Script) =>
      t.do((c, now) => c.icmpError('soft', ours(0), 'EHOSTUNREACH', now)).state('CLOSED');
    unreachable(new Script({ parameters: { softErrorsRefuse: true } }).connect().out('S 0:0')).error(
      'EHOSTUNREACH',
    );
    const half = new Script({ parameters: { softErrorsRefuse: true } })
      .listen()
      .in('S 0:0')
      .out('S. 0:0 ack 1');
    half.do((c, now) => c.icmpError('soft', ours(0), 'EHOSTUNREACH', now)).state('SYN-RECEIVED');
  });

  test('RFC 5927 §5.2: once synchronized a hard error is soft (5927.2, A009)', () => {
    const t = established()
      .write(10)
      .do((c, now) => c.icmpError('hard', ours(1), 'ECONNREFUSED', now));
    t.told(SOFT_ERROR).state('ESTABLISHED').error(null);
  });

  test.each([
    ['below SND.UNA', 0],
    ['at SND.NXT', 11],
    ['far away', 1_000_000],
    ['half the space away', 2 ** 31],
  ])(
    'RFC 5927 §4.1: what it quotes must be in flight, not %s (1191.3, 5927.1, 8201.4, A009)',
    (_what, at) => {
      const t = established().write(10).out('P. 1:11 ack 1');
      t.do((c, now) => c.icmpError('hard', ours(at), 'ECONNREFUSED', now)).untold(SOFT_ERROR);
      t.do((c, now) => c.packetTooBig(600, ours(at), now))
        .quiet()
        .followed('5927-4.1-not-in-flight');
      expect(info(t)).toMatchObject({ softError: null, pathMtu: 1500 });
    },
  );

  test('a connection that is gone hears nothing', () => {
    reach
      .CLOSED()
      .do((c, now) => c.icmpError('hard', ours(1), 'ECONNREFUSED', now))
      .error(null)
      .untold(SOFT_ERROR);
  });
});

describe('RFC 1191 §6.3, RFC 8201 §4: packet too big', () => {
  const begun = (): Script => {
    const t = new Script()
      .connect()
      .out('S 0:0')
      .in('S. 0:0 ack 1 <mss 1460>')
      .out('. 1:1 ack 1')
      .write(3000);
    return t.out('. 1:1461 ack 1', '. 1461:2921 ack 1', 'P. 2921:3001 ack 1');
  };

  test('what is in flight and too big goes again at once, in smaller segments (1191.2, 8201.1)', () => {
    const t = begun().do((c, now) => c.packetTooBig(1000, ours(1461), now));
    t.out('. 1:961 ack 1', '. 961:1461 ack 1', '. 1461:2421 ack 1', '. 2421:2921 ack 1');
    t.followed('1191-6.4-too-big')
      .in('. 1:1 ack 3001')
      .write(961)
      .out('. 3001:3961 ack 1', 'P. 3961:3962 ack 1');
  });

  test('that is no congestion: cwnd keeps its segments, ssthresh stays (1191.2)', () => {
    const t = begun().do((c, now) => c.packetTooBig(1000, ours(1), now));
    expect(info(t)).toMatchObject({ cwnd: 9600, ssthresh: Number.POSITIVE_INFINITY, pathMtu: 1000 });
  });

  test('nothing that was sent twice is timed (MUST-18)', () => {
    const t = begun()
      .do((c, now) => c.packetTooBig(1000, ours(1), now))
      .after(700)
      .in('. 1:1 ack 3001');
    expect(info(t).srtt).toBeLessThan(1);
  });

  test('the path never becomes wider by it (1191.5, 8201.3)', () => {
    const t = begun()
      .do((c, now) => c.packetTooBig(9000, ours(1), now))
      .quiet();
    t.do((c, now) => c.packetTooBig(1500, ours(1), now)).quiet();
    expect(info(t).pathMtu).toBe(1500);
  });

  test('what the peer has reported is not sent again', () => {
    const t = new Script({ parameters: { sack: true } }).connect().after(100);
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1460,sackOK>').write(3000).takeSent();
    t.after(100).in('. 1:1 ack 1 <sack 1461:2921>').quiet();
    t.do((c, now) => c.packetTooBig(1000, ours(1), now)).out('. 1:961 ack 1', '. 961:1461 ack 1');
  });

  test('learnt by another connection, it has what is too big go again, and nothing else', () => {
    const t = begun().do((c) => c.setPathMtu(1000));
    t.out('. 1:961 ack 1', '. 961:1461 ack 1', '. 1461:2421 ack 1', '. 2421:2921 ack 1');
    expect(info(t)).toMatchObject({ cwnd: 9600, ssthresh: Number.POSITIVE_INFINITY });
    t.in('. 1:1 ack 3001')
      .write(900)
      .out('P. 3001:3901 ack 1')
      .do((c) => c.setPathMtu(950))
      .quiet();
  });

  test('in SYN-SENT the SYN goes again', () => {
    reach['SYN-SENT']()
      .do((c, now) => c.packetTooBig(1000, ours(0), now))
      .out('S 0:0')
      .state('SYN-SENT');
  });
});

describe('RFC 5927 §7.2: what contradicts that larger packets have arrived', () => {
  /** `length` bytes of text have arrived, in segments of at most 1460 bytes, options included. */
  function proven(length: number, timestamps = false): Script {
    const t = new Script({ parameters: { timestamps } }).connect().after(10);
    const echo = timestamps ? ',TS val 1 ecr 1000000' : '';
    t.in(`S. 0:0 ack 1 <mss 1460${echo}>`).write(length).takeSent();
    const ack = `. 1:1 ack ${length + 1}`;
    t.in(timestamps ? `${ack} <TS val 2 ecr 1000000>` : ack)
      .write(3000)
      .takeSent();
    return t;
  }

  const doubts = (t: Script, mtu: number, at: number): boolean =>
    t.connection.doubtsTooBig(mtu, 1500, ours(at), t.now);

  test.each([
    [100, false, 140],
    [1460, false, 1500],
    [3000, false, 1500],
    [100, true, 152],
    [3000, true, 1500],
  ])('%i bytes have, timestamps %s: packets of %i get through (5927.4, A009)', (length, timestamps, size) => {
    const t = proven(length, timestamps);
    expect(doubts(t, size, length + 1)).toBe(false);
    expect(doubts(t, size - 1, length + 1)).toBe(true);
    t.followed('5927-7.2-doubted');
    expect(t.connection.hasConfirmedClaim).toBe(false);
  });

  test('an MTU of 0 says less than the packet that it quotes (5927.4)', () => {
    expect(doubts(proven(3000), 0, 3001)).toBe(true);
    expect(doubts(proven(100), 0, 101)).toBe(false);
  });

  test('a timeout of what it quotes confirms it, one of something else does not (5927.4, A009)', () => {
    const lost = proven(3000);
    doubts(lost, 1300, 3001);
    lost.after(1000);
    expect(lost.connection.hasConfirmedClaim).toBe(true);
    const arrived = proven(3000);
    doubts(arrived, 1300, 3001);
    arrived.in('. 1:1 ack 4461').after(1000);
    expect(arrived.connection.hasConfirmedClaim).toBe(false);
    expect(arrived.connection.tcb.mtuSearch.claimed).toBe(-1);
  });

  test('switched off, anything is believed (1191.2)', () => {
    const t = new Script({ parameters: { verifyTooBig: false } }).connect();
    t.in('S. 0:0 ack 1 <mss 1460>').write(3000).in('. 1:1 ack 3001').write(3000);
    expect(doubts(t, 1300, 3001)).toBe(false);
  });
});

test('the link is gone: the connection ends at once, without a word', () => {
  for (const state of REACHABLE) {
    const t = reach[state]();
    const wasClosed = info(t).state === 'CLOSED';
    t.do((c, now) => c.fail('ENETDOWN', now))
      .quiet()
      .state('CLOSED')
      .error(wasClosed ? null : 'ENETDOWN');
  }
});
