// `synfin read`: what a capture tells of its TCP connections, those in trouble first; or the ladder of one of them.
import { randomBytes } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Command, InvalidArgumentError } from 'commander';
import { messagesIn } from '../node/language.ts';
import { CaptureAnalysis } from '../trace/reader/capture-analysis.ts';
import type { Connection } from '../trace/reader/connection.ts';
import { CaptureLadder } from '../trace/reader/ladder.ts';
import { type CapturedConnection, summarise } from '../trace/reader/summary.ts';
import { compareTrouble, tableLines } from '../trace/reader/table.ts';
import type { Messages } from '../trace/text/messages.ts';
import { Address, formatEndpoint } from '../wire/address.ts';
import { CommandError, EXIT, runCommand } from './exit.ts';
import { type LanguageOptions, languageOption } from './options.ts';

interface ReadOptions extends LanguageOptions {
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

Examples:
  synfin read capture.pcapng
  synfin read capture.pcap.gz 3
  synfin read --conn 10.0.0.1:443 capture.pcap
  synfin read --lang ko capture.pcapng
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
    .addOption(languageOption('to explain them in'))
    .addHelpText('after', HELP)
    .action((file: string, number: number | undefined, options: ReadOptions) =>
      runCommand(() => read(file, number, options)),
    );
}

async function read(file: string, number: number | undefined, options: ReadOptions): Promise<number> {
  const messages = messagesIn(options.lang);
  const say = messages.reader;
  if (number !== undefined && options.conn !== undefined) {
    throw new CommandError(say.namedTwice, EXIT.usage);
  }
  const wanted =
    number === undefined ? options.conn : (connection: Connection): boolean => connection.number === number;
  const json = options.json === true;
  const report =
    wanted === undefined ? new AllConnections(json, messages) : new OneConnection(wanted, json, messages);
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    key: randomBytes(16),
    onConnection: (connection) => report.connection(connection, analysis),
    ...(wanted === undefined ? {} : { onPacket: report.packet, onIcmp: report.icmp }),
  });
  const progress = new Progress(file);
  const cut = await feed(file, analysis, progress, say);
  analysis.finish();
  progress.clear();
  report.finish(analysis);
  const { fault, offset } = analysis.reader;
  if (fault === 'magic') throw new CommandError(say.noCapture({ file }));
  if (cut !== null) throw new CommandError(say.cutShort({ file, code: cut }));
  if (fault !== null) throw new CommandError(say.damaged({ file, offset, fault }));
  const { frames, segments, unknownLink } = analysis.counts;
  if (segments === 0 && unknownLink > 0) throw new CommandError(say.unknownLink({ file }));
  if (segments === 0) process.stderr.write(`synfin: ${say.noTcp({ file, frames })}\n`);
  return report.found ? EXIT.ok : EXIT.failed;
}

/** Why a gzipped file ends too early, or null; what came before is kept. @throws CommandError if it can't be read */
async function feed(
  file: string,
  analysis: CaptureAnalysis,
  progress: Progress,
  say: Messages['reader'],
): Promise<string | null> {
  const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
  try {
    for await (const chunk of unpacked(source, progress)) {
      analysis.push(chunk);
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

/** The table, or each connection as it ends. */
class AllConnections {
  readonly found = true;
  readonly packet = (): void => {};
  readonly icmp = (): void => {};
  private readonly json: boolean;
  private readonly messages: Messages;
  private rows: CapturedConnection[] = [];
  private left = 0;

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
  private chosen: Connection | null = null;

  constructor(wanted: (connection: Connection) => boolean, json: boolean, messages: Messages) {
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
    const row = summarise(connection, analysis.lastTime, analysis.epoch, this.messages);
    const text = this.json ? JSON.stringify(row) : `\n${tableLines([row], this.messages).join('\n')}`;
    process.stdout.write(`${text}\n`);
  }

  finish(): void {
    if (!this.found) process.stderr.write(`synfin: ${this.messages.reader.noSuchConnection}\n`);
  }
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It must be the number of a connection.');
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

/** How much of the file was read, and how fast; nothing where stderr is no terminal. */
class Progress {
  private readonly shown = process.stderr.isTTY === true;
  private readonly size: number;
  private readonly start = performance.now();
  private bytes = 0;
  private next = 0;

  constructor(file: string) {
    this.size = file === '-' ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  }

  step(bytes: number): void {
    this.bytes += bytes;
    const now = performance.now();
    if (!this.shown || now < this.next) return;
    this.next = now + 100;
    const share = this.size === 0 ? '' : `${Math.floor((100 * this.bytes) / this.size)} %, `;
    const rate = this.bytes / 1e6 / Math.max((now - this.start) / 1000, 0.001);
    process.stderr.write(`\r\x1b[K${share}${(this.bytes / 1e6).toFixed(0)} MB, ${rate.toFixed(0)} MB/s`);
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\x1b[K');
  }
}
