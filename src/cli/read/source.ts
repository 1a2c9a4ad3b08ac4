// A capture in a file, read again for whatever is asked of it: nothing but that is held in memory.

import { randomBytes } from 'node:crypto';
import { CaptureAnalysis, type CaptureAnalysisOptions } from '../../trace/reader/capture-analysis.ts';
import type { Connection } from '../../trace/reader/connection.ts';
import { type KeptConnection, PacketKeeper } from '../../trace/reader/kept.ts';
import { type CapturedConnection, summarise } from '../../trace/reader/summary.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { complaintOf, feed, type OnBytes, sizeOf } from './input.ts';
import { TroubledRows } from './rows.ts';
import { type PacketWindow, WindowKeeper } from './window.ts';

/** One reading of the file: how far it is, and whether it is still wanted. */
export interface Pass {
  readonly onBytes: OnBytes;
  readonly isAborted: () => boolean;
}

export interface Contents {
  readonly connections: readonly CapturedConnection[];
  /** Connections beyond those. */
  readonly left: number;
  readonly frames: number;
  /** Time of the first frame, milliseconds since 1970. */
  readonly epoch: number;
  /** The number of the first connection that was asked for; null: there is none. */
  readonly wanted: number | null;
  /** What is wrong with the file; null: nothing. */
  readonly complaint: string | null;
}

type OnPacket = NonNullable<CaptureAnalysisOptions['onPacket']>;

export class CaptureSource {
  readonly file: string;
  readonly size: number;
  private readonly messages: Messages;
  /** Packets of connections that have mirrored copies, those included. */
  private readonly mirrored = new Map<number, number>();

  constructor(file: string, messages: Messages) {
    this.file = file;
    this.size = sizeOf(file);
    this.messages = messages;
  }

  /** Packets of a connection with the copies that a mirrored port made of them. */
  countOf({ connection, packets }: CapturedConnection): number {
    return packets + (this.mirrored.get(connection) ?? 0);
  }

  /** All connections. @throws CommandError if the file can't be read */
  async contents(pass: Pass, isWanted: (connection: Connection) => boolean): Promise<Contents> {
    const rows = new TroubledRows();
    let wanted: number | null = null;
    const analysis: CaptureAnalysis = this.analysis((connection) => {
      const { number, evidence } = connection;
      if (evidence.mirrored > 0) this.mirrored.set(number, evidence.mirrored);
      if (isWanted(connection)) wanted = Math.min(wanted ?? number, number);
      rows.add(this.summary(connection, analysis));
    });
    const cut = await this.read(analysis, pass);
    const { frames } = analysis.counts;
    const complaint = complaintOf(this.file, analysis, cut, this.messages.reader);
    return { connections: rows.finish(), left: rows.left, frames, epoch: analysis.epoch, wanted, complaint };
  }

  /** The packets of a connection around one of them. */
  async window(row: CapturedConnection, around: number, pass: Pass): Promise<PacketWindow> {
    const keeper = new WindowKeeper(around);
    const count = this.countOf(row);
    let seen = 0;
    const analysis = this.analysis(
      () => {},
      (connection, packet, explained) => {
        if (connection.number !== row.connection) return;
        seen++;
        keeper.packet(connection, packet, explained);
      },
    );
    await this.read(analysis, pass, () => keeper.isFull || seen >= count);
    return keeper.finish();
  }

  /** The connection with its packets, as many as an export is given. Null: it is no longer there. */
  async kept(row: CapturedConnection, pass: Pass): Promise<KeptConnection | null> {
    const keeper = new PacketKeeper();
    let kept: KeptConnection | null = null;
    const analysis: CaptureAnalysis = this.analysis(
      (connection) => {
        if (connection.number !== row.connection) return;
        kept = keeper.finish(connection, this.summary(connection, analysis), analysis.origin);
      },
      (connection, packet, explained) => {
        if (connection.number === row.connection) keeper.packet(connection, packet, explained);
      },
    );
    await this.read(analysis, pass);
    return kept;
  }

  private analysis(onConnection: (connection: Connection) => void, onPacket?: OnPacket): CaptureAnalysis {
    const key = randomBytes(16);
    return new CaptureAnalysis({ key, onConnection, ...(onPacket === undefined ? {} : { onPacket }) });
  }

  private summary(connection: Connection, analysis: CaptureAnalysis): CapturedConnection {
    return summarise(connection, analysis.lastTime, analysis.epoch, this.messages);
  }

  private async read(
    analysis: CaptureAnalysis,
    pass: Pass,
    isEnough: () => boolean = () => false,
  ): Promise<string | null> {
    const { reader } = this.messages;
    const cut = await feed(this.file, analysis, reader, pass.onBytes, () => pass.isAborted() || isEnough());
    analysis.finish();
    return cut;
  }
}
