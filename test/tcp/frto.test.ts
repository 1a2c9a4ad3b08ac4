// RFC 5682: after a timeout, is what was in flight still on its way? Without and with SACK.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** Opened, a round trip of 100 ms, an MSS of 1000, Reno; no probe before the timer. */
function opened(sacked: boolean, parameters: Partial<Parameters> = {}): Script {
  const t = new Script({
    parameters: { sack: sacked, frto: true, tailLossProbe: false, ...parameters },
  }).connect();
  t.after(100)
    .in(`S. 0:0 ack 1 <mss 1000${sacked ? ',sackOK' : ''}>`)
    .state('ESTABLISHED')
    .takeSent();
  return t;
}

/** Ten segments in flight, five more wait, and the timer has expired: the oldest went again. */
function timedOut(sacked: boolean, more = 5000, parameters: Partial<Parameters> = {}): Script {
  const t = opened(sacked, parameters).write(10_000);
  expect(t.takeSent()).toHaveLength(10);
  if (more > 0) t.write(more).quiet();
  t.after(999).quiet().after(1).out('. 1:1001 ack 1');
  expect(info(t)).toMatchObject({ cwnd: 1000, ssthresh: 5000, counters: { timeouts: 1 } });
  return t.after(50);
}

const sack = (ack: number, ...blocks: string[]): string => `. 1:1 ack ${ack} <sack ${blocks.join(' ')}>`;

test('the presets have it', () => {
  expect([RFC9293.frto, LINUX.frto]).toEqual([true, true]);
});

describe.each([
  ['without SACK', false],
  ['with SACK', true],
])('%s', (_, sacked) => {
  test('the timeout sends one segment, the oldest (5682.1, 6298.6)', () => {
    timedOut(sacked).quiet();
  });

  test('the first ACK that advances lets two new segments out, and no old one (5682.2)', () => {
    const t = timedOut(sacked).in('. 1:1 ack 1001').out('. 10001:11001 ack 1', '. 11001:12001 ack 1');
    t.followed('5682-2.1-forward').after(100).quiet();
  });

  test('two, however many the ACK lets into the window', () => {
    const t = timedOut(sacked, 5000, { slowStartLimit: Number.POSITIVE_INFINITY });
    t.in('. 1:1 ack 6001').out('. 10001:11001 ack 1', '. 11001:12001 ack 1');
  });

  test('the second one that advances: spurious; all as before, nothing old is resent (5682.3)', () => {
    const t = timedOut(sacked).in('. 1:1 ack 1001').out('. 10001:11001 ack 1', '. 11001:12001 ack 1');
    t.in('. 1:1 ack 2001').followed('5682-2.1-undo');
    expect(info(t)).toMatchObject({
      cwnd: 11_000,
      ssthresh: Number.POSITIVE_INFINITY,
      counters: { undos: 1 },
    });
    expect(t.takeSent()).toHaveLength(1); // Ten were in flight, the window is eleven.
    t.in('. 1:1 ack 12001').takeSent();
    t.after(10).in('. 1:1 ack 15001').quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 1, timeouts: 1 });
  });

  test('a duplicate in its place: a loss, and the old goes again, oldest first (5682.4)', () => {
    const t = timedOut(sacked).in('. 1:1 ack 1001').out('. 10001:11001 ack 1', '. 11001:12001 ack 1');
    t.in(sacked ? sack(1001, '10001:11001') : '. 1:1 ack 1001');
    expect(t.takeSent()[0]).toMatch(/^\. 1001:2001 /);
    expect(info(t)).toMatchObject({ ssthresh: 5000, counters: { undos: 0, fastRetransmits: 0 } });
    t.in('. 1:1 ack 2001').in('. 1:1 ack 3001');
    expect(info(t).counters.undos).toBe(0);
  });

  test('a duplicate before anything advances: a loss (5682.4)', () => {
    const t = timedOut(sacked).in('. 1:1 ack 1').in('. 1:1 ack 1001');
    expect(t.takeSent()).toEqual([
      expect.stringMatching(/^\. 1001:2001 /),
      expect.stringMatching(/^\. 2001:3001 /),
    ]);
    t.in('. 1:1 ack 2001');
    expect(info(t).counters.undos).toBe(0);
  });

  test('an ACK of all that was in flight proves nothing', () => {
    const t = timedOut(sacked).in('. 1:1 ack 10001').out('. 10001:11001 ack 1', '. 11001:12001 ack 1');
    t.in('. 1:1 ack 12001');
    expect(info(t)).toMatchObject({ ssthresh: 5000, counters: { undos: 0 } });
  });

  test('no new text: the old goes again (5682.6)', () => {
    const t = timedOut(sacked, 0).in('. 1:1 ack 1001').out('. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.in('. 1:1 ack 2001').takeSent();
    expect(info(t).counters.undos).toBe(0);
  });

  test('no room for it in the peer’s window: likewise (5682.6)', () => {
    const t = timedOut(sacked).in('. 1:1 ack 1001 win 9500').out('. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.in('. 1:1 ack 2001 win 9500');
    expect(info(t).counters.undos).toBe(0);
  });

  test('less than a segment is new text too, and does not wait for Nagle', () => {
    const t = opened(sacked).write(1500).write(2000).write(10);
    expect(t.takeSent()).toHaveLength(4);
    t.after(1000).out('. 1:1001 ack 1').after(50).in('. 1:1 ack 1001').out('P. 3501:3511 ack 1');
  });

  test('a timeout within the repair is not asked about (5682.6)', () => {
    const t = timedOut(sacked).after(1950).out('. 1:1001 ack 1');
    t.in('. 1:1 ack 1001').out('. 1001:2001 ack 1', '. 2001:3001 ack 1').in('. 1:1 ack 2001');
    expect(info(t).counters).toMatchObject({ undos: 0, timeouts: 2 });
  });

  test('off: the old goes again', () => {
    timedOut(sacked, 5000, { frto: false })
      .in('. 1:1 ack 1001')
      .out('. 1001:2001 ack 1', '. 2001:3001 ack 1');
  });

  test('the new text is lost too: the timer goes on from there', () => {
    const t = timedOut(sacked).in('. 1:1 ack 1001').out('. 10001:11001 ack 1', '. 11001:12001 ack 1');
    t.after(1999).quiet().after(1).out('. 1001:2001 ack 1').in('. 1:1 ack 2001');
    expect(t.takeSent()).toEqual([
      expect.stringMatching(/^\. 2001:3001 /),
      expect.stringMatching(/^\. 3001:4001 /),
    ]);
  });
});

describe('SACK shows more', () => {
  test('of text sent once, before the timeout: spurious, at the first ACK already (5682.5)', () => {
    const t = timedOut(true).in(sack(1, '1001:2001')).followed('5682-2.1-undo');
    expect(info(t)).toMatchObject({ cwnd: 10_000, ssthresh: Number.POSITIVE_INFINITY });
  });

  test('and at the second (5682.5)', () => {
    const t = timedOut(true).in('. 1:1 ack 1001').in(sack(1001, '3001:4001')).followed('5682-2.1-undo');
    expect(info(t).ssthresh).toBe(Number.POSITIVE_INFINITY);
  });

  test('of the new text alone: a loss (5682.4)', () => {
    const t = timedOut(true).in('. 1:1 ack 1001').in(sack(1001, '10001:12001'));
    expect(info(t)).toMatchObject({ ssthresh: 5000, counters: { undos: 0 } });
    expect(t.takeSent()[2]).toMatch(/^\. 1001:2001 /);
  });
});
