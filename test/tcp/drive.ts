// A connection driven at random: calls, time, and segments that are plausible more often than not. The same
// seed gives the same inputs; the log says all that came of them.

import type { Prng } from '../../src/lib/prng.ts';
import type { Connection } from '../../src/tcp/connection.ts';
import { copyText, Segment } from '../../src/tcp/segment.ts';
import { add, type Seq } from '../../src/tcp/seq.ts';
import { printSegment } from '../../src/wire/print.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../src/wire/tcp.ts';
import { OUR_ISS, PEER_ISS, pattern } from '../support/script.ts';

export interface Drive {
  now: number;
  readonly log: string[];
}

/** Bytes to send and to receive, shared by all: the engine must not write to them. */
const TEXT = pattern(1, 20_000);

/** Do `steps` random things to `connection`; `drive.log` grows by what came of each. */
export function driveOn(connection: Connection, prng: Prng, steps: number, drive: Drive): Drive {
  for (let i = 0; i < steps; i++) {
    const what = step(connection, prng, drive);
    drive.log.push(`${drive.now} ${what}`);
    drain(connection, drive);
  }
  return drive;
}

function step(connection: Connection, prng: Prng, drive: Drive): string {
  const choice = prng.below(100);
  if (choice < 55) return segment(connection, prng, drive.now);
  if (choice < 70) return send(connection, prng, drive.now);
  if (choice < 82) return `receive ${connection.receive(drive.now, prng.below(5000))?.length}`;
  if (choice < 97) return pass(connection, prng, drive);
  return rareCall(connection, prng, drive.now);
}

function send(connection: Connection, prng: Prng, now: number): string {
  try {
    return `send ${connection.send(TEXT.subarray(0, prng.below(6000)), now)}`;
  } catch (error) {
    return `send ${(error as { code: string }).code}`;
  }
}

function pass(connection: Connection, prng: Prng, drive: Drive): string {
  drive.now += prng.below(400);
  if (connection.deadline > drive.now) return 'nothing is due';
  connection.expire(drive.now);
  return 'expire';
}

function rareCall(connection: Connection, prng: Prng, now: number): string {
  const quoted = add(connection.tcb.snd.una, prng.below(2000));
  switch (prng.below(12)) {
    case 0:
      connection.shutdown(now);
      return 'shutdown';
    case 1:
      if (prng.chance(0.2)) connection.close(now);
      return 'close';
    case 2:
      if (prng.chance(0.1)) connection.abort(now);
      return 'abort';
    case 3:
      connection.setNoDelay(prng.chance(0.5));
      return 'no-delay';
    case 4:
      connection.setKeepAlive({ on: prng.chance(0.7), idle: 1000, interval: 75_000, count: 9 }, now);
      return 'keep-alive';
    case 5:
      connection.icmpError(prng.chance(0.5) ? 'soft' : 'hard', quoted, 'EHOSTUNREACH', now);
      return 'icmp';
    case 6:
      connection.packetTooBig(600 + prng.below(900), quoted, now);
      return 'too big';
    case 7:
      connection.setUserTimeout(prng.below(100_000), now);
      return 'user timeout';
    case 8:
      connection.setCork(prng.chance(0.3));
      return 'cork';
    case 9:
      return `flush ${connection.flush(now)}`;
    default:
      return 'idle';
  }
}

/** A segment near what the connection expects, with odd flags now and then. */
function segment(connection: Connection, prng: Prng, now: number): string {
  const { rcv, snd, timestamps, sack } = connection.tcb;
  const seg = new Segment();
  seg.flags = prng.chance(0.05) ? prng.below(512) & ~(prng.chance(0.8) ? RST : 0) : ACK;
  if (prng.chance(0.03)) seg.flags |= FIN;
  if (prng.chance(0.3)) seg.flags |= PSH;
  if (prng.chance(0.02)) seg.flags |= URG;
  const offset = prng.chance(0.6) ? 0 : prng.below(4000) - 1500;
  seg.seq = add(rcv.nxt, (seg.flags & SYN) === 0 ? offset : offset - 1);
  const inFlight = (snd.nxt - snd.una) | 0;
  seg.ack = add(snd.una, prng.chance(0.95) ? prng.below(Math.max(inFlight, 0) + 1) : prng.below(9000) - 4000);
  seg.wnd = prng.chance(0.1) ? prng.below(2000) : 60_000;
  seg.up = prng.below(100);
  seg.textLength = prng.chance(0.5) ? 0 : prng.below(3000);
  seg.textStart = prng.below(1000);
  seg.text = TEXT;
  seg.timestamps = timestamps.on ? prng.chance(0.98) : prng.chance(0.1);
  seg.tsval = (timestamps.recent + prng.below(20) - 2) | 0;
  seg.tsecr = (now - prng.below(300)) | 0;
  if (sack && prng.chance(0.3)) reportSome(seg, snd.una, prng);
  if (connection.tcb.ecn.on) mark(seg, prng);
  const text = printSegment(seg, { seq: PEER_ISS, ack: OUR_ISS });
  connection.arrives(seg, now);
  return `< ${text}`;
}

/** Any codepoint, any of the ECN flags, and at times an AccECN option with any counters. */
function mark(seg: Segment, prng: Prng): void {
  seg.ecn = prng.below(4);
  if ((seg.flags & SYN) === 0) seg.flags |= prng.below(8) << 6;
  if (prng.chance(0.5)) return;
  seg.accEcn = prng.below(2);
  seg.accEcnFields = prng.below(4);
  seg.ee0b = prng.below(1 << 24);
  seg.eceb = prng.chance(0.5) ? prng.below(5000) : prng.below(1 << 24);
  seg.ee1b = prng.below(1 << 24);
}

/** Up to four SACK blocks: most of them could be, some lie below SND.UNA, beyond SND.NXT or inside out. */
function reportSome(seg: Segment, una: Seq, prng: Prng): void {
  seg.sackCount = 1 + prng.below(4);
  for (let i = 0; i < seg.sackCount; i++) {
    const left = prng.below(8000) - 500;
    seg.sackBlocks[2 * i] = add(una, left);
    seg.sackBlocks[2 * i + 1] = add(una, left + prng.below(3000) - 200);
  }
}

function drain(connection: Connection, { now, log }: Drive): void {
  const out = new Segment();
  for (let n = 0; connection.output(out, now); n++) {
    if (n > 200) throw new Error('output never ends');
    const text = new Uint8Array(out.textLength);
    copyText(out, text, 0);
    const sum = text.reduce((a, byte) => (Math.imul(a, 31) + byte) | 0, 0);
    log.push(`  > ${printSegment(out, { seq: OUR_ISS, ack: PEER_ISS })} #${sum} [${out.why}]`);
  }
  log.push(`  ${connection.state} notices ${connection.takeNotices()} deadline ${connection.deadline}`);
}
