// §3.5 opening a connection: active, passive, simultaneous; what SYNs carry; SYNs that are lost.

import { describe, expect, test } from 'vitest';
import { CONNECTED, ERROR } from '../../src/tcp/notice.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { accepted, established, Script } from '../support/script.ts';

describe('§3.5 three-way handshake', () => {
  test('active: SYN, SYN,ACK, ACK (figure 6)', () => {
    new Script()
      .connect()
      .out('S 0:0 win 65535 <mss 1460>')
      .state('SYN-SENT')
      .in('S. 0:0 ack 1 <mss 1000>')
      .out('. 1:1 ack 1')
      .state('ESTABLISHED')
      .told(CONNECTED);
  });

  test('passive: the bare ACK establishes', () => {
    new Script()
      .listen()
      .in('S 0:0 <mss 1000>')
      .out('S. 0:0 ack 1 <mss 1460>')
      .state('SYN-RECEIVED')
      .untold(CONNECTED)
      .in('. 1:1 ack 1')
      .quiet()
      .state('ESTABLISHED')
      .told(CONNECTED);
  });

  test('figure 7: simultaneous open, the ACK completes it (MUST-10)', () => {
    new Script()
      .connect()
      .out('S 0:0')
      .in('S 0:0')
      .out('S. 0:0 ack 1')
      .state('SYN-RECEIVED')
      .in('. 1:1 ack 1')
      .quiet()
      .state('ESTABLISHED');
  });

  test('figure 7: simultaneous open, the peer’s SYN,ACK completes it (MUST-10)', () => {
    new Script()
      .connect()
      .out('S 0:0')
      .in('S 0:0 <mss 1000>')
      .out('S. 0:0 ack 1')
      .in('S. 0:0 ack 1')
      .quiet()
      .state('ESTABLISHED');
  });

  test('figure 8: an old SYN at the listener is refused by the peer’s RST, and nobody hears of it (MUST-11, U-12)', () => {
    new Script().listen().in('S 0:0').out('S. 0:0 ack 1').in('R 1:1').quiet().state('CLOSED').error(null);
  });

  test('data on the handshake’s ACK is delivered once', () => {
    new Script()
      .listen()
      .in('S 0:0 <mss 1000>')
      .out('S. 0:0 ack 1')
      .in('P. 1:501 ack 1')
      .state('ESTABLISHED')
      .reads(500)
      .in('P. 1:501 ack 1')
      .reads(0);
  });

  test('text queued before the connection is open leaves with the last ACK of the handshake (U-5)', () => {
    new Script()
      .connect()
      .out('S 0:0')
      .write(300)
      .quiet()
      .in('S. 0:0 ack 1 <mss 1000>')
      .out('P. 1:301 ack 1');
  });

  test('CLOSE before the SYN is answered deletes the TCB (§3.10.4)', () => {
    new Script().connect().out('S 0:0').close().quiet().state('CLOSED');
  });

  test('CLOSE in SYN-RECEIVED sends the FIN once established', () => {
    new Script()
      .listen()
      .in('S 0:0')
      .out('S. 0:0 ack 1')
      .shutdown()
      .quiet()
      .in('. 1:1 ack 1')
      .out('F. 1:1 ack 1')
      .state('FIN-WAIT-1');
  });
});

describe('SYN-RECEIVED remembers where it came from (MUST-11)', () => {
  /** Both ends opened at once. */
  const crossed = (): Script => new Script().connect().out('S 0:0').in('S 0:0').out('S. 0:0 ack 1');
  const opened = (): Script => new Script().listen().in('S 0:0').out('S. 0:0 ack 1');

  test('a RST: back to LISTEN, and nobody is told; of an active OPEN, it is refused (MUST-11, U-12)', () => {
    opened().in('R 1:1').quiet().state('CLOSED').error(null).untold(ERROR);
    crossed().in('R 1:1').quiet().state('CLOSED').error('ECONNREFUSED').told(ERROR);
  });

  test('a SYN in the window: back to LISTEN; of an active OPEN, it is challenged (MUST-11, U-12)', () => {
    opened().in('S 100:100').quiet().state('CLOSED').error(null).untold(ERROR);
    crossed().in('S 100:100').out('. 1:1 ack 1').state('SYN-RECEIVED');
  });
});

describe('text that comes with a SYN', () => {
  test('of a SYN is not acknowledged, and taken when it comes again (A065)', () => {
    const t = new Script().listen().in('S 0:500').out('S. 0:0 ack 1').reads(0);
    t.in('P. 1:501 ack 1').reads(500).state('ESTABLISHED');
  });

  test('a FIN of a SYN is not acknowledged either (A065)', () => {
    const t = new Script().listen().in('SF 0:100').out('S. 0:0 ack 1');
    t.in('. 1:1 ack 1').quiet().state('ESTABLISHED');
  });
});

describe('options of the SYN', () => {
  const all = { windowScaling: true, timestamps: true, sack: true };

  test('everything offered, everything accepted', () => {
    const t = new Script({ parameters: all }).connect();
    t.out('S 0:0 win 65535 <mss 1460,sackOK,TS val 1000000 ecr 0,wscale 5>');
    t.in('S. 0:0 ack 1 win 1000 <mss 1000,sackOK,TS val 7 ecr 1000000,wscale 3>');
    t.out('. 1:1 ack 1 win 32768 <TS val 1000000 ecr 7>');
    const info = t.connection.info(t.now);
    expect(info).toMatchObject({ sendScale: 3, receiveScale: 5, sack: true, timestamps: true, sendMss: 988 });
    // The window of a SYN,ACK is not scaled (RFC 7323 §2.2); the next one is.
    expect(info.sndWnd).toBe(1000);
    t.in('. 1:1 ack 1 win 1000 <TS val 8 ecr 1000000>');
    expect(t.connection.info(t.now).sndWnd).toBe(8000);
  });

  test('what the peer does not offer is not answered', () => {
    new Script({ parameters: all }).listen().in('S 0:0 <mss 1000>').out('S. 0:0 ack 1 <mss 1460>');
  });

  test('what the peer does not accept is not used', () => {
    const t = new Script({ parameters: all }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1 win 65535 <>');
  });

  test('a shift above 14 is used as 14 (RFC 7323 §2.3)', () => {
    const t = new Script({ parameters: all }).listen().in('S 0:0 <mss 1000,wscale 255>');
    expect(t.connection.info(t.now).sendScale).toBe(14);
  });

  test.each([
    [4, 536],
    [6, 1220],
  ] as const)('no MSS option over IPv%i: %i (MUST-15)', (family, mss) => {
    const t = new Script({ family }).connect().out('S 0:0').in('S. 0:0 ack 1').out('. 1:1 ack 1');
    t.write(2 * mss).out(`. 1:${mss + 1} ack 1`, `P. ${mss + 1}:${2 * mss + 1} ack 1`);
  });

  test('a tiny MSS does not make us send tiny segments without end', () => {
    const t = new Script().connect().out('S 0:0').in('S. 0:0 ack 1 <mss 1>').out('. 1:1 ack 1');
    expect(t.connection.info(t.now).sendMss).toBe(48);
  });

  test('the announced MSS follows the link (MUST-67)', () => {
    new Script({ mtu: 9000 }).connect().out('S 0:0 <mss 8960>');
    new Script({ mtu: 9000, family: 6 }).connect().out('S 0:0 <mss 8940>');
  });
});

describe('SYNs that are lost', () => {
  test('SYN: again after 1, 2, 4 ... s (RFC 6298 §2.1, §5.5)', () => {
    const t = new Script().connect().out('S 0:0');
    t.after(999)
      .quiet()
      .after(1)
      .out('S 0:0')
      .after(1999)
      .quiet()
      .after(1)
      .out('S 0:0')
      .after(4000)
      .out('S 0:0');
    t.in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1').state('ESTABLISHED');
  });

  test('SYN,ACK: again, and the ACK is still good', () => {
    accepted();
    const t = new Script().listen().in('S 0:0').out('S. 0:0 ack 1').after(1000).out('S. 0:0 ack 1');
    t.in('. 1:1 ack 1').quiet().state('ESTABLISHED');
  });

  test('MUST-23: a SYN is given up after 3 minutes at the earliest', () => {
    const t = new Script().connect();
    t.after(179_999).state('SYN-SENT').after(120_000).state('CLOSED').error('ETIMEDOUT');
  });

  test('Linux gives up a SYN after 127 s', () => {
    const t = new Script({
      parameters: { r2Syn: LINUX.r2Syn, synRetries: LINUX.synRetries, rtoMax: LINUX.rtoMax },
    }).connect();
    t.after(126_999).state('SYN-SENT').after(1).state('CLOSED').error('ETIMEDOUT');
  });

  test('after a lost SYN the first window is one segment (RFC 5681 §3.1)', () => {
    const t = new Script().connect().out('S 0:0').after(1000).out('S 0:0');
    t.in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1').write(5000).out('. 1:1001 ack 1');
  });
});

describe('§3.10.7.3 SYN-SENT', () => {
  test.each([
    ['an ACK of nothing we sent', '. 0:0 ack 5', ['R 5:5'], 'SYN-SENT'],
    ['an ACK of our ISS', 'S. 0:0 ack 0', ['R 0:0'], 'SYN-SENT'],
    ['a RST with an ACK of nothing we sent', 'R. 0:0 ack 5', [], 'SYN-SENT'],
    ['a RST without ACK', 'R 0:0', [], 'SYN-SENT'],
    ['a RST that acknowledges our SYN', 'R. 0:0 ack 1', [], 'CLOSED'],
    ['an ACK without SYN', '. 0:0 ack 1', [], 'SYN-SENT'],
    ['a FIN', 'F. 1:1 ack 1', [], 'SYN-SENT'],
  ] as const)('%s', (_what, segment, answer, state) => {
    const t = new Script().connect().out('S 0:0').in(segment);
    t.out(...answer)
      .state(state)
      .error(state === 'CLOSED' ? 'ECONNREFUSED' : null);
  });

  test('a FIN with the SYN,ACK is taken (A066)', () => {
    const t = new Script().connect().out('S 0:0').in('SF. 0:0 ack 1').state('CLOSE-WAIT');
    t.out('. 1:1 ack 2');
  });
});

test('the two helpers open alike', () => {
  established().quiet();
  accepted().quiet();
});
