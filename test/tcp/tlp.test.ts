// RFC 8985 §7: the tail loss probe. When the last segments are lost, nothing later tells of it.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { RetransmissionTimeout } from '../../src/tcp/recovery/rto.ts';
import { TailLossProbe } from '../../src/tcp/recovery/tlp.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import { Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** Opened with SACK and a round trip of 100 ms, an MSS of 1000 and Reno: a probe is due after 200 ms. */
function opened(parameters: Partial<Parameters> = {}): Script {
  const t = new Script({ parameters: { sack: true, ...parameters } }).connect();
  t.after(100).in('S. 0:0 ack 1 <mss 1000,sackOK>').state('ESTABLISHED').takeSent();
  return t;
}

function flight(n: number, t = opened()): Script {
  t.write(n * 1000);
  expect(t.takeSent()).toHaveLength(n);
  return t;
}

describe('8985.7: when', () => {
  test('two smoothed round trips after the last segment left', () => {
    flight(3).after(199).quiet().after(1).out('P. 2001:3001 ack 1').followed('8985-7.3-probe');
  });

  test('each new segment puts it off', () => {
    const t = flight(3).after(150).write(1000).out('P. 3001:4001 ack 1').after(199).quiet();
    t.after(1).out('P. 3001:4001 ack 1');
  });

  test('each ACK of something new puts it off', () => {
    flight(5).after(100).in('. 1:1 ack 2001').after(199).quiet().after(1).out('P. 4001:5001 ack 1');
  });

  test('a lone segment: 200 ms more, since its ACK may be delayed', () => {
    flight(1).after(399).quiet().after(1).out('P. 1:1001 ack 1').followed('8985-7.3-probe');
  });

  test('never after the retransmission timer: there it takes its place', () => {
    // Linux’s RTO is 300 ms here; a probe of a lone segment would be due after 400.
    const t = flight(1, opened({ rtoMin: LINUX.rtoMin }))
      .after(299)
      .quiet()
      .after(1)
      .out('P. 1:1001 ack 1');
    t.followed('8985-7.3-probe').after(299).quiet().after(1).out('P. 1:1001 ack 1');
    expect(info(t).counters).toMatchObject({ retransmissions: 2, timeouts: 1 });
  });

  test('not without SACK', () => {
    flight(3, opened({ sack: false }))
      .after(999)
      .quiet()
      .after(1)
      .out('. 1:1001 ack 1');
  });

  test('not while the peer reports something out of order: RACK’s timer takes care of that', () => {
    const t = flight(3).after(190).in('. 1:1 ack 1 <sack 1001:2001>').after(25).out('. 1:1001 ack 1');
    expect(t.rules.has('8985-7.3-probe')).toBe(false);
    // Nor does it put the retransmission timer off.
    t.after(784).quiet().after(1).out('. 1:1001 ack 1');
  });

  test('nor while a timeout’s repair is on', () => {
    const t = flight(3).after(200).out('P. 2001:3001 ack 1').after(1000).out('. 1:1001 ack 1');
    t.after(1999).quiet().after(1).out('. 1:1001 ack 1');
  });

  test('nor before the handshake is done', () => {
    const t = new Script({ parameters: { sack: true } })
      .listen()
      .in('S 0:0 <mss 1000,sackOK>')
      .out('S. 0:0 ack 1');
    t.after(999).quiet().after(1).out('S. 0:0 ack 1').after(2000).out('S. 0:0 ack 1');
    expect(info(t).counters).toMatchObject({ timeouts: 2 });
  });

  test('nor with nothing in flight', () => {
    flight(3).after(100).in('. 1:1 ack 3001').after(100_000).quiet();
  });

  test('nor in place of a zero-window probe', () => {
    const t = opened().in('. 1:1 ack 1 win 0').write(1000).quiet().after(1000).out('. 1:2 ack 1');
    t.in('. 1:1 ack 1 win 0').after(1999).quiet().after(1).out('. 1:2 ack 1');
  });
});

describe('8985.8: what', () => {
  test('nothing, if a SACK comes between the timer and the probe', () => {
    const t = flight(3).after(199);
    t.connection.expire(t.now + 1);
    t.in('. 1:1 ack 1 <sack 2001:3001>').quiet().after(25).out('. 1:1001 ack 1');
  });

  test('new text, if the peer’s window lets it, whatever the congestion window says', () => {
    const t = flight(10).write(5000).quiet().after(200).out('. 10001:11001 ack 1').followed('8985-7.3-probe');
    expect(info(t).counters).toMatchObject({ retransmissions: 0 });
  });

  test('else the last segment again', () => {
    const t = opened().in('. 1:1 ack 1 win 3500').write(6000);
    t.out('. 1:1001 ack 1', '. 1001:2001 ack 1', '. 2001:3001 ack 1').after(200).out('. 2001:3001 ack 1');
  });

  test('of the last transmission one segment, where it was larger', () => {
    const options = { parameters: { sack: true }, superSegment: 65_535 };
    const t = new Script(options).connect().after(100).in('S. 0:0 ack 1 <mss 1000,sackOK>');
    t.takeSent();
    t.write(5500).out('P. 1:5501 ack 1').after(200).out('P. 4501:5501 ack 1');
  });

  test('a FIN, if that was last', () => {
    opened()
      .write(1000)
      .shutdown()
      .out('P. 1:1001 ack 1', 'F. 1001:1001 ack 1')
      .after(400)
      .out('F. 1001:1001 ack 1');
  });

  test('one: until it is answered there is no other', () => {
    flight(3).after(200).out('P. 2001:3001 ack 1').after(999).quiet();
  });

  test('nor after a probe of new text', () => {
    const t = flight(10).write(1000).quiet().after(200).out('P. 10001:11001 ack 1').after(999).quiet();
    t.after(1).out('. 1:1001 ack 1');
  });

  test('its SACK leads to the repair that a timeout would else have had to do', () => {
    const t = flight(5).after(100).in('. 1:1 ack 2001').after(200).out('P. 4001:5001 ack 1');
    t.after(100).in('. 1:1 ack 2001 <sack 4001:5001>').out('. 2001:3001 ack 1');
    t.after(100).in('. 1:1 ack 3001 <sack 4001:5001>').out('. 3001:4001 ack 1');
    expect(info(t).counters).toMatchObject({ timeouts: 0, fastRetransmits: 1 });
  });
});

describe('8985.9: did it repair a loss?', () => {
  /** Ten in flight; the last goes again as a probe, and all are acknowledged. */
  const probed = (): Script =>
    flight(10).after(200).out('P. 9001:10001 ack 1').after(100).in('. 1:1 ack 10001');

  test('yes, if more is acknowledged and no duplicate was reported: the window is reduced', () => {
    const t = probed();
    const { cwnd } = info(t);
    t.write(cwnd);
    expect(t.takeSent()).toHaveLength(cwnd / 1000);
    t.after(100).in('. 1:1 ack 11001').followed('8985-7.4-repaired');
    expect(info(t)).toMatchObject({ cwnd: cwnd / 2, ssthresh: cwnd / 2 });
  });

  test.each([
    ['no: a D-SACK says that it was a duplicate', '. 1:1 ack 10001 <sack 9001:10001>'],
    ['no: nor does a peer without D-SACK acknowledge it twice, unless it had it', '. 1:1 ack 10001'],
  ])('%s', (_, answer) => {
    const t = probed();
    const { cwnd } = info(t);
    t.in(answer).write(cwnd).takeSent();
    t.after(100).in('. 1:1 ack 11001');
    expect(info(t).ssthresh).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    ['text of the peer', '. 1:11 ack 10001', '. 11:11 ack 11001'],
    ['another window', '. 1:1 ack 10001 win 60000', '. 1:1 ack 11001 win 60000'],
    ['an older ACK, late', '. 1:1 ack 5001', '. 1:1 ack 11001'],
  ])('%s is no such answer', (_, other, next) => {
    const t = probed();
    const { cwnd } = info(t);
    t.in(other).write(cwnd).takeSent();
    t.after(100).in(next);
    expect(info(t).ssthresh).toBe(cwnd / 2);
  });

  test('new text repairs nothing', () => {
    const t = flight(10).write(1000).after(200).out('P. 10001:11001 ack 1').in('. 1:1 ack 11001');
    t.write(1000).takeSent();
    t.in('. 1:1 ack 12001');
    expect(info(t).ssthresh).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('8985.10: the retransmission timer', () => {
  test('starts anew with the probe, and goes off if that is lost too', () => {
    const t = flight(3)
      .after(200)
      .out('P. 2001:3001 ack 1')
      .after(999)
      .quiet()
      .after(1)
      .out('. 1:1001 ack 1');
    expect(info(t)).toMatchObject({ cwnd: 1000, counters: { timeouts: 1 } });
  });
});

describe('TailLossProbe', () => {
  const end = seq(0x7fffffff);

  test('§7.2: one second, the RTO, while there is no sample; and never later than that', () => {
    const tlp = new TailLossProbe();
    const pto = (srtt: number, alone: boolean, value: number): number => {
      tlp.update(Object.assign(new RetransmissionTimeout(1000, 200, 60_000, 1), { srtt, value }), alone);
      return tlp.timeout;
    };
    expect(pto(0, false, 1000)).toBe(1000);
    expect(pto(100, true, 300)).toBe(300);
    expect(pto(0.2, false, 200)).toBe(10);
  });

  test('§7.4: an ACK of less is no answer, across the wrap', () => {
    const tlp = new TailLossProbe();
    tlp.sent(end, true);
    expect([tlp.answered(add(end, -1), true), tlp.outstanding]).toEqual([false, true]);
    tlp.repeated(add(end, -1));
    expect([tlp.answered(end, false), tlp.outstanding]).toEqual([false, true]);
    expect([tlp.answered(add(end, 1), false), tlp.outstanding]).toEqual([true, false]);
    expect(tlp.answered(add(end, 2), false)).toBe(false);
  });

  test('another repair takes over', () => {
    const tlp = new TailLossProbe();
    tlp.due = true;
    tlp.sent(end, true);
    expect(tlp.due).toBe(false);
    tlp.cancel();
    expect([tlp.outstanding, tlp.answered(add(end, 1), false)]).toEqual([false, false]);
  });
});
