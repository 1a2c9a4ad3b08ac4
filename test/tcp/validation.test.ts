// RFC 7661, RFC 2861, RFC 5681 §4.1: a congestion window that is not used. And bursts.

import { describe, expect, test } from 'vitest';
import { CwndValidation } from '../../src/tcp/congestion/validation.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { seq } from '../../src/tcp/seq.ts';
import { Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** A peer that acknowledges all that leaves, 100 ms later. */
class Paced {
  readonly t: Script;
  private acked = 1;

  /** Opened with SACK, a round trip of 100 ms, an MSS of 1000 and Reno. */
  constructor(parameters: Partial<Parameters>) {
    this.t = new Script({ parameters: { sack: true, cwndValidation: 'rfc7661', ...parameters } }).connect();
    this.t.after(100).in('S. 0:0 ack 1 <mss 1000,sackOK>').state('ESTABLISHED').takeSent();
  }

  /** Write `segments`, and let all of them be acknowledged one by one; a round trip each. Returns how many left at once. */
  round(segments: number): number {
    this.t.write(1000 * segments);
    const first = this.t.takeSent().length;
    const end = this.acked + 1000 * segments;
    for (let sent = first; this.acked < end; sent = this.t.takeSent().length) {
      this.t.after(100);
      for (let i = 0; i < sent; i++) {
        this.acked += 1000;
        this.t.in(`. 1:1 ack ${this.acked}`);
      }
    }
    return first;
  }

  /** Use the window until it is `segments` large. */
  grow(segments: number): this {
    for (let i = 0; i < 50 && info(this.t).cwnd < 1000 * segments; i++) {
      this.round(2 * (info(this.t).cwnd / 1000));
    }
    expect(info(this.t).cwnd).toBeGreaterThanOrEqual(1000 * segments);
    return this;
  }

  get cwnd(): number {
    return info(this.t).cwnd;
  }

  get next(): number {
    return this.acked;
  }
}

test('the presets: RFC 7661; Linux’s RFC 2861', () => {
  expect([RFC9293.cwndValidation, LINUX.cwndValidation]).toEqual(['rfc7661', 'rfc2861']);
  expect([RFC9293.slowStartAfterIdle, LINUX.slowStartAfterIdle]).toEqual([true, true]);
});

describe('RFC 7661', () => {
  const keeping = { slowStartAfterIdle: false };

  test('cwnd does not grow while the program is what limits (7661.1, 9438.7)', () => {
    for (const congestionControl of ['reno', 'cubic'] as const) {
      const p = new Paced({ ...keeping, congestionControl });
      for (let i = 0; i < 30; i++) p.round(2);
      expect(p.cwnd).toBe(10_000);
      p.round(20);
      expect(p.cwnd).toBeGreaterThan(10_000);
    }
  });

  test('nor while the peer’s window is (7661.1)', () => {
    const p = new Paced(keeping);
    p.t.write(30_000).takeSent();
    for (let n = 1001; n <= 20_001; n += 1000) p.t.in(`. 1:1 ack ${n} win 5000`);
    expect(p.cwnd).toBeLessThanOrEqual(11_000);
  });

  test('unused for five minutes: half of it; ssthresh remembers three quarters (7661.2)', () => {
    const p = new Paced(keeping).grow(40);
    const { cwnd } = p;
    for (let i = 0; i < 29; i++) {
      p.round(2);
      p.t.after(10_000);
    }
    expect(p.cwnd).toBe(cwnd);
    p.t.after(20_000);
    p.round(2);
    p.t.followed('7661-4.4.3-unused');
    expect(p.cwnd).toBe(Math.floor(cwnd / 2));
    expect(info(p.t).ssthresh).toBeGreaterThanOrEqual(Math.floor(0.75 * cwnd));
  });

  test('idle for twenty minutes: down to the initial window, no further (7661.2)', () => {
    const p = new Paced(keeping).grow(60);
    p.t.after(20 * 60_000).write(60_000);
    expect(p.cwnd).toBe(10_000);
  });

  test('half in use is in use: nothing is taken away (7661.2)', () => {
    const p = new Paced(keeping).grow(30);
    const { cwnd } = p;
    for (let i = 0; i < 400; i++) {
      p.round(Math.ceil(cwnd / 2000));
      p.t.after(800);
    }
    expect(p.cwnd).toBe(cwnd);
  });

  test('a loss: what was delivered in a round trip of late counts, not the window, nor the few in flight (7661.4)', () => {
    const p = new Paced(keeping).grow(40);
    for (let i = 0; i < 30; i++) p.round(12);
    p.t.write(4000).takeSent();
    p.t.after(100).in(`. 1:1 ack ${p.next} <sack ${p.next + 1000}:${p.next + 4000}>`);
    p.t.followed('7661-4.4.2-loss');
    expect(info(p.t).ssthresh).toBe(6000);
    p.t.after(100).in(`. 1:1 ack ${p.next + 4000}`);
    expect(info(p.t)).toMatchObject({ cwnd: 6000, ssthresh: 6000 });
  });

  test('a loss in a window that is in use: half of the flight (7661.4)', () => {
    const p = new Paced(keeping);
    p.t.write(10_000).takeSent();
    p.t.after(100).in('. 1:1 ack 1 <sack 1001:4001>');
    expect(info(p.t).ssthresh).toBe(5000);
  });

  test('after an idle time no more leaves at once than the initial window; the next ACK frees the rest (7661.5)', () => {
    const p = new Paced(keeping).grow(40);
    p.t.after(5000).write(40_000);
    expect(p.t.takeSent()).toHaveLength(10);
    p.t.after(100).in(`. 1:1 ack ${p.next + 1000}`);
    expect(p.t.takeSent().length).toBeGreaterThan(20);
  });

  test('off, and no slow start after idle: all of the window', () => {
    const p = new Paced({ ...keeping, cwndValidation: 'off' }).grow(40);
    p.t.after(5000).write(40_000);
    expect(p.t.takeSent()).toHaveLength(40);
  });
});

describe('pipeACK (7661.3)', () => {
  test('nothing was measured: the window counts as used', () => {
    const v = new CwndValidation(seq(0));
    expect(v.pipeAck(100, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(v.isValidated(1_000_000, 100, 0)).toBe(true);
  });

  test('the most of a round trip within the last second, or three round trips if those are longer', () => {
    const v = new CwndValidation(seq(0));
    const round = (bytes: number, now: number, srtt: number): void => {
      v.acknowledged += bytes;
      v.roundBegins(srtt, 10_000, now);
    };
    round(8000, 1000, 100);
    round(3000, 1100, 100);
    expect(v.pipeAck(100, 1400)).toBe(8000);
    round(3000, 1600, 100);
    expect(v.pipeAck(100, 1900)).toBe(8000);
    expect(v.pipeAck(100, 2200)).toBe(3000);
    expect(v.pipeAck(100, 9000)).toBe(0);
    round(8000, 10_000, 1000);
    round(3000, 10_100, 1000);
    expect(v.pipeAck(1000, 11_400)).toBe(8000);
    expect(v.pipeAck(1000, 14_000)).toBe(0);
  });

  test('the ACKs of one round trip add up', () => {
    const v = new CwndValidation(seq(0));
    for (let i = 0; i < 5; i++) v.acknowledged += 1000;
    v.roundBegins(100, 10_000, 1000);
    v.acknowledged += 500;
    v.roundBegins(100, 10_000, 1001);
    expect(v.pipeAck(100, 1000)).toBe(5000);
    expect([v.isValidated(10_000, 100, 1000), v.isValidated(10_001, 100, 1000)]).toEqual([true, false]);
  });
});

describe('RFC 2861, as Linux has it', () => {
  const linux = { cwndValidation: 'rfc2861' as const };

  test('slow start goes on while half of the window is in use; congestion avoidance while all of it is', () => {
    const t = new Script({ parameters: { ...linux, slowStartLimit: Infinity } }).connect();
    t.in('S. 0:0 ack 1 win 65535 <mss 1000>').write(6000).after(100).in('. 1:1 ack 6001');
    expect(info(t).cwnd).toBe(16_000);
    t.write(8000).after(100).in('. 1:1 ack 14001').takeSent();
    expect(info(t).cwnd).toBe(16_000);
    t.write(16_000).after(100).in('. 1:1 ack 30001').takeSent();
    expect(info(t).cwnd).toBe(32_000);
  });

  test('an unused window stays as it is where slow start after idle is off', () => {
    const p = new Paced({ ...linux, slowStartAfterIdle: false }).grow(40);
    const { cwnd } = p;
    for (let i = 0; i < 40; i++) p.round(12);
    expect(p.cwnd).toBe(cwnd);
  });

  test('each RTO in which less was used takes half of the difference (7661.2)', () => {
    const p = new Paced(linux).grow(40);
    for (let i = 0; i < 12; i++) p.round(12);
    const { cwnd } = p;
    expect(cwnd).toBeGreaterThan(40_000);
    for (let i = 0; i < 11; i++) p.round(12);
    p.t.followed('7661-4.4.3-unused');
    expect(p.cwnd).toBe(Math.floor((cwnd + 12_000) / 2));
    expect(info(p.t).ssthresh).toBeGreaterThanOrEqual(Math.floor(0.75 * cwnd));
    for (let i = 0; i < 200; i++) p.round(2);
    expect(p.cwnd).toBeGreaterThanOrEqual(10_000);
    expect(p.cwnd).toBeLessThan(10_100);
  });

  test('idle: half for each RTO, not below the initial window (5681.8, 6928.4)', () => {
    const p = new Paced(linux).grow(40);
    const { cwnd } = p;
    p.t.after(1500).write(40_000);
    expect(p.cwnd).toBe(Math.floor(cwnd / 2));
    const q = new Paced(linux).grow(40);
    q.t.after(60_000).write(40_000);
    expect(q.cwnd).toBe(10_000);
  });

  test('with slow start after idle off, silence takes nothing', () => {
    const p = new Paced({ ...linux, slowStartAfterIdle: false }).grow(40);
    const { cwnd } = p;
    p.t.after(60_000).write(1000);
    expect(p.cwnd).toBe(cwnd);
  });
});

describe('RFC 5681 §4.1', () => {
  test.each(['reno', 'cubic'] as const)(
    '%s: idle for an RTO: the initial window (5681.8, 6928.4)',
    (congestionControl) => {
      const p = new Paced({
        congestionControl,
        cwndValidation: 'off',
        slowStartLimit: Number.POSITIVE_INFINITY,
      }).grow(40);
      p.t.after(1001).write(60_000);
      expect(p.cwnd).toBe(10_000);
      expect(p.t.takeSent()).toHaveLength(10);
    },
  );

  test('a window that is smaller than that stays (5681.8)', () => {
    const p = new Paced({ cwndValidation: 'off' });
    p.t.write(10_000).after(3000).takeSent();
    p.t.in('. 1:1 ack 10001').after(10_000).write(20_000);
    expect(p.cwnd).toBeLessThan(4000);
  });

  test('off: the window is as it was (5681.8)', () => {
    const p = new Paced({ cwndValidation: 'off', slowStartAfterIdle: false }).grow(40);
    const { cwnd } = p;
    p.t.after(1001).write(60_000);
    expect(p.cwnd).toBe(cwnd);
  });
});

describe('RFC 6582 §3.2 step 3', () => {
  const dup = '. 1:1 ack 1001';

  test('the ACK that ends a repair frees the window: four segments leave, the rest on the next ACK (6582.5)', () => {
    const t = new Script({ parameters: { initialWindow: 40 } }).connect();
    t.in('S. 0:0 ack 1 <mss 1000>').write(40_000).after(100).in(dup).takeSent();
    t.in(dup).in(dup).in(dup).out('. 1001:2001 ack 1');
    t.write(60_000).takeSent();
    t.after(100).in('. 1:1 ack 40001');
    expect(info(t).cwnd).toBe(19_500);
    expect(t.takeSent()).toHaveLength(4);
    t.after(100).in('. 1:1 ack 41001');
    expect(t.takeSent().length).toBeGreaterThan(12);
  });
});

describe('what a loss takes its share of', () => {
  /** SSTHRESH after a loss with five segments in flight, and the window before it. */
  const lossAfterLittle = (parameters: Partial<Parameters>) => {
    const p = new Paced({ cwndValidation: 'off', ...parameters }).grow(17);
    const { cwnd } = p;
    p.t
      .write(5000)
      .after(100)
      .in(`. 1:1 ack ${p.next} <sack ${p.next + 1000}:${p.next + 5000}>`)
      .takeSent();
    return { cwnd, ssthresh: info(p.t).ssthresh };
  };

  test('what is in flight; or, as Linux has it, the congestion window, in whole segments', () => {
    expect(lossAfterLittle({}).ssthresh).toBe(2500);
    expect(lossAfterLittle({ lossBasis: 'cwnd' })).toEqual({ cwnd: 23_000, ssthresh: 11_000 });
    const { cwnd, ssthresh } = lossAfterLittle({ lossBasis: 'cwnd', congestionControl: 'cubic' });
    expect(ssthresh).toBe(Math.floor((0.7 * cwnd) / 1000) * 1000);
  });
});
