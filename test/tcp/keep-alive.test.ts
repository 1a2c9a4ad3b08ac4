// §3.8.4 keep-alives, ours and the peer's.

import { describe, expect, test } from 'vitest';
import { RFC9293 } from '../../src/tcp/parameters.ts';
import { established, Script, type ScriptOptions } from '../support/script.ts';

const HOURS_2 = 7_200_000;
const TEN_SECONDS = { on: true, idle: 10_000, interval: 75_000, count: 9 };
const on: ScriptOptions = { parameters: { keepAlive: true } };

describe('§3.8.4', () => {
  test('MUST-25: off unless asked for', () => {
    expect(RFC9293.keepAlive).toBe(false);
    established()
      .after(100 * HOURS_2)
      .quiet()
      .state('ESTABLISHED');
  });

  test('MUST-28: the first probe after two hours of silence; SHLD-12: it carries no text', () => {
    expect(RFC9293.keepAliveIdle).toBeGreaterThanOrEqual(HOURS_2);
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

  test('MUST-29: one unanswered probe kills nobody; nine do', () => {
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

  test('whatever is heard puts it off', () => {
    const t = established(on)
      .after(HOURS_2 - 1000)
      .in('P. 1:11 ack 1')
      .after(HOURS_2 - 1)
      .out('. 1:1 ack 11');
    t.after(1).out('. 0:0 ack 11');
  });

  test('MUST-26: not while something is unacknowledged: that is the retransmission timer’s', () => {
    const t = established({ parameters: { keepAlive: true, keepAliveIdle: 5000, keepAliveInterval: 1000 } });
    t.write(10).out('P. 1:11 ack 1').after(60_000);
    expect(t.takeSent().every((segment) => segment.startsWith('P. 1:11 '))).toBe(true);
    t.in('. 1:1 ack 11').after(5000).out('. 10:10 ack 1');
  });

  test('MUST-24, MUST-27: it can be turned on and off, and its time set, for one connection', () => {
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
