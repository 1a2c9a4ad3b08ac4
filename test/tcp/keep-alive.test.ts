// §3.8.4 keep-alives, ours and the peer's.

import { describe, expect, test } from 'vitest';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { copyText, Segment } from '../../src/tcp/segment.ts';
import { diff } from '../../src/tcp/seq.ts';
import { ACK } from '../../src/wire/tcp.ts';
import { established, OUR_ISS, Script, type ScriptOptions } from '../support/script.ts';

const HOURS_2 = 7_200_000;
const TEN_SECONDS = { on: true, idle: 10_000, interval: 75_000, count: 9 };
const on: ScriptOptions = { parameters: { keepAlive: true } };

describe('§3.8.4', () => {
  test('off unless asked for (MUST-25)', () => {
    expect([RFC9293.keepAlive, LINUX.keepAlive]).toEqual([false, false]);
    established()
      .after(100 * HOURS_2)
      .quiet()
      .state('ESTABLISHED');
  });

  test('the first probe after two hours of silence, one before SND.NXT and without text (MUST-28, SHLD-12, MAY-5)', () => {
    expect(RFC9293.keepAliveIdle).toBeGreaterThanOrEqual(HOURS_2);
    expect(LINUX.keepAliveIdle).toBeGreaterThanOrEqual(HOURS_2);
    established(on)
      .after(HOURS_2 - 1)
      .quiet()
      .after(1)
      .out('. 0:0 ack 1')
      .followed('9293-3.8.4-probe');
  });

  test('an answer is enough for two more hours', () => {
    const t = established(on);
    for (let i = 0; i < 5; i++)
      t.after(HOURS_2 - 1)
        .quiet()
        .after(1)
        .out('. 0:0 ack 1')
        .in('. 1:1 ack 1')
        .quiet();
    t.state('ESTABLISHED');
  });

  test('one unanswered probe kills nobody; nine do, and the peer is told by RST (MUST-29)', () => {
    const t = established(on).after(HOURS_2).out('. 0:0 ack 1');
    for (let i = 1; i < 9; i++) t.after(74_999).quiet().after(1).out('. 0:0 ack 1');
    t.state('ESTABLISHED')
      .after(74_999)
      .state('ESTABLISHED')
      .after(1)
      .out('R 1:1')
      .state('CLOSED')
      .error('ETIMEDOUT');
    t.followed('9293-3.8.4-dead');
  });

  test('an answer in between starts the count anew', () => {
    const t = established(on).after(HOURS_2);
    for (let i = 0; i < 7; i++) t.after(75_000);
    t.takeSent();
    t.in('. 1:1 ack 1').after(HOURS_2).out('. 0:0 ack 1');
    for (let i = 1; i < 9; i++) t.after(75_000).out('. 0:0 ack 1').state('ESTABLISHED');
  });

  test('a RST in answer ends it: the peer has forgotten us', () => {
    established(on).after(HOURS_2).out('. 0:0 ack 1').in('R 1:1').state('CLOSED').error('ECONNRESET');
  });

  test('whatever is heard puts it off (MUST-26)', () => {
    const t = established(on)
      .after(HOURS_2 - 1000)
      .in('P. 1:11 ack 1')
      .after(HOURS_2 - 1)
      .out('. 1:1 ack 11');
    t.after(1).out('. 0:0 ack 11');
  });

  test('not while something is unacknowledged: that is the retransmission timer’s (MUST-26)', () => {
    const t = established({ parameters: { keepAlive: true, keepAliveIdle: 5000, keepAliveInterval: 1000 } });
    t.write(10).out('P. 1:11 ack 1').after(60_000);
    expect(t.takeSent().every((segment) => segment.startsWith('P. 1:11 '))).toBe(true);
    t.in('. 1:1 ack 11').after(5000).out('. 10:10 ack 1');
  });

  test('nor while text waits behind a closed window: that is the persist timer’s (MUST-26)', () => {
    const t = established().do((c, now) => c.setKeepAlive({ ...TEN_SECONDS, interval: 1000 }, now));
    t.in('. 1:1 ack 1 win 0').write(10);
    for (let taken = 0, i = 0; i < 120; i++) {
      t.after(1000);
      const sent = t.takeSent();
      if (sent.length === 0) continue;
      expect(sent[0]).toMatch(new RegExp(`^\\. ${taken + 1}:${taken + 2} `));
      taken += 1;
      t.in(`. 1:1 ack ${taken + 1} win 0`);
    }
  });

  test('interval and count can be set for one connection, too (MUST-27)', () => {
    const settings = { on: true, idle: 5000, interval: 700, count: 3 };
    const t = established()
      .do((c, now) => c.setKeepAlive(settings, now))
      .after(5000)
      .out('. 0:0 ack 1');
    for (let i = 1; i < 3; i++) t.after(699).quiet().after(1).out('. 0:0 ack 1');
    t.after(699).quiet().after(1).out('R 1:1').state('CLOSED').error('ETIMEDOUT');
  });

  test.each([{ idle: 0 }, { interval: -1 }, { count: 1 }, { idle: Number.NaN }])(
    '%j is refused (MUST-29)',
    (wrong) => {
      const t = established();
      const call = () => t.connection.setKeepAlive({ ...TEN_SECONDS, ...wrong }, t.now);
      expect(call).toThrow(/idle|interval|count/);
      expect(t.connection.tcb.keepAlive).toBe(false);
    },
  );

  test('with an octet of garbage for peers that need it, which is not sent text (MAY-6)', () => {
    const t = established({ parameters: { keepAlive: true, keepAliveGarbage: true } });
    t.write(10).out('P. 1:11 ack 1').in('. 1:1 ack 11');
    const out = new Segment();
    t.connection.expire(t.now + HOURS_2);
    expect(t.connection.output(out, t.now + HOURS_2)).toBe(true);
    expect([out.flags, diff(out.seq, OUR_ISS), out.textLength, out.len]).toEqual([ACK, 10, 1, 1]);
    const text = new Uint8Array(1);
    copyText(out, text, 0);
    expect(text[0]).toBe(0);
    expect(t.connection.output(out, t.now + HOURS_2)).toBe(false);
    expect(t.connection.info(t.now)).toMatchObject({ sendQueue: 0, sndNxt: 0x7ffffffa + 11 });
  });

  test('it can be turned on and off, and its time set, for one connection (MUST-24, MUST-27)', () => {
    const t = established().do((c, now) => c.setKeepAlive(TEN_SECONDS, now));
    t.after(9999).quiet().after(1).out('. 0:0 ack 1').in('. 1:1 ack 1');
    t.do((c, now) => c.setKeepAlive({ ...TEN_SECONDS, on: false }, now))
      .after(1_000_000)
      .quiet();
    expect(t.connection.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test('asked for before the handshake, it begins after it', () => {
    const t = new Script()
      .connect()
      .out('S 0:0')
      .do((c, now) => c.setKeepAlive(TEN_SECONDS, now));
    t.after(500)
      .in('S. 0:0 ack 1 <mss 1000>')
      .out('. 1:1 ack 1')
      .after(9999)
      .quiet()
      .after(1)
      .out('. 0:0 ack 1');
  });

  test('it goes on in CLOSE-WAIT, and ends with both FINs', () => {
    const t = established(on)
      .in('F. 1:1 ack 1')
      .out('. 1:1 ack 2')
      .after(HOURS_2)
      .out('. 0:0 ack 2')
      .in('. 2:2 ack 1');
    t.shutdown().out('F. 1:1 ack 2').in('. 2:2 ack 2').state('CLOSED');
  });
});

describe('the peer’s keep-alives', () => {
  test('without an octet, and with one of garbage: both are answered, nothing is delivered', () => {
    const t = established().in('P. 1:11 ack 1').reads(10).after(200).out('. 1:1 ack 11');
    t.in('. 10:10 ack 1').out('. 1:1 ack 11').in('. 10:11 ack 1').out('. 1:1 ack 11').reads(0);
  });

  test('every two hours, for days', () => {
    const t = established();
    for (let i = 0; i < 100; i++) t.after(HOURS_2).in('. 0:0 ack 1').out('. 1:1 ack 1');
    t.state('ESTABLISHED');
  });
});
