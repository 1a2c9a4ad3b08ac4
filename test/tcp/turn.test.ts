// What waits for the end of the application's turn, and what does not.

import { describe, expect, test } from 'vitest';
import { LINUX } from '../../src/tcp/presets.ts';
import { established, Script } from '../support/script.ts';

const turn = (on: boolean) => (c: Script['connection']) => c.setTurn(on);

const PLAIN = { windowScaling: false, timestamps: false, sack: false, receiveBuffer: 540_000 };
function linux(): Script {
  const t = new Script({ parameters: { ...LINUX, ...PLAIN } }).connect().out('S 0:0');
  return t.in('S. 0:0 ack 1 win 65535 <mss 1000>').out('. 1:1 ack 1').do(turn(true));
}

describe('the ACK', () => {
  test('of a question goes with the answer, the FIN too', () => {
    const t = linux().in('P. 1:11 ack 1').quiet().write(5).quiet();
    t.do((c) => c.shutdown(t.now))
      .do(turn(false))
      .out('FP. 1:6 ack 11');
  });

  test('leaves at the end of the turn if nobody answers', () => {
    linux().in('P. 1:11 ack 1').quiet().do(turn(false)).out('. 1:1 ack 11');
  });

  test('of the FIN does not wait where it never does', () => {
    established().do(turn(true)).in('F. 1:1 ack 1').out('. 1:1 ack 2');
  });

  test('of more than a segment does not wait (SHLD-19)', () => {
    linux().in('. 1:1001 ack 1').quiet().in('. 1001:2001 ack 1').out('. 1:1 ack 2001');
  });

  test('of disorder does not wait', () => {
    linux().in('. 1001:2001 ack 1').out('. 1:1 ack 1');
  });

  test('behind our FIN, where no answer can come, does not wait', () => {
    const t = linux();
    t.do((c) => c.shutdown(t.now))
      .out('F. 1:1 ack 1')
      .in('P. 1:11 ack 2')
      .out('. 2:2 ack 11');
  });

  test('whose delay is over does not wait any longer (MUST-58)', () => {
    const t = established().in('P. 1:11 ack 1').do(turn(true)).after(499);
    t.out('. 1:1 ack 11');
  });
});

describe('text', () => {
  test('only full segments leave, the rest at the end with what was added', () => {
    const t = established().do(turn(true)).write(1500).out('. 1:1001 ack 1').write(300).quiet();
    t.do(turn(false)).out('P. 1001:1801 ack 1');
  });

  test('none is said to wait for an ACK: it waits for the turn alone', () => {
    const t = established().do(turn(true)).write(10).quiet();
    expect(t.rules.has('9293-3.7.4-nagle')).toBe(false);
    t.do(turn(false)).out('P. 1:11 ack 1');
  });
});
