// RFC 8985 §6: loss by time, without a connection around it. One record is one segment of 1000 bytes.

import { describe, expect, test } from 'vitest';
import { Rack } from '../../src/tcp/recovery/rack.ts';
import { Scoreboard, sentAfter } from '../../src/tcp/recovery/scoreboard.ts';
import { add, type Seq, seq } from '../../src/tcp/seq.ts';

const ISS = seq(0x7ffffffa - 3000);
const NEVER = Number.POSITIVE_INFINITY;

/** A sender's view: segments are named by number from 1. Round trips of 100 ms unless an ACK says otherwise. */
class View {
  readonly board = new Scoreboard(ISS);
  readonly rack = new Rack(ISS);
  now = 1000;
  minRtt = 100;
  srtt = 100;
  recovering = false;
  private next = 1;

  /** Send `n` segments at once. */
  send(n = 1): this {
    for (let i = 0; i < n; i++) this.board.sent(this.end(this.next++), this.now);
    return this;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  /** One ACK that reports these segments, in this order. */
  sack(...numbers: number[]): this {
    return this.sackEchoing(NEVER, ...numbers);
  }

  sackEchoing(echoed: number, ...numbers: number[]): this {
    this.rack.ackArrives(this.now, echoed, this.minRtt);
    for (const n of numbers) this.board.sack(this.end(n - 1), this.end(n), this.rack);
    return this;
  }

  /** Everything up to `n` is acknowledged. */
  ack(n: number): this {
    this.rack.ackArrives(this.now, NEVER, this.minRtt);
    this.board.acknowledge(this.end(n), this.rack);
    return this;
  }

  /** Which segments are held lost now, and how long until more may be: Infinity = nothing waits. */
  detect(): [number[], number] {
    const { board, rack, recovering, minRtt, srtt, now } = this;
    const wait = rack.detectLoss(board, recovering, minRtt, srtt, now);
    const lost = [];
    for (let i = 0; i < board.count; i++) if (board.isLost(i)) lost.push(this.numberAt(i));
    return [lost, wait];
  }

  resend(n: number): this {
    for (let i = 0; i < this.board.count; i++) {
      if (this.numberAt(i) === n) this.board.resent(i, 1000, this.now);
    }
    return this;
  }

  end(n: number) {
    return add(ISS, 1000 * n);
  }

  private numberAt(i: number): number {
    return ((this.board.endOf(i) - ISS) | 0) / 1000;
  }
}

describe('8985.1: what was sent before something that arrived, by more than the window, is lost', () => {
  test('not before a quarter of the smallest round trip has passed, then all of them', () => {
    const v = new View().send(4).after(100).sack(3);
    expect(v.detect()).toEqual([[], 25]);
    expect(v.after(24).detect()).toEqual([[], 1]);
    expect(v.after(1).detect()).toEqual([[1, 2], NEVER]);
  });

  test('what was sent after it is not, however long it takes', () => {
    const v = new View().send(1).after(10).send(1).after(10).send(1).after(90).sack(2);
    v.after(10_000);
    expect(v.detect()).toEqual([[1], NEVER]);
  });

  test('of segments sent at the same time, the sequence number tells which came later', () => {
    const v = new View().send(3).after(100).sack(2).after(25);
    expect(v.detect()).toEqual([[1], NEVER]);
  });

  test('an acknowledgment alone tells as much: a resent segment arrived, what was sent before it did not', () => {
    const v = new View().send(3).after(300).resend(1).after(100).ack(1);
    v.recovering = true;
    expect(v.detect()).toEqual([[2, 3], NEVER]);
  });

  test('nothing has arrived yet: nothing is lost', () => {
    expect(new View().send(3).after(60_000).detect()).toEqual([[], NEVER]);
  });
});

describe('8985.2: the reordering window', () => {
  test('0 once three are known to have arrived out of order', () => {
    const v = new View().send(5).after(100).sack(2).sack(3);
    expect(v.detect()).toEqual([[], 25]);
    expect(v.sack(4).detect()).toEqual([[1], NEVER]);
  });

  test('0 while a repair is on', () => {
    const v = new View().send(5).after(100).sack(2);
    v.recovering = true;
    expect(v.detect()).toEqual([[1], NEVER]);
  });

  test('a quarter of the smallest round trip in any case, once reordering was seen', () => {
    const v = new View().send(9).after(100).sack(4).sack(3).sack(2).sack(5).sack(7);
    expect(v.rack.reorderingSeen).toBe(true);
    v.recovering = true;
    expect(v.detect()).toEqual([[], 25]);
  });

  test('one ACK with its blocks in falling order is no reordering; the next below them is', () => {
    const v = new View().send(9).after(100).sack(8, 6, 4);
    expect(v.rack.reorderingSeen).toBe(false);
    expect(v.sack(2).rack.reorderingSeen).toBe(true);
  });

  test('nor is a retransmission that fills a gap', () => {
    const v = new View().send(5).after(100).sack(2, 3, 4).resend(1).after(100).ack(4);
    expect(v.rack.reorderingSeen).toBe(false);
  });

  test('a late original that fills one is', () => {
    const v = new View().send(5).after(100).sack(2, 3, 4).after(5).ack(4);
    expect(v.rack.reorderingSeen).toBe(true);
  });
});

describe('8985.3: D-SACK', () => {
  /** How long segment 1 would be waited for, when 2 arrives in time. */
  const windowOf = (v: View): number => {
    const [lost, wait] = v.detect();
    expect(lost).toEqual([]);
    return wait;
  };
  const waiting = (): View => new View().send(9).after(100).sack(2);
  const una = (n: number) => add(ISS, 1000 * n);

  test('each round trip that sees one adds a quarter, up to SRTT', () => {
    const v = waiting();
    v.srtt = 140;
    const seen = [];
    for (let round = 1; round <= 6; round++) {
      v.rack.adapt(una(round), una(round + 1), true, false);
      seen.push(windowOf(v));
    }
    expect(seen).toEqual([50, 75, 100, 125, 140, 140]);
  });

  test('several in one round trip count once', () => {
    const v = waiting();
    v.srtt = 1000;
    v.rack.adapt(una(1), una(9), true, false);
    v.rack.adapt(una(5), una(12), true, false);
    v.rack.adapt(una(8), una(12), true, false);
    expect(windowOf(v)).toBe(50);
    v.rack.adapt(una(9), una(12), true, false);
    expect(windowOf(v)).toBe(75);
  });

  test('sixteen repairs without one take it back', () => {
    const v = waiting();
    v.srtt = 1000;
    v.rack.adapt(una(1), una(2), true, false);
    for (let i = 0; i < 15; i++) v.rack.adapt(una(2), una(2), false, true);
    expect(windowOf(v)).toBe(50);
    v.rack.adapt(una(2), una(2), false, true);
    expect(windowOf(v)).toBe(25);
  });

  test('another one in between starts the count of sixteen anew', () => {
    const v = waiting();
    v.srtt = 1000;
    v.rack.adapt(una(1), una(2), true, false);
    for (let i = 0; i < 15; i++) v.rack.adapt(una(2), una(2), false, true);
    v.rack.adapt(una(2), una(3), true, true);
    for (let i = 0; i < 15; i++) v.rack.adapt(una(3), una(3), false, true);
    expect(windowOf(v)).toBe(75);
  });

  test('a round that ended long ago is not open again after 2^31 bytes', () => {
    const v = waiting();
    v.srtt = 1000;
    v.rack.adapt(una(1), una(2), true, false);
    for (let gib = 1; gib <= 3; gib++)
      v.rack.adapt(add(ISS, gib * 2 ** 30), add(ISS, gib * 2 ** 30), false, false);
    v.rack.adapt(add(ISS, 3 * 2 ** 30), add(ISS, 3 * 2 ** 30 + 1000), true, false);
    expect(windowOf(v)).toBe(75);
  });
});

test('8985.4: a retransmission is lost when something sent later arrives', () => {
  const v = new View().send(3).after(100).sack(2, 3);
  v.recovering = true;
  expect(v.detect()).toEqual([[1], NEVER]);
  v.resend(1).after(1).send(1).after(99);
  expect(v.detect()).toEqual([[], NEVER]);
  v.after(1).sack(4);
  expect(v.detect()).toEqual([[1], NEVER]);
});

describe('8985.5: the answer to a first copy is not taken for one to the second', () => {
  /** 1 and 2 are sent again at 1250 ms; something arrives 50 ms later. */
  const twice = (): View => new View().send(3).after(250).resend(1).resend(2).after(50);

  test('faster than any round trip was: ignored', () => {
    const v = twice().sack(2);
    v.recovering = true;
    expect([v.rack.rtt, v.detect()]).toEqual([0, [[], NEVER]]);
  });

  test('as fast as one was: believed', () => {
    const v = twice().after(50).sack(2);
    v.recovering = true;
    expect([v.rack.rtt, v.detect()]).toEqual([100, [[1, 3], NEVER]]);
  });

  test('its timestamp is from before the second was sent: ignored', () => {
    const v = twice().after(50).sackEchoing(1249, 2);
    v.recovering = true;
    expect(v.detect()).toEqual([[], NEVER]);
  });

  test('its timestamp is that of the second: believed', () => {
    const v = twice().after(50).sackEchoing(1250, 2);
    v.recovering = true;
    expect(v.detect()).toEqual([[1, 3], NEVER]);
  });
});

describe('8985.6: how long until the next may be held lost', () => {
  test('until the last of those that wait is due: one timer for all', () => {
    const v = new View().send(1).after(10).send(1).after(10).send(1).after(100).sack(3);
    // The first two left 20 and 10 ms before the third, which took 100 ms.
    expect(v.detect()).toEqual([[], 15]);
    v.after(5);
    expect(v.detect()).toEqual([[1], 10]);
    v.after(10);
    expect(v.detect()).toEqual([[1, 2], NEVER]);
  });
});

describe('round trips of one ACK, for RFC 6298', () => {
  test('the longest and the shortest of what was sent once', () => {
    const { rack } = new View().send(1).after(10).send(1).after(100).sack(1, 2);
    expect([rack.longest, rack.shortest, rack.ambiguous]).toEqual([110, 100, false]);
  });

  test('MUST-18: what was sent twice is ambiguous', () => {
    const { rack } = new View().send(2).after(100).resend(1).after(100).ack(2);
    expect([rack.longest, rack.shortest, rack.ambiguous]).toEqual([200, 200, true]);
  });

  test('none without a delivery', () => {
    const { rack } = new View().send(2).after(100).sack(2).sack(2);
    expect([rack.longest, rack.shortest, rack.ambiguous]).toEqual([-1, -1, false]);
  });
});

test('8985.1: the search that stops early finds what one through everything would', () => {
  let seed = 11;
  const below = (n: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >>> 8) % n;
  };
  let lost = 0;
  for (let run = 0; run < 300; run++) {
    const start = add(seq(0x7fffff00), below(1000));
    const rack = new Rack(start);
    const board = new Scoreboard(start);
    let [now, sent, newest, newestEnd] = [1000, 0, Number.NEGATIVE_INFINITY, start];
    const delivery = {
      delivered(sentAt: number, end: Seq, retransmitted: boolean): void {
        if (sentAfter(sentAt, end, newest, newestEnd)) [newest, newestEnd] = [sentAt, end];
        rack.delivered(sentAt, end, retransmitted);
      },
    };
    for (let step = 0; step < 60; step++, now += below(30)) {
      const at = below(Math.max(sent, 1));
      if (below(3) > 0) board.sent(add(start, 100 * ++sent), now);
      else if (board.nextLost() >= 0) board.resent(board.nextLost(), 100, now);
      rack.ackArrives(now, Number.POSITIVE_INFINITY, 0);
      if (at > 0) board.sack(add(start, 100 * at), add(start, 100 * at + 100), delivery);
      const patience = rack.rtt + (rack.reorderingSeen ? 5 : 0);
      const expected: number[] = [];
      for (let i = 0; i < board.count; i++) {
        if (board.isSacked(i)) continue;
        const older = sentAfter(newest, newestEnd, board.sentAt(i), board.endOf(i));
        if (board.isLost(i) || (older && board.sentAt(i) + patience <= now)) expected.push(i);
      }
      rack.detectLoss(board, true, 20, 100, now);
      const found = Array.from({ length: board.count }, (_, i) => i).filter((i) => board.isLost(i));
      expect(found).toEqual(expected);
      lost += found.length;
    }
  }
  expect(lost).toBeGreaterThan(1000);
});
