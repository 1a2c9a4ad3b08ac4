// P17: how fast `synfin read` explains captures, from bytes in memory to connections, and what it holds meanwhile.

import { CaptureAnalysis } from '../src/trace/reader/capture-analysis.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../src/wire/checksum.ts';
import { PROTOCOL_TCP } from '../src/wire/ip.ts';
import { ACK, SYN } from '../src/wire/tcp.ts';
import { compare, type Figure, type Settings } from './figure.ts';

const CHUNK = 1 << 20;
const MIB = 1 << 20;
const GIB = 1 << 30;
const RECORD_HEADER = 16;
const FRAME_HEADER = 14 + 20 + 32;
const TEXT = 1448;
/** Every other segment is acknowledged. */
const ACK_EVERY = 2;

/** Connections that go on for as long as they are asked for bytes: pcap records of Ethernet frames. */
class Traffic {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly sent: Uint32Array;
  private readonly ids = { next: 0 };
  private turn = 0;
  private micros = 0;
  private readonly text: number;
  packets = 0;

  constructor(connections: number, text: number, chunk: number) {
    this.sent = new Uint32Array(connections);
    this.text = text;
    this.bytes = new Uint8Array(chunk + 2 * (RECORD_HEADER + FRAME_HEADER + text));
    this.view = new DataView(this.bytes.buffer);
  }

  /** The file's header (LINKTYPE_ETHERNET, microseconds). */
  static get header(): Uint8Array {
    const words = Uint32Array.of(0xa1b2c3d4, 0x0004_0002, 0, 0, 65_535, 1);
    return new Uint8Array(words.buffer);
  }

  /** All connections open. */
  get handshakes(): Uint8Array {
    let at = 0;
    for (let connection = 0; connection < this.sent.length; connection++) {
      at = this.record(at, connection, 0, SYN, true);
      at = this.record(at, connection, 0, SYN | ACK, false);
      this.sent[connection] = 1;
      at = this.record(at, connection, 0, ACK, true);
    }
    return this.bytes.subarray(0, at);
  }

  /** The next whole records, some `chunk` bytes; valid until the next call. */
  chunk(size: number): Uint8Array {
    let at = 0;
    while (at < size) {
      const connection = this.turn % this.sent.length;
      at = this.record(at, connection, this.text, ACK, true);
      const round = Math.floor(this.turn / this.sent.length);
      if ((round + connection) % ACK_EVERY === 0) at = this.record(at, connection, 0, ACK, false);
      this.turn++;
    }
    return this.bytes.subarray(0, at);
  }

  /** `forth`: from the client, which alone has text. */
  private record(at: number, connection: number, text: number, flags: number, forth: boolean): number {
    const { bytes, view } = this;
    const length = FRAME_HEADER + text;
    this.packets++;
    this.micros += 5;
    view.setUint32(at, Math.floor(this.micros / 1e6), true);
    view.setUint32(at + 4, this.micros % 1e6, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, length, true);
    const frame = at + RECORD_HEADER;
    view.setUint16(frame + 12, 0x0800);
    const ip = frame + 14;
    view.setUint32(ip, 0x4500_0000 | (length - 14));
    view.setUint32(ip + 4, (this.ids.next++ & 0xffff) << 16);
    view.setUint32(ip + 8, 0x4006_0000);
    view.setUint32(ip + 12, forth ? 0x0a00_0001 : 0x0a00_0002);
    view.setUint32(ip + 16, forth ? 0x0a00_0002 : 0x0a00_0001);
    const tcp = ip + 20;
    const client = 10_000 + connection;
    view.setUint32(tcp, forth ? (client << 16) | 80 : (80 << 16) | client);
    view.setUint32(tcp + 4, forth ? this.sent[connection]! : (flags & SYN) === 0 ? 1 : 0);
    if (forth) this.sent[connection]! += text;
    view.setUint32(tcp + 8, forth ? 1 : this.sent[connection]! + ((flags & SYN) === 0 ? 0 : 1));
    view.setUint32(tcp + 12, 0x8000_ffff | (flags << 16));
    view.setUint32(tcp + 16, 0);
    view.setUint32(tcp + 20, 0x0101_080a);
    view.setUint32(tcp + 24, this.micros);
    view.setUint32(tcp + 28, this.micros);
    bytes.fill(this.packets, tcp + 32, tcp + 32 + text);
    const pseudo = pseudoHeaderSumOf(bytes, ip, PROTOCOL_TCP, 32 + text);
    view.setUint16(tcp + 16, foldChecksum(sumBytes(bytes, tcp, tcp + 32 + text, pseudo)));
    return at + RECORD_HEADER + length;
  }
}

/** Packets that were explained, and the processor's milliseconds for it; making them is not counted. */
function explain(connections: number, text: number, total: number): { packets: number; ms: number } {
  const analysis = new CaptureAnalysis({ onConnection: () => {} });
  const traffic = new Traffic(connections, text, CHUNK);
  analysis.push(Traffic.header);
  analysis.push(traffic.handshakes);
  let ms = 0;
  for (let bytes = 0; bytes < total; ) {
    const chunk = traffic.chunk(CHUNK);
    const before = process.cpuUsage();
    analysis.push(chunk);
    const { user, system } = process.cpuUsage(before);
    ms += (user + system) / 1000;
    bytes += chunk.length;
  }
  analysis.finish();
  if (analysis.counts.segments !== traffic.packets) throw new Error('packets were lost');
  return { packets: traffic.packets, ms };
}

/** MB that are held more at the end of a gibibyte than after its first part. */
function growth(total: number): number {
  const analysis = new CaptureAnalysis({ onConnection: () => {} });
  const traffic = new Traffic(100, TEXT, CHUNK);
  analysis.push(Traffic.header);
  analysis.push(traffic.handshakes);
  let early = 0;
  for (let bytes = 0; bytes < total; bytes += CHUNK) {
    analysis.push(traffic.chunk(CHUNK));
    if (bytes <= total / 8) early = process.memoryUsage().rss;
  }
  return (process.memoryUsage().rss - early) / 1e6;
}

export async function reader(settings: Settings): Promise<Figure[]> {
  const total = settings.full ? GIB : 128 * MIB;
  explain(100, TEXT, 64 * MIB);
  explain(100, 1, 16 * MIB);
  const lines = [
    {
      id: 'P17-large',
      unit: 'MB/s',
      note: 'frames of 1514 bytes, an ACK for every other one, 100 connections; processor time',
    },
    {
      id: 'P17-small',
      unit: 'million packets/s',
      note: 'frames of 67 bytes, 1000 connections in turn; processor time',
    },
    {
      id: 'P17-memory',
      unit: 'MB',
      note: `resident set, grown from the first eighth of ${total / MIB} MiB on`,
    },
  ];
  return compare(lines, settings, () => {
    const large = explain(100, TEXT, total);
    const small = explain(1000, 1, total / 4);
    return [total / 1e3 / large.ms, small.packets / 1e3 / small.ms, growth(total)];
  });
}
