// RFC 4821 packetization-layer path MTU discovery: probes, what comes of them, and black holes.

import { describe, expect, test } from 'vitest';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { MtuSearch } from '../../src/tcp/recovery/mtu-search.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { seq } from '../../src/tcp/seq.ts';
import { pattern, Script, type ScriptOptions } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);
const TEN_MINUTES = 600_000;

/** `[from, to]` of the segments that have left, in order; they are taken. */
function ranges(t: Script): [number, number][] {
  return t.takeSent().map((segment) => {
    const [, from, to] = /(\d+):(\d+)/.exec(segment) as unknown as [string, string, string];
    return [Number(from), Number(to)];
  });
}

const lengths = (t: Script): number[] => ranges(t).map(([from, to]) => to - from);

/** ESTABLISHED after a round trip of 100 ms, searching from an MSS of 1024; the link carries 1500. */
function searching(parameters: ScriptOptions['parameters'] = {}, mss = 1460): Script {
  const t = new Script({ parameters: { mtuProbing: 'on', initialWindow: 14, ...parameters } }).connect();
  t.after(100).takeSent();
  const sack = parameters.sack === true ? ',sackOK' : '';
  t.in(`S. 0:0 ack 1 win 65535 <mss ${mss}${sack}>`).takeSent();
  return t;
}

describe('§7.4, §7.5 a probe', () => {
  test('is one larger segment, with others behind it that keep the size (4821.1)', () => {
    const t = searching().write(12_000);
    expect(lengths(t)).toEqual([1460, ...Array(10).fill(1024), 300]);
    t.followed('4821-7.5-probe');
    expect(info(t)).toMatchObject({ sendMss: 1024, pathMtu: 1064 });
  });

  test('needs text enough behind it to tell of its loss (4821.1)', () => {
    expect(lengths(searching().write(1460 + 4 * 1024 - 1))[0]).toBe(1024);
    expect(lengths(searching().write(1460 + 4 * 1024))[0]).toBe(1460);
  });

  test('needs a congestion window of eleven segments (4821.1)', () => {
    expect(lengths(searching({ initialWindow: 10 }).write(12_000))[0]).toBe(1024);
    expect(lengths(searching({ initialWindow: 11 }).write(12_000))[0]).toBe(1460);
  });

  test('needs a window of the peer’s that takes it and what follows (4821.1)', () => {
    const t = searching()
      .in(`. 1:1 ack 1 win ${1460 + 4 * 1024 - 1}`)
      .write(12_000);
    expect(lengths(t)[0]).toBe(1024);
  });

  test('is not sent while something is missing (4821.1)', () => {
    const t = searching({ sack: true }).write(6 * 1024 - 1460);
    ranges(t);
    t.after(100).in('. 1:1 ack 1 <sack 1025:2049>').quiet().write(12_000);
    expect(Math.max(...lengths(t))).toBe(1024);
  });

  test('is not sent beside another (4821.1)', () => {
    const t = searching({ initialWindow: 30 }).write(12_000);
    expect(lengths(t).filter((n) => n > 1024)).toEqual([1460]);
    t.write(12_000);
    expect(lengths(t).filter((n) => n > 1024)).toEqual([]);
  });

  test('is never larger than the peer takes (MUST-16)', () => {
    expect(lengths(searching({}, 1200).write(12_000))[0]).toBe(1200);
    expect(lengths(searching({}, 1000).write(12_000))[0]).toBe(1000);
  });

  test('is one packet, which the link must not cut', () => {
    const t = new Script({
      superSegment: 65_535,
      parameters: { mtuProbing: 'on', initialWindow: 14 },
    }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1460>').takeSent();
    t.connection.send(pattern(1, 12_000), t.now);
    const out = new Segment();
    const sizes: [number, number][] = [];
    while (t.connection.output(out, t.now)) sizes.push([out.textLength, out.segmentSize]);
    expect(sizes).toEqual([
      [1460, 0],
      [10_540, 1024],
    ]);
  });

  test('leaves room for timestamps', () => {
    const t = new Script({ parameters: { mtuProbing: 'on', initialWindow: 14, timestamps: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1460,TS val 1 ecr 1000000>').takeSent();
    expect(lengths(t.write(12_000)).slice(0, 2)).toEqual([1448, 1012]);
  });

  test('does not make Nagle wait', () => {
    const t = searching().write(1460 + 4 * 1024);
    ranges(t);
    t.write(100);
    expect(lengths(t)).toEqual([100]);
  });

  test('our MSS option says what the link carries, whatever is searched (1191.6)', () => {
    new Script({ parameters: { mtuProbing: 'on' } }).connect().out('S 0:0 win 65535 <mss 1460>');
  });
});

describe('§7.6 what comes of it', () => {
  test('it arrives: every segment is as large, and the congestion window as many bytes (4821.3, 8899.2)', () => {
    const t = searching().write(12_000);
    ranges(t);
    t.in('. 1:1 ack 1461').followed('4821-7.6.1-larger');
    expect(info(t)).toMatchObject({ sendMss: 1460, pathMtu: 1500, cwnd: 14 * 1024 });
    t.in('. 1:1 ack 12001').write(12_000);
    expect(lengths(t)[0]).toBe(1460);
  });

  test('not before all of it is acknowledged (8899.2)', () => {
    const t = searching().write(12_000);
    ranges(t);
    t.in('. 1:1 ack 1460');
    expect(info(t).pathMtu).toBe(1064);
  });

  /** The probe of 1460 is lost, and with it nothing else; its text is what has left since. */
  function lost(sack: boolean): Script {
    const t = searching({ sack }).write(12_000);
    ranges(t);
    t.after(100);
    for (const end of [2485, 3509, 4533]) t.in(`. 1:1 ack 1${sack ? ` <sack 1461:${end}>` : ''}`);
    return t;
  }

  test.each([true, false])('lost, SACK %s: no congestion, and its text goes again (4821.2)', (sack) => {
    const t = lost(sack);
    expect(ranges(t)).toEqual([
      [1, 1025],
      [1025, 1461],
    ]);
    t.followed('4821-7.6.2-failed');
    expect(info(t)).toMatchObject({ cwnd: 14 * 1024, ssthresh: Number.POSITIVE_INFINITY, pathMtu: 1064 });
    expect(info(t).counters.fastRetransmits).toBe(0);
    t.in('. 1:1 ack 12001').after(60_000).quiet();
  });

  test('found lost by the reordering timer, it is no congestion either (4821.2)', () => {
    const t = searching({ sack: true }).write(12_000);
    ranges(t);
    t.after(100).in('. 1:1 ack 1 <sack 1461:2485>').quiet().after(25);
    expect(ranges(t)[0]).toEqual([1, 1025]);
    expect(info(t)).toMatchObject({ cwnd: 14 * 1024, ssthresh: Number.POSITIVE_INFINITY });
  });

  test('lost: the next tries a size halfway (4821.3)', () => {
    const t = lost(true);
    ranges(t);
    t.in('. 1:1 ack 12001').write(12_000);
    // Between packets of 1064 and 1499 bytes: 1282.
    expect(lengths(t)[0]).toBe(1242);
    t.in('. 1:1 ack 13243');
    expect(info(t).pathMtu).toBe(1282);
  });

  test('lost together with others: that is congestion, and tells nothing of sizes (4821.2)', () => {
    const t = searching({ sack: true }).write(12_000);
    ranges(t);
    t.after(100);
    for (const end of [4533, 5557, 6581]) t.in(`. 1:1 ack 1 <sack 3509:${end}>`);
    expect(info(t).ssthresh).toBeLessThan(14 * 1024);
    ranges(t);
    t.in('. 1:1 ack 12001').write(12_000);
    expect(info(t).pathMtu).toBe(1064);
  });

  test('sent again for another reason, its arrival tells nothing (4821.3)', () => {
    const t = searching().write(12_000);
    ranges(t);
    t.after(1000);
    expect(ranges(t)).toEqual([[1, 1025]]);
    t.in('. 1:1 ack 12001');
    expect(info(t).pathMtu).toBe(1064);
  });
});

describe('§7.7 a black hole', () => {
  /** Sends `bytes`, of which no segment larger than `mtu` arrives; `t` has just been opened. */
  const established = (parameters: ScriptOptions['parameters']): Script => {
    const t = new Script({ parameters: { mtuProbing: 'black-hole', r2: 1e9, ...parameters } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1460>').takeSent();
    return t;
  };

  test('R1 timeouts of full-sized segments lead to the base MSS (4821.4, 8899.4)', () => {
    const t = established({}).write(3000);
    expect(lengths(t)).toEqual([1460, 1460, 80]);
    t.after(1000).after(2000);
    expect(lengths(t)).toEqual([1460, 1460]);
    t.after(4000);
    expect(lengths(t)).toEqual([1024]);
    t.followed('4821-7.7-black-hole');
    t.in('. 1:1 ack 1025');
    expect(lengths(t)).toEqual([436, 1024, 516]);
  });

  test('and if that does not arrive, to half of it, and so on to the floor (4821.4)', () => {
    const t = established({ mtuProbeFloor: 100 }).write(3000);
    t.after(3000).takeSent();
    t.after(60_000);
    expect(lengths(t)).toEqual([1024, 492, 226, 100]);
    t.after(200_000);
    expect(lengths(t).every((n) => n === 100)).toBe(true);
  });

  test('over IPv6 never below its least packet (8899.5)', () => {
    const t = new Script({ family: 6, parameters: { mtuProbing: 'black-hole', r2: 1e9 } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1440>').write(3000).takeSent();
    t.after(200_000);
    expect([...new Set(lengths(t))]).toEqual([1440, 1220]);
  });

  test('small segments that get no answer are no sign of one (4821.4)', () => {
    const t = established({}).write(1000).after(60_000);
    expect(info(t).pathMtu).toBe(1500);
  });

  test('from then on larger sizes are tried, below the one that vanished (4821.3, 4821.4)', () => {
    const t = established({ initialWindow: 30 }).write(3000).after(7000);
    ranges(t);
    t.in('. 1:1 ack 3001').write(400_000);
    for (let sent = ranges(t); sent.length > 0; sent = ranges(t)) t.in(`. 1:1 ack ${sent.at(-1)![1]}`);
    expect(info(t).sendQueue).toBe(0);
    expect(info(t).pathMtu).toBeGreaterThanOrEqual(1492);
    expect(info(t).pathMtu).toBeLessThan(1500);
  });

  test('switched off, nothing of the kind happens', () => {
    const t = established({ mtuProbing: 'off' }).write(3000).after(60_000);
    expect(info(t).pathMtu).toBe(1500);
  });
});

describe('the search', () => {
  const search = (limit = 1500): MtuSearch => new MtuSearch(4, limit, { ...RFC9293, mtuProbing: 'on' });
  /** One probe of `size`, which arrives if the path carries it. */
  const probe = (s: MtuSearch, size: number, path: number, now: number): void => {
    s.sent(size, seq(0), seq(1), now);
    if (size <= path) s.acknowledged(seq(1));
    else s.failed();
  };

  test.each([1064, 1065, 1280, 1400, 1492, 1499, 1500])('finds %i to within 8 bytes (4821.3)', (path) => {
    const s = search();
    let probes = 0;
    for (let size = s.next(65_535, 0); size > 0; size = s.next(65_535, 0)) {
      probe(s, size, path, 0);
      probes += 1;
    }
    expect(s.current).toBeLessThanOrEqual(path);
    expect(s.current).toBeGreaterThan(path - 8);
    expect(probes).toBeLessThan(9);
  });

  test('looks again after ten minutes, when the path may have widened (1191.5, 8201.5)', () => {
    const s = search();
    for (let size = s.next(65_535, 0); size > 0; size = s.next(65_535, 0)) probe(s, size, 1400, 0);
    expect(s.next(65_535, TEN_MINUTES - 1)).toBe(0);
    expect(s.next(65_535, TEN_MINUTES)).toBe(1500);
  });

  test('heeds ICMP: nothing above what it says is tried, and a probe above it is over (4821.3, 8899.3)', () => {
    const s = search();
    s.sent(1500, seq(0), seq(1), 0);
    s.limitTo(1300);
    expect([s.probing, s.next(65_535, 0)]).toEqual([0, 1300]);
    s.limitTo(900);
    expect([s.current, s.next(65_535, 0)]).toEqual([900, 0]);
  });

  test('a size that vanished is not tried again before ten minutes are over (4821.3, 4821.4)', () => {
    const s = search();
    probe(s, 1500, 1400, 0);
    probe(s, 1400, 1400, 0);
    expect(s.current).toBe(1400);
    expect(s.fallBack()).toBe(true);
    for (let size = s.next(65_535, 1); size > 0; size = s.next(65_535, 1)) {
      expect(size).toBeLessThan(1400);
      probe(s, size, 1500, 1);
    }
    expect(s.next(65_535, 1 + TEN_MINUTES)).toBe(1500);
  });

  test('without it, the limit is what is sent', () => {
    const s = new MtuSearch(4, 1500, { ...RFC9293, mtuProbing: 'off' });
    expect(s.current).toBe(1500);
    s.limitTo(1300);
    expect(s.current).toBe(1300);
  });
});
