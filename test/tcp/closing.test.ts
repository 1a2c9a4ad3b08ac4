// §3.6 closing: four segments, three, both at once, half-closed; close, shutdown and abort.

import { describe, expect, test } from 'vitest';
import { CLOSED, END, READABLE, TIME_WAIT } from '../../src/tcp/notice.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { accepted, established } from '../support/script.ts';
import { reach } from './states.ts';

const MINUTES_4 = 240_000;

describe('§3.6 normal close', () => {
  test('figure 12, we first: four segments', () => {
    established()
      .shutdown()
      .out('F. 1:1 ack 1')
      .state('FIN-WAIT-1')
      .in('. 1:1 ack 2')
      .quiet()
      .state('FIN-WAIT-2')
      .in('F. 1:1 ack 2')
      .out('. 2:2 ack 2')
      .state('TIME-WAIT')
      .told(END | READABLE | TIME_WAIT)
      .after(MINUTES_4)
      .quiet()
      .state('CLOSED')
      .told(CLOSED)
      .error(null);
  });

  test('figure 12, the peer first', () => {
    accepted()
      .in('F. 1:1 ack 1')
      .out('. 1:1 ack 2')
      .state('CLOSE-WAIT')
      .told(END)
      .shutdown()
      .out('F. 1:1 ack 2')
      .state('LAST-ACK')
      .in('. 2:2 ack 2')
      .quiet()
      .state('CLOSED')
      .told(CLOSED)
      .error(null);
  });

  test('three segments: the peer’s FIN comes with its ACK of ours', () => {
    established().shutdown().out('F. 1:1 ack 1').in('F. 1:1 ack 2').out('. 2:2 ack 2').state('TIME-WAIT');
  });

  test('figure 13: both at once', () => {
    established()
      .shutdown()
      .out('F. 1:1 ack 1')
      .in('F. 1:1 ack 1')
      .out('. 2:2 ack 2')
      .state('CLOSING')
      .in('. 2:2 ack 2')
      .quiet()
      .state('TIME-WAIT')
      .after(MINUTES_4)
      .state('CLOSED');
  });

  test('the FIN follows the last octet, and may travel with it', () => {
    const t = established()
      .in('. 1:1 ack 1 win 1000')
      .write(2500)
      .shutdown()
      .out('. 1:1001 ack 1')
      .state('FIN-WAIT-1');
    t.in('. 1:1 ack 1001 win 1000')
      .out('. 1001:2001 ack 1')
      .in('. 1:1 ack 2001 win 1000')
      .out('FP. 2001:2501 ack 1');
    t.in('. 1:1 ack 2501').state('FIN-WAIT-1').in('. 1:1 ack 2502').state('FIN-WAIT-2');
  });

  test('an ACK of the text alone does not acknowledge the FIN', () => {
    const t = established().write(100).out('P. 1:101 ack 1').shutdown().out('F. 101:101 ack 1');
    t.in('. 1:1 ack 101').state('FIN-WAIT-1').in('F. 1:1 ack 101').out('. 102:102 ack 2').state('CLOSING');
  });

  test('shutdown twice is one FIN', () => {
    established().shutdown().out('F. 1:1 ack 1').shutdown().quiet().in('. 1:1 ack 2').shutdown().quiet();
  });
});

describe('half-close', () => {
  test('we have finished, the peer has not: its text is taken in FIN-WAIT-1 and FIN-WAIT-2', () => {
    const t = reach['FIN-WAIT-1']().in('P. 1:101 ack 1').reads(100).state('FIN-WAIT-1');
    t.in('P. 101:201 ack 2').reads(100).state('FIN-WAIT-2').after(200).out('. 2:2 ack 201');
    t.in('P. 201:301 ack 2')
      .reads(100)
      .after(24 * 3_600_000)
      .state('FIN-WAIT-2')
      .takeSent();
    t.in('FP. 301:401 ack 2').out('. 2:2 ack 402').state('TIME-WAIT').reads(100);
  });

  test('the peer has finished, we have not: CLOSE-WAIT sends as before', () => {
    const t = reach['CLOSE-WAIT']().write(1500).out('. 1:1001 ack 2', 'P. 1001:1501 ack 2');
    t.in('. 2:2 ack 1501')
      .after(3_600_000)
      .state('CLOSE-WAIT')
      .write(10)
      .shutdown()
      .out('P. 1501:1511 ack 2', 'F. 1511:1511 ack 2');
    t.state('LAST-ACK').in('. 2:2 ack 1512').state('CLOSED');
  });

  test('text on the segment that carries the FIN is delivered before the end', () => {
    const t = established().in('FP. 1:101 ack 1').out('. 1:1 ack 102').state('CLOSE-WAIT');
    expect(t.connection.ended).toBe(false);
    t.reads(100);
    expect(t.connection.ended).toBe(true);
  });

  test('C24: with much to send, LAST-ACK is entered only when the FIN leaves', () => {
    const t = reach['CLOSE-WAIT']().in('. 2:2 ack 1 win 1000').write(2000).shutdown().out('. 1:1001 ack 2');
    t.state('CLOSE-WAIT').in('. 2:2 ack 1001 win 1001').out('FP. 1001:2001 ack 2').state('LAST-ACK');
  });
});

describe('close: nobody will read any more (§3.6.1)', () => {
  test('with text unread: a RST instead of the FIN (SHLD-3, A077)', () => {
    established()
      .in('P. 1:101 ack 1')
      .close()
      .out('R 1:1')
      .state('CLOSED')
      .error(null)
      .followed('9293-3.6.1-unread');
  });

  test.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const)('so too in %s', (state) => {
    const t = established().write(10).out('P. 1:11 ack 1');
    if (state === 'CLOSING') t.shutdown().out('F. 11:11 ack 1');
    t.in('FP. 1:101 ack 1').takeSent();
    if (state === 'LAST-ACK') t.shutdown().out('F. 11:11 ack 102');
    t.state(state)
      .close()
      .out(state === 'CLOSE-WAIT' ? 'R 11:11' : 'R 12:12')
      .state('CLOSED')
      .error(null);
  });

  test('text that was read is no reason', () => {
    established().in('P. 1:101 ack 1').reads(100).close().out('F. 1:1 ack 101').state('FIN-WAIT-1');
  });

  test.each(['FIN-WAIT-1', 'FIN-WAIT-2'] as const)(
    'half-duplex: text that comes later, in %s, is answered by RST (MAY-1, SHLD-3)',
    (state) => {
      const t = established().close().out('F. 1:1 ack 1');
      if (state === 'FIN-WAIT-2') t.in('. 1:1 ack 2');
      t.state(state)
        .in('P. 1:101 ack 2')
        .out('R 2:2')
        .state('CLOSED')
        .followed('9293-3.6.1-data-after-close');
    },
  );

  test('text sent before it still arrives', () => {
    const t = established()
      .write(1500)
      .close()
      .out('. 1:1001 ack 1', 'P. 1001:1501 ack 1', 'F. 1501:1501 ack 1');
    t.in('. 1:1 ack 1502')
      .state('FIN-WAIT-2')
      .in('F. 1:1 ack 1502')
      .out('. 1502:1502 ack 2')
      .state('TIME-WAIT');
  });

  test('FIN-WAIT-2 ends after a while: 240 s, Linux’s 60 s (A017)', () => {
    for (const finWait2 of [RFC9293.finWait2, LINUX.finWait2]) {
      const t = established({ parameters: { finWait2 } })
        .close()
        .out('F. 1:1 ack 1')
        .in('. 1:1 ack 2')
        .state('FIN-WAIT-2');
      t.after(finWait2 - 1)
        .state('FIN-WAIT-2')
        .after(1)
        .quiet()
        .state('CLOSED');
      t.followed('local-fin-wait-2');
    }
  });

  test('after shutdown it does not, until close is called too', () => {
    const t = reach['FIN-WAIT-2']()
      .after(24 * 3_600_000)
      .state('FIN-WAIT-2')
      .close();
    t.after(RFC9293.finWait2 - 1)
      .state('FIN-WAIT-2')
      .after(1)
      .state('CLOSED');
  });

  test('close in SYN-SENT deletes, in SYN-RECEIVED the FIN comes after the handshake', () => {
    reach['SYN-SENT']().close().quiet().state('CLOSED').error(null);
    const t = reach['SYN-RECEIVED']()
      .close()
      .quiet()
      .state('SYN-RECEIVED')
      .in('. 1:1 ack 1')
      .out('F. 1:1 ack 1');
    t.state('FIN-WAIT-1').in('P. 1:11 ack 2').out('R 2:2').state('CLOSED');
  });
});

describe('§3.10.5 ABORT', () => {
  test.each([
    ['SYN-SENT', []],
    ['SYN-RECEIVED', ['R 1:1']],
    ['SYN-RECEIVED (simultaneous)', ['R 1:1']],
    ['ESTABLISHED', ['R 1:1']],
    ['FIN-WAIT-1', ['R 2:2']],
    ['FIN-WAIT-2', ['R 2:2']],
    ['CLOSE-WAIT', ['R 1:1']],
    ['CLOSING', []],
    ['LAST-ACK', []],
    ['TIME-WAIT', []],
    ['CLOSED', []],
  ] as const)('in %s', (state, answer) => {
    reach[state]()
      .abort()
      .out(...answer)
      .state('CLOSED')
      .error(null)
      .after(600_000)
      .quiet();
  });

  test('what is queued is gone, and the RST stands behind what was sent', () => {
    const t = established()
      .in('. 1:1 ack 1 win 1000')
      .in('P. 1:11 ack 1 win 1000')
      .write(5000)
      .out('. 1:1001 ack 11');
    t.abort().out('R 1001:1001').reads(0).state('CLOSED');
    expect(t.connection.info(t.now).sendQueue).toBe(0);
  });
});

test('C32: half-closed, with keep-alive on, FIN-WAIT-2 ends when the peer has gone', () => {
  const t = established({ parameters: { keepAlive: true } })
    .shutdown()
    .out('F. 1:1 ack 1');
  t.in('. 1:1 ack 2').state('FIN-WAIT-2').after(7_199_000).state('FIN-WAIT-2');
  t.after(9 * 75_000 + 2_000)
    .state('CLOSED')
    .error('ETIMEDOUT');
});

test('a FIN before text that has come already is none', () => {
  const t = established();
  t.in('. 101:201 ack 1')
    .in('F. 151:151 ack 1')
    .in('. 1:101 ack 1')
    .state('ESTABLISHED')
    .reads(200)
    .takeSent();
  t.in('F. 201:201 ack 1').state('CLOSE-WAIT').out('. 1:1 ack 202');
});
