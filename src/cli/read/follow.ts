// `--follow`: the text that one connection carried.

import type { Connection, Explained } from '../../trace/reader/connection.ts';
import type { EndIndex } from '../../trace/reader/ends.ts';
import { MIRRORED } from '../../trace/reader/flags.ts';
import type { SeenPacket } from '../../trace/reader/packets.ts';
import { TextStream } from '../../trace/reader/stream.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { formatEndpoint } from '../../wire/address.ts';
import { ACK } from '../../wire/tcp.ts';
import { Escaper } from './escape.ts';

/** Both ends with a line before each turn, one of them, or both with nothing added. */
export type Followed = 'both' | 'client' | 'server' | 'raw';

export interface FollowOptions {
  readonly what: Followed;
  /** The output is a terminal: what it must not get is escaped, unless it is asked for raw. */
  readonly isTerminal: boolean;
  readonly color: boolean;
  readonly messages: Messages;
  readonly write: (text: string | Uint8Array) => void;
  /** What is not part of the text. */
  readonly say: (text: string) => void;
}

const ROLES = ['client', 'server'] as const;
const COLORS = ['36', '35'] as const;
const MARKS = ['>>>', '<<<'] as const;

export class Follower {
  private readonly options: FollowOptions;
  private readonly streams: readonly [TextStream, TextStream];
  private readonly escapers = [new Escaper(), new Escaper()] as const;
  private turn: EndIndex | -1 = -1;
  private atLineStart = true;
  private carried = false;
  private names: readonly string[] = [];
  private frame = 0;
  private time = 0;
  private start = Number.NaN;

  constructor(options: FollowOptions) {
    this.options = options;
    const stream = (from: EndIndex): TextStream =>
      new TextStream({
        text: (bytes) => this.text(from, bytes),
        missing: (bytes) => this.missing(from, bytes),
      });
    this.streams = [stream(0), stream(1)];
  }

  /** The next packet of the connection. */
  packet(connection: Connection, packet: SeenPacket, { from, flags }: Explained): void {
    if ((flags & MIRRORED) !== 0) return;
    if (Number.isNaN(this.start)) this.start = packet.time;
    this.names = [connection.client, connection.server].map(formatEndpoint);
    this.frame = packet.number;
    this.time = packet.time - this.start;
    // Its text was sent in answer to what it acknowledges.
    if ((packet.segment.flags & ACK) !== 0) this.streams[from === 0 ? 1 : 0].acknowledged(packet.segment.ack);
    this.streams[from].segment(packet);
  }

  finish(): void {
    for (const stream of this.streams) stream.finish();
    this.endTurn();
    if (!this.carried) this.options.say(this.options.messages.viewer.follow.nothing);
  }

  private isWanted(from: EndIndex): boolean {
    const { what } = this.options;
    return what === 'both' || what === 'raw' || what === ROLES[from];
  }

  private text(from: EndIndex, bytes: Uint8Array): void {
    if (!this.isWanted(from)) return;
    const { what, isTerminal, write } = this.options;
    this.carried = true;
    this.takeTurn(from);
    if (!isTerminal || what === 'raw') {
      this.atLineStart = bytes.at(-1) === 10;
      write(bytes.slice());
    } else {
      this.put(this.escapers[from].push(bytes), from);
    }
  }

  private missing(from: EndIndex, bytes: number): void {
    if (!this.isWanted(from)) return;
    const { what, messages, say } = this.options;
    this.carried = true;
    const { follow } = messages.viewer;
    if (what !== 'both') {
      say(follow.missingFrom[ROLES[from]]({ bytes }));
      return;
    }
    this.takeTurn(from);
    this.newLine();
    this.put(`[${follow.missing({ bytes })}]\n`, from);
  }

  /** Who speaks, from which packet on, and when. */
  private takeTurn(from: EndIndex): void {
    if (this.options.what !== 'both' || this.turn === from) return;
    this.endTurn();
    this.turn = from;
    const { color, write } = this.options;
    const line = `${MARKS[from]} ${this.names[from]}  #${this.frame}  ${this.time.toFixed(3)}`;
    write(color ? `\x1b[1;${COLORS[from]}m${line}\x1b[0m\n` : `${line}\n`);
    this.atLineStart = true;
  }

  private endTurn(): void {
    const { what, isTerminal } = this.options;
    for (const [from, escaper] of this.escapers.entries()) this.put(escaper.flush(), from as EndIndex);
    if (what === 'both' || (isTerminal && what !== 'raw')) this.newLine();
  }

  private newLine(): void {
    if (!this.atLineStart) this.options.write('\n');
    this.atLineStart = true;
  }

  private put(text: string, from: EndIndex): void {
    if (text === '') return;
    const { color, what, write } = this.options;
    this.atLineStart = text.endsWith('\n');
    write(color && what === 'both' ? `\x1b[${COLORS[from]}m${text}\x1b[0m` : text);
  }
}
