// §3.8.6.2.2, RFC 7323 §2: the windows that Linux and FreeBSD offer, how they grow, and who may bound them.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { FREEBSD, LINUX } from '../../src/tcp/presets.ts';
import { ReceiveTuning } from '../../src/tcp/receive-tuning.ts';
import { seq } from '../../src/tcp/seq.ts';
import { tcpInfo } from '../../src/tcp/tcp-info.ts';
import { pattern, Script, type ScriptOptions } from '../support/script.ts';

/** tcp_rmem as Google's configuration of packetdrill has it. */
const LARGE = { receiveBuffer: 540_000, receiveBufferMax: 15 << 20 };
/** As it was before Linux 6.16: windows in units of 128 bytes, in which edges show. */
const OLDER = { receiveBufferMax: 6 << 20 };

function open(parameters: Partial<Parameters>, options: Partial<ScriptOptions> = {}): Script {
  return new Script({ ...options, parameters: { ...LINUX, ...OLDER, ...parameters } }).connect();
}

const info = (t: Script) => t.connection.info(t.now);
const scaled = 'S. 0:0 ack 1 win 65535 <mss 1460,sackOK,wscale 7>';
const noTime = { timestamps: false };

describe('the first windows', () => {
  test.each([
    [6, 7],
    [32, 10],
  ])('Linux: half of 131072, in whole segments; for %d MiB scale %d (7323.2)', (most, scale) => {
    const t = open({ receiveBufferMax: most << 20 });
    t.out(`S 0:0 win 64240 <mss 1460,sackOK,TS val 1000000 ecr 0,wscale ${scale}>`);
  });

  test('Linux 6.16 and later: up to 32 MiB', () => {
    expect(LINUX.receiveBufferMax).toBe(32 << 20);
  });

  test('the answer to a SYN with timestamps counts them', () => {
    const t = new Script({ parameters: { ...LINUX, ...OLDER } }).listen();
    t.in('S 0:0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,wscale 7>');
    t.out('S. 0:0 ack 1 win 65160 <mss 1460,sackOK,TS val 1000000 ecr 1,wscale 7>');
  });

  test('a buffer of 540000: as much as the field says, then half of it; scale 8 for 15 MiB', () => {
    const t = open({ ...LARGE, ...noTime }).out('S 0:0 win 65535 <mss 1460,sackOK,wscale 8>');
    t.in(scaled).out('. 1:1 ack 1 win 1050');
    t.in('. 1:1461 ack 1').out('. 1:1 ack 1461 win 1049');
  });

  test('what was offered in the SYN is rounded up, then one segment stays in reserve', () => {
    const t = open(noTime).out('S 0:0 win 64240').in(scaled).out('. 1:1 ack 1 win 502');
    t.in('. 1:101 ack 1').out('. 1:1 ack 101 win 502').reads(100);
    t.in('. 101:1101 ack 1').out('. 1:1 ack 1101 win 501');
  });

  test('FreeBSD: 64 KiB, scale 6 for 2 MiB', () => {
    const t = new Script({ parameters: FREEBSD }).connect();
    t.out('S 0:0 win 65535 <mss 1460,wscale 6,sackOK,TS val 1000000 ecr 0>');
  });

  test('7323.1: without the peer’s option nothing is scaled, and the window stays below 64 KiB', () => {
    const t = open({ ...LARGE, ...noTime })
      .out('S 0:0')
      .in('S. 0:0 ack 1 <mss 1460>')
      .out('. 1:1 ack 1 win 65535');
    expect([info(t).sendScale, info(t).receiveScale]).toEqual([0, 0]);
  });
});

describe('growth', () => {
  /** A second of text, read at once, each segment of 1460 bytes. */
  function stream(t: Script, from: number, segments: number, read = true): number {
    let next = from;
    for (let i = 0; i < segments; i++, next += 1460) {
      t.in(`. ${next}:${next + 1460} ack 1`);
      if (read) t.reads(1460);
    }
    return next;
  }

  test('by two segments for each that came, but for small ones', () => {
    const tuning = new ReceiveTuning();
    tuning.established(270_000, 1460, 65_535, seq(1), 0);
    tuning.grow(1460, 270_000, 1460, 1460);
    expect(tuning.threshold).toBe(65_535 + 2920);
    tuning.grow(1000, 270_000, 1460, 1000);
    expect(tuning.threshold).toBe(65_535 + 2920 + 2000);
    tuning.grow(100, 270_000, 1460, 1000);
    expect(tuning.threshold).toBe(65_535 + 2920 + 2000);
  });

  test('the buffer follows what the application takes in a round trip, up to its bound', () => {
    const t = open(noTime).out('S 0:0').in(scaled);
    let next = 1;
    for (let round = 0; round < 12; round++) {
      next = stream(t, next, 30 * 2 ** Math.min(round, 6));
      t.after(50);
    }
    expect(t.connection.tcb.rcv.buffer).toBe(OLDER.receiveBufferMax);
    expect(info(t).rcvWnd).toBeGreaterThan(1 << 20);
  });

  test('not for an application that does not read, nor once it has chosen', () => {
    const chosen = open(noTime)
      .out('S 0:0')
      .in(scaled)
      .do((c) => c.setReceiveBuffer(200_000));
    let next = 1;
    for (let round = 0; round < 6; round++) {
      next = stream(chosen, next, 60);
      chosen.after(50);
    }
    expect(chosen.connection.tcb.rcv.buffer).toBe(200_000);
    const lazy = open(noTime).out('S 0:0').in(scaled);
    stream(lazy, 1, 40, false);
    expect(lazy.connection.tcb.rcv.buffer).toBe(LINUX.receiveBuffer);
  });

  test('not where buffers do not grow, and the scale is that of one that could', () => {
    const t = open({ ...noTime, receiveBufferGrows: false });
    t.out('S 0:0 win 64240 <mss 1460,sackOK,wscale 7>').in(scaled);
    let next = 1;
    for (let round = 0; round < 6; round++) {
      next = stream(t, next, 30);
      t.after(50);
    }
    expect(t.connection.tcb.rcv.buffer).toBe(LINUX.receiveBuffer);
  });

  test('with timestamps the round trip is the echo’s', () => {
    const t = open({}).out('S 0:0').in('S. 0:0 ack 1 <mss 1460,sackOK,TS val 1 ecr 1000000,wscale 7>');
    t.after(80).in('. 1:1449 ack 1 <TS val 2 ecr 1000000>');
    expect(tcpInfo(t.connection.tcb, t.now).tcpi_rcv_rtt).toBe(80_000);
  });
});

describe('SHLD-14: what was offered is never taken back', () => {
  test('nobody reads: the edge stays, and the window closes', () => {
    const t = open(noTime).out('S 0:0').in(scaled).out('. 1:1 ack 1 win 502');
    let edge = 1 + 502 * 128;
    for (let next = 1; next < 64_000; next += 1000) {
      t.in(`. ${next}:${next + 1000} ack 1`).after(200);
      for (const line of t.takeSent()) {
        const [, ack, win] = /ack (\d+) win (\d+)/.exec(line) as unknown as [string, string, string];
        const offered = Number(ack) + 128 * Number(win);
        expect(offered).toBeGreaterThanOrEqual(edge);
        expect(offered - edge).toBeLessThan(1000);
        edge = offered;
      }
    }
    expect(info(t).rcvWnd).toBeLessThan(10_000);
    t.readSome(30_000);
    t.takeSent();
  });

  test('rounded up again and again, it still does not pass the buffer', () => {
    const t = open(noTime).out('S 0:0').in(scaled);
    for (let next = 1, i = 0; i < 3000 && info(t).rcvWnd >= 100; i++, next += 100) {
      t.in(`. ${next}:${next + 100} ack 1`).after(200);
    }
    expect(info(t).rcvWnd).toBeLessThan(100);
    expect(info(t).receiveQueue).toBeGreaterThan(64_000);
    expect(info(t).receiveQueue).toBeLessThanOrEqual(LINUX.receiveBuffer);
  });

  test('a window smaller than a segment opens again all the same', () => {
    const t = open({ ...noTime, windowScaling: false, receiveBuffer: 100 }).out('S 0:0 win 50');
    t.in('S. 0:0 ack 1 <mss 1460>').out('. 1:1 ack 1 win 50');
    for (let next = 1; next < 1000; next += 50) {
      t.in(`. ${next}:${next + 50} ack 1`)
        .after(200)
        .takeSent();
      t.reads(50);
      expect(info(t).rcvWnd).toBe(50);
    }
  });

  test('a window that was all but closed is opened when it at least doubles (MUST-39)', () => {
    const t = open(noTime).out('S 0:0').in(scaled);
    for (let next = 1; next < 63_001; next += 1000) t.in(`. ${next}:${next + 1000} ack 1`);
    t.after(300).takeSent();
    t.do((c, now) => c.receive(now, 1000)).quiet();
    for (let i = 0; i < 60; i++) t.do((c, now) => c.receive(now, 1000));
    let before = 0;
    for (const line of t.takeSent()) {
      const win = Number(/win (\d+)/.exec(line)?.[1]);
      expect(win).toBeGreaterThanOrEqual(2 * before);
      before = win;
    }
    expect(before).toBeGreaterThan(200);
    t.followed('9293-3.8.6.2.2-update');
  });
});

describe('TCP_WINDOW_CLAMP', () => {
  test('bounds the window; what was offered is honoured', () => {
    const t = open(noTime).out('S 0:0').in(scaled).out('. 1:1 ack 1 win 502');
    t.do((c) => c.setWindowClamp(10_000))
      .in('. 1:60001 ack 1')
      .after(200)
      .takeSent();
    t.reads(60_000).takeSent();
    t.in('. 60001:60101 ack 1').after(200);
    expect(t.takeSent().at(-1)).toMatch(/ win 79$/);
  });

  test('also where all the room is offered', () => {
    const t = new Script()
      .connect()
      .out('S 0:0')
      .do((c) => c.setWindowClamp(5000));
    t.in('S. 0:0 ack 1 <mss 1460>').out('. 1:1 ack 1 win 5000');
    t.in('. 1:5001 ack 1').after(200).out('. 1:1 ack 5001 win 5000');
  });
});

describe('the send buffer', () => {
  const established = (parameters: Partial<Parameters> = {}): Script =>
    open({ ...noTime, windowScaling: false, ...parameters })
      .out('S 0:0')
      .in('S. 0:0 ack 1 <mss 1460>')
      .out('. 1:1 ack 1');

  test('Linux: twice ten segments once established, twice the congestion window later', () => {
    const t = established();
    expect(t.connection.sendSpace).toBe(87_040);
    t.writePart(100_000, 87_040);
    t.takeSent();
    for (let i = 0; i < 10; i++) t.in(`. 1:1 ack ${1 + (i + 1) * 1460}`);
    expect(t.connection.tcb.snd.buffer).toBeGreaterThan(87_040);
  });

  test('the application is told when a third is free', () => {
    const t = established({ sendBufferMax: 0, sendBuffer: 30_000, congestionControl: 'reno' });
    t.writePart(40_000, 30_000).in('. 1:1 ack 9999').untold(4).in('. 1:1 ack 10001').told(4);
  });

  test('not beyond its bound, nor once the application has chosen', () => {
    expect(established({ sendBufferMax: 50_000 }).connection.sendSpace).toBe(50_000);
    const t = new Script({ parameters: { ...LINUX, ...noTime } })
      .connect()
      .do((c) => c.setSendBuffer(20_000));
    t.in(scaled);
    expect(t.connection.sendSpace).toBe(20_000);
  });

  test('TCP_NOTSENT_LOWAT: no more is taken while so much has not left', () => {
    const t = established({ initialWindow: 2 }).do((c) => c.setNotSentLowWater(4000));
    t.writePart(10_000, 4000).told(4).write(2920).writePart(2000, 0);
    expect(t.connection.sendSpace).toBe(0);
    t.untold(4).in('. 1:1 ack 2921').told(4);
    expect(t.connection.send(pattern(8001, 10), t.now)).toBe(10);
  });
});
