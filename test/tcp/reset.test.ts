// §3.5.2-3 and §3.10.7.1: the RST that a segment without a connection gets; RFC 5961: how little one can do.

import { describe, expect, test } from 'vitest';
import { resetFor } from '../../src/tcp/reset.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add, seq, unsigned } from '../../src/tcp/seq.ts';
import { printSegment } from '../../src/wire/print.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../src/wire/tcp.ts';
import { noteRule } from '../support/rule-coverage.ts';
import { established, OUR_ISS, PEER_ISS } from '../support/script.ts';
import { reach } from './states.ts';

describe('§3.10.7.1 a segment that belongs to no connection', () => {
  /** The answer to a segment with SEQ 100, ACK 200 and `text` bytes; null = none. */
  function answer(flags: number, text: number): string | null {
    const seg = new Segment();
    seg.sourcePort = 80;
    seg.destinationPort = 4000;
    seg.flags = flags;
    seg.seq = seq(100);
    seg.ack = seq(200);
    seg.textLength = text;
    const out = new Segment();
    out.seq = seq(77);
    if (!resetFor(seg, out)) return null;
    noteRule(out.why);
    expect(out.why).toBe('9293-3.10.7.1-reset');
    expect([out.sourcePort, out.destinationPort, out.len]).toEqual([4000, 80, 0]);
    return printSegment(out, { seq: 0, ack: 0 }, 'brief');
  }

  test.each([
    ['ACK', ACK, 0, 'R 200:200'],
    ['ACK with text', ACK | PSH, 10, 'R 200:200'],
    ['SYN,ACK', SYN | ACK, 0, 'R 200:200'],
    ['FIN,ACK', FIN | ACK, 0, 'R 200:200'],
    ['SYN', SYN, 0, 'R. 0:0 ack 101'],
    ['FIN', FIN, 0, 'R. 0:0 ack 101'],
    ['SYN,FIN with text', SYN | FIN, 10, 'R. 0:0 ack 112'],
    ['text', PSH, 10, 'R. 0:0 ack 110'],
    ['no flags', 0, 0, 'R. 0:0 ack 100'],
    ['URG', URG, 0, 'R. 0:0 ack 100'],
    ['RST', RST, 0, null],
    ['RST,ACK', RST | ACK, 0, null],
    ['everything', FIN | SYN | RST | PSH | ACK | URG, 10, null],
  ])('%s', (_what, flags, text, expected) => {
    expect(answer(flags, text)).toBe(expected);
  });

  test('the numbers wrap', () => {
    const seg = new Segment();
    seg.flags = SYN;
    seg.seq = seq(0xffffffff);
    const out = new Segment();
    expect(resetFor(seg, out)).toBe(true);
    expect(unsigned(out.ack)).toBe(0);
  });
});

const SYNCHRONIZED = [
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
] as const;
/** RCV.NXT in each, and the ACK that says so. */
const NEXT = {
  ESTABLISHED: [1, '. 1:1 ack 1'],
  'FIN-WAIT-1': [1, '. 2:2 ack 1'],
  'FIN-WAIT-2': [1, '. 2:2 ack 1'],
  'CLOSE-WAIT': [2, '. 1:1 ack 2'],
  CLOSING: [2, '. 2:2 ack 2'],
  'LAST-ACK': [2, '. 2:2 ack 2'],
} as const;

describe.each(SYNCHRONIZED)('RFC 5961 in %s', (state) => {
  const [next, ack] = NEXT[state];
  const isOver = state === 'CLOSING' || state === 'LAST-ACK';

  test('§3.2: a RST at RCV.NXT resets (5961.2, U-9, A001)', () => {
    reach[state]()
      .in(`R ${next}:${next}`)
      .quiet()
      .state('CLOSED')
      .error(isOver ? null : 'ECONNRESET');
  });

  test('§3.2: its ACK field does not matter, whether right or not', () => {
    for (const field of [0, 1, 99_999])
      reach[state]().in(`R. ${next}:${next} ack ${field}`).quiet().state('CLOSED');
  });

  test('§3.2: elsewhere in the window it is challenged (5961.1, U-9, A001, A079)', () => {
    const t = reach[state]()
      .in(`R ${next + 1}:${next + 1}`)
      .out(ack)
      .state(state);
    t.in(`R ${next + 60_000}:${next + 60_000}`)
      .out(ack)
      .followed('5961-3.2-challenge')
      .state(state);
  });

  test('§3.2: outside the window nothing happens (5961.2, U-9, A001)', () => {
    const t = reach[state]()
      .in(`R ${next - 1}:${next - 1}`)
      .quiet()
      .in('R 70000:70000')
      .quiet();
    t.in('R 4294900000:4294900000').quiet().state(state);
  });

  test('§4.2: a SYN is challenged, in the window or not (5961.3, U-10, A002)', () => {
    for (const at of [next - 1, next, next + 100, 100_000]) {
      reach[state]().in(`S ${at}:${at}`).out(ack).state(state);
      reach[state]().in(`S. ${at}:${at} ack 1`).out(ack).state(state);
    }
  });

  test('§5.2: an ACK of what was never sent is answered, and nothing else of the segment counts (5961.4)', () => {
    const t = reach[state]()
      .in(`P. ${next}:${next + 10} ack 3`)
      .out(ack)
      .reads(0)
      .state(state);
    t.followed('9293-3.10.7.4-fifth-unsent');
  });

  test('§5.2: an ACK from before our ISS is answered and dropped: ghost ACKs (5961.4, A003, A004)', () => {
    for (const old of [4_294_967_295, 4_294_950_000, 2_147_483_700]) {
      reach[state]()
        .in(`P. ${next}:${next + 10} ack ${old}`)
        .out(ack)
        .reads(0)
        .followed('5961-5.2-challenge');
    }
  });
});

describe('RFC 5961 §5.2 (MAY-12)', () => {
  test('an ACK older than the largest window the peer offered is refused, a younger one is not (5961.4, A003)', () => {
    const t = established();
    for (let from = 1; from <= 99_001; from += 1000) {
      t.write(1000);
      t.takeSent();
      t.in(`. 1:1 ack ${from + 1000}`);
    }
    t.in(`P. 1:11 ack ${100_001 - 65_535}`).reads(10);
    t.in(`P. 11:21 ack ${100_001 - 65_536}`)
      .out('. 100001:100001 ack 11')
      .reads(0)
      .followed('5961-5.2-challenge');
  });
});

describe('RFC 5961 §7: challenges are limited', () => {
  test('ten in five seconds, per connection (5961.5, 5961.6, A005)', () => {
    const t = established();
    for (let i = 0; i < 10; i++) t.in('R 2:2').out('. 1:1 ack 1');
    for (let i = 0; i < 1000; i++) t.in('R 2:2').in('S 5:5').in('. 1:1 ack 9').quiet();
    t.followed('5961-7-limit').after(4999).in('R 2:2').quiet().after(1).in('R 2:2').out('. 1:1 ack 1');
    const other = established().in('R 2:2').out('. 1:1 ack 1');
    other.state('ESTABLISHED');
  });

  test('empty segments outside the window count: two ends do not answer one another for ever (A012)', () => {
    const t = established();
    for (let i = 0; i < 100; i++) t.in('. 4294967000:4294967000 ack 1');
    expect(t.takeSent()).toHaveLength(10);
  });

  test('SYNs outside the window count as well', () => {
    const t = established();
    for (let i = 0; i < 100; i++) t.in('S 4294967000:4294967000');
    expect(t.takeSent()).toHaveLength(10);
  });

  test('the connection works on meanwhile', () => {
    const t = established();
    for (let i = 0; i < 100; i++) t.in('R 2:2');
    t.takeSent();
    t.in('P. 1:11 ack 1').reads(10).write(10).out('P. 1:11 ack 11').in('. 11:11 ack 11').after(1000).quiet();
  });
});

describe('handshake', () => {
  test('figure 9: an ACK for a connection that was never made resets a listener’s half-open one', () => {
    reach['SYN-RECEIVED']()
      .in('. 1:1 ack 77')
      .out('R 77:77')
      .state('SYN-RECEIVED')
      .in('. 1:1 ack 1')
      .state('ESTABLISHED');
  });

  test('an ACK of the ISS itself is none of our SYN', () => {
    reach['SYN-RECEIVED']().in('. 1:1 ack 0').out('R 0:0').state('SYN-RECEIVED');
  });

  test('half-open, we crashed: the RST takes its number from the ACK (figure 9)', () => {
    const seg = new Segment();
    seg.flags = ACK;
    seg.seq = PEER_ISS;
    seg.ack = add(OUR_ISS, 300);
    const out = new Segment();
    expect(resetFor(seg, out)).toBe(true);
    expect([out.seq, out.flags]).toEqual([add(OUR_ISS, 300), RST]);
  });

  test('half-open, the peer crashed (figure 10): its SYN is challenged, its RST then believed', () => {
    const t = established()
      .write(100)
      .out('P. 1:101 ack 1')
      .in('S 400:400')
      .out('. 101:101 ack 1')
      .state('ESTABLISHED');
    t.in('R 1:1').state('CLOSED').error('ECONNRESET');
  });
});
