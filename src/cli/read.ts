// `synfin read`: what a capture tells of its TCP connections, those in trouble first; or the ladder of one of them.
import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { messagesIn } from '../node/language.ts';
import { CaptureAnalysis, type CaptureAnalysisOptions } from '../trace/reader/capture-analysis.ts';
import type { Connection } from '../trace/reader/connection.ts';
import { CaptureLadder } from '../trace/reader/ladder.ts';
import { summarise } from '../trace/reader/summary.ts';
import { tableLines } from '../trace/reader/table.ts';
import type { Messages } from '../trace/text/messages.ts';
import { Address, formatEndpoint } from '../wire/address.ts';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { type LanguageOptions, languageOption } from './options.ts';
import { type Followed, Follower } from './read/follow.ts';
import { complaintOf, feed, sizeOf } from './read/input.ts';
import { canInteract, interact } from './read/interactive.ts';
import { Progress } from './read/progress.ts';
import { TroubledRows } from './read/rows.ts';

interface ReadOptions extends LanguageOptions {
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

/** What is made of a capture as it passes. */
interface Report {
  /** There was what was asked for. */
  readonly found: boolean;
  readonly packet?: NonNullable<CaptureAnalysisOptions['onPacket']>;
  readonly connection: (connection: Connection, analysis: CaptureAnalysis) => void;
  /** Nothing more is wanted of the capture. */
  readonly isDone?: () => boolean;
  readonly finish: (analysis: CaptureAnalysis) => void;
}

const WIDTH = 100;

const HELP = `
Without a connection: a table of all, those in trouble first, each with a verdict and the packets it rests on.
With one: its ladder, every packet with both ends' states and Wireshark's analysis flags.
On a terminal both are screens to walk through (? shows the keys); in a pipe, or with --no-interactive, they are text.

Examples:
  synfin read capture.pcapng
  synfin read capture.pcap.gz 3
  synfin read --conn 10.0.0.1:443 capture.pcap
  synfin read --lang ko capture.pcapng
  synfin read capture.pcapng --follow 3
  synfin read capture.pcapng 3 --follow=server > page.html
  synfin read --json capture.pcapng | jq -c 'select(.verdict.severity > 1)'

Exit codes:
  0    the capture was read to its end
  1    it can't be read, is damaged (what could be read is shown), or has no such connection
  2    wrong usage
  130  interrupted by Ctrl-C (129: the terminal was closed, 143: SIGTERM)`;

export function readCommand(): Command {
  return new Command('read')
    .description('explain the TCP connections of a pcap or pcapng capture, gzipped or not')
    .argument('<file>', 'a capture; - is the standard input')
    .argument('[connection]', 'number of a connection, as in the table: shows its ladder', parseNumber)
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
    .addOption(languageOption('to explain them in'))
    .addHelpText('after', HELP)
    .action((file: string, number: number | undefined, options: ReadOptions) =>
      runCommand((cleanup) => read(file, number, options, cleanup)),
    );
}

async function read(
  file: string,
  number: number | undefined,
  options: ReadOptions,
  cleanup: Cleanup,
): Promise<number> {
  const messages = messagesIn(options.lang);
  const wanted = wantedBy(number, options, messages);
  const { follow } = options;
  const json = options.json === true;
  if (json && follow !== undefined) throw new CommandError(messages.viewer.follow.apart, EXIT.usage);
  if (options.interactive && !json && follow === undefined && canInteract(file)) {
    return interact(file, wanted, messages, cleanup);
  }
  if (follow !== undefined) {
    const what = follow === true ? 'both' : follow.what;
    return print(file, new FollowedConnection(wanted ?? isFirst, what, messages), messages);
  }
  if (wanted === null) return print(file, new AllConnections(json, messages), messages);
  return print(file, new OneConnection(wanted, json, messages), messages);
}

const isFirst: Wanted = (connection) => connection.number === 1;

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

/** Reads the capture once, from its beginning to its end. */
async function print(file: string, report: Report, messages: Messages): Promise<number> {
  const say = messages.reader;
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    key: randomBytes(16),
    onConnection: (connection) => report.connection(connection, analysis),
    ...(report.packet === undefined ? {} : { onPacket: report.packet }),
  });
  const progress = new Progress(sizeOf(file));
  const cut = await feed(file, analysis, say, progress.step, report.isDone);
  analysis.finish();
  progress.end((megabytes, ms) => messages.viewer.rate({ megabytes, ms, packets: analysis.counts.frames }));
  report.finish(analysis);
  const complaint = complaintOf(file, analysis, cut, say);
  if (complaint !== null) throw new CommandError(complaint);
  const { frames, segments } = analysis.counts;
  if (segments === 0) process.stderr.write(`synfin: ${say.noTcp({ file, frames })}\n`);
  else if (!report.found) process.stderr.write(`synfin: ${say.noSuchConnection}\n`);
  return report.found ? EXIT.ok : EXIT.failed;
}

/** The table, or each connection as it ends. */
class AllConnections implements Report {
  readonly found = true;
  private readonly json: boolean;
  private readonly messages: Messages;
  private readonly rows = new TroubledRows();

  constructor(json: boolean, messages: Messages) {
    this.json = json;
    this.messages = messages;
  }

  connection(connection: Connection, analysis: CaptureAnalysis): void {
    const row = summarise(connection, analysis.lastTime, analysis.epoch, this.messages);
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
    process.stdout.write(`${tableLines(rows, messages).join('\n')}\n${more}`);
  }
}

/** The ladder of the first connection that is wanted, and its verdict. */
class OneConnection implements Report {
  private readonly wanted: Wanted;
  private readonly ladder: CaptureLadder;
  private readonly json: boolean;
  private readonly messages: Messages;
  private chosen: Connection | null = null;

  constructor(wanted: Wanted, json: boolean, messages: Messages) {
    this.wanted = wanted;
    this.json = json;
    this.messages = messages;
    const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
    const width = process.stdout.columns ?? WIDTH;
    const write = (line: string): void => void process.stdout.write(`${line}\n`);
    this.ladder = new CaptureLadder({ width, color, messages, write });
  }

  get found(): boolean {
    return this.chosen !== null;
  }

  readonly packet: NonNullable<Report['packet']> = (connection, packet, explained) => {
    if (this.chosen === null && this.wanted(connection)) this.chosen = connection;
    if (connection === this.chosen && !this.json) this.ladder.packet(connection, packet, explained);
  };

  connection(connection: Connection, analysis: CaptureAnalysis): void {
    if (connection !== this.chosen) return;
    const row = summarise(connection, analysis.lastTime, analysis.epoch, this.messages);
    const text = this.json ? JSON.stringify(row) : `\n${tableLines([row], this.messages).join('\n')}`;
    process.stdout.write(`${text}\n`);
  }

  finish(): void {}
}

/** The text of the first connection that is wanted. */
class FollowedConnection implements Report {
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

  readonly isDone = (): boolean => this.isOver;

  readonly packet: NonNullable<Report['packet']> = (connection, packet, explained) => {
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

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It must be the number of a connection.');
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
