// §3.9.1.2 PSH ends what the application wrote, on retransmissions as on first ones; and where segments begin and end
// when they go again.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINUX } from '../../src/tcp/presets.ts';
import { PushPoints } from '../../src/tcp/push-points.ts';
import { add, type Seq, seq } from '../../src/tcp/seq.ts';
import { established, Script } from '../support/script.ts';

const nagle = { parameters: { nagle: false } };

describe('PSH (MUST-61, A075)', () => {
  test('is on the last segment of each write that left on its own', () => {
    const t = established(nagle).write(2500).out('. 1:1001 ack 1', '. 1001:2001 ack 1', 'P. 2001:2501 ack 1');
    t.write(10).out('P. 2501:2511 ack 1').write(1000).out('P. 2511:3511 ack 1');
  });

  test('of writes that wait together only the last counts (SHLD-27)', () => {
    const t = established({ parameters: { initialWindow: 1 } })
      .write(1000)
      .out('P. 1:1001 ack 1');
    for (let i = 0; i < 15; i++) t.write(100).quiet();
    t.in('. 1:1 ack 1001').out('. 1001:2001 ack 1', 'P. 2001:2501 ack 1');
  });

  test('MUST-61: a segment that goes again carries it as it did before, though more was written since', () => {
    const t = established().write(1000).out('P. 1:1001 ack 1').write(1000).out('P. 1001:2001 ack 1');
    t.after(1000).out('P. 1:1001 ack 1').in('. 1:1 ack 1001').out('P. 1001:2001 ack 1');
    const u = established().write(3000).out('. 1:1001 ack 1', '. 1001:2001 ack 1', 'P. 2001:3001 ack 1');
    u.write(500).out('P. 3001:3501 ack 1').after(1000).out('. 1:1001 ack 1');
  });

  test('is on the last part of a segment that is cut (SHLD-27)', () => {
    const t = established()
      .write(1000)
      .out('P. 1:1001 ack 1')
      .do((c) => c.setPathMtu(540));
    t.out('. 1:501 ack 1', 'P. 501:1001 ack 1');
    t.after(1000).out('. 1:501 ack 1').in('. 1:1 ack 501').out('P. 501:1001 ack 1');
  });

  test('is on what two segments that had it become', () => {
    const t = established(nagle).write(100).write(200).write(300);
    t.out('P. 1:101 ack 1', 'P. 101:301 ack 1', 'P. 301:601 ack 1').after(1000).out('P. 1:601 ack 1');
  });

  test('Linux: within one write, whenever half of the largest window is behind the last', () => {
    const t = new Script({ parameters: { pushHalfWindow: true, initialWindow: 100 } }).connect().out('S 0:0');
    t.in('S. 0:0 ack 1 win 10000 <mss 1000>').out('. 1:1 ack 1').write(9000);
    // Stretches of half a window are five segments; the second ends more than half a window behind the last PSH.
    const flags = t.takeSent().map((line) => line.split(' ')[0]);
    expect(flags).toEqual(['.', '.', '.', '.', '.', '.', '.', '.', 'P.']);
    t.in('. 1:1 ack 9001 win 20000').write(20_000);
    const second = t.takeSent().map((line) => line.split(' ')[0]);
    expect(second.indexOf('P.')).toBe(19);
    t.in('. 1:1 ack 29001 win 65535')
      .do((c) => c.setNoDelay(true))
      .write(40_000);
    expect(t.takeSent().findIndex((line) => line.startsWith('P.'))).toBe(39);
    t.in('. 1:1 ack 69001 win 65535').write(70_000);
    const third = t.takeSent().map((line) => line.split(' ')[0]);
    expect(third.indexOf('P.')).toBe(63);
  });
});

describe('Linux: PSH ends each burst of several segments', () => {
  const flagsOf = (t: Script): (string | undefined)[] => t.takeSent().map((line) => line.split(' ')[0]);

  function openedAfter(rtt: number): Script {
    const t = new Script({ parameters: { pushBursts: true, congestionControl: 'reno' } })
      .connect()
      .out('S 0:0');
    return t.after(rtt).in('S. 0:0 ack 1 win 65535 <mss 1000>').out('. 1:1 ack 1');
  }

  test('two of them on a long path; one alone carries none', () => {
    const t = openedAfter(100).write(12_500);
    expect(flagsOf(t)).toEqual(['.', 'P.', '.', 'P.', '.', 'P.', '.', 'P.', '.', 'P.']);
    t.in('. 1:1 ack 1001');
    expect(flagsOf(t)).toEqual(['.', 'P.']);
    const odd = openedAfter(100).write(2500);
    expect(flagsOf(odd)).toEqual(['.', 'P.', 'P.']);
    odd.in('. 1:1 ack 1001').in('. 1:1 ack 1001').after(1000).out('. 1001:2001 ack 1');
  });

  test('what leaves again alone carries none, the rest of a burst together does', () => {
    const t = openedAfter(100).write(6000);
    t.takeSent();
    t.after(1000)
      .out('. 1:1001 ack 1')
      .after(50)
      .in('. 1:1 ack 1001')
      .out('. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.after(50).in('. 1:1 ack 3001').out('. 3001:4001 ack 1', '. 4001:5001 ack 1', 'P. 5001:6001 ack 1');
  });

  test('one that leaves alone carries none, for all the room there is on a short path', () => {
    const parameters = { pushBursts: true, initialWindow: 1 };
    const t = new Script({ parameters })
      .connect()
      .out('S 0:0')
      .in('S. 0:0 ack 1 <mss 1000>')
      .out('. 1:1 ack 1');
    t.write(3000).out('. 1:1001 ack 1').in('. 1:1 ack 1001').out('. 1001:2001 ack 1', 'P. 2001:3001 ack 1');
  });

  test('half of the window on a short one', () => {
    expect(flagsOf(openedAfter(0).write(8500))).toEqual(['.', '.', '.', '.', 'P.', '.', '.', '.', 'P.']);
  });
});

describe('PushPoints', () => {
  const NEVER = Number.POSITIVE_INFINITY;
  const at = (n: number): Seq => add(seq(0x7ffffff0), n);

  test('a write that goes on in an unsent stretch moves the point, one behind a full stretch adds one', () => {
    const points = new PushPoints(at(-1));
    points.wrote(at(0), at(10), at(0), 20, NEVER);
    points.wrote(at(10), at(20), at(0), 20, NEVER);
    expect(points.within(at(0), at(19))).toBe(false);
    points.wrote(at(20), at(25), at(0), 20, NEVER);
    expect([points.within(at(0), at(20)), points.within(at(20), at(25))]).toEqual([true, true]);
  });

  test('one write: a point where a stretch ends more than `most` behind the last', () => {
    const points = new PushPoints(at(-1));
    points.wrote(at(0), at(95), at(0), 10, 25);
    const found = Array.from({ length: 10 }, (_, i) => points.within(at(10 * i), at(10 * i + 10)));
    expect(found).toEqual([false, false, true, false, false, true, false, false, true, true]);
  });

  test('what is sent keeps its points, whatever is written and acknowledged, across the wrap (MUST-61, A062)', () => {
    const write = fc.record({ length: fc.integer({ min: 1, max: 9 }), send: fc.nat(30), ack: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
        const points = new PushPoints(at(-1));
        const model = new Set<number>();
        let [una, nxt, end] = [0, 0, 0];
        for (const { length, send, ack } of writes) {
          if (end > nxt) model.delete(end);
          points.wrote(at(end), at(end + length), at(nxt), NEVER, NEVER);
          end += length;
          model.add(end);
          nxt = Math.min(nxt + send, end);
          una = Math.min(una + ack, nxt);
          points.acknowledge(at(una));
          for (let n = una; n < end; n++) expect(points.within(at(n), at(n + 1))).toBe(model.has(n + 1));
        }
      }),
    );
  });
});

describe('what goes again, goes as it went', () => {
  const sack = { parameters: { sack: true, nagle: false } };
  const opened = (): Script =>
    new Script(sack).connect().out('S 0:0').in('S. 0:0 ack 1 <mss 1000,sackOK>').out('. 1:1 ack 1');

  test('a lost segment is not filled up from the next one that was lost', () => {
    const t = opened().write(600).write(600).write(600).write(600);
    t.takeSent();
    t.in('. 1:1 ack 1 <sack 1801:2401>').after(1000);
    expect(t.takeSent().filter((line) => line.startsWith('P. 1:'))[0]).toMatch(/^P\. 1:601/);
  });

  test('small neighbours go together when they fit whole', () => {
    const t = opened().write(300).write(300).write(300).write(300);
    t.takeSent();
    t.after(3000);
    const again = t.takeSent();
    expect(again.some((line) => line.startsWith('P. 1:901'))).toBe(true);
    expect(again.some((line) => line.startsWith('P. 1:1001'))).toBe(false);
  });

  test('text of several writes shares a segment only if it has not left (SHLD-28)', () => {
    const t = opened().write(300).out('P. 1:301 ack 1').write(300).out('P. 301:601 ack 1');
    const u = new Script({ parameters: { ...LINUX, windowScaling: false, timestamps: false } }).connect();
    u.takeSent();
    u.in('S. 0:0 ack 1 <mss 1000,sackOK>').write(300).write(300).write(300).write(300);
    expect(
      u
        .takeSent()
        .slice(1)
        .map((line) => line.split(' ')[1]),
    ).toEqual(['1:301']);
    u.in('. 1:1 ack 301').out('P. 301:1201 ack 1');
    t.after(0);
  });
});
