// `synfin read`: what a capture tells of its TCP connections, those in trouble first; or the ladder of one of them.
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Command, InvalidArgumentError } from 'commander';
import { messagesIn } from '../node/language.ts';
import type { Redaction } from '../trace/export/redaction.ts';
import { CaptureAnalysis, type CaptureAnalysisOptions } from '../trace/reader/capture-analysis.ts';
import type { Connection } from '../trace/reader/connection.ts';
import { CaptureLadder } from '../trace/reader/ladder.ts';
import { type CapturedConnection, summarise } from '../trace/reader/summary.ts';
import { compareTrouble, tableLines } from '../trace/reader/table.ts';
import type { Messages } from '../trace/text/messages.ts';
import { Address, formatEndpoint } from '../wire/address.ts';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { type LanguageOptions, languageOption } from './options.ts';
import {
  addExportOptions,
  asksForExports,
  type ExportContext,
  type ExportOptions,
  type Exports,
  openExports,
  redactionOf,
} from './read/exports.ts';
import { Progress } from './read/progress.ts';
import { readTwo } from './read/two.ts';

interface ReadOptions extends LanguageOptions, ExportOptions {
  readonly conn?: (connection: Connection) => boolean;
  readonly json?: true;
}

/** Read at once. */
const CHUNK = 1 << 20;
/** Rows of the table; the least troubled of more are only counted. */
const MAX_ROWS = 10_000;
const GZIP = [0x1f, 0x8b];
const WIDTH = 100;

const HELP = `
Without a connection: a table of all, those in trouble first, each with a verdict and the packets it rests on.
With one: its ladder, every packet with both ends' states and Wireshark's analysis flags.

With two captures, one from each end, in either order: how the clocks differ, what was lost, how long packets took.
Exports go to files, or for - to the standard output; then nothing else is said. What shows one connection needs its
number where there are several. --redact keeps ports, lengths, times and the first octet of each address.

Examples:
  synfin read capture.pcapng
  synfin read capture.pcap.gz 3
  synfin read --conn 10.0.0.1:443 capture.pcap
  synfin read --lang ko capture.pcapng
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
  const wanted =
    number === undefined
      ? (options.conn ?? null)
      : (connection: Connection): boolean => connection.number === number;
  const context = { options, redaction: redactionOf(options), messages, cleanup };
  if (other === undefined) return readOne(file, wanted, options.json === true, context);
  const feedAll = async (name: string, analysis: CaptureAnalysis): Promise<void> => {
    complain(name, analysis, await feed(name, analysis, messages.reader), messages.reader);
  };
  return readTwo([file, other], wanted, options.json === true, context, feedAll);
}

async function readOne(
  file: string,
  wanted: ((connection: Connection) => boolean) | null,
  json: boolean,
  context: ExportContext,
): Promise<number> {
  const { options, messages, redaction } = context;
  const exports = asksForExports(options) ? openExports(wanted, context) : null;
  const silent = exports !== null && (!json || exports.takesOutput);
  const told = wanted === null ? new AllConnections(json, messages, redaction) : null;
  const report = silent ? new Silence() : (told ?? new OneConnection(wanted!, json, messages, redaction));
  const needsPackets = wanted !== null || exports !== null;
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
  const cut = await feed(file, analysis, messages.reader, exports);
  await exports?.finish(analysis);
  report.finish(analysis);
  const found = report.found && exports?.found !== false;
  if (!found && silent) process.stderr.write(`synfin: ${messages.reader.noSuchConnection}\n`);
  complain(file, analysis, cut, messages.reader);
  return found ? EXIT.ok : EXIT.failed;
}

/** @throws CommandError if the file is damaged, or none that can be read */
function complain(
  file: string,
  analysis: CaptureAnalysis,
  cut: string | null,
  say: Messages['reader'],
): void {
  const { fault, offset } = analysis.reader;
  if (fault === 'magic') throw new CommandError(say.noCapture({ file }));
  if (cut !== null) throw new CommandError(say.cutShort({ file, code: cut }));
  if (fault !== null) throw new CommandError(say.damaged({ file, offset, fault }));
  const { frames, segments, unknownLink } = analysis.counts;
  if (segments === 0 && unknownLink > 0) throw new CommandError(say.unknownLink({ file }));
  if (segments === 0) process.stderr.write(`synfin: ${say.noTcp({ file, frames })}\n`);
}

/** Reads it to its end. Why a gzipped file ends too early, or null; what came before is kept. @throws CommandError if it can't be read */
async function feed(
  file: string,
  analysis: CaptureAnalysis,
  say: Messages['reader'],
  exports: Exports | null = null,
): Promise<string | null> {
  const progress = new Progress(file);
  const cut = await feedChunks(file, analysis, progress, say, exports);
  analysis.finish();
  progress.clear();
  return cut;
}

async function feedChunks(
  file: string,
  analysis: CaptureAnalysis,
  progress: Progress,
  say: Messages['reader'],
  exports: Exports | null,
): Promise<string | null> {
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
  try {
    for await (const chunk of unpacked(source, progress)) {
      analysis.push(chunk);
      await exports?.ready();
      if (analysis.reader.fault !== null) return null;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const code = String(error.code);
    if (code.startsWith('Z_') && analysis.counts.frames > 0) return code;
    throw new CommandError(say.unreadable({ file, code }));
  }
  return null;
}

/** The bytes of the capture, whether the file is gzipped or not. */
async function* unpacked(source: Readable, progress: Progress): AsyncGenerator<Uint8Array> {
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      progress.step(chunk.length);
      yield chunk;
    }
  };
  const chunks = counted();
  const first = await chunks.next();
  if (first.done === true) return;
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* chunks;
  };
  if (!GZIP.every((byte, i) => first.value[i] === byte)) {
    yield* whole();
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const packed = Readable.from(whole());
  packed.on('error', (error) => gunzip.destroy(error));
  yield* packed.pipe(gunzip) as AsyncIterable<Uint8Array>;
}

/** What is exported is not told as well. */
class Silence {
  readonly found = true;
  readonly packet = (): void => {};
  readonly icmp = (): void => {};
  readonly connection = (): void => {};
  readonly finish = (): void => {};
}

/** The table, or each connection as it ends. */
class AllConnections {
  readonly found = true;
  readonly packet = (): void => {};
  readonly icmp = (): void => {};
  private readonly json: boolean;
  private readonly messages: Messages;
  private readonly redaction: Redaction | null;
  private rows: CapturedConnection[] = [];
  private left = 0;

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
    this.rows.push(row);
    if (this.rows.length < 2 * MAX_ROWS) return;
    this.trim();
  }

  finish(analysis: CaptureAnalysis): void {
    if (this.json || analysis.connections === 0) return;
    this.trim();
    const { left, messages } = this;
    const more = left === 0 ? '' : `${messages.reader.more({ connections: left })}\n`;
    const floods = analysis.floods.map((flood) => `${messages.reader.flood(flood)}\n`).join('');
    process.stdout.write(`${tableLines(this.rows, messages).join('\n')}\n${more}${floods}`);
  }

  /** The most troubled stay. */
  private trim(): void {
    this.rows.sort(compareTrouble);
    this.left += Math.max(0, this.rows.length - MAX_ROWS);
    this.rows.length = Math.min(this.rows.length, MAX_ROWS);
  }
}

/** The ladder of the first connection that is wanted, and its verdict. */
class OneConnection {
  private readonly wanted: (connection: Connection) => boolean;
  private readonly ladder: CaptureLadder;
  private readonly json: boolean;
  private readonly messages: Messages;
  private readonly redaction: Redaction | null;
  private chosen: Connection | null = null;

  constructor(
    wanted: (connection: Connection) => boolean,
    json: boolean,
    messages: Messages,
    redaction: Redaction | null,
  ) {
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

  readonly packet: NonNullable<ConstructorParameters<typeof CaptureAnalysis>[0]['onPacket']> = (
    connection,
    packet,
    explained,
  ) => {
    if (this.chosen === null && this.wanted(connection)) this.chosen = connection;
    if (connection === this.chosen && !this.json) this.ladder.packet(connection, packet, explained);
  };

  readonly icmp: NonNullable<ConstructorParameters<typeof CaptureAnalysis>[0]['onIcmp']> = (
    connection,
    error,
    about,
  ) => {
    if (connection === this.chosen && !this.json) this.ladder.icmp(connection, error, about);
  };

  connection(connection: Connection, analysis: CaptureAnalysis): void {
    if (connection !== this.chosen) return;
    const whole = summarise(connection, analysis.lastTime, analysis.epoch, this.messages);
    const row = this.redaction?.summary(whole) ?? whole;
    const text = this.json ? JSON.stringify(row) : `\n${tableLines([row], this.messages).join('\n')}`;
    process.stdout.write(`${text}\n`);
  }

  finish(): void {
    if (!this.found) process.stderr.write(`synfin: ${this.messages.reader.noSuchConnection}\n`);
  }
}

function parseNumber(text: string, say: Messages['reader']): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new CommandError(say.badNumber, EXIT.usage);
  return Number(text);
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
