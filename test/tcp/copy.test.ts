// The engine is a function of its inputs: a copied connection goes on exactly as the original would have, and
// the same inputs give the same outputs. And sequence numbers may go round as often as they like.

import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { clone } from '../../src/lib/clone.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Connection } from '../../src/tcp/connection.ts';
import { URGENT } from '../../src/tcp/notice.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import type { Scoreboard } from '../../src/tcp/recovery/scoreboard.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add, diff, geq, leq, seq } from '../../src/tcp/seq.ts';
import { STATES } from '../../src/tcp/state.ts';
import { isRunning, Timer } from '../../src/tcp/timers.ts';
import { Address } from '../../src/wire/address.ts';
import { ACK, SYN, URG } from '../../src/wire/tcp.ts';
import { established, Script } from '../support/script.ts';
import { type Drive, driveOn } from './drive.ts';

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed);

/** Opened with every option, by us or by the peer; with AccECN, or ECN, or neither. */
function opened(seed: number): Script {
  const parameters = {
    timestamps: true,
    sack: true,
    windowScaling: true,
    receiveBuffer: 100_000,
    sendBuffer: 50_000,
    ecn: 'accurate' as const,
  };
  const options = '<mss 1000,sackOK,TS val 1 ecr 1000000,wscale 2>';
  const t = new Script({ parameters });
  if (seed % 2 === 0) t.connect().in(`S${['W', 'E', ''][seed % 3]}. 0:0 ack 1 win 60000 ${options}`);
  else
    t.listen()
      .in(`S${['EWA', 'EW', ''][seed % 3]} 0:0 win 60000 ${options}`)
      .in('. 1:1 ack 1 <TS val 1 ecr 1000000>');
  t.state('ESTABLISHED').takeSent();
  return t;
}

const start = (now: number): Drive => ({ now, log: [] });

describe('determinism', () => {
  test('the same inputs give the same outputs, byte by byte', () => {
    for (const seed of SEEDS) {
      const [first, second] = [opened(seed), opened(seed)];
      const a = driveOn(first.connection, new Prng(seed), 300, start(first.now));
      const b = driveOn(second.connection, new Prng(seed), 300, start(second.now));
      expect(a.log, `seed ${seed}`).toEqual(b.log);
    }
  });

  test('an observer changes nothing', () => {
    for (const seed of SEEDS) {
      const watched = opened(seed);
      const alone = clone(watched.connection);
      Object.assign(alone.tcb, { probe: null });
      const a = driveOn(watched.connection, new Prng(seed), 300, start(watched.now));
      const b = driveOn(alone, new Prng(seed), 300, start(watched.now));
      expect(a.log, `seed ${seed}`).toEqual(b.log);
    }
  });
});

describe('clone', () => {
  test('a copy in mid-transfer goes on as the original does', () => {
    for (const seed of SEEDS) {
      const t = opened(seed);
      const before = driveOn(t.connection, new Prng(seed), 100 + seed, start(t.now));
      const copy = clone(t.connection, [t.rules]);
      expect(isDeepStrictEqual(copy.tcb, t.connection.tcb), `seed ${seed}`).toBe(true);
      // The copy first: what it does must not show in the original.
      const ofCopy = driveOn(copy, new Prng(seed + 1000), 200, start(before.now));
      const ofOriginal = driveOn(t.connection, new Prng(seed + 1000), 200, start(before.now));
      expect(ofCopy.log, `seed ${seed}`).toEqual(ofOriginal.log);
      expect(isDeepStrictEqual(copy.tcb, t.connection.tcb), `seed ${seed}`).toBe(true);
    }
  });

  test('the transfers of these tests do transfer', () => {
    let [sent, received, again, states] = [0, 0, 0, new Set<string>()];
    for (const seed of SEEDS) {
      const t = opened(seed);
      driveOn(t.connection, new Prng(seed), 300, start(t.now));
      const { counters, state } = t.connection.info(t.now);
      sent += counters.acknowledged;
      received += counters.bytesReceived;
      again += counters.retransmissions;
      states = states.add(state);
    }
    expect(Math.min(sent, received)).toBeGreaterThan(500_000);
    expect(again).toBeGreaterThan(50);
    expect(states.size).toBeGreaterThan(3);
  });
});

/** What the counts of the board should be: bytes and transmissions reported, bytes lost. */
function countsOf(board: Scoreboard): [number, number, number] {
  const counts: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < board.count; i++) {
    if (board.isSacked(i)) counts[0] += board.lengthOf(i);
    if (board.isSacked(i)) counts[1] += 1;
    if (board.isLost(i)) counts[2] += board.lengthOf(i);
  }
  return counts;
}

describe('A070: whatever happens', () => {
  test('nothing throws, and what must hold holds', () => {
    for (let seed = 1000; seed < 1300; seed++) {
      const { connection, now } = opened(seed);
      const prng = new Prng(seed);
      const drive = start(now);
      for (let i = 0; i < 40; i++) {
        driveOn(connection, prng, 5, drive);
        const { tcb } = connection;
        const label = `seed ${seed} after ${drive.log.length} lines`;
        expect(STATES, label).toContain(tcb.state);
        expect(leq(tcb.snd.una, tcb.snd.nxt), label).toBe(true);
        expect(geq(tcb.rcv.edge, tcb.rcv.nxt), label).toBe(true);
        expect(tcb.board.pipe(tcb.snd.nxt), label).toBeGreaterThanOrEqual(0);
        expect(tcb.board.lost, label).toBeGreaterThanOrEqual(0);
        expect(countsOf(tcb.board), label).toEqual([tcb.board.sacked, tcb.board.sackedCount, tcb.board.lost]);
        expect(tcb.congestion.cwnd, label).toBeGreaterThanOrEqual(0);
        if (tcb.state === 'CLOSED') {
          expect(connection.deadline, label).toBe(Number.POSITIVE_INFINITY);
        } else if (tcb.snd.una !== tcb.snd.nxt) {
          expect(isRunning(tcb, Timer.retransmission) || isRunning(tcb, Timer.persist), label).toBe(true);
        }
      }
    }
  });
});

const GIB = 2 ** 30;
/** More than half the sequence space lies between two looks, so that what was left behind would seem ahead. */
const STRETCH = 2.2 * GIB;
const LAPS = 2 * STRETCH + 2 ** 24;

/** One window of text, shared: 64 segments. */
const WINDOW = new Uint8Array(64 * 65_000);

interface Peer {
  readonly connection: Connection;
  readonly out: Segment;
  now: number;
}

function peerOf(t: Script): Peer {
  return { connection: t.connection, out: new Segment(), now: t.now };
}

/** A segment from the peer: `offset` from RCV.NXT, acknowledging everything up to `ack` before SND.NXT. */
function arrives(
  peer: Peer,
  length: number,
  { offset = 0, ack = 0, flags = ACK, up = 0, wnd = 65_535 } = {},
): void {
  const { tcb } = peer.connection;
  const seg = new Segment();
  seg.flags = flags;
  seg.seq = add(tcb.rcv.nxt, offset);
  seg.ack = add(tcb.snd.nxt, -ack);
  seg.wnd = wnd;
  seg.up = up;
  seg.text = WINDOW;
  seg.textLength = length;
  seg.segmentSize = length > 1000 ? 1000 : 0;
  seg.timestamps = tcb.timestamps.on;
  seg.tsval = peer.now | 0;
  seg.tsecr = peer.now | 0;
  peer.connection.arrives(seg, peer.now);
}

/** Everything that is due, as [text length, SEQ - SND.UNA]. */
function leaves({ connection, out, now }: Peer): [number, number][] {
  const list: [number, number][] = [];
  while (connection.output(out, now)) list.push([out.textLength, diff(out.seq, connection.tcb.snd.una)]);
  return list;
}

/** Large windows and super-segments, so that 4 GiB take a second. */
function wide(): Script {
  const parameters = {
    windowScaling: true,
    timestamps: true,
    receiveBuffer: 2 ** 24,
    sendBuffer: 2 ** 24,
    initialWindow: 10_000,
  };
  const t = new Script({ parameters, superSegment: 65_535 }).connect();
  t.takeSent();
  t.in('S. 0:0 ack 1 <mss 1012,wscale 10,TS val 1000000 ecr 1000000>').state('ESTABLISHED').takeSent();
  return t;
}

describe('initial numbers beside the wraps (A060)', () => {
  /** Our text begins at `iss` + 1, the peer's at `irs` + 1; the peer's MSS is 1000. */
  function openedAt(iss: number, irs: number): Peer {
    const connection = Connection.connect(
      {
        id: 1,
        local: { address: Address.parse('10.0.0.1')!, port: 4000 },
        remote: { address: Address.parse('10.0.0.2')!, port: 80 },
        iss: seq(iss),
        timestampOffset: 0,
        parameters: { ...RFC9293, tailLossProbe: false },
        mtu: 1500,
        superSegment: 1500,
        probe: null,
      },
      0,
    );
    const peer = { connection, out: new Segment(), now: 0 };
    leaves(peer);
    const syn = new Segment();
    Object.assign(syn, { flags: SYN | ACK, seq: seq(irs), ack: seq(iss + 1), wnd: 65_535, mss: 1000 });
    connection.arrives(syn, 0);
    leaves(peer);
    return peer;
  }

  const corners = [2 ** 31 - 2500, 2 ** 32 - 2500];
  const pairs = corners.flatMap((iss) => corners.map((irs) => [iss, irs] as const));

  test.each(pairs)('ours is %i, theirs %i: losses on both sides of the wrap are repaired', (iss, irs) => {
    const peer = openedAt(iss, irs);
    const { connection } = peer;
    // The first of five is lost; three duplicates tell.
    connection.send(WINDOW.subarray(0, 5000), peer.now);
    expect(leaves(peer)).toHaveLength(5);
    for (let i = 0; i < 3; i++) arrives(peer, 0, { ack: 5000 });
    expect(leaves(peer)).toEqual([[1000, 0]]);
    // The second is lost, too; the wrap lies in the third.
    arrives(peer, 0, { ack: 4000 });
    expect(leaves(peer)).toEqual([[1000, 0]]);
    peer.now = connection.deadline;
    connection.expire(peer.now);
    expect(leaves(peer)).toEqual([[1000, 0]]);
    arrives(peer, 0);
    expect(connection.info(peer.now)).toMatchObject({ sndUna: (iss + 5001) % 2 ** 32 });
    expect(connection.info(peer.now).counters).toMatchObject({ fastRetransmits: 1, timeouts: 1 });
  });

  test.each(pairs)('ours is %i, theirs %i: text that arrives backwards is in order', (iss, irs) => {
    const peer = openedAt(iss, irs);
    for (let offset = 4000; offset > 0; offset -= 1000) {
      arrives(peer, 1000, { offset });
      expect(leaves(peer)).toEqual([[0, 0]]);
    }
    expect(peer.connection.readable).toBe(0);
    arrives(peer, 1000);
    expect(peer.connection.readable).toBe(5000);
    expect(peer.connection.info(peer.now)).toMatchObject({ rcvNxt: (irs + 5001) % 2 ** 32 });
  });
});

describe('more than 2^32 bytes (A060)', () => {
  test('sent: loss is still noticed, windows still change, Nagle still waits', { timeout: 60_000 }, () => {
    const peer = peerOf(wide());
    const { connection } = peer;
    const { tcb } = connection;
    let nextLook = 0;
    arrives(peer, 0);
    for (let sent = 0; sent < LAPS; sent += WINDOW.length) {
      expect(connection.send(WINDOW, peer.now)).toBe(WINDOW.length);
      while (connection.sendSpace < 2 ** 24) {
        peer.now += 1;
        expect(leaves(peer).length).toBeGreaterThan(0);
        arrives(peer, 0);
      }
      if (sent < nextLook) continue;
      nextLook += STRETCH;
      expect(tcb.snd.una).toBe(tcb.snd.nxt);
      lookAtSending(peer);
    }
    expect(nextLook).toBe(3 * STRETCH);
    expect(connection.info(peer.now).counters.bytesSent).toBeGreaterThan(2 ** 32);
    expect(connection.info(peer.now).counters.timeouts).toBe(0);
  });

  function lookAtSending(peer: Peer): void {
    const { connection } = peer;
    // Nagle: the first small segment leaves, the second waits for its ACK.
    connection.send(WINDOW.subarray(0, 10), peer.now);
    expect(leaves(peer)).toEqual([[10, 0]]);
    connection.send(WINDOW.subarray(0, 20), peer.now);
    expect(leaves(peer)).toEqual([]);
    arrives(peer, 0);
    expect(leaves(peer)).toEqual([[20, 0]]);
    arrives(peer, 0);
    // Three duplicates, one repair.
    connection.send(WINDOW.subarray(0, 5000), peer.now);
    expect(leaves(peer)).toEqual([[5000, 0]]);
    for (let i = 0; i < 3; i++) arrives(peer, 0, { ack: 5000 });
    expect(leaves(peer)).toEqual([[1000, 0]]);
    arrives(peer, 0);
    expect(leaves(peer)).toEqual([]);
    // Old and unsent acknowledgments are told from good ones.
    const { acknowledged } = connection.info(peer.now).counters;
    arrives(peer, 0, { ack: -1 });
    arrives(peer, 0, { ack: 1000 });
    expect(connection.info(peer.now).counters.acknowledged).toBe(acknowledged);
    expect(leaves(peer)).toEqual([[0, 0]]);
    // A window update counts.
    arrives(peer, 0, { wnd: 0 });
    expect(connection.info(peer.now).sndWnd).toBe(0);
    arrives(peer, 0);
    expect(connection.info(peer.now).sndWnd).toBe(65_535 * 1024);
    peer.now += 5001; // Past the limit of challenges.
  }

  test('received: order, duplicates, urgent data and timestamps are still told', { timeout: 60_000 }, () => {
    const peer = peerOf(wide());
    const { connection } = peer;
    let nextLook = 0;
    for (let received = 0; received < LAPS; received += 65_000) {
      peer.now += 1;
      arrives(peer, 65_000);
      leaves(peer);
      expect(connection.receive(peer.now)?.length).toBe(65_000);
      leaves(peer);
      if (received < nextLook) continue;
      nextLook += STRETCH;
      lookAtReceiving(peer);
    }
    expect(nextLook).toBe(3 * STRETCH);
    expect(connection.info(peer.now).counters.bytesReceived).toBeGreaterThan(2 ** 32);
  });

  function lookAtReceiving(peer: Peer): void {
    const { connection } = peer;
    const { tcb } = connection;
    const { nxt } = tcb.rcv;
    // Urgent data ahead is announced, and is over when it has been read.
    connection.takeNotices();
    expect(connection.urgentAhead).toBe(0);
    arrives(peer, 100, { flags: ACK | URG, up: 150 });
    expect(connection.takeNotices() & URGENT).toBe(URGENT);
    expect(connection.urgentAhead).toBe(150);
    arrives(peer, 100);
    connection.receive(peer.now, 100);
    expect(connection.urgentAhead).toBe(50);
    connection.receive(peer.now, 100);
    expect(connection.urgentAhead).toBe(0);
    // A gap, an old duplicate, and the segment that fills the gap.
    leaves(peer);
    arrives(peer, 100, { offset: 100 });
    expect(leaves(peer)).toEqual([[0, 0]]);
    arrives(peer, 100, { offset: -100 });
    expect(leaves(peer)).toEqual([[0, 0]]);
    expect(connection.readable).toBe(0);
    arrives(peer, 100);
    expect(connection.readable).toBe(200);
    while (connection.receive(peer.now) !== null);
    leaves(peer);
    expect(diff(tcb.rcv.nxt, nxt)).toBe(400);
    // TS.Recent follows.
    peer.now += 1;
    arrives(peer, 0);
    expect(tcb.timestamps.recent).toBe(peer.now | 0);
  }

  test('both ways in small steps across both wraps', () => {
    const t = established();
    for (let n = 1; n < 30_001; n += 1000) {
      t.write(1000).takeSent();
      t.in(`. ${n}:${n + 1000} ack ${n + 1000}`)
        .reads(1000)
        .takeSent();
    }
    expect(t.connection.info(t.now)).toMatchObject({
      sndUna: 0x7ffffffa + 30_001,
      rcvNxt: 0xfffffffa + 30_001 - 2 ** 32,
    });
  });
});
