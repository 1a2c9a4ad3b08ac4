// What reads captures beside the page: a table of all connections of a file, then the packets of one of them, then that
// one as a recipe. A worker gives it files and an ear; it is the same code where there is neither, as in tests.

import { CaptureAnalysis } from '../../trace/reader/capture-analysis.ts';
import type { Connection } from '../../trace/reader/connection.ts';
import { type KeptConnection, PacketKeeper } from '../../trace/reader/kept.ts';
import type { FrameCounts } from '../../trace/reader/packets.ts';
import { type CapturedConnection, summarise } from '../../trace/reader/summary.ts';
import { compareTrouble } from '../../trace/reader/table.ts';
import { type Verdict, verdictOf } from '../../trace/reader/verdict.ts';
import { ENGLISH } from '../../trace/text/english.ts';
import { captureRecipe, type Replay } from './capture-recipe.ts';

export type CaptureRequest<File> =
  | { readonly kind: 'read'; readonly file: File }
  /** The packets of one connection of the file that was read. */
  | { readonly kind: 'connection'; readonly number: number }
  /** The connection that was asked for last, as a recipe. */
  | { readonly kind: 'replay' };

export interface CaptureRow {
  readonly summary: CapturedConnection;
  /** What its sentence is made of, in the page's language. */
  readonly verdict: Verdict;
}

/** The whole of a file. */
export interface CaptureTable {
  readonly kind: 'table';
  /** Those in trouble first. */
  readonly rows: readonly CaptureRow[];
  /** Connections in no more trouble than these. */
  readonly more: number;
  readonly counts: Readonly<FrameCounts>;
  /** Connections that were reported early, to make room. */
  readonly evicted: number;
  /** Where it is damaged, bytes; null: nowhere. */
  readonly damagedAt: number | null;
  /** It can't be unpacked, or read, to its end. */
  readonly cut: boolean;
}

export type CaptureNews =
  | {
      readonly kind: 'progress';
      readonly bytes: number;
      readonly frames: number;
      readonly connections: number;
    }
  | CaptureTable
  /** Without the packets' bytes. */
  | { readonly kind: 'connection'; readonly kept: KeptConnection }
  | ({ readonly kind: 'replay' } & Replay)
  | { readonly kind: 'failed'; readonly why: CaptureFailure };

/** It is no capture; nothing of it can be read; there is no such connection any more; its replay failed. */
export type CaptureFailure = 'magic' | 'unreadable' | 'gone' | 'replay';

export interface CaptureSurroundings<File> {
  /** The bytes of a file, unpacked; `progress` is told how many of the file's own were read. */
  readonly chunks: (file: File, progress: (bytes: number) => void) => AsyncIterable<Uint8Array>;
  readonly post: (news: CaptureNews) => void;
  /** 16 random bytes. */
  readonly key: Uint8Array;
}

/** Rows of a table; the least troubled of more are only counted. */
export const MAX_ROWS = 10_000;
/** Between two reports, bytes. */
const REPORT = 4 << 20;
const NO_BYTES = new Uint8Array(0);

export class CaptureSession<File> {
  private readonly surroundings: CaptureSurroundings<File>;
  private file: File | null = null;
  private kept: KeptConnection | null = null;

  constructor(surroundings: CaptureSurroundings<File>) {
    this.surroundings = surroundings;
  }

  async request(request: CaptureRequest<File>): Promise<void> {
    switch (request.kind) {
      case 'read':
        this.file = request.file;
        this.kept = null;
        return this.read(request.file);
      case 'connection':
        return this.choose(request.number);
      case 'replay':
        this.replay();
    }
  }

  private async read(file: File): Promise<void> {
    const { key, post } = this.surroundings;
    const rows = new Troubled();
    const analysis: CaptureAnalysis = new CaptureAnalysis({
      key,
      onConnection: (connection) =>
        rows.add({
          summary: summarise(connection, analysis.lastTime, analysis.epoch, ENGLISH),
          verdict: verdictOf(connection, analysis.lastTime),
        }),
    });
    const cut = await this.feed(file, analysis, () => false);
    analysis.finish();
    const { counts, evicted, reader } = analysis;
    if (reader.fault === 'magic') post({ kind: 'failed', why: 'magic' });
    else if (cut && counts.frames === 0) post({ kind: 'failed', why: 'unreadable' });
    else {
      const damagedAt = reader.fault === null ? null : reader.offset;
      post({ kind: 'table', ...rows.finish(), counts, evicted, damagedAt, cut });
    }
  }

  private async choose(number: number): Promise<void> {
    const { file } = this;
    const { key, post } = this.surroundings;
    const keeper = new PacketKeeper();
    let found: Connection | null = null;
    const analysis: CaptureAnalysis = new CaptureAnalysis({
      key,
      onConnection: (connection) => {
        if (connection.number === number) found = connection;
      },
      onPacket: (connection, packet, explained) => {
        if (connection.number === number) keeper.packet(connection, packet, explained);
      },
    });
    if (file !== null) await this.feed(file, analysis, () => found !== null);
    if (found === null) analysis.finish();
    if (found === null) {
      post({ kind: 'failed', why: 'gone' });
      return;
    }
    const summary = summarise(found, analysis.lastTime, analysis.epoch, ENGLISH);
    const kept = keeper.finish(found, summary, analysis.origin);
    // The page draws what was understood of a packet; the packet stays here.
    this.kept = { ...kept, packets: kept.packets.map((packet) => ({ ...packet, bytes: NO_BYTES })) };
    post({ kind: 'connection', kept: this.kept });
  }

  private replay(): void {
    const { kept } = this;
    const { post } = this.surroundings;
    if (kept === null) {
      post({ kind: 'failed', why: 'gone' });
      return;
    }
    try {
      post({ kind: 'replay', ...captureRecipe(kept) });
    } catch {
      post({ kind: 'failed', why: 'replay' });
    }
  }

  /** Until `enough()` or the end; true: it ends too early. */
  private async feed(file: File, analysis: CaptureAnalysis, enough: () => boolean): Promise<boolean> {
    const { chunks, post } = this.surroundings;
    let bytes = 0;
    let next = REPORT;
    const progress = (read: number): void => {
      bytes = read;
    };
    try {
      for await (const chunk of chunks(file, progress)) {
        analysis.push(chunk);
        if (analysis.reader.fault !== null || enough()) return false;
        if (bytes < next) continue;
        next = bytes + REPORT;
        post({ kind: 'progress', bytes, frames: analysis.counts.frames, connections: analysis.connections });
      }
      return false;
    } catch {
      // A file that goes away, or what gzip can't unpack: what came before is kept.
      return true;
    }
  }
}

/** The most troubled stay. */
class Troubled {
  private rows: CaptureRow[] = [];
  private left = 0;

  add(row: CaptureRow): void {
    this.rows.push(row);
    if (this.rows.length >= 2 * MAX_ROWS) this.trim();
  }

  finish(): { readonly rows: readonly CaptureRow[]; readonly more: number } {
    this.trim();
    return { rows: this.rows, more: this.left };
  }

  private trim(): void {
    this.rows.sort((a, b) => compareTrouble(a.summary, b.summary));
    this.left += Math.max(0, this.rows.length - MAX_ROWS);
    this.rows.length = Math.min(this.rows.length, MAX_ROWS);
  }
}
