// RFC 4015 and 3522, RFC 2883 §5: a repair that nothing called for is taken back.

import { describe, expect, test } from 'vitest';
import { clone } from '../../src/lib/clone.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { Undo } from '../../src/tcp/recovery/undo.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import { Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** Opened with SACK, a round trip of 100 ms and an MSS of 1000; ten segments make the window. */
function opened(parameters: Partial<Parameters> = {}): Script {
  const t = new Script({ parameters: { sack: true, ...parameters } }).connect();
  const stamps = parameters.timestamps ? ',TS val 1 ecr 0' : '';
  t.after(100).in(`S. 0:0 ack 1 <mss ${parameters.timestamps ? 1012 : 1000},sackOK${stamps}>`);
  t.state('ESTABLISHED').takeSent();
  return t;
}

/** `n` segments in flight for 100 ms. */
function flight(n: number, t = opened()): Script {
  t.write(n * 1000);
  expect(t.takeSent()).toHaveLength(n);
  return t.after(100);
}

const sack = (ack: number, ...blocks: string[]): string => `. 1:1 ack ${ack} <sack ${blocks.join(' ')}>`;

describe('D-SACK (2883.6)', () => {
  test('the one retransmission of a fast recovery came twice: cwnd and ssthresh as before', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1');
    expect(info(t).ssthresh).toBe(5000);
    t.in('. 1:1 ack 10001').after(100).in(sack(10_001, '1:1001')).followed('2883-5-undo');
    expect(info(t)).toMatchObject({ cwnd: 10_000, ssthresh: Number.POSITIVE_INFINITY });
    expect(info(t).counters).toMatchObject({ dsackDuplicates: 1, undos: 1 });
    t.write(20_000);
    expect(t.takeSent()).toHaveLength(10);
  });

  test('during the repair it ends it', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1');
    t.after(100).in(sack(4001, '1:1001')).quiet().followed('2883-5-undo');
    expect(t.connection.tcb.recovery.active).toBe(false);
    expect(info(t)).toMatchObject({ cwnd: 10_000, ssthresh: Number.POSITIVE_INFINITY });
  });

  test('of two retransmissions one came twice: one was needed, and it stays as it is', () => {
    const t = flight(10).in(sack(1, '1001:3001', '4001:6001'));
    t.out('. 1:1001 ack 1')
      .after(100)
      .in(sack(1, '1001:3001', '4001:10001'))
      .out('. 3001:4001 ack 1');
    t.after(100).in(sack(10_001, '1:1001'));
    expect(info(t)).toMatchObject({ cwnd: 5000, ssthresh: 5000, counters: { undos: 0 } });
    // And the other too: it was not.
    t.in(sack(10_001, '3001:4001'));
    expect(info(t)).toMatchObject({ cwnd: 10_000, counters: { undos: 1 } });
  });

  test('one that lies above SEG.ACK, inside the second block, counts as well', () => {
    const t = flight(10).in(sack(1, '1001:3001', '4001:6001'));
    t.after(100)
      .in(sack(1, '1001:3001', '4001:10001'))
      .takeSent();
    t.after(100).in(sack(1, '3001:4001', '1001:10001'));
    expect(info(t).counters).toMatchObject({ dsackDuplicates: 1, undos: 0 });
    // The second time that the first segment went again: both of them came twice, too.
    t.out('. 1:1001 ack 1').in(sack(10_001, '1:1001'));
    expect(info(t).counters.undos).toBe(0);
    t.in(sack(10_001, '1:1001')).followed('2883-5-undo');
    expect(info(t)).toMatchObject({ cwnd: 10_000, counters: { dsackDuplicates: 3, undos: 1 } });
  });

  test('what was sent twice again must be reported twice', () => {
    const t = flight(10).after(1100).after(2000);
    const times = t.takeSent().filter((line) => line.startsWith('. 1:1001 ')).length;
    expect(times).toBe(2);
    t.in('. 1:1 ack 10001').in(sack(10_001, '1:1001'));
    expect(info(t).counters.undos).toBe(0);
    // The probe before the timeouts was no part of the repair.
    t.in(sack(10_001, '1:1001')).followed('2883-5-undo');
  });

  test('after a timeout too, when all that went again came twice', () => {
    const t = flight(4).after(1100);
    t.takeSent();
    t.after(100).in('. 1:1 ack 1001').takeSent();
    t.in(sack(4001, '1:1001')).in(sack(4001, '1001:2001'));
    expect(info(t).counters.undos).toBe(0);
    t.in(sack(4001, '2001:3001'));
    expect(info(t)).toMatchObject({
      cwnd: 10_000,
      ssthresh: Number.POSITIVE_INFINITY,
      counters: { undos: 1 },
    });
    expect(t.connection.tcb.rto.backoffs).toBe(0);
  });

  test('made up, of what was never sent again: nothing comes of it (A089)', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1').in('. 1:1 ack 10001');
    for (const block of ['1001:2001', '5001:6001', '9001:10001', '1:2', '10001:10002', '1:900']) {
      t.in(sack(10_001, block));
    }
    expect(info(t)).toMatchObject({ cwnd: 5000, ssthresh: 5000, counters: { undos: 0 } });
  });

  test('a round trip after the repair it is too late, whatever comes', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1').in('. 1:1 ack 10001');
    t.write(5000).in('. 1:1 ack 11001').in('. 1:1 ack 15001');
    t.write(2000).in('. 1:1 ack 16001').in(sack(16_001, '1:1001'));
    expect(info(t).counters.undos).toBe(0);
  });

  test('a loss that its probe repaired is no such thing, nor is what came before it (8985.9)', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1').in('. 1:1 ack 10001').write(2000);
    t.takeSent();
    t.after(400).out('P. 11001:12001 ack 1').write(1000).in('. 1:1 ack 13001').followed('8985-7.4-repaired');
    const { cwnd } = info(t);
    t.in(sack(13_001, '1:1001')).in(sack(13_001, '11001:12001'));
    expect(info(t)).toMatchObject({ cwnd, counters: { undos: 0 } });
  });
});

describe('timestamps (RFC 3522)', () => {
  const stamped = (): Script => opened({ timestamps: true });
  /** An ACK that echoes what left `ago` ms before now. */
  const ack = (t: Script, upTo: number, ago: number, blocks = ''): string =>
    `. 1:1 ack ${upTo} <TS val 2 ecr ${(t.now - ago) >>> 0}${blocks === '' ? '' : `,sack ${blocks}`}>`;

  test('the ACK after a timeout echoes the first copy: all as before, and nothing more is resent (4015)', () => {
    const t = flight(10, stamped()).after(1100);
    t.takeSent();
    expect(info(t)).toMatchObject({ cwnd: 1000, ssthresh: 5000 });
    t.after(10)
      .in(ack(t, 3001, 1210))
      .quiet()
      .followed('3522-3.2-undo');
    // As before, and the ACK is one like any other.
    expect(info(t)).toMatchObject({
      cwnd: 11_000,
      ssthresh: Number.POSITIVE_INFINITY,
      counters: { undos: 1 },
    });
    expect(t.connection.tcb.board.lost).toBe(0);
    t.write(5000);
    expect(t.takeSent()).toHaveLength(4);
  });

  test('one that echoes the retransmission: the repair goes on', () => {
    const t = flight(10, stamped()).after(1100);
    t.takeSent();
    t.after(100).in(ack(t, 1001, 100));
    expect(t.takeSent()).toHaveLength(2);
    expect(info(t)).toMatchObject({ ssthresh: 5000, counters: { undos: 0 } });
  });

  test('a duplicate that echoes something old tells nothing', () => {
    const t = flight(10, stamped()).after(1100);
    t.in(ack(t, 1, 1200)).takeSent();
    expect(info(t).counters.undos).toBe(0);
  });

  test('fast recovery: the hole fills itself: reordering, and the window is as before', () => {
    const t = flight(10, stamped());
    t.in(ack(t, 1, 100, '1001:4001'))
      .out('. 1:1001 ack 1')
      .after(20);
    t.in(ack(t, 4001, 120))
      .quiet()
      .followed('3522-3.2-undo');
    expect(t.connection.tcb.rack.reorderingSeen).toBe(true);
    expect(info(t)).toMatchObject({ cwnd: 10_000, counters: { undos: 1, reorderings: 1 } });
  });

  test('while another hole was sent again too, one that fills itself proves nothing', () => {
    const t = flight(10, stamped());
    t.in(ack(t, 1, 100, '1001:3001 4001:10001'))
      .out('. 1:1001 ack 1', '. 3001:4001 ack 1')
      .after(20);
    t.in(ack(t, 3001, 120, '4001:10001'));
    expect(info(t).counters.undos).toBe(0);
    t.after(80).in(ack(t, 10_001, 100));
    expect(info(t)).toMatchObject({ cwnd: 5000, ssthresh: 5000, counters: { undos: 0 } });
  });

  test('a repeated timeout is taken back to where all began', () => {
    const t = flight(10, stamped()).after(1100).after(2000);
    t.takeSent();
    expect(info(t).counters.timeouts).toBe(2);
    t.in(ack(t, 10_001, 3200)).followed('3522-3.2-undo');
    expect(info(t)).toMatchObject({ cwnd: 11_000, counters: { undos: 1 } });
    expect(t.connection.tcb.rto.backoffs).toBe(0);
  });
});

describe('CUBIC (9438.8)', () => {
  test('all of its state is as it was', () => {
    const t = flight(10, opened({ congestionControl: 'cubic' }));
    t.in(sack(1, '1001:4001')).out('. 1:1001 ack 1').after(100).in('. 1:1 ack 10001').after(1000);
    // Congestion avoidance, somewhere in its second epoch.
    t.write(7000).after(100).in('. 1:1 ack 17001').write(7000).after(100).takeSent();
    const before = clone(t.connection.tcb.congestion);
    t.in(sack(17_001, '18001:21001')).out('. 17001:18001 ack 1').after(100).in('. 1:1 ack 24001');
    // The next epoch has begun when it turns out.
    t.write(9000).after(100).in('. 1:1 ack 25001');
    expect(visible(t.connection.tcb.congestion)).not.toEqual(visible(before));
    t.in(sack(25_001, '17001:18001')).followed('2883-5-undo');
    expect(visible(t.connection.tcb.congestion)).toEqual(visible(before));
  });

  /** The state without what is kept for an undo. */
  const visible = (congestion: object): object =>
    Object.fromEntries(
      Object.entries(congestion).filter(([key]) => !key.startsWith('prior') && key !== 'lastAck'),
    );
});

describe('Undo', () => {
  const at = (n: number) => add(seq(0x7fffff00), n);

  test('a stretch may be reported in parts, in any order', () => {
    const undo = new Undo(at(0));
    undo.begin(at(1000));
    undo.resent(at(0), at(300), 1);
    for (const [left, right] of [
      [100, 200],
      [0, 100],
      [200, 300],
    ] as const) {
      expect(undo.isRefuted).toBe(false);
      undo.duplicated(at(left), at(right));
    }
    expect(undo.isRefuted).toBe(true);
  });

  test('one report may cover several', () => {
    const undo = new Undo(at(0));
    undo.begin(at(1000));
    undo.resent(at(0), at(100), 1);
    undo.resent(at(200), at(300), 1);
    undo.resent(at(250), at(280), 2);
    undo.duplicated(at(0), at(300));
    expect(undo.isRefuted).toBe(false);
    undo.duplicated(at(250), at(280));
    expect(undo.isRefuted).toBe(true);
  });

  test('more stretches than are remembered: it can’t be refuted', () => {
    const undo = new Undo(at(0));
    undo.begin(at(100_000));
    for (let i = 0; i < 65; i++) undo.resent(at(20 * i), at(20 * i + 10), 1);
    for (let i = 0; i < 65; i++) undo.duplicated(at(20 * i), at(20 * i + 10));
    expect(undo.isRefuted).toBe(false);
    undo.begin(at(200_000));
    undo.resent(at(0), at(1), 1);
    undo.duplicated(at(0), at(1));
    expect(undo.isRefuted).toBe(true);
  });

  test('nothing was sent again: nothing can be said', () => {
    const undo = new Undo(at(0));
    undo.begin(at(1000));
    expect(undo.isRefuted).toBe(false);
    expect(undo.predates(0)).toBe(true);
    undo.resent(at(0), at(10), 5);
    expect([undo.predates(4), undo.predates(5)]).toEqual([true, false]);
  });
});
