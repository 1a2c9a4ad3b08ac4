// RFC 6298, RFC 8985 §7, §3.8.6.1 and RFC 5961 §7 as Linux and FreeBSD carry them out: what their presets change.

import { describe, expect, test } from 'vitest';
import { timeOfRetries } from '../../src/tcp/failures.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { FREEBSD, LINUX } from '../../src/tcp/presets.ts';
import { RetransmissionTimeout } from '../../src/tcp/recovery/rto.ts';
import { Script } from '../support/script.ts';

const PLAIN = { windowScaling: false, timestamps: false };

function open(parameters: Partial<Parameters>, rtt = 100): Script {
  const t = new Script({ parameters: { ...LINUX, ...PLAIN, ...parameters } })
    .connect()
    .out('S 0:0')
    .after(rtt);
  return t.in('S. 0:0 ack 1 win 65535 <mss 1000,sackOK>').out('. 1:1 ack 1');
}

const rtoOf = (t: Script): number => t.connection.info(t.now).rto;

describe('Linux’s RTO', () => {
  const linux = (): RetransmissionTimeout => new RetransmissionTimeout(1000, 200, 120_000, 200, 0, 'linux');

  test('is SRTT and 200 ms, or four deviations', () => {
    const rto = linux();
    rto.sampleByLinux(50, true);
    expect(rto.value).toBe(250);
    const slow = linux();
    slow.sampleByLinux(500, true);
    expect(slow.value).toBe(1500);
  });

  test('a longer round trip raises it at once, and it comes down by a quarter of the way each round trip', () => {
    const rto = linux();
    rto.sampleByLinux(100, true);
    rto.sampleByLinux(900, false);
    // The deviation was 50: 200 / 4 of it leave, 800 come.
    expect(rto.srtt).toBe(200);
    expect(rto.value).toBe(200 + (200 + 800 - 50));
    rto.sampleByLinux(200, true);
    const { value } = rto;
    rto.sampleByLinux(200, false);
    expect(rto.value).toBe(value);
    rto.sampleByLinux(200, true);
    expect(rto.value).toBeLessThan(value);
  });

  test('a shorter one counts an eighth: it is no reason to wait longer', () => {
    const rto = linux();
    rto.sampleByLinux(1000, true);
    rto.sampleByLinux(100, false);
    expect(rto.value).toBeCloseTo(1000 - 900 / 8 + 2000 + (900 - 500) / 8, 6);
  });

  test('the timer starts anew when a fast recovery sends the oldest again', () => {
    const timeouts = (parameters: Partial<Parameters>): number => {
      const t = open({ tailLossProbe: false, sack: true, ...parameters }).write(5000);
      t.takeSent();
      t.after(150).in('. 1:1 ack 1 <sack 1001:5001>').takeSent();
      t.after(151).takeSent();
      return t.connection.info(t.now).counters.timeouts;
    };
    expect([timeouts({}), timeouts({ rtoFromRetransmission: false })]).toEqual([0, 1]);
  });

  test('a round trip is over when what was sent at its beginning is acknowledged', () => {
    const t = open({ initialWindow: 4, sack: false }).write(4000);
    t.takeSent();
    t.after(500).in('. 1:1 ack 1001').takeSent();
    const high = rtoOf(t);
    t.in('. 1:1 ack 2001').takeSent();
    expect(rtoOf(t)).toBeGreaterThanOrEqual(high);
    t.write(2000).after(100).in('. 1:1 ack 4001').after(100).in('. 1:1 ack 6001');
    t.write(1000).after(100).in('. 1:1 ack 7001').write(1000).after(100).in('. 1:1 ack 8001').takeSent();
    expect(rtoOf(t)).toBeLessThan(high);
  });

  test('from the SYN; after a lost one 3 s, and the window stays as it is (RFC 6298 §5.7)', () => {
    expect(rtoOf(open({}))).toBe(300);
    const t = new Script({ parameters: { ...LINUX, ...PLAIN } })
      .connect()
      .out('S 0:0')
      .after(1000)
      .out('S 0:0');
    t.after(500).in('S. 0:0 ack 1 <mss 1000,sackOK>');
    expect(t.connection.info(t.now)).toMatchObject({ rto: 3000, cwnd: 10_000 });
    const twice = new Script({ parameters: { ...LINUX, ...PLAIN } }).connect().after(3000);
    twice.in('S. 0:0 ack 1 <mss 1000,sackOK>');
    expect(twice.connection.info(twice.now).cwnd).toBe(1000);
  });
});

test('FreeBSD’s RTO: 200 ms of slop on top, 230 ms at least', () => {
  const rto = new RetransmissionTimeout(1000, FREEBSD.rtoMin, FREEBSD.rtoMax, 0, FREEBSD.rtoSlop);
  rto.sample(100);
  expect(rto.value).toBe(100 + 200 + 200);
  const near = new RetransmissionTimeout(1000, FREEBSD.rtoMin, FREEBSD.rtoMax, 0, FREEBSD.rtoSlop);
  near.sample(1);
  expect(near.value).toBe(230);
});

describe('Linux’s tail loss probe (RFC 8985 §7.2)', () => {
  test('two round trips and 2 ms with several segments in flight', () => {
    const t = open({}).write(2000).out('. 1:1001 ack 1', 'P. 1001:2001 ack 1').after(201).quiet().after(1);
    t.out('P. 1001:2001 ack 1').followed('8985-7.3-probe');
  });

  test('none shorter than that: nothing is rounded up to 10 ms', () => {
    open({}, 1).write(2000).out('. 1:1001 ack 1', 'P. 1001:2001 ack 1').after(4).out('P. 1001:2001 ack 1');
  });

  test('two round trips and 200 ms, or the RTO, with one', () => {
    open({}).write(1000).out('P. 1:1001 ack 1').after(299).quiet().after(1).out('P. 1:1001 ack 1');
  });
});

/** What fifteen retransmissions take, ms. */
const R2 = timeOfRetries(LINUX.dataRetries, LINUX);

describe('window probes of Linux: an ACK from before the window', () => {
  const closed = (): Script => open({}).in('. 1:1 ack 1 win 0').write(500).quiet();

  test('MUST-36, SHLD-29, SHLD-30: after an RTO, at doubling intervals, for as long as it is answered', () => {
    const t = closed().after(299).quiet();
    for (const wait of [1, 600, 1200, 2400]) {
      t.after(wait - 1)
        .quiet()
        .after(1)
        .out('. 0:0 ack 1')
        .followed('9293-3.8.6.1-probe');
      t.in('. 1:1 ack 1 win 0');
    }
    for (let i = 0; i < 60; i++) {
      t.after(120_000).takeSent();
      t.in('. 1:1 ack 1 win 0');
    }
    t.state('ESTABLISHED').in('. 1:1 ack 1 win 1000').out('P. 1:501 ack 1');
  });

  test('the answer begins the wait anew', () => {
    const t = closed().after(300).out('. 0:0 ack 1').after(100).in('. 1:1 ack 1 win 0').after(599).quiet();
    t.after(1).out('. 0:0 ack 1');
  });

  test('unanswered for R2: given up (SHLD-11)', () => {
    const t = closed()
      .after(R2 - 1000)
      .state('ESTABLISHED')
      .after(200_000)
      .state('CLOSED');
    t.error('ETIMEDOUT');
  });

  test('one answer, and R2 begins again', () => {
    const t = closed().after(R2 - 100_000);
    t.in('. 1:1 ack 1 win 0')
      .after(R2 - 200_000)
      .state('ESTABLISHED')
      .in('. 1:1 ack 1 win 1000');
    t.after(1000).state('ESTABLISHED');
  });

  test('into a window that is open a bit, text goes, pushed (§3.8.6.2.1)', () => {
    open({}).in('. 1:1 ack 1 win 400').write(2000).quiet().after(300).out('P. 1:401 ack 1');
  });
});

test('FreeBSD asks about a closed window with an octet, after 5 s', () => {
  const t = new Script({ parameters: { ...FREEBSD, ...PLAIN } }).connect().in('S. 0:0 ack 1 <mss 1000>');
  t.takeSent();
  t.in('. 1:1 ack 1 win 0').write(500).after(4999).quiet().after(1).out('. 1:2 ack 1');
});

describe('RFC 5961 §7 in Linux: 500 ms between answers, no other limit (5961.5, A012)', () => {
  test('RSTs, SYNs and empty segments share it', () => {
    const t = open({})
      .in('R 2:2')
      .out('. 1:1 ack 1')
      .in('S 5:5')
      .quiet()
      .in('. 9:9 ack 50')
      .quiet()
      .after(499);
    t.in('. 4294967000:4294967000 ack 1')
      .quiet()
      .followed('5961-7-limit')
      .after(1)
      .in('S 5:5')
      .out('. 1:1 ack 1');
  });

  test('old text is answered each time', () => {
    const t = open({}).in('. 1:1001 ack 1').out('. 1:1 ack 1001');
    for (let i = 0; i < 5; i++) t.in('. 1:1001 ack 1').out('. 1:1 ack 1001');
  });

  test('and for ever, if slowly enough', () => {
    const t = open({});
    for (let i = 0; i < 50; i++) t.in('R 2:2').out('. 1:1 ack 1').after(500);
  });
});

test('Linux takes a segment that lacks the negotiated timestamps', () => {
  const t = new Script({ parameters: LINUX }).connect();
  t.in('S. 0:0 ack 1 <mss 1000,TS val 5 ecr 1000000>').in('P. 1:11 ack 1').reads(10);
});
