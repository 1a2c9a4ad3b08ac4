// RFC 9293 §3.7.1, RFC 7323: what the options of SYNs agree on, and on which segments they stand.

import { describe, expect, test } from 'vitest';
import { Segment } from '../../src/tcp/segment.ts';
import { timestampNow } from '../../src/tcp/timestamps.ts';
import { decodeTcp } from '../../src/wire/tcp.ts';
import { established, Script } from '../support/script.ts';

const every = { parameters: { windowScaling: true, timestamps: true, sack: true } };
const info = (t: Script) => t.connection.info(t.now);

describe('MSS', () => {
  test('stands on every SYN, first or repeated, SYN or SYN,ACK (MUST-14, SHLD-5, MAY-3)', () => {
    const t = new Script().connect().out('S 0:0 <mss 1460>').after(1000).out('S 0:0 <mss 1460>');
    t.in('S 0:0 <mss 1000>').out('S. 0:0 ack 1 <mss 1460>');
    new Script({ family: 6 }).listen().in('S 0:0').out('S. 0:0 ack 1 <mss 1440>');
    // Also where it says what would be assumed without it.
    new Script({ mtu: 576 }).connect().out('S 0:0 <mss 536>');
  });

  test('stands on no other segment (MUST-65)', () => {
    const t = new Script(every).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1000,sackOK,TS val 1 ecr 1000000,wscale 2>').write(3000).shutdown();
    t.in('P. 101:201 ack 1 <TS val 2 ecr 1000000>').after(3000).abort();
    const sent = t.takeSent();
    expect(sent.length).toBeGreaterThan(6);
    for (const line of sent) expect(line).not.toMatch(/mss|wscale|sackOK/);
  });

  test('without the peer’s: 536, over IPv6 1220, on the wire (MUST-15, A072)', () => {
    for (const [family, mss] of [[4, 536] as const, [6, 1220] as const]) {
      const t = new Script({ family }).connect().out('S 0:0').in('S. 0:0 ack 1').out('. 1:1 ack 1');
      t.write(2 * mss).out(`. 1:${1 + mss} ack 1`, `P. ${1 + mss}:${1 + 2 * mss} ack 1`);
    }
  });

  test('the path grows narrower or wider: what we announced stays the least that every packet can be (SHLD-6)', () => {
    const t = established({ mtu: 1500 }).do((c) => c.setPathMtu(9000));
    expect(info(t)).toMatchObject({ announcedMss: 1460, sendMss: 1000 });
    t.do((c) => c.setPathMtu(600));
    expect(info(t)).toMatchObject({ announcedMss: 1460, sendMss: 560 });
  });
});

describe('window scale', () => {
  const scales = (t: Script) => [info(t).sendScale, info(t).receiveScale];

  test('is on only if both SYNs carry it; a SYN,ACK has it only if the SYN did (7323.1)', () => {
    const both = new Script(every).connect();
    both.in('S. 0:0 ack 1 <mss 1000,wscale 3>');
    expect(scales(both)).toEqual([3, 5]);
    const ours = new Script(every).connect();
    ours.in('S. 0:0 ack 1 <mss 1000>');
    expect(scales(ours)).toEqual([0, 0]);
    new Script(every).listen().in('S 0:0 <mss 1000>').out('S. 0:0 ack 1 <mss 1460>');
    new Script(every).listen().in('S 0:0 <mss 1000,wscale 3>').out('S. 0:0 ack 1 <mss 1460,wscale 5>');
    new Script().listen().in('S 0:0 <mss 1000,wscale 3>').out('S. 0:0 ack 1 <mss 1460>');
  });

  test('the windows of our SYN and SYN,ACK are not scaled (7323.2)', () => {
    new Script(every).connect().out('S 0:0 win 65535');
    const t = new Script(every).listen().in('S 0:0 <mss 1000,wscale 3>').out('S. 0:0 ack 1 win 65535');
    t.in('. 1:1 ack 1')
      .write(10)
      .out(`P. 1:11 ack 1 win ${(1 << 20) / 32}`);
  });

  test.each([15, 77, 255])('%i counts as 14 (7323.3, A049)', (shift) => {
    const t = new Script(every).connect();
    t.in(`S. 0:0 ack 1 <mss 1000,wscale ${shift}>`).in('. 1:1 ack 1 win 3');
    expect(info(t)).toMatchObject({ sendScale: 14, sndWnd: 3 << 14 });
  });
});

describe('options twice, or where they do not belong', () => {
  /** A SYN with these option bytes. */
  function syn(...options: number[]): Segment {
    const bytes = Uint8Array.from([
      0,
      80,
      15,
      160,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      2,
      255,
      255,
      0,
      0,
      0,
      0,
      ...options,
    ]);
    bytes[12] = (bytes.length >> 2) << 4;
    const seg = new Segment();
    expect(decodeTcp(bytes, 0, bytes.length, seg)).toBe(null);
    return seg;
  }

  test('the last of a kind counts (A048)', () => {
    const twice = syn(2, 4, 1, 0, 2, 4, 2, 0, 3, 3, 1, 3, 3, 9, 1, 1);
    expect([twice.mss, twice.windowScale]).toEqual([512, 9]);
    const stamps = syn(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 8, 10, 0, 0, 0, 3, 0, 0, 0, 4);
    expect([stamps.timestamps, stamps.tsval, stamps.tsecr]).toEqual([true, 3, 4]);
  });

  test('on a later segment they agree on nothing (A071)', () => {
    const t = established({ parameters: every.parameters });
    t.in('P. 1:11 ack 1 win 100 <mss 600,sackOK,wscale 7,TS val 9 ecr 9>').after(200).out('. 1:1 ack 11 <>');
    expect(info(t)).toMatchObject({
      sendScale: 0,
      sndWnd: 100,
      sendMss: 1000,
      timestamps: false,
      sack: false,
    });
  });

  test('the echo in a SYN means nothing; a value of 0 is a value (A071)', () => {
    const t = new Script(every).listen().in('S 0:0 <mss 1000,TS val 0 ecr 12345>');
    t.out('S. 0:0 ack 1 <mss 1460,TS val 1000000 ecr 0>')
      .in('. 1:1 ack 1 <TS val 0 ecr 1000000>')
      .state('ESTABLISHED');
    expect(info(t).srtt).toBeLessThan(1);
    t.in('P. 1:11 ack 1 <TS val 0 ecr 1000000>').reads(10);
  });
});

describe('the timestamp clock', () => {
  const at = (offset: number) => {
    const t = established({ parameters: { timestamps: true } });
    Object.assign(t.connection.tcb.timestamps, { offset });
    return (now: number): number => timestampNow(t.connection.tcb, now);
  };

  test('ticks once a millisecond, never back, and wraps at 2^32 (7323.10, A062)', () => {
    const clock = at(-1000);
    expect([clock(999), clock(1000), clock(1000.9), clock(1001)]).toEqual([-1, 0, 0, 1]);
    expect((clock(2 ** 31 + 1000) - clock(2 ** 31 + 999)) | 0).toBe(1);
    expect((clock(2 ** 40 + 5) - clock(2 ** 40)) | 0).toBe(5);
  });

  test('starts elsewhere for each connection (7323.10)', () => {
    expect((at(77)(5) - at(0)(5)) | 0).toBe(77);
  });

  test('with many samples in a round trip each counts the less (7323.9)', () => {
    const opened = (): Script => {
      const t = new Script({ parameters: { timestamps: true, initialWindow: 40 } }).connect();
      t.in('S. 0:0 ack 1 <mss 1012,TS val 1 ecr 1000000>').takeSent();
      return t.after(100);
    };
    const few = opened().write(1000).after(900).in('. 1:1 ack 1001 <TS val 2 ecr 1000100>');
    const many = opened().write(40_000).after(900).in('. 1:1 ack 1001 <TS val 2 ecr 1000100>');
    expect(info(few).srtt).toBeCloseTo(900 / 8, 3);
    expect(info(many).srtt).toBeCloseTo(900 / 8 / 20, 3);
  });
});

test('7323.11: timestamps shrink the text of each segment, not the MSS we announce', () => {
  const t = new Script({ parameters: { timestamps: true } }).connect();
  t.out('S 0:0 <mss 1460,TS val 1000000 ecr 0>').in('S. 0:0 ack 1 <mss 1460,TS val 1 ecr 1000000>');
  t.takeSent();
  t.write(1449).out('. 1:1449 ack 1', 'P. 1449:1450 ack 1');
});

describe('RFC 5961 before the connection is synchronized', () => {
  test('SYN-SENT: a RST counts if its ACK acknowledges our SYN, whatever its number (5961.7, U-11)', () => {
    for (const at of [0, 5, 4_000_000]) {
      new Script().connect().out('S 0:0').in(`R. ${at}:${at} ack 1`).state('CLOSED').error('ECONNREFUSED');
    }
    const t = new Script().connect().out('S 0:0').in('R. 0:0 ack 2').quiet().in('R. 0:0 ack 0').quiet();
    t.in('R 0:0').quiet().in('R 1:1').quiet().state('SYN-SENT');
  });

  test('once RCV.NXT is known, in SYN-RECEIVED after a simultaneous open, it must be exactly that (U-11, U-9)', () => {
    const t = new Script().connect().out('S 0:0').in('S 0:0 <mss 1000>').out('S. 0:0 ack 1');
    t.in('R. 5:5 ack 1').out('. 1:1 ack 1').state('SYN-RECEIVED');
    t.in('R. 1:1 ack 1').state('CLOSED').error('ECONNREFUSED');
  });

  test('TIME-WAIT: a SYN that opens no new connection is challenged (U-10)', () => {
    const t = established()
      .shutdown()
      .out('F. 1:1 ack 1')
      .in('F. 1:1 ack 2')
      .out('. 2:2 ack 2')
      .state('TIME-WAIT');
    t.in('S 1:1').out('. 2:2 ack 2').state('TIME-WAIT').followed('5961-4.2-challenge');
  });
});
