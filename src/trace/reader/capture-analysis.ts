// Everything a capture tells of its TCP connections: bytes in, connections out, as they end or make room. Memory is
// bounded: of the connections that go on, the one silent for longest is reported when there are too many.

import { FlowKey, FlowTable } from '../../host/demux.ts';
import { SipHash } from '../../lib/siphash.ts';
import { Address, type Endpoint } from '../../wire/address.ts';
import { CaptureReader } from '../../wire/capture.ts';
import { CaptureFrame } from '../../wire/capture-frame.ts';
import { ACK, SYN } from '../../wire/tcp.ts';
import { Connection, Explained } from './connection.ts';
import type { EndIndex } from './ends.ts';
import { type FrameCounts, PacketReader, SeenPacket } from './packets.ts';

/** What a reader of captures is to keep, and whom it tells. */
export interface CaptureAnalysisOptions {
  /** No more packets of it will come, as far as is known: take what is wanted of it now. */
  readonly onConnection: (connection: Connection) => void;
  /** Each packet of a connection, just after it was taken in. Both are reused. */
  readonly onPacket?: (connection: Connection, packet: SeenPacket, explained: Explained) => void;
  /** How many connections are followed at once (default 20,000, some 5 KiB each). */
  readonly connections?: number;
  /** 16 random bytes, so that no file can be made that fills one bucket (default: zeros). */
  readonly key?: Uint8Array;
}

const MAX_CONNECTIONS = 20_000;
const FIRST_EPHEMERAL_PORT = 32_768;

/** Reads a capture from a stream of bytes, and explains its connections. */
export class CaptureAnalysis {
  readonly reader = new CaptureReader();
  /** How many connections there were. */
  connections = 0;
  /** Connections that were reported early, to make room. */
  evicted = 0;
  /** Time of the last frame with a segment, milliseconds since the first frame. */
  lastTime = 0;
  private readonly options: CaptureAnalysisOptions;
  private readonly limit: number;
  private readonly frame = new CaptureFrame();
  private readonly packets = new PacketReader();
  private readonly packet = new SeenPacket();
  private readonly explained = new Explained();
  private readonly table: FlowTable<Connection>;
  private readonly key = new FlowKey();
  private oldest: Connection | null = null;
  private newest: Connection | null = null;

  constructor(options: CaptureAnalysisOptions) {
    this.options = options;
    this.limit = Math.max(1, options.connections ?? MAX_CONNECTIONS);
    this.table = new FlowTable(new SipHash(options.key ?? new Uint8Array(16)));
  }

  /** What was in the capture so far. */
  get counts(): Readonly<FrameCounts> {
    return this.packets.counts;
  }

  /** Milliseconds since 1970 of the time 0. */
  get epoch(): number {
    return this.packets.epoch;
  }

  /** The same in nanoseconds, exactly. */
  get origin(): bigint {
    return this.packets.origin;
  }

  /** The next bytes of the file, which are copied. What is wrong with it is `reader.fault`. */
  push(bytes: Uint8Array): void {
    const { frame, packet, packets, reader } = this;
    reader.push(bytes);
    while (reader.next(frame)) if (packets.read(frame, packet)) this.take(packet);
  }

  /** The file ends here: the connections that are left are reported, in the order of their numbers. */
  finish(): void {
    this.reader.finish();
    const left = [...this.table].sort((a, b) => a.number - b.number);
    for (const connection of left) this.options.onConnection(connection);
  }

  private take(packet: SeenPacket): void {
    const { explained, key } = this;
    const { ip, segment, time } = packet;
    const forward = isInOrder(packet);
    if (forward) key.setWords(ip.source, segment.sourcePort, ip.destination, segment.destinationPort);
    else key.setWords(ip.destination, segment.destinationPort, ip.source, segment.sourcePort);
    let connection = this.table.find(key);
    let from = connection === null ? 0 : senderOf(connection, forward);
    const reuses = connection?.isOver(packet, from) === true;
    if (connection !== null && reuses) this.remove(connection);
    if (connection === null || reuses) {
      connection = this.begin(packet, forward, reuses);
      from = senderOf(connection, forward);
    } else if (connection !== this.newest) {
      this.unlink(connection);
      this.append(connection);
    }
    connection.take(packet, from, explained);
    this.lastTime = Math.max(this.lastTime, time);
    this.options.onPacket?.(connection, packet, explained);
  }

  private begin(packet: SeenPacket, forward: boolean, reuses: boolean): Connection {
    const { ip, segment } = packet;
    const source = { address: Address.fromWords(ip.family, ip.source), port: segment.sourcePort };
    const destination = {
      address: Address.fromWords(ip.family, ip.destination),
      port: segment.destinationPort,
    };
    if (this.table.size >= this.limit && this.oldest !== null) {
      this.evicted++;
      this.remove(this.oldest);
    }
    const [local, remote]: [Endpoint, Endpoint] = forward ? [source, destination] : [destination, source];
    const localIsClient = isFromClient(packet) === forward;
    const connection = new Connection(++this.connections, local, remote, localIsClient, reuses);
    this.table.add(connection);
    this.append(connection);
    return connection;
  }

  private remove(connection: Connection): void {
    this.table.remove(connection);
    this.unlink(connection);
    this.options.onConnection(connection);
  }

  private append(connection: Connection): void {
    connection.older = this.newest;
    if (this.newest !== null) this.newest.newer = connection;
    this.newest = connection;
    this.oldest ??= connection;
  }

  private unlink(connection: Connection): void {
    const { older, newer } = connection;
    if (older === null) this.oldest = newer;
    else older.newer = newer;
    if (newer === null) this.newest = older;
    else newer.older = older;
    connection.older = null;
    connection.newer = null;
  }
}

/** Both directions of a connection have one key: the lower address first, or the lower port of one address. */
function isInOrder({ ip, segment }: SeenPacket): boolean {
  for (let word = 0; word < 4; word++) {
    const difference = ip.source[word]! - ip.destination[word]!;
    if (difference !== 0) return difference < 0;
  }
  return segment.sourcePort <= segment.destinationPort;
}

const senderOf = (connection: Connection, forward: boolean): EndIndex =>
  (connection.client === connection.local) === forward ? 0 : 1;

/** By the SYN; where there is none, a server's port is the well-known one, or the first to speak is the client. */
function isFromClient({ segment }: SeenPacket): boolean {
  if ((segment.flags & SYN) !== 0) return (segment.flags & ACK) === 0;
  const { sourcePort, destinationPort } = segment;
  if (sourcePort < FIRST_EPHEMERAL_PORT === destinationPort < FIRST_EPHEMERAL_PORT) {
    return !(sourcePort < 1024 && destinationPort >= 1024);
  }
  return destinationPort < FIRST_EPHEMERAL_PORT;
}
