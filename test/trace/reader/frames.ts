// Frames built byte by byte: TCP in IP in whatever link header, and the reader's view of them.
import { PacketReader, SeenPacket } from '../../../src/trace/reader/packets.ts';
import { CaptureFrame } from '../../../src/wire/capture-frame.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../../../src/wire/checksum.ts';
import { joinBytes } from '../../wire/captures.ts';

export const half = (n: number): number[] => [(n >> 8) & 255, n & 255];
export const word = (n: number): number[] => [...half(n >>> 16), ...half(n & 0xffff)];

/** Ports 1000 → 80, seq 5, ack 6, PSH and ACK, window 512, `text` bytes of text, its checksum zero. */
export const tcp = (text: number, options: readonly number[] = []): number[] => [
  ...half(1000),
  ...half(80),
  ...word(5),
  ...word(6),
  ((20 + options.length) / 4) << 4,
  0x18,
  ...half(512),
  ...half(0),
  ...half(0),
  ...options,
  ...Array.from({ length: text }, (_, i) => i & 255),
];

export interface Ipv4Change {
  readonly totalLength?: number;
  readonly id?: number;
  /** Flags and offset, as in the header. */
  readonly fragment?: number;
  readonly options?: readonly number[];
}

export function ipv4(payload: readonly number[], change: Ipv4Change = {}): Uint8Array {
  const { options = [], id = 7, fragment = 0 } = change;
  const length = 20 + options.length;
  const bytes = Uint8Array.from([
    0x40 | (length / 4),
    0,
    ...half(change.totalLength ?? length + payload.length),
    ...half(id),
    ...half(fragment),
    64,
    6,
    0,
    0,
    ...[10, 0, 0, 1],
    ...[10, 0, 0, 2],
    ...options,
    ...payload,
  ]);
  const sum = foldChecksum(sumBytes(bytes, 0, length));
  bytes.set(half(sum), 10);
  return bytes;
}

export function ipv6(payload: readonly number[], next = 6, length = payload.length): Uint8Array {
  const address = (last: number): number[] => [0xfd, ...new Array<number>(14).fill(0), last];
  return Uint8Array.from([
    0x60,
    0,
    0,
    0,
    ...half(length),
    next,
    64,
    ...address(1),
    ...address(2),
    ...payload,
  ]);
}

/** The TCP checksum of an IPv4 packet without options, written in: whole, or the pseudo-header's alone. */
export function sealed(packet: Uint8Array, kind: 'full' | 'partial' = 'full'): Uint8Array {
  const start = packet[0]! >> 4 === 4 ? 20 : 40;
  const pseudo = pseudoHeaderSumOf(packet, 0, 6, packet.length - start);
  const sum =
    kind === 'full' ? foldChecksum(sumBytes(packet, start, packet.length, pseudo)) : ~foldChecksum(pseudo);
  packet.set(half(sum & 0xffff), start + 16);
  return packet;
}

export interface SeenFrame {
  readonly linkType: number;
  readonly bytes: Uint8Array;
  readonly originalLength?: number;
  /** Milliseconds. */
  readonly time?: number;
}

/** The last of the frames as a segment, or null; and what was counted. */
export function see(...frames: readonly SeenFrame[]): { packet: SeenPacket | null; reader: PacketReader } {
  const reader = new PacketReader();
  const packet = new SeenPacket();
  const frame = new CaptureFrame();
  let found = false;
  for (const [i, { linkType, bytes, originalLength = bytes.length, time = 0 }] of frames.entries()) {
    // Somewhere within a larger buffer.
    const around = joinBytes([0xee, 0xee, 0xee], bytes, [0x45, 0, 0, 40]);
    frame.number = i + 1;
    frame.linkType = linkType;
    frame.bytes = around;
    frame.start = 3;
    frame.end = 3 + bytes.length;
    frame.originalLength = originalLength;
    frame.seconds = 1_700_000_000 + Math.floor(time / 1000);
    frame.nanoseconds = (time % 1000) * 1e6;
    found = reader.read(frame, packet);
  }
  return { packet: found ? packet : null, reader };
}
