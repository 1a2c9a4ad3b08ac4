// §3.8.3 R1 and R2, as times and as counts; §3.10.8 the user timeout; RFC 5482 its option.

import { describe, expect, test } from 'vitest';
import { timeOfRetries } from '../../src/tcp/failures.ts';
import { ERROR, SOFT_ERROR, URGENT } from '../../src/tcp/notice.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { add } from '../../src/tcp/seq.ts';
import { negotiated } from '../../src/tcp/user-timeout.ts';
import { accepted, established, OUR_ISS, Script } from '../support/script.ts';
import { reach } from './states.ts';

const info = (t: Script) => t.connection.info(t.now);
const HOUR = 3_600_000;
const FOREVER = Number.POSITIVE_INFINITY;
const set = (timeout: number) => (c: Script['connection'], now: number) => c.setUserTimeout(timeout, now);

describe('§3.8.3 R1 and R2', () => {
  test('R1 is at least three retransmissions, R2 at least 100 s, for a SYN 3 minutes (SHLD-10, SHLD-11, MUST-23)', () => {
    expect(RFC9293.r1).toBeGreaterThanOrEqual(3);
    expect(LINUX.r1).toBeGreaterThanOrEqual(3);
    expect(RFC9293.r2).toBeGreaterThanOrEqual(100_000);
    expect(timeOfRetries(LINUX.dataRetries, LINUX)).toBeGreaterThanOrEqual(100_000);
    expect(RFC9293.r2Syn).toBeGreaterThanOrEqual(180_000);
  });

  test('at R1 the path is in doubt and the application is told, at R2 it ends (MUST-20, SHLD-9, U-20)', () => {
    const t = established().write(10).after(3000).untold(SOFT_ERROR);
    t.after(4000).told(SOFT_ERROR).followed('9293-3.8.3-r1').state('ESTABLISHED');
    expect(info(t).softError).toBe('ETIMEDOUT');
    t.untold(SOFT_ERROR).after(92_000).state('ESTABLISHED').after(60_000);
    t.state('CLOSED').error('ETIMEDOUT').told(ERROR).followed('9293-3.8.3-r2');
  });

  test('the application can switch the reports off, and ask all the same (SHLD-20)', () => {
    const t = established()
      .do((c) => c.setErrorReports(false))
      .write(10)
      .after(7000)
      .untold(SOFT_ERROR);
    t.do((c, now) => c.icmpError('soft', add(OUR_ISS, 1), 'EHOSTUNREACH', now)).untold(SOFT_ERROR);
    expect(info(t).softError).toBe('EHOSTUNREACH');
    t.do((c) => c.setErrorReports(true));
    t.do((c, now) => c.icmpError('soft', add(OUR_ISS, 1), 'EHOSTUNREACH', now)).told(SOFT_ERROR);
  });

  test('what comes unasked: ICMP, retransmissions, the urgent pointer (U-20, MUST-47)', () => {
    const t = established().write(10);
    t.do((c, now) => c.icmpError('soft', add(OUR_ISS, 1), 'ENETUNREACH', now)).told(SOFT_ERROR);
    t.after(7000).told(SOFT_ERROR).in('U. 1:1 ack 11 urg 5').told(URGENT);
  });

  test('a SYN is retransmitted and given up in the same way, and the application is told (MUST-22, MUST-23)', () => {
    const t = new Script().connect().after(7000).told(SOFT_ERROR).followed('9293-3.8.3-r1');
    t.after(172_999).state('SYN-SENT');
    expect(t.takeSent()).toHaveLength(8);
    t.after(60_000).state('CLOSED').error('ETIMEDOUT').told(ERROR).followed('9293-3.8.3-r2');
  });
});

describe('R2 as a count, as Linux has it', () => {
  test.each([0, 1, 6])('%i retransmissions of a SYN, and their wait (MUST-22)', (synRetries) => {
    const t = new Script({ parameters: { synRetries, r2Syn: FOREVER, rtoMax: 120_000 } }).connect();
    t.after(1000 * (2 ** (synRetries + 1) - 1) - 1).state('SYN-SENT');
    expect(t.takeSent()).toHaveLength(1 + synRetries);
    t.after(1).quiet().state('CLOSED').error('ETIMEDOUT');
  });

  test('five of a SYN,ACK: 63 s', () => {
    const t = new Script({ parameters: { synAckRetries: 5, r2SynAck: FOREVER } }).listen();
    t.in('S 0:0 <mss 1000>').after(62_999).state('SYN-RECEIVED');
    expect(t.takeSent()).toHaveLength(6);
    t.after(1).quiet().state('CLOSED');
  });

  test('fifteen for data are the time that they would take: 924.6 s (MUST-20)', () => {
    expect(timeOfRetries(15, LINUX)).toBe(924_600);
    expect(timeOfRetries(0, LINUX)).toBe(200);
    expect(timeOfRetries(3, LINUX)).toBe(3000);
    expect(timeOfRetries(9, LINUX)).toBe(204_600);
    expect(timeOfRetries(FOREVER, LINUX)).toBe(FOREVER);
    const parameters = { dataRetries: 15, r2: FOREVER, rtoMin: 200, rtoMax: 120_000 };
    const t = established({ parameters }).write(10).after(924_599).state('ESTABLISHED');
    t.after(120_000).state('CLOSED').error('ETIMEDOUT');
  });
});

describe('§3.10.8 the user timeout', () => {
  test('ends the connection when it is over, and not later (MUST-21, 5482.1, U-19)', () => {
    const t = established().do(set(10_000)).write(10).after(9_999).state('ESTABLISHED');
    expect(t.takeSent()).toHaveLength(4);
    t.after(1).quiet().state('CLOSED').error('ETIMEDOUT').followed('9293-3.10.8-user');
    expect(info(t).sendQueue).toBe(0);
  });

  test('may be longer than R2, too (MUST-21)', () => {
    const t = established()
      .do(set(HOUR))
      .write(10)
      .after(HOUR - 1)
      .state('ESTABLISHED');
    t.after(1).state('CLOSED').error('ETIMEDOUT');
  });

  test('0: R2 as ever (MUST-21)', () => {
    established()
      .do(set(10_000))
      .do(set(0))
      .write(10)
      .after(99_000)
      .state('ESTABLISHED')
      .after(60_000)
      .state('CLOSED');
  });

  test('set for all connections', () => {
    const t = established({ parameters: { userTimeout: 10_000 } })
      .write(10)
      .after(9_999)
      .state('ESTABLISHED');
    t.after(1).state('CLOSED').error('ETIMEDOUT');
  });

  test('progress starts it anew (5482.1)', () => {
    const t = established().do(set(10_000)).write(2000).after(9_000).in('. 1:1 ack 1001');
    t.after(9_999).state('ESTABLISHED').after(1).state('CLOSED');
  });

  test('set while something waits, it counts from when that began (5482.1)', () => {
    const t = established().write(10).after(40_000).do(set(45_000));
    t.after(4_999).state('ESTABLISHED').after(1).state('CLOSED').error('ETIMEDOUT');
    established().write(10).after(40_000).do(set(30_000)).after(0).state('CLOSED').error('ETIMEDOUT');
  });

  test('an idle connection has nothing to time out', () => {
    established().do(set(1000)).after(HOUR).state('ESTABLISHED');
    established().do(set(1000)).write(10).in('. 1:1 ack 11').after(HOUR).state('ESTABLISHED');
  });

  test('what was acknowledged is no part of it, nor is the handshake (5482.1)', () => {
    const t = new Script().connect().after(3000).in('S. 0:0 ack 1 <mss 1000>').do(set(10_000));
    t.after(60_000).write(10).after(9_999).state('ESTABLISHED').in('. 1:1 ack 11');
    t.write(10).after(100).in('. 1:1 ack 21').after(60_000).write(10).after(9_999).state('ESTABLISHED');
  });

  test('a closed window counts, however often the peer says that it is closed (5482.2, A016)', () => {
    const t = established().do(set(30_000)).in('. 1:1 ack 1 win 0').write(10);
    for (let i = 0; i < 29; i++) {
      t.after(1000).state('ESTABLISHED');
      if (t.takeSent().length > 0) t.in('. 1:1 ack 1 win 0');
    }
    t.after(1000).quiet().state('CLOSED').error('ETIMEDOUT').followed('9293-3.10.8-user');
  });

  test('so does one that shrank over what is in flight (5482.2)', () => {
    const t = established().do(set(30_000)).write(2000).in('. 1:1 ack 1 win 0');
    for (let i = 0; i < 29; i++) {
      t.after(1000).state('ESTABLISHED');
      if (t.takeSent().length > 0) t.in('. 1:1 ack 1 win 0');
    }
    t.after(1000).state('CLOSED').error('ETIMEDOUT');
  });

  test('the window opened: what waited has all of the time again (5482.2)', () => {
    const t = established().do(set(30_000)).in('. 1:1 ack 1 win 0').write(10);
    t.after(25_000).takeSent();
    t.in('. 1:1 ack 1 win 1000').after(29_999).state('ESTABLISHED').after(1).state('CLOSED');
  });

  test('without one, hours behind a closed window are fine (MUST-37)', () => {
    const t = established().in('. 1:1 ack 1 win 0').write(10);
    for (let i = 0; i < 600; i++) {
      t.after(60_000);
      if (t.takeSent().length > 0) t.in('. 1:1 ack 1 win 0');
    }
    t.state('ESTABLISHED');
  });

  test('takes the place of the count of keep-alives, which go on till then (5482.2)', () => {
    const on = { on: true, idle: 10_000, interval: 1000, count: 2 };
    const t = established()
      .do(set(15_000))
      .do((c, now) => c.setKeepAlive(on, now));
    t.after(14_999).state('ESTABLISHED');
    expect(t.takeSent()).toHaveLength(5);
    t.after(1).out('R 1:1').state('CLOSED').error('ETIMEDOUT');
  });

  test('but one keep-alive there must have been (5482.2, MUST-29)', () => {
    const on = { on: true, idle: 10_000, interval: 1000, count: 2 };
    const t = established()
      .do(set(5_000))
      .do((c, now) => c.setKeepAlive(on, now));
    t.after(10_000).out('. 0:0 ack 1').after(1000).out('R 1:1').state('CLOSED');
  });

  test('set before the handshake it ends that, too; never later than R2 for a SYN (5482.5)', () => {
    const t = new Script().connect().do(set(5000)).after(4_999).state('SYN-SENT');
    t.after(1).state('CLOSED').error('ETIMEDOUT');
    new Script().connect().do(set(HOUR)).after(179_000).state('SYN-SENT').after(60_000).state('CLOSED');
  });

  test.each([-1, Number.NaN, '5' as unknown as number])('%s is none', (timeout) => {
    const t = established();
    expect(() => t.connection.setUserTimeout(timeout, t.now)).toThrow(/timeout/);
  });
});

describe('RFC 5482 the option', () => {
  const option = (more = {}) => ({ parameters: { userTimeoutOption: true, ...more } });
  const timeoutOf = (t: Script): number => t.connection.tcb.userTimeout;

  test.each([
    [300_000, 600_000, 600_000],
    [600_000, 300_000, 600_000],
    [1_000, 2_000, 100_000],
    [300_000, 1e12, HOUR],
  ])('ADV %i, REMOTE %i: %i (5482.4)', (advertised, remote, result) => {
    expect(negotiated(advertised, remote)).toBe(result);
  });

  test('is in our SYN and, since that may be lost, in the ACK behind it (5482.3)', () => {
    const t = new Script(option({ userTimeout: 400_000 })).connect().out('S 0:0 <mss 1460,uto 400>');
    t.in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1 <uto 400>').in('P. 1:11 ack 1').after(200);
    t.out('. 1:1 ack 11 <>');
  });

  test('is in our SYN,ACK, and five minutes if nobody said', () => {
    new Script(option()).listen().in('S 0:0 <mss 1000>').out('S. 0:0 ack 1 <mss 1460,uto 300>');
  });

  test('the peer’s is adopted from a SYN, and later from any segment (5482.4, MUST-5)', () => {
    const t = new Script(option({ userTimeout: 200_000 })).connect();
    t.in('S. 0:0 ack 1 <mss 1000,uto 240>').followed('5482-3.1-adopt').takeSent();
    expect(timeoutOf(t)).toBe(240_000);
    t.in('P. 1:11 ack 1 <uto 500>');
    expect(timeoutOf(t)).toBe(500_000);
    t.write(10).after(499_999).state('ESTABLISHED').after(1).state('CLOSED').error('ETIMEDOUT');
  });

  test('does not touch the handshake (5482.5)', () => {
    const t = new Script(option({ r2SynAck: 1_000_000 })).listen().in('S 0:0 <mss 1000,uto 1>');
    t.after(999_000).state('SYN-RECEIVED').after(60_000).state('CLOSED').followed('9293-3.8.3-r2');
  });

  test('0 means nothing, and neither does any where the option is off (5482.3)', () => {
    const t = new Script(option()).connect().in('S. 0:0 ack 1 <mss 1000,uto 0>');
    expect(timeoutOf(t)).toBe(0);
    const off = accepted().in('P. 1:11 ack 1 <uto 500>');
    expect(timeoutOf(off)).toBe(0);
    off.after(200).out('. 1:1 ack 11 <>');
  });

  test('what the application sets, the peer does not change, but is told of (5482.4)', () => {
    const t = new Script(option()).connect().in('S. 0:0 ack 1 <mss 1000>');
    t.takeSent();
    t.do(set(45_000)).out('. 1:1 ack 1 <uto 45>').followed('5482-3.1-advertise');
    t.in('P. 1:11 ack 1 <uto 500>');
    expect(timeoutOf(t)).toBe(45_000);
  });
});

describe('nobody waits any more (§3.6)', () => {
  /** Closed both ways, with text and FIN behind a window that the peer keeps closed. */
  const orphan = (parameters = {}): Script =>
    established({ parameters }).in('. 1:1 ack 1 win 0').write(10).close().state('FIN-WAIT-1');

  /** `ms` pass; the peer answers every probe: still closed. */
  function stubborn(t: Script, ms: number): Script {
    for (let i = 0; i < ms / 1000; i++) {
      t.after(1000);
      if (t.takeSent().some((segment) => !segment.startsWith('R')) && t.connection.state !== 'CLOSED') {
        t.in(`. 1:1 ack 1 win 0`);
      }
    }
    return t;
  }

  test('FIN-WAIT-1 and a window that never opens: given up, and the peer told by RST (A016, A017)', () => {
    const t = stubborn(orphan(), 239_000).state('FIN-WAIT-1');
    t.after(60_000).state('CLOSED').error('ETIMEDOUT').followed('local-orphan');
    expect(t.takeSent().filter((segment) => segment.startsWith('R 1:1'))).toHaveLength(1);
  });

  test('Linux’s profile does it after 204.6 s (A017)', () => {
    const t = stubborn(orphan({ orphanTimeout: LINUX.orphanTimeout }), 203_000).state('FIN-WAIT-1');
    stubborn(t, 62_000).state('CLOSED');
  });

  test('so with text in flight when the window closed (A017)', () => {
    const t = established().write(2000).close().in('. 1:1 ack 1 win 0');
    stubborn(t, 239_000).state('FIN-WAIT-1');
    stubborn(t, 61_000).state('CLOSED').followed('local-orphan');
  });

  test('so in LAST-ACK and before it (A017)', () => {
    const t = established().in('F. 1:1 ack 1 win 0').write(10).close().state('CLOSE-WAIT');
    t.takeSent();
    for (let i = 0; i < 301; i++) {
      t.after(1000);
      if (t.takeSent().length > 0 && t.connection.state !== 'CLOSED') t.in('. 2:2 ack 1 win 0');
    }
    t.state('CLOSED').followed('local-orphan');
  });

  test('after shutdown somebody still reads: it stays (MUST-37)', () => {
    const t = established().in('. 1:1 ack 1 win 0').write(10).shutdown().state('FIN-WAIT-1');
    stubborn(t, 1_000_000).state('FIN-WAIT-1');
  });

  test('FIN-WAIT-2 has its limit for each connection (A017)', () => {
    const t = reach['FIN-WAIT-1']().close();
    t.do((c, now) => c.setFinWait2(5000, now))
      .in('. 1:1 ack 2')
      .state('FIN-WAIT-2');
    t.after(4999).state('FIN-WAIT-2').after(1).state('CLOSED').followed('local-fin-wait-2');
    const late = reach['FIN-WAIT-2']().close().after(100_000);
    late.do((c, now) => c.setFinWait2(5000, now));
    late.after(4999).state('FIN-WAIT-2').after(1).state('CLOSED');
    reach['FIN-WAIT-2']()
      .close()
      .do((c, now) => c.setFinWait2(0, now))
      .after(0)
      .state('CLOSED');
  });
});
