// §3.10.6 STATUS by the names and units of Linux's struct tcp_info.

import { describe, expect, test } from 'vitest';
import { BUFFER_LIMITED, BUSY, BusyTime, IDLE, WINDOW_LIMITED } from '../../src/tcp/busy-time.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { type TcpInfo, tcpInfo } from '../../src/tcp/tcp-info.ts';
import { established, Script } from '../support/script.ts';
import { REACHABLE, reach } from './states.ts';

const told = (t: Script): TcpInfo => tcpInfo(t.connection.tcb, t.now);

function opened(parameters: Partial<Parameters> = {}): Script {
  const t = new Script({ parameters: { ...LINUX, timestamps: false, ...parameters } }).connect().after(100);
  t.in('S. 0:0 ack 1 win 65535 <mss 1000,sackOK,wscale 2>').takeSent();
  return t;
}

test('a fresh connection', () => {
  const t = opened();
  expect(told(t)).toMatchObject({
    tcpi_state: 1,
    tcpi_ca_state: 0,
    tcpi_options: 2 | 4,
    tcpi_snd_wscale: 2,
    tcpi_rcv_wscale: 10,
    tcpi_rto: 300_000,
    tcpi_ato: 0,
    tcpi_snd_mss: 1000,
    tcpi_rcv_mss: 536,
    tcpi_advmss: 1460,
    tcpi_pmtu: 1500,
    tcpi_rtt: 100_000,
    tcpi_rttvar: 50_000,
    tcpi_min_rtt: 100_000,
    tcpi_snd_cwnd: 10,
    tcpi_snd_ssthresh: 0x7fffffff,
    tcpi_reordering: 3,
    tcpi_unacked: 0,
    tcpi_rcv_ssthresh: 64_076,
    tcpi_rcv_space: 14_600,
    tcpi_snd_wnd: 65_535,
    tcpi_bytes_acked: 1,
    tcpi_segs_out: 2,
    tcpi_segs_in: 1,
    // 10 segments each 100 ms, twice that while the window doubles.
    tcpi_pacing_rate: 200_000,
    tcpi_last_ack_recv: 0,
    tcpi_total_retrans: 0,
  });
});

test('the states have Linux’s numbers', () => {
  const numbers = REACHABLE.map((state) => [state.replace(/ .*/, ''), told(reach[state]()).tcpi_state]);
  expect(Object.fromEntries(numbers)).toEqual({
    'SYN-SENT': 2,
    'SYN-RECEIVED': 3,
    ESTABLISHED: 1,
    'FIN-WAIT-1': 4,
    'FIN-WAIT-2': 5,
    'CLOSE-WAIT': 8,
    CLOSING: 11,
    'LAST-ACK': 9,
    'TIME-WAIT': 6,
    CLOSED: 7,
  });
});

describe('what is in flight', () => {
  test('is counted in segments: unacknowledged, reported, lost, sent again', () => {
    const t = opened().write(6000);
    expect(told(t)).toMatchObject({ tcpi_unacked: 6, tcpi_sacked: 0, tcpi_lost: 0, tcpi_retrans: 0 });
    t.after(100).in('. 1:1 ack 1 <sack 1001:2001>');
    expect(told(t)).toMatchObject({ tcpi_sacked: 1, tcpi_ca_state: 1 });
    t.in('. 1:1 ack 1 <sack 1001:5001>');
    expect(told(t)).toMatchObject({ tcpi_unacked: 6, tcpi_sacked: 4, tcpi_lost: 1, tcpi_retrans: 1 });
    expect(told(t)).toMatchObject({ tcpi_ca_state: 3, tcpi_total_retrans: 1 });
  });

  test('a super-segment counts as those it is cut into', () => {
    const t = established({ superSegment: 65_535 }).write(2500);
    expect(t.takeSent()).toHaveLength(1);
    expect(told(t).tcpi_unacked).toBe(3);
  });

  test('after a timeout everything is lost', () => {
    const t = opened({ sack: false }).write(3000).after(300);
    expect(told(t)).toMatchObject({ tcpi_ca_state: 4, tcpi_lost: 3, tcpi_retransmits: 1, tcpi_backoff: 1 });
    expect(told(t)).toMatchObject({ tcpi_total_rto: 1, tcpi_rto: 600_000, tcpi_snd_cwnd: 1 });
  });

  test('text that has not left', () => {
    const t = opened().write(12_000);
    expect(told(t)).toMatchObject({ tcpi_notsent_bytes: 2000, tcpi_bytes_sent: 10_000 });
  });
});

test('times are milliseconds ago', () => {
  const t = opened().write(10).after(30).in('. 1:11 ack 1').after(12);
  expect(told(t)).toMatchObject({ tcpi_last_data_sent: 42, tcpi_last_data_recv: 12, tcpi_last_ack_recv: 12 });
  expect(told(t)).toMatchObject({ tcpi_bytes_received: 10, tcpi_ato: 40_000 });
});

test('probes of the window and of the peer', () => {
  const t = opened().in('. 1:1 ack 1 win 0').write(10).after(1000);
  expect(told(t)).toMatchObject({ tcpi_probes: 2, tcpi_backoff: 2, tcpi_snd_wnd: 0 });
});

test('text out of order, and a FIN, are counted', () => {
  const t = opened().in('. 101:201 ack 1').in('. 1:101 ack 1').in('F. 201:201 ack 1');
  expect(told(t)).toMatchObject({ tcpi_rcv_ooopack: 1, tcpi_bytes_received: 201, tcpi_state: 8 });
});

describe('how long it was busy', () => {
  test('from what is written to its acknowledgment; and what it waited for', () => {
    const t = opened().after(50).write(10).after(70).in('. 1:1 ack 11').after(1000);
    expect(told(t)).toMatchObject({ tcpi_busy_time: 70_000, tcpi_rwnd_limited: 0, tcpi_sndbuf_limited: 0 });
    t.in('. 1:1 ack 11 win 0').write(10).after(25).in('. 1:1 ack 11 win 1000').after(10).in('. 1:1 ack 21');
    expect(told(t)).toMatchObject({ tcpi_busy_time: 105_000, tcpi_rwnd_limited: 25_000 });
  });

  test('a full send buffer that nothing else holds back', () => {
    const t = opened({ sendBufferMax: 0, sendBuffer: 2000 }).writePart(3000, 2000).after(40);
    expect(told(t)).toMatchObject({ tcpi_busy_time: 40_000, tcpi_sndbuf_limited: 40_000 });
  });

  test('each spell is added to its own', () => {
    const time = new BusyTime();
    time.is(BUSY, 10);
    time.is(BUSY, 15);
    time.is(WINDOW_LIMITED, 20);
    time.is(IDLE, 50);
    time.is(BUFFER_LIMITED, 60);
    expect(([BUSY, WINDOW_LIMITED, BUFFER_LIMITED] as const).map((a) => time.of(a, 61))).toEqual([10, 30, 1]);
  });
});

describe('counts of Linux 5 and 6', () => {
  const three = (t: Script): void => {
    for (const end of [2001, 3001, 4001]) t.in(`. 1:1 ack 1 <sack 1001:${end}>`);
  };

  test('segments and bytes with text, again and for the first time; what the peer has', () => {
    const t = opened().write(5000).after(100);
    three(t);
    t.in('P. 1:11 ack 5001').takeSent();
    expect(told(t)).toMatchObject({ tcpi_data_segs_out: 6, tcpi_data_segs_in: 1, tcpi_delivered: 6 });
    expect(told(t)).toMatchObject({
      tcpi_bytes_sent: 6000,
      tcpi_bytes_retrans: 1000,
      tcpi_bytes_acked: 5001,
    });
  });

  test('duplicates that the peer reports, and reordering as far as it went', () => {
    const t = opened().write(9000).after(100).in('. 1:1 ack 1 <sack 7001:9001>');
    expect(told(t)).toMatchObject({ tcpi_reord_seen: 0, tcpi_reordering: 3 });
    t.in('. 1:1 ack 1 <sack 1001:2001 7001:9001>');
    expect(told(t)).toMatchObject({ tcpi_reord_seen: 1, tcpi_reordering: 8 });
    t.in('. 1:1 ack 9001').in('. 1:1 ack 9001 <sack 1:1001>');
    expect(told(t)).toMatchObject({ tcpi_dsack_dups: 1 });
  });

  test('a loss probe is no retransmission that is in flight', () => {
    const t = opened().write(2000).after(300);
    expect(told(t)).toMatchObject({
      tcpi_total_retrans: 1,
      tcpi_retrans: 0,
      tcpi_unacked: 2,
      tcpi_ca_state: 0,
    });
  });

  test('what has arrived: without SACK duplicate ACKs tell of it, with it D-SACKs of what arrived twice', () => {
    const t = opened({ sack: false }).write(5000).after(100);
    t.in('. 1:1 ack 1').in('. 1:1 ack 1').in('. 1:1 ack 1').in('. 1:1 ack 1');
    // The first tells of another window than the SYN.
    expect(told(t).tcpi_delivered).toBe(4);
    t.in('. 1:1 ack 5001');
    expect(told(t).tcpi_delivered).toBe(6);
    const twice = opened().write(2000).after(300).in('. 1:1 ack 2001 <sack 1001:2001>');
    expect(told(twice)).toMatchObject({ tcpi_delivered: 4, tcpi_dsack_dups: 1 });
  });

  test('timeouts, their spells, and how long those lasted', () => {
    const t = opened({ tailLossProbe: false }).write(1000).after(310);
    expect(told(t)).toMatchObject({
      tcpi_total_rto: 1,
      tcpi_total_rto_recoveries: 1,
      tcpi_total_rto_time: 10,
    });
    t.after(600).after(100).in('. 1:1 ack 1001').after(1000);
    expect(told(t)).toMatchObject({
      tcpi_total_rto: 2,
      tcpi_total_rto_recoveries: 1,
      tcpi_total_rto_time: 710,
    });
    expect(told(t)).toMatchObject({ tcpi_retransmits: 0, tcpi_backoff: 2, tcpi_ca_state: 0 });
  });

  test('the options of ECN and of Fast Open; a reduction for a mark', () => {
    const t = new Script({ parameters: { ...LINUX, timestamps: false, ecn: 'request' } })
      .connect()
      .after(100);
    t.in('SE. 0:0 ack 1 win 65535 <mss 1000,sackOK,wscale 2>').takeSent();
    expect(told(t).tcpi_options).toBe(2 | 4 | 8);
    t.write(4000).after(100).in('E. 1:1 ack 4001').write(1000).takeSent();
    expect(told(t)).toMatchObject({ tcpi_ca_state: 2, tcpi_delivered_ce: 4 });
  });
});

test('the delivery rate, once a round trip', () => {
  const t = opened().write(30_000);
  expect(told(t)).toMatchObject({ tcpi_delivery_rate: 0, tcpi_delivery_rate_app_limited: 1 });
  // Ten segments of 1000 bytes in 100 ms, and 20 in the next.
  t.after(100).in('. 1:1 ack 10001 win 65535');
  expect(told(t)).toMatchObject({ tcpi_delivery_rate: 100_000, tcpi_delivery_rate_app_limited: 0 });
  t.after(100).in('. 1:1 ack 30001 win 65535');
  expect(told(t).tcpi_delivery_rate).toBe(200_000);
  // What the application holds back is no measure of the path.
  t.write(1000).after(100).in('. 1:1 ack 31001 win 65535');
  expect(told(t).tcpi_delivery_rate).toBe(200_000);
});
