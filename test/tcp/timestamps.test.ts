// RFC 7323 §3-5: timestamps on every segment, TS.Recent, PAWS, round trips from echoes.

import { describe, expect, test } from 'vitest';
import { Script } from '../support/script.ts';

const DAY = 24 * 3_600_000;
const ECHO = 'ecr 1000000';

/** Opened with timestamps; TS.Recent is 100, one segment carries 1000 bytes. */
function stamped(tsval = 100): Script {
  const t = new Script({ parameters: { timestamps: true } }).connect();
  t.out('S 0:0 <mss 1460,TS val 1000000 ecr 0>');
  return t
    .in(`S. 0:0 ack 1 <mss 1012,TS val ${tsval} ${ECHO}>`)
    .out(`. 1:1 ack 1 <TS val 1000000 ecr ${tsval}>`)
    .state('ESTABLISHED');
}

describe('§3.2 the option', () => {
  test('is on every segment once negotiated, with our clock in milliseconds and TS.Recent (7323.4, 7323.10, MUST-5)', () => {
    const t = stamped().after(5).write(10).out('P. 1:11 ack 1 <TS val 1000005 ecr 100>');
    t.in(`P. 1:11 ack 11 <TS val 107 ${ECHO}>`).after(200).out('. 11:11 ack 11 <TS val 1000205 ecr 107>');
    t.shutdown().out('F. 11:11 ack 11 <TS val 1000205 ecr 107>').after(1000);
    t.out('F. 11:11 ack 11 <TS val 1001205 ecr 107>');
  });

  test('a segment without it is dropped without a word (7323.4, A071)', () => {
    const t = stamped().in('P. 1:11 ack 1').quiet().reads(0).after(1000).quiet().followed('7323-3.2-missing');
    t.in('F. 1:1 ack 1').quiet().state('ESTABLISHED');
  });

  test('our RST carries it too; without an ACK there is nothing to echo', () => {
    stamped().abort().out('R 1:1 <TS val 1000000 ecr 0>');
  });

  test('but a RST needs none', () => {
    stamped().in('R 1:1').state('CLOSED').error('ECONNRESET');
  });

  test('unless both SYNs had it, nobody sends it and nobody minds it (7323.4, A071)', () => {
    const t = new Script({ parameters: { timestamps: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1 <>').in('P. 1:11 ack 1 <TS val 5 ecr 0>').reads(10);
  });

  test('we do not answer it when ours are off', () => {
    new Script().listen().in('S 0:0 <mss 1000,TS val 5 ecr 0>').out('S. 0:0 ack 1 <mss 1460>');
  });
});

describe('§5.3 PAWS', () => {
  test('an older timestamp: an ACK, and the segment is dropped (7323.6)', () => {
    const t = stamped().in(`P. 1:11 ack 1 <TS val 99 ${ECHO}>`);
    t.out('. 1:1 ack 1 <TS val 1000000 ecr 100>').reads(0).followed('7323-5.3-paws');
  });

  test('the same one is good', () => {
    stamped().in(`P. 1:11 ack 1 <TS val 100 ${ECHO}>`).reads(10);
  });

  test('older and younger are told modulo 2^32 (7323.6, A062)', () => {
    const t = stamped(4_294_967_290).in(`P. 1:11 ack 1 <TS val 5 ${ECHO}>`).reads(10).after(200);
    t.out('. 1:1 ack 11 <TS val 1000200 ecr 5>').in(`P. 11:21 ack 1 <TS val 4294967290 ${ECHO}>`).reads(0);
    t.out('. 1:1 ack 11').in(`P. 11:21 ack 1 <TS val 2147483652 ${ECHO}>`).reads(10);
  });

  test('a RST is exempt (7323.6)', () => {
    stamped().in(`R 1:1 <TS val 1 ${ECHO}>`).state('CLOSED').error('ECONNRESET');
  });

  test('§5.5: after 24 days TS.Recent is not trusted any more (7323.7)', () => {
    const before = stamped()
      .after(24 * DAY - 1)
      .in(`P. 1:11 ack 1 <TS val 99 ${ECHO}>`)
      .reads(0);
    before.out('. 1:1 ack 1');
    const after = stamped()
      .after(24 * DAY)
      .in(`P. 1:11 ack 1 <TS val 99 ${ECHO}>`)
      .reads(10);
    after.after(200).out(`. 1:1 ack 11 <TS val ${1_000_000 + 24 * DAY + 200} ecr 99>`);
  });
});

describe('§4.3 TS.Recent', () => {
  test('with delayed ACKs: the echo is of the first segment not yet acknowledged (7323.8)', () => {
    const t = stamped()
      .in(`. 1:1001 ack 1 <TS val 101 ${ECHO}>`)
      .in(`. 1001:2001 ack 1 <TS val 102 ${ECHO}>`);
    t.out('. 1:1 ack 2001 <TS val 1000000 ecr 101>');
    t.in(`P. 2001:2011 ack 1 <TS val 103 ${ECHO}>`).after(200).out('. 1:1 ack 2011 <TS val 1000200 ecr 103>');
  });

  test('a segment behind a gap does not change it, the one that fills the gap does (7323.5)', () => {
    const t = stamped()
      .in(`. 1001:2001 ack 1 <TS val 300 ${ECHO}>`)
      .out('. 1:1 ack 1 <TS val 1000000 ecr 100>');
    t.in(`. 1:1001 ack 1 <TS val 200 ${ECHO}>`).out('. 1:1 ack 2001 <TS val 1000000 ecr 200>');
  });

  test('a bare ACK changes it too', () => {
    const t = stamped()
      .in(`. 1:1 ack 1 <TS val 150 ${ECHO}>`)
      .quiet()
      .write(1)
      .out('P. 1:2 ack 1 <TS val 1000000 ecr 150>');
    t.in(`. 1:1 ack 1 <TS val 149 ${ECHO}>`).out('. 2:2 ack 1').followed('7323-5.3-paws');
  });

  test('nothing that is refused changes it: no ACK, an ACK of nothing sent, outside the window (7323.5, A010)', () => {
    for (const forged of [
      'P 1:11',
      'P. 1:11 ack 5',
      'P. 100000:100010 ack 1',
      '. 4294967000:4294967000 ack 1',
    ]) {
      const t = stamped().in(`${forged} <TS val 2000000000 ${ECHO}>`);
      t.takeSent();
      t.in(`P. 1:11 ack 1 <TS val 101 ${ECHO}>`)
        .reads(10)
        .after(200)
        .out('. 1:1 ack 11 <TS val 1000200 ecr 101>');
    }
  });

  test('nor does what is forged inside the window, ahead of RCV.NXT: the true peer is not shut out (7323.5, A010)', () => {
    const bare = stamped().in(`. 500:500 ack 1 <TS val 2000000000 ${ECHO}>`).quiet();
    bare.in(`P. 1:11 ack 1 <TS val 101 ${ECHO}>`).reads(10);
    bare.after(200).out('. 1:1 ack 11 <TS val 1000200 ecr 101>');
    const text = stamped().in(`P. 500:510 ack 1 <TS val 2000000000 ${ECHO}>`);
    text.out('. 1:1 ack 1 <TS val 1000000 ecr 100>').in(`P. 1:11 ack 1 <TS val 101 ${ECHO}>`).reads(10);
    text.out('. 1:1 ack 11 <TS val 1000000 ecr 101>');
  });

  test('a retransmitted segment whose ACK was lost sets it: that is the round trip its sender measures', () => {
    const t = stamped()
      .in(`P. 1:11 ack 1 <TS val 101 ${ECHO}>`)
      .after(200)
      .out('. 1:1 ack 11 <TS val 1000200 ecr 101>');
    t.in(`P. 1:21 ack 1 <TS val 300 ${ECHO}>`)
      .after(200)
      .out('. 1:1 ack 21 <TS val 1000400 ecr 300>')
      .reads(20);
  });
});

describe('§4.1 round trips', () => {
  const srtt = (t: Script): number => t.connection.info(t.now).srtt;

  test('only an ACK of something new measures one (7323.9)', () => {
    const t = stamped().write(10).out('P. 1:11 ack 1').after(500).in(`. 1:1 ack 1 <TS val 101 ${ECHO}>`);
    expect(srtt(t)).toBeLessThan(1);
    t.in('. 1:1 ack 11 <TS val 101 ecr 1000000>');
    expect(srtt(t)).toBeCloseTo(500 / 8, 3);
  });

  test.each([
    ['0', 0],
    ['from the future', 1_900_000],
    ['from long ago', 1],
  ])('an echo that is no time of ours, %s, is no sample (A071)', (_what, ecr) => {
    const t = stamped().write(10).out('P. 1:11 ack 1').after(1000).out('P. 1:11 ack 1').after(300);
    t.in(`. 1:1 ack 11 <TS val 101 ecr ${ecr}>`);
    expect(srtt(t)).toBeLessThan(1);
    expect(t.connection.info(t.now)).toMatchObject({ rto: 2000, sendQueue: 0 });
  });
});

test('empty ACKs that are old are answered a few times, not for ever (A012)', () => {
  const t = new Script({ parameters: { timestamps: true } }).connect();
  t.in('S. 0:0 ack 1 <mss 1000,TS val 5000 ecr 1000000>').takeSent();
  for (let i = 0; i < 100; i++) t.in('. 1:1 ack 1 <TS val 4000 ecr 1000000>');
  expect(t.takeSent()).toHaveLength(10);
});
