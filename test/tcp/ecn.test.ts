// RFC 3168: Explicit Congestion Notification, in script notation; `[ect0]`, `[ce]`: the codepoint of the IP header.

import { describe, expect, test } from 'vitest';
import { Segment } from '../../src/tcp/segment.ts';
import { add } from '../../src/tcp/seq.ts';
import { CE } from '../../src/wire/ip.ts';
import { ACK } from '../../src/wire/tcp.ts';
import { OUR_ISS, PEER_ISS, pattern, Script } from '../support/script.ts';
import { agreed, asked, ecnOf, plain } from './ecn.ts';

describe('RFC 3168 §6.1.1: the handshake', () => {
  test('our SYN carries ECE and CWR, the answer ECE alone (3168.1)', () => {
    const t = asked();
    expect(ecnOf(t)).toBe(true);
    t.write(1000).out('[ect0] P. 1:1001 ack 1');
  });

  test('a SYN that asks is answered by ECE alone (3168.1)', () => {
    const t = agreed();
    expect(ecnOf(t)).toBe(true);
    t.write(1000).out('[ect0] P. 1:1001 ack 1');
  });

  test('the SYN,ACK says so again when it is sent again', () => {
    const t = new Script(plain('accept')).listen().in('SEW 0:0 <mss 1000>').out('SE. 0:0 ack 1');
    t.after(1000).out('[noecn] SE. 0:0 ack 1');
  });

  test('ECE and CWR in the SYN,ACK are only our own flags reflected (3168.2)', () => {
    const t = new Script(plain('request')).connect().out('SEW 0:0');
    t.in('SEW. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1').followed('3168-6.1.1-reflected');
    expect(ecnOf(t)).toBe(false);
    t.write(1000)
      .out('[noecn] P. 1:1001 ack 1')
      .in('E. 1:1 ack 1001')
      .write(1000)
      .out('[noecn] P. 1001:2001 ack 1');
  });

  test.each(['S. 0:0 ack 1', 'SW. 0:0 ack 1'])('%s declines', (answer) => {
    const t = new Script(plain('request'))
      .connect()
      .out('SEW 0:0')
      .in(`${answer} <mss 1000>`)
      .out('. 1:1 ack 1');
    expect(ecnOf(t)).toBe(false);
    t.write(10).out('[noecn] P. 1:11 ack 1');
  });

  test.each(['S', 'SE', 'SW'])('a SYN with the flags %s does not ask', (flags) => {
    const t = new Script(plain('accept')).listen().in(`${flags} 0:0 <mss 1000>`).out('S. 0:0 ack 1');
    expect(ecnOf(t)).toBe(false);
  });

  test('off: neither asked for nor agreed to', () => {
    new Script(plain('off'))
      .connect()
      .out('S 0:0')
      .in('SE. 0:0 ack 1 <mss 1000>')
      .out('. 1:1 ack 1')
      .write(9)
      .out('[noecn] P. 1:10 ack 1');
    new Script(plain('off')).listen().in('SEW 0:0 <mss 1000>').out('S. 0:0 ack 1');
  });

  test('accept: an active open does not ask', () => {
    const t = new Script(plain('accept'))
      .connect()
      .out('S 0:0')
      .in('SE. 0:0 ack 1 <mss 1000>')
      .out('. 1:1 ack 1');
    expect(ecnOf(t)).toBe(false);
  });

  test('simultaneous open: both asked, both agree', () => {
    const t = new Script(plain('request'))
      .connect()
      .out('SEW 0:0')
      .in('SEW 0:0 <mss 1000>')
      .out('[noecn] SE. 0:0 ack 1');
    t.in('SE. 0:0 ack 1').state('ESTABLISHED').takeSent();
    t.write(1000).out('[ect0] P. 1:1001 ack 1');
  });

  test('simultaneous open: who did not ask does not agree', () => {
    const t = new Script(plain('accept')).connect().out('S 0:0').in('SEW 0:0 <mss 1000>').out('S. 0:0 ack 1');
    expect(ecnOf(t)).toBe(false);
  });
});

describe('RFC 3168 §6.1.1.1: something on the path drops SYNs with ECN', () => {
  test('the SYN goes again without (3168.7)', () => {
    const t = new Script(plain('request')).connect().out('SEW 0:0');
    t.after(1000).out('[noecn] S 0:0').followed('3168-6.1.1.1-fallback');
    t.after(2000).out('[noecn] S 0:0').in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1');
    expect(ecnOf(t)).toBe(false);
  });

  test('an answer to the first SYN that comes after all: echo marks, but send none (3168.7)', () => {
    const t = new Script(plain('request')).connect().out('SEW 0:0').after(1000).out('S 0:0');
    t.in('SE. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1').write(1000).out('[noecn] P. 1:1001 ack 1');
    t.in('[ce] P. 1:1001 ack 1').after(500).out('E. 1001:1001 ack 1001');
  });

  test('the peer falls back while its SYN,ACK is under way: text is not ECT (3168.7)', () => {
    const t = new Script(plain('accept')).listen().in('SEW 0:0 <mss 1000>').out('SE. 0:0 ack 1');
    t.in('S 0:0 <mss 1000>').takeSent();
    t.in('. 1:1 ack 1').state('ESTABLISHED').takeSent();
    t.write(1000).out('[noecn] P. 1:1001 ack 1');
  });

  test('a SYN that comes again as it was changes nothing', () => {
    const t = new Script(plain('accept')).listen().in('SEW 0:0 <mss 1000>').out('SE. 0:0 ack 1');
    t.in('SEW 0:0 <mss 1000>').takeSent();
    t.in('. 1:1 ack 1').state('ESTABLISHED').takeSent();
    t.write(1000).out('[ect0] P. 1:1001 ack 1');
  });
});

describe('RFC 3168 §6.1.1, §6.1.4 to §6.1.6: ECT(0) on new text alone (3168.3)', () => {
  test('not on a pure ACK', () => {
    asked().in('[ect0] P. 1:1001 ack 1').after(200).out('[noecn] . 1:1 ack 1001');
  });

  test('not on a FIN without text, but on one with', () => {
    asked().shutdown().out('[noecn] F. 1:1 ack 1');
    asked()
      .do((connection, now) => {
        connection.send(pattern(1, 10), now);
        connection.shutdown(now);
      })
      .out('[ect0] FP. 1:11 ack 1');
  });

  test('not when it is sent again by the timer', () => {
    const t = asked().write(1000).out('[ect0] P. 1:1001 ack 1');
    t.after(1000).out('[noecn] P. 1:1001 ack 1');
  });

  test('not when it is sent again for duplicate ACKs', () => {
    const t = asked().write(5000);
    t.takeSent();
    t.in('. 1:1 ack 1').in('. 1:1 ack 1').in('. 1:1 ack 1').out('[noecn] . 1:1001 ack 1');
  });

  test('not on a window probe, nor when the octet that was refused goes again', () => {
    const t = asked().in('. 1:1 ack 1 win 0').write(1000).quiet();
    t.after(1000).out('[noecn] . 1:2 ack 1').in('. 1:1 ack 1 win 0').quiet();
    t.after(2000).out('[noecn] . 1:2 ack 1');
    t.in('. 1:1 ack 1 win 5000').out('[noecn] . 1:2 ack 1', '[ect0] P. 2:1001 ack 1');
  });

  test('not on a keep-alive', () => {
    const t = asked({ keepAlive: true, keepAliveIdle: 10_000 });
    t.after(10_000).out('[noecn] . 0:0 ack 1');
  });

  test('not on a RST', () => {
    asked().abort().out('[noecn] R 1:1');
  });

  test('on the new text of a tail loss probe, not on old', () => {
    const t = new Script(plain('request', { sack: true }))
      .connect()
      .out('SEW 0:0')
      .after(10)
      .in('SE. 0:0 ack 1 win 65535 <mss 1000,sackOK>')
      .out('. 1:1 ack 1')
      .write(1000)
      .out('[ect0] P. 1:1001 ack 1');
    t.after(300).out('[noecn] P. 1:1001 ack 1').followed('8985-7.3-probe');
  });
});

describe('RFC 3168 §6.1.3: the receiver', () => {
  test('a mark is echoed by every ACK until CWR comes (3168.4)', () => {
    const t = agreed().in('[ce] . 1:1001 ack 1').quiet().followed('3168-6.1.3-ce');
    t.in('[ect0] . 1001:2001 ack 1').out('[noecn] E. 1:1 ack 2001');
    t.in('[ect0] . 2001:3001 ack 1').in('[ect0] . 3001:4001 ack 1').out('E. 1:1 ack 4001');
    t.in('[ect0] W. 4001:5001 ack 1').out('. 1:1 ack 5001').followed('3168-6.1.3-cwr');
    t.in('[ect0] . 5001:6001 ack 1').in('[ect0] . 6001:7001 ack 1').out('. 1:1 ack 7001');
  });

  test('the text that we send carries the echo, sent again too (3168.4)', () => {
    const t = agreed().in('[ce] P. 1:1001 ack 1').write(1000).out('[ect0] PE. 1:1001 ack 1001');
    t.after(1000).out('[noecn] PE. 1:1001 ack 1001');
  });

  test('a mark on the segment that brings CWR is a new one (3168.4)', () => {
    const t = agreed().in('[ce] . 1:1001 ack 1').in('[ce] W. 1001:2001 ack 1').out('E. 1:1 ack 2001');
    t.in('[ect0] W. 2001:3001 ack 1').out('. 1:1 ack 3001');
  });

  test('text out of order counts, in the duplicate ACK it calls for (3168.4)', () => {
    agreed().in('[ce] . 1001:2001 ack 1').out('E. 1:1 ack 1');
  });

  test('a mark does not hurry an ACK: that is for DCTCP (3168.8)', () => {
    const t = agreed().in('[ce] P. 1:501 ack 1').after(199).quiet();
    t.after(1).out('E. 1:1 ack 501');
    t.in('[ect0] P. 501:1001 ack 1').after(199).quiet().after(1).out('E. 1:1 ack 1001');
  });

  test('§6.1.5: outside the window a mark tells nothing', () => {
    const t = agreed().in('[ect0] . 1:1001 ack 1').in('[ect0] . 1001:2001 ack 1').out('. 1:1 ack 2001');
    t.in('[ce] . 1:1001 ack 1').out('. 1:1 ack 2001').in('[ce] . 900001:900101 ack 1').out('. 1:1 ack 2001');
  });

  test('on a bare ACK or a FIN it tells nothing', () => {
    const t = agreed().in('[ce] . 1:1 ack 1').in('[ect0] P. 1:1001 ack 1').after(200).out('. 1:1 ack 1001');
    t.in('[ce] F. 1001:1001 ack 1').out('. 1:1 ack 1002');
  });

  test('on a SYN,ACK it tells nothing (3168.8)', () => {
    const t = new Script(plain('request')).connect().out('SEW 0:0');
    t.in('[ce] SE. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1').write(10).out('[ect0] P. 1:11 ack 1');
    expect(ecnOf(t)).toBe(true);
  });

  test.each(['ect0', 'ect1', 'ce'])('no SYN is [%s]: no ECN on such a path, nor an echo (3168.8)', (name) => {
    const t = new Script(plain('accept')).listen().in(`[${name}] SEW 0:0 <mss 1000>`).out('S. 0:0 ack 1');
    t.in('. 1:1 ack 1').quiet().in('[ce] P. 1:1001 ack 1').after(200).out('. 1:1 ack 1001');
  });

  test('a super-segment that was marked is one mark', () => {
    const t = agreed();
    const seg = new Segment();
    Object.assign(seg, { flags: ACK, seq: add(PEER_ISS, 1), ack: add(OUR_ISS, 1), wnd: 65_535, ecn: CE });
    Object.assign(seg, { text: pattern(1, 3000), textLength: 3000, segmentSize: 1000 });
    t.do((connection, now) => connection.arrives(seg, now)).out('E. 1:1 ack 3001');
  });

  test('what came as ECT is remembered', () => {
    const t = agreed().in('[noecn] . 1:1001 ack 1');
    expect(t.connection.info(t.now).ecnSeen).toBe(false);
    t.in('[ect1] . 1001:2001 ack 1');
    expect(t.connection.info(t.now).ecnSeen).toBe(true);
  });
});
