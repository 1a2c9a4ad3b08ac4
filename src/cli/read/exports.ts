// `synfin read --svg ... --pcapng ...`: what is exported, of one connection or of all, and where it goes.
import { createHash, randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { State } from '../../tcp/state.ts';
import { EXPORTERS } from '../../trace/export/exporters.ts';
import { htmlReport, REPORT_PACKETS } from '../../trace/export/html.ts';
import { CommentedCapture } from '../../trace/export/pcapng.ts';
import { qlogEvents, qlogHeader } from '../../trace/export/qlog.ts';
import { Redaction } from '../../trace/export/redaction.ts';
import { connectionSvg } from '../../trace/export/svg.ts';
import type { CaptureAnalysis } from '../../trace/reader/capture-analysis.ts';
import type { Connection, Explained } from '../../trace/reader/connection.ts';
import {
  firstPackets,
  type KeptConnection,
  type KeptPacket,
  keepPacket,
  PacketKeeper,
} from '../../trace/reader/kept.ts';
import type { SeenPacket } from '../../trace/reader/packets.ts';
import { type CapturedConnection, summarise } from '../../trace/reader/summary.ts';
import { compareTrouble } from '../../trace/reader/table.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { type Cleanup, CommandError, EXIT } from '../exit.ts';
import { renderersFor, renderPng } from './png.ts';
import { Sink, STDOUT } from './sink.ts';

export const EXPORT_NAMES = ['svg', 'png', 'mermaid', 'html', 'pcapng', 'qlog'] as const;

export type ExportName = (typeof EXPORT_NAMES)[number];

export type ExportOptions = { readonly [Name in ExportName]?: string } & {
  readonly force?: true;
  readonly redact?: true;
  readonly redactKey?: string;
};

type Wanted = (connection: Connection) => boolean;

/** They show one connection. */
const OF_ONE: readonly ExportName[] = ['svg', 'png', 'mermaid'];
/** Of a report on all connections: packets in its ladders, and rows of its table. */
const REPORT_TOTAL = 20_000;
const REPORT_ROWS = 10_000;
/** Some 15,000 pixels: browsers draw no more than 16,384. */
export const PNG_PACKETS = 400;

export function addExportOptions(command: Command): Command {
  return command
    .option('--svg <file>', "a connection's ladder as a picture")
    .option('--png <file>', 'the same, by resvg, rsvg-convert, Chromium or ImageMagick if one is there')
    .option('--mermaid <file>', 'the same as text that Mermaid draws, as far as its limit goes')
    .option('--html <file>', 'a report in one file: table, verdicts, ladders; without scripts')
    .option('--pcapng <file>', 'the packets, with what is said of each as its comment')
    .option('--qlog <file>', 'packets and states as qlog (JSON-SEQ)')
    .option('--force', 'replace files that are there')
    .option('--redact', 'remove text and map addresses in whatever is written or shown')
    .addOption(
      new Option('--redact-key <text>', 'map addresses as always with this key').implies({ redact: true }),
    );
}

export const asksForExports = (options: ExportOptions): boolean =>
  EXPORT_NAMES.some((name) => options[name] !== undefined);

/** Null: everything stays as it is. */
export function redactionOf({ redact, redactKey }: ExportOptions): Redaction | null {
  if (redact !== true) return null;
  const key = redactKey === undefined ? randomBytes(16) : createHash('sha256').update(redactKey).digest();
  return new Redaction(key.subarray(0, 16));
}

/** @throws CommandError if a file is there, or is named twice */
export function openSinks({ options, messages }: ExportContext): ReadonlyMap<ExportName, Sink> {
  const asked = EXPORT_NAMES.flatMap((name) =>
    options[name] === undefined ? [] : [[name, options[name]] as const],
  );
  const twice = asked.find(([, file], i) => asked.findIndex(([, other]) => other === file) !== i);
  if (twice !== undefined) throw new CommandError(messages.exports.twice({ file: twice[1] }), EXIT.usage);
  return new Map(
    asked.map(([name, file]) => [name, new Sink(file, options.force === true, messages)] as const),
  );
}

/** What exports of one connection and of all have in common. */
export interface ExportContext {
  readonly options: ExportOptions;
  readonly redaction: Redaction | null;
  readonly messages: Messages;
  readonly cleanup: Cleanup;
}

/** `wanted`: the connection that was named; null: none was. @throws CommandError */
export function openExports(wanted: Wanted | null, context: ExportContext): Exports {
  const shows = OF_ONE.find((name) => context.options[name] !== undefined);
  if (wanted !== null) return new OneExported(wanted, null, context);
  return shows === undefined ? new AllExported(context) : new OneExported(isFirst, `--${shows}`, context);
}

const isFirst: Wanted = ({ number }) => number === 1;

export abstract class Exports {
  protected readonly context: ExportContext;
  protected readonly sinks: ReadonlyMap<ExportName, Sink>;

  constructor(context: ExportContext) {
    this.context = context;
    this.sinks = openSinks(context);
  }

  /** There was something to export. */
  abstract get found(): boolean;

  abstract packet(
    analysis: CaptureAnalysis,
    connection: Connection,
    packet: SeenPacket,
    explained: Explained,
  ): void;

  /** No more of its packets will come. */
  abstract connection(analysis: CaptureAnalysis, connection: Connection): void;

  /** @throws CommandError if something can't be written */
  abstract finish(analysis: CaptureAnalysis): Promise<void>;

  /** Resolves when what was written has been taken. @throws CommandError */
  async ready(): Promise<void> {
    for (const sink of this.sinks.values()) await sink.ready();
  }

  /** Something goes to the standard output. */
  get takesOutput(): boolean {
    return EXPORT_NAMES.some((name) => this.context.options[name] === STDOUT);
  }
}

class OneExported extends Exports {
  private readonly wanted: Wanted;
  /** The option that wants there to be only one; null: it was named. */
  private readonly only: string | null;
  private readonly keeper = new PacketKeeper();
  private readonly renderers: ReturnType<typeof renderersFor>;
  private chosen: Connection | null = null;
  private kept: KeptConnection | null = null;

  constructor(wanted: Wanted, only: string | null, context: ExportContext) {
    super(context);
    this.wanted = wanted;
    this.only = only;
    this.renderers = context.options.png === undefined ? [] : renderersFor(context.messages);
  }

  get found(): boolean {
    return this.kept !== null;
  }

  packet(_analysis: CaptureAnalysis, connection: Connection, packet: SeenPacket, explained: Explained): void {
    if (this.chosen === null && this.wanted(connection)) this.chosen = connection;
    if (connection === this.chosen) this.keeper.packet(connection, packet, explained);
  }

  connection(analysis: CaptureAnalysis, connection: Connection): void {
    if (connection !== this.chosen) return;
    const summary = summarise(connection, analysis.lastTime, analysis.epoch, this.context.messages);
    const kept = this.keeper.finish(connection, summary, analysis.origin);
    this.kept = this.context.redaction?.connection(kept) ?? kept;
  }

  async finish({ connections }: CaptureAnalysis): Promise<void> {
    const { only, kept, context } = this;
    if (only !== null && connections > 1) {
      throw new CommandError(context.messages.exports.needsOne({ option: only, connections }), EXIT.usage);
    }
    if (kept === null) return;
    for (const [name, sink] of this.sinks) {
      sink.write(await this.written(name, kept));
      await sink.close();
    }
  }

  private async written(name: ExportName, kept: KeptConnection): Promise<string | Uint8Array> {
    const { messages, cleanup, redaction } = this.context;
    if (name !== 'png') {
      return EXPORTERS.find((each) => each.name === name)!.write(kept, messages, redaction !== null);
    }
    const svg = connectionSvg(firstPackets(kept, PNG_PACKETS), messages);
    return renderPng(svg, this.renderers, messages, cleanup);
  }
}

/** A connection that goes on. */
interface Followed {
  states: readonly [State, State];
  readonly told: [State, State];
  /** For a report. */
  readonly packets: KeptPacket[];
  omitted: number;
}

class AllExported extends Exports {
  readonly found = true;
  private readonly followed = new Map<Connection, Followed>();
  private readonly rows: CapturedConnection[] = [];
  private readonly ladders: KeptConnection[] = [];
  private readonly capture: CommentedCapture | null;
  private reported = 0;

  constructor(context: ExportContext) {
    super(context);
    const pcapng = this.sinks.get('pcapng');
    this.sinks.get('qlog')?.write(qlogHeader(-1));
    this.capture =
      pcapng === undefined ? null : new CommentedCapture((block) => pcapng.write(block), context.messages);
  }

  packet(analysis: CaptureAnalysis, connection: Connection, packet: SeenPacket, explained: Explained): void {
    const { redaction } = this.context;
    const lane = this.followed.get(connection) ?? begun();
    this.followed.set(connection, lane);
    const whole = keepPacket(connection, packet, explained, lane.states);
    lane.states = whole.states;
    const kept = redaction?.packet(whole) ?? whole;
    const { origin } = analysis;
    this.capture?.packet(kept, origin);
    const group = String(connection.number);
    this.sinks.get('qlog')?.write(qlogEvents(kept, group, origin, -1, lane.told));
    if (this.sinks.has('html')) this.report(lane, kept);
  }

  connection({ origin, epoch, lastTime }: CaptureAnalysis, connection: Connection): void {
    const lane = this.followed.get(connection);
    this.followed.delete(connection);
    if (!this.sinks.has('html')) return;
    const { redaction, messages } = this.context;
    const summary = summarise(connection, lastTime, epoch, messages);
    const row = redaction?.summary(summary) ?? summary;
    this.rows.push(row);
    if (this.rows.length > 2 * REPORT_ROWS) this.trim();
    if (lane === undefined || lane.packets.length === 0) return;
    const { packets, omitted } = lane;
    this.ladders.push({ summary: row, packets, omitted, near: connection.ends.near, origin });
  }

  async finish(): Promise<void> {
    this.trim();
    const { rows, ladders, context } = this;
    const report = { connections: rows, ladders, redacted: context.redaction !== null };
    ladders.sort((a, b) => compareTrouble(a.summary, b.summary));
    this.sinks.get('html')?.write(htmlReport(report, context.messages));
    for (const sink of this.sinks.values()) await sink.close();
  }

  private report(lane: Followed, packet: KeptPacket): void {
    if (lane.omitted > 0 || lane.packets.length >= REPORT_PACKETS || this.reported >= REPORT_TOTAL) {
      lane.omitted++;
      return;
    }
    this.reported++;
    lane.packets.push(packet);
  }

  /** The most troubled stay. */
  private trim(): void {
    this.rows.sort(compareTrouble);
    this.rows.length = Math.min(this.rows.length, REPORT_ROWS);
  }
}

const begun = (): Followed => ({
  states: ['CLOSED', 'LISTEN'],
  told: ['CLOSED', 'LISTEN'],
  packets: [],
  omitted: 0,
});
