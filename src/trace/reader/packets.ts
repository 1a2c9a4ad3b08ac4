// From a captured frame to the TCP segment in it: link header, IP and its fragments, TCP as far as it was captured.
// Nothing is refused for what is wrong with it: that is said beside it.

import { FragmentTable } from '../../host/fragments.ts';
import { DEFAULT_LIMITS } from '../../host/limits.ts';
import { Segment } from '../../tcp/segment.ts';
import type { CaptureFrame } from '../../wire/capture-frame.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../../wire/checksum.ts';
import { ECN_MASK, isFragment, PROTOCOL_TCP, readWord } from '../../wire/ip.ts';
import { TCP_HEADER_LENGTH } from '../../wire/tcp.ts';
import { decodeTcpOptions } from '../../wire/tcp-options.ts';
import { readIp, SeenIp } from './ip.ts';
import { ipOffset, NOT_IP, UNKNOWN_LINK } from './link-types.ts';

/**
 * `good`, `bad`; `partial`: the pseudo-header's sum alone, the sender's hardware was to do the rest; `unchecked`:
 * the segment was not captured whole.
 */
export type SeenChecksum = 'good' | 'bad' | 'partial' | 'unchecked';

/** One captured segment; filled again for each, and valid until the next. */
export class SeenPacket {
  /** The frame's number, from 1. */
  number = 0;
  /** Milliseconds since the first frame of the capture; may go backwards. */
  time = 0;
  readonly ip = new SeenIp();
  /** `textLength` is that of the wire: `text` may hold less of it. */
  readonly segment = new Segment();
  /** Captured text, bytes. */
  capturedLength = 0;
  checksum: SeenChecksum = 'unchecked';
  /** Put together from fragments, of which this frame brought the last. */
  reassembled = false;
  direction: 'in' | 'out' | 'unknown' = 'unknown';
}

/** What became of the frames of a capture. */
export interface FrameCounts {
  frames: number;
  segments: number;
  /** No IP, or IP of another protocol. */
  other: number;
  /** Parts of datagrams that wait for the rest, or can't be put together. */
  fragments: number;
  /** Headers that do not fit or make no sense. */
  malformed: number;
  /** Of a link type that is not known. */
  unknownLink: number;
}

export class PacketReader {
  readonly counts: FrameCounts = {
    frames: 0,
    segments: 0,
    other: 0,
    fragments: 0,
    malformed: 0,
    unknownLink: 0,
  };
  private readonly fragments = new FragmentTable(DEFAULT_LIMITS);
  private firstSeconds = 0;
  private firstNanoseconds = 0;

  /** Read the frame's segment into `into`; false: there is none, `counts` says why. */
  read(frame: CaptureFrame, into: SeenPacket): boolean {
    const { counts } = this;
    if (counts.frames++ === 0) {
      this.firstSeconds = frame.seconds;
      this.firstNanoseconds = frame.nanoseconds;
    }
    into.number = frame.number;
    into.time =
      (frame.seconds - this.firstSeconds) * 1000 + (frame.nanoseconds - this.firstNanoseconds) / 1e6;
    into.direction = frame.direction;
    into.reassembled = false;
    const { bytes, start, end } = frame;
    const at = ipOffset(frame.linkType, bytes, start, end);
    if (at < 0) {
      this.refuse(at);
      return false;
    }
    const found = this.readPacket(bytes, at, end, frame.originalLength - (end - start), into);
    if (found) counts.segments++;
    return found;
  }

  /** Milliseconds since 1970 of the time 0. */
  get epoch(): number {
    return this.firstSeconds * 1000 + this.firstNanoseconds / 1e6;
  }

  /** The same in nanoseconds, exactly. */
  get origin(): bigint {
    return BigInt(this.firstSeconds) * 1_000_000_000n + BigInt(this.firstNanoseconds);
  }

  private refuse(why: number): void {
    if (why === NOT_IP) this.counts.other++;
    else if (why === UNKNOWN_LINK) this.counts.unknownLink++;
    else this.counts.malformed++;
  }

  private readPacket(bytes: Uint8Array, at: number, end: number, missing: number, into: SeenPacket): boolean {
    const { ip } = into;
    if (!readIp(bytes, at, end, missing, ip)) {
      this.counts.malformed++;
      return false;
    }
    if (isFragment(ip)) return this.readFragment(bytes, at, into);
    if (ip.protocol !== PROTOCOL_TCP) {
      this.counts.other++;
      return false;
    }
    if (!readTcp(bytes, into)) {
      this.counts.malformed++;
      return false;
    }
    into.checksum = checksumOf(bytes, at, ip);
    return true;
  }

  private readFragment(bytes: Uint8Array, at: number, into: SeenPacket): boolean {
    const { ip, time } = into;
    this.counts.fragments++;
    // What was cut can't be put together.
    if (ip.protocol !== PROTOCOL_TCP || ip.payloadEnd < ip.wireEnd) return false;
    while (this.fragments.takeExpired(time) !== null);
    const whole = this.fragments.add(bytes, at, ip, time);
    if (!(whole instanceof Uint8Array) || !readIp(whole, 0, whole.length, 0, ip)) return false;
    if (!readTcp(whole, into)) return false;
    into.reassembled = true;
    into.checksum = checksumOf(whole, 0, ip);
    return true;
  }
}

/** The fields of the TCP header, and of its options those that were captured. */
function readTcp(bytes: Uint8Array, into: SeenPacket): boolean {
  const { ip, segment } = into;
  const start = ip.payloadStart;
  const end = ip.payloadEnd;
  if (end - start < TCP_HEADER_LENGTH) return false;
  const headerLength = (bytes[start + 12]! >> 4) << 2;
  if (headerLength < TCP_HEADER_LENGTH || headerLength > ip.wireEnd - start) return false;
  segment.sourcePort = (bytes[start]! << 8) | bytes[start + 1]!;
  segment.destinationPort = (bytes[start + 2]! << 8) | bytes[start + 3]!;
  segment.seq = readWord(bytes, start + 4) as Segment['seq'];
  segment.ack = readWord(bytes, start + 8) as Segment['ack'];
  segment.flags = ((bytes[start + 12]! & 1) << 8) | bytes[start + 13]!;
  segment.wnd = (bytes[start + 14]! << 8) | bytes[start + 15]!;
  segment.up = (bytes[start + 18]! << 8) | bytes[start + 19]!;
  segment.ecn = ip.trafficClass & ECN_MASK;
  const textStart = Math.min(start + headerLength, end);
  decodeTcpOptions(bytes, start + TCP_HEADER_LENGTH, textStart, segment);
  segment.text = bytes;
  segment.textStart = textStart;
  segment.textLength = ip.wireEnd - start - headerLength;
  into.capturedLength = end - textStart;
  return true;
}

function checksumOf(bytes: Uint8Array, ipStart: number, ip: SeenIp): SeenChecksum {
  const { payloadStart, payloadEnd, wireEnd } = ip;
  if (payloadEnd < wireEnd) return 'unchecked';
  const pseudo = pseudoHeaderSumOf(bytes, ipStart, PROTOCOL_TCP, payloadEnd - payloadStart);
  const found = foldChecksum(sumBytes(bytes, payloadStart, payloadEnd, pseudo));
  if (found === 0) return 'good';
  const field = (bytes[payloadStart + 16]! << 8) | bytes[payloadStart + 17]!;
  return field === (~foldChecksum(pseudo) & 0xffff) ? 'partial' : 'bad';
}
