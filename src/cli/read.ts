// `synfin read`: what a capture tells of its TCP connections, those in trouble first; or the ladder of one of them.
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { messagesIn } from '../node/language.ts';
import type { Redaction } from '../trace/export/redaction.ts';
import { CaptureAnalysis, type CaptureAnalysisOptions } from '../trace/reader/capture-analysis.ts';
import type { Connection } from '../trace/reader/connection.ts';
import { CaptureLadder } from '../trace/reader/ladder.ts';
import { summarise } from '../trace/reader/summary.ts';
import { tableLines } from '../trace/reader/table.ts';
import type { Messages } from '../trace/text/messages.ts';
import { Address, formatEndpoint } from '../wire/address.ts';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { type LanguageOptions, languageOption } from './options.ts';
import {
  addExportOptions,
  asksForExports,
  type ExportContext,
  type ExportOptions,
  openExports,
  redactionOf,
} from './read/exports.ts';
import { type Followed, Follower } from './read/follow.ts';
import { complaintOf, feed, sizeOf } from './read/input.ts';
import { canInteract, interact } from './read/interactive.ts';
import { Progress } from './read/progress.ts';
import { TroubledRows } from './read/rows.ts';
import { readTwo } from './read/two.ts';

interface ReadOptions extends LanguageOptions, ExportOptions {
  readonly conn?: (connection: Connection) => boolean;
  readonly json?: true;
  /** False: --no-interactive. */
  readonly interactive: boolean;
  readonly follow?: true | Follow;
}

interface Follow {
  readonly what: Followed;
  /** Of the connection; null: none was named with the option. */
  readonly number: number | null;
}

type Wanted = (connection: Connection) => boolean;

const WIDTH = 100;

const HELP = `
Without a connection: a table of all, those in trouble first, each with a verdict and the packets it rests on.
With one: its ladder, every packet with both ends' states and Wireshark's analysis flags.
On a terminal both are screens to walk through (? shows the keys); in a pipe, or with --no-interactive, they are text.

With two captures, one from each end, in either order: how the clocks differ, what was lost, how long packets took.
Exports go to files, or for - to the standard output; then nothing else is said. What shows one connection needs its
number where there are several. --redact keeps ports, lengths, times and the first octet of each address.

Examples:
  synfin read capture.pcapng
  synfin read capture.pcap.gz 3
  synfin read --conn 10.0.0.1:443 capture.pcap
  synfin read --lang ko capture.pcapng
  synfin read capture.pcapng --follow 3
  synfin read capture.pcapng 3 --follow=server > page.html
  synfin read client.pcap server.pcap 1
  synfin read capture.pcap 3 --svg ladder.svg --html report.html
  synfin read capture.pcap --redact --pcapng - > public.pcapng
  synfin read --json capture.pcapng | jq -c 'select(.verdict.severity > 1)'

Exit codes:
  0    the capture was read to its end
  1    it can't be read, is damaged (what could be read is shown), or has no such connection
  2    wrong usage
  130  interrupted by Ctrl-C (129: the terminal was closed, 143: SIGTERM)`;

export function readCommand(): Command {
  const command = new Command('read')
    .description('explain the TCP connections of a pcap or pcapng capture, gzipped or not')
    .argument('<file>', 'a capture; - is the standard input')
    .argument(
      '[file2]',
      "a capture of the connection's other end: what was lost between them, and how long it took",
    )
    .argument('[connection]', 'number of a connection, as in the table: shows its ladder')
    .option(
      '--conn <endpoint>',
      'the first connection of 10.0.0.1:443, 10.0.0.1 or :443: shows its ladder',
      parseFilter,
    )
    .option('--json', 'one JSON object for each connection, on a line of its own, as they end')
    .option(
      '--follow [what]',
      'print the text of one connection (number; the first), both ends marked; or of client, server, or raw',
      parseFollow,
    )
    .option('--no-interactive', 'print text on a terminal, too')
    .addOption(languageOption('to explain them in'));
  return addExportOptions(command)
    .addHelpText('after', HELP)
    .action((file: string, second: string | undefined, third: string | undefined, options: ReadOptions) => {
      const isNumber = third === undefined && /^\d+$/.test(second ?? '');
      const [other, text] = isNumber ? [undefined, second] : [second, third];
      const files = other === undefined ? ([file] as const) : ([file, other] as const);
      return runCommand((cleanup) => read(files, text, options, cleanup));
    });
}

async function read(
  [file, other]: readonly [string, string?],
  text: string | undefined,
  options: ReadOptions,
  cleanup: Cleanup,
): Promise<number> {
  const messages = messagesIn(options.lang);
  const number = text === undefined ? undefined : parseNumber(text, messages.reader);
  if (number !== undefined && options.conn !== undefined) {
    throw new CommandError(messages.reader.namedTwice, EXIT.usage);
  }
  const json = options.json === true;
  const { follow } = options;
  const wanted = wantedBy(number, options, messages);
  const context = { options, redaction: redactionOf(options), messages, cleanup };
  const apart = json || asksForExports(options) || other !== undefined || context.redaction !== null;
  if (follow !== undefined && apart) throw new CommandError(messages.viewer.follow.apart, EXIT.usage);
  if (other !== undefined) return readTwo([file, other], wanted, json, context, feedAll(messages));
  if (options.interactive && !apart && follow === undefined && canInteract(file)) {
    return interact(file, wanted, messages, cleanup);
  }
  return readOne(file, wanted, json, context);
}

/** Null: no connection is named. @throws CommandError if it is named twice */
function wantedBy(
  number: number | undefined,
  { conn, follow }: ReadOptions,
  messages: Messages,
): Wanted | null {
  const followed = follow === undefined || follow === true ? null : follow.number;
  const named = [number ?? null, followed].filter((each) => each !== null);
  if (named.length + Number(conn !== undefined) > 1) {
    throw new CommandError(messages.reader.namedTwice, EXIT.usage);
  }
  if (conn !== undefined) return conn;
  return named.length === 0 ? null : (connection) => connection.number === named[0];
}

const isFirst: Wanted = (connection) => connection.number === 1;

/** Reads a capture for two of them to be compared. */
const feedAll =
  (messages: Messages) =>
  async (file: string, analysis: CaptureAnalysis): Promise<void> => {
    const progress = new Progress(sizeOf(file));
    const cut = await feed(file, analysis, messages.reader, progress.step);
    analysis.finish();
    end(progress, analysis, messages);
    complain(file, analysis, cut, messages.reader);
  };

async function readOne(
  file: string,
  wanted: Wanted | null,
  json: boolean,
  context: ExportContext & { readonly options: ReadOptions },
): Promise<number> {
  const { options, messages } = context;
  const exports = asksForExports(options) ? openExports(wanted, context) : null;
  const silent = exports !== null && (!json || exports.takesOutput);
  const report = silent ? new Silence() : reportOf(wanted, json, context);
  const needsPackets = wanted !== null || options.follow !== undefined || exports !== null;
  const onPacket: CaptureAnalysisOptions['onPacket'] = (connection, packet, explained) => {
    report.packet(connection, packet, explained);
    exports?.packet(analysis, connection, packet, explained);
  };
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    key: randomBytes(16),
    onConnection: (connection) => {
      report.connection(connection, analysis);
      exports?.connection(analysis, connection);
    },
    ...(needsPackets ? { onPacket } : {}),
    ...(wanted === null ? {} : { onIcmp: report.icmp }),
  });
  const progress = new Progress(sizeOf(file));
  const ready = async (): Promise<void> => void (await exports?.ready());
  const cut = await feed(file, analysis, messages.reader, progress.step, () => report.isDone, ready);
  analysis.finish();
  end(progress, analysis, messages);
  await exports?.finish(analysis);
  report.finish(analysis);
  const found = report.found && exports?.found !== false;
  complain(file, analysis, cut, messages.reader);
  if (!found) process.stderr.write(`synfin: ${messages.reader.noSuchConnection}\n`);
  return found ? EXIT.ok : EXIT.failed;
}

function reportOf(
  wanted: Wanted | null,
  json: boolean,
  { options: { follow }, messages, redaction }: ExportContext & { readonly options: ReadOptions },
): Report {
  if (follow !== undefined) {
    return new FollowedConnection(wanted ?? isFirst, follow === true ? 'both' : follow.what, messages);
  }
  if (wanted === null) return new AllConnections(json, messages, redaction);
  return new OneConnection(wanted, json, messages, redaction);
}

const end = (progress: Progress, { counts }: CaptureAnalysis, { viewer }: Messages): void =>
  progress.end((megabytes, ms) => viewer.rate({ megabytes, ms, packets: counts.frames }));

/** @throws CommandError if the file is damaged, or none that can be read */
function complain(
  file: string,
  analysis: CaptureAnalysis,
  cut: string | null,
  say: Messages['reader'],
): void {
  const complaint = complaintOf(file, analysis, cut, say);
  if (complaint !== null) throw new CommandError(complaint);
  const { frames, segments } = analysis.counts;
  if (segments === 0) process.stderr.write(`synfin: ${say.noTcp({ file, frames })}\n`);
}

/** What is made of a capture as it passes. */
interface Report {
  /** There was what was asked for. */
  readonly found: boolean;
  /** Nothing more is wanted of the capture. */
  readonly isDone: boolean;
  readonly packet: NonNullable<CaptureAnalysisOptions['onPacket']>;
  readonly icmp: NonNullable<CaptureAnalysisOptions['onIcmp']>;
  readonly connection: (connection: Connection, analysis: CaptureAnalysis) => void;
  readonly finish: (analysis: CaptureAnalysis) => void;
}

/** What is exported is not told as well. */
class Silence implements Report {
  readonly found = true;
  readonly isDone = false;
  readonly packet = (): void => {};
  readonly icmp = (): void => {};
  readonly connection = (): void => {};
  readonly finish = (): void => {};
}

/** The table, or each connection as it ends. */
class AllConnections implements Report {
  readonly found = true;
  readonly isDone = false;
  readonly packet = (): void => {};
  readonly icmp = (): void => {};
  private readonly json: boolean;
  private readonly messages: Messages;
  private readonly redaction: Redaction | null;
  private readonly rows = new TroubledRows();

  constructor(json: boolean, messages: Messages, redaction: Redaction | null) {
    this.json = json;
    this.messages = messages;
    this.redaction = redaction;
  }

  connection(connection: Connection, analysis: CaptureAnalysis): void {
    const whole = summarise(connection, analysis.lastTime, analysis.epoch, this.messages);
    const row = this.redaction?.summary(whole) ?? whole;
    if (this.json) {
      process.stdout.write(`${JSON.stringify(row)}\n`);
      return;
    }
    this.rows.add(row);
  }

  finish(analysis: CaptureAnalysis): void {
    if (this.json || analysis.connections === 0) return;
    const { messages } = this;
    const rows = this.rows.finish();
    const { left } = this.rows;
    const more = left === 0 ? '' : `${messages.reader.more({ connections: left })}\n`;
    const floods = analysis.floods.map((flood) => `${messages.reader.flood(flood)}\n`).join('');
    process.stdout.write(`${tableLines(rows, messages).join('\n')}\n${more}${floods}`);
  }
}

/** The ladder of the first connection that is wanted, and its verdict. */
class OneConnection implements Report {
  readonly isDone = false;
  private readonly wanted: Wanted;
  private readonly ladder: CaptureLadder;
  private readonly json: boolean;
  private readonly messages: Messages;
  private readonly redaction: Redaction | null;
  private chosen: Connection | null = null;

  constructor(wanted: Wanted, json: boolean, messages: Messages, redaction: Redaction | null) {
    this.wanted = wanted;
    this.json = json;
    this.messages = messages;
    this.redaction = redaction;
    const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
    const width = process.stdout.columns ?? WIDTH;
    const write = (line: string): void => void process.stdout.write(`${line}\n`);
    const endpoint = (text: string): string => redaction?.endpoint(text) ?? text;
    const address = (shown: Address): string => String(redaction?.address(shown) ?? shown);
    this.ladder = new CaptureLadder({ width, color, messages, write, endpoint, address });
  }

  get found(): boolean {
    return this.chosen !== null;
  }

  readonly packet: Report['packet'] = (connection, packet, explained) => {
    if (this.chosen === null && this.wanted(connection)) this.chosen = connection;
    if (connection === this.chosen && !this.json) this.ladder.packet(connection, packet, explained);
  };

  readonly icmp: Report['icmp'] = (connection, error, about) => {
    if (connection === this.chosen && !this.json) this.ladder.icmp(connection, error, about);
  };

  connection(connection: Connection, analysis: CaptureAnalysis): void {
    if (connection !== this.chosen) return;
    const whole = summarise(connection, analysis.lastTime, analysis.epoch, this.messages);
    const row = this.redaction?.summary(whole) ?? whole;
    const text = this.json ? JSON.stringify(row) : `\n${tableLines([row], this.messages).join('\n')}`;
    process.stdout.write(`${text}\n`);
  }

  finish(): void {}
}

/** The text of the first connection that is wanted. */
class FollowedConnection implements Report {
  readonly icmp = (): void => {};
  private readonly wanted: Wanted;
  private readonly follower: Follower;
  private chosen: Connection | null = null;
  private isOver = false;

  constructor(wanted: Wanted, what: Followed, messages: Messages) {
    this.wanted = wanted;
    const isTerminal = process.stdout.isTTY === true;
    this.follower = new Follower({
      ...{ what, messages, isTerminal },
      color: isTerminal && !process.env.NO_COLOR,
      write: (text) => void process.stdout.write(text),
      say: (text) => void process.stderr.write(`synfin: ${text}\n`),
    });
  }

  get found(): boolean {
    return this.chosen !== null;
  }

  get isDone(): boolean {
    return this.isOver;
  }

  readonly packet: Report['packet'] = (connection, packet, explained) => {
    if (this.chosen === null && this.wanted(connection)) this.chosen = connection;
    if (connection === this.chosen) this.follower.packet(connection, packet, explained);
  };

  connection(connection: Connection): void {
    if (connection !== this.chosen || this.isOver) return;
    this.isOver = true;
    this.follower.finish();
  }

  finish(): void {}
}

function parseNumber(text: string, say: Messages['reader']): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new CommandError(say.badNumber, EXIT.usage);
  return Number(text);
}

/** What may stand behind `--follow`. */
function parseFollow(text: string): Follow {
  if (text === 'client' || text === 'server' || text === 'raw') return { what: text, number: null };
  if (/^[1-9]\d{0,9}$/.test(text)) return { what: 'both', number: Number(text) };
  throw new InvalidArgumentError(
    'It must be client, server, raw or the number of a connection, and stand behind the file.',
  );
}

/** An address, a port behind a colon, or both. */
function parseFilter(text: string): (connection: Connection) => boolean {
  const both = (matches: (end: Connection['client']) => boolean) => (connection: Connection) =>
    matches(connection.client) || matches(connection.server);
  const address = Address.parse(text.replace(/^\[(.*)\]$/, '$1'));
  if (address !== null) return both((end) => end.address.equals(address));
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  if (host === '') return both((end) => end.port === Number(port));
  const named = host === undefined ? null : Address.parse(host.replace(/^\[(.*)\]$/, '$1'));
  if (named === null) throw new InvalidArgumentError('It must look like 10.0.0.1:443, 10.0.0.1 or :443.');
  const wanted = formatEndpoint({ address: named, port: Number(port) });
  return both((end) => formatEndpoint(end) === wanted);
}
