// `synfin demo`: one HTTP exchange from SYN to FIN, drawn as it happens; with the kernel as the client where a TUN
// device can be had, else between two hosts of ours.
import { Command, Option } from 'commander';
import { messagesIn } from '../node/language.ts';
import type { ConnectionSummary } from '../trace/summary.ts';
import type { ClientResult } from './demo-client.ts';
import { kernelWorld } from './demo-kernel.ts';
import { memoryWorld } from './demo-memory.ts';
import { CLOSERS, type Closer, type DemoServer, PAGE } from './demo-server.ts';
import { DEMO_TEXT, type DemoText } from './demo-text.ts';
import { type DemoTrace, isOver } from './demo-trace.ts';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { addLabOptions, type LabOptions, listenOutside, openLiveLab } from './lab-live.ts';
import { type LanguageOptions, languageOption, parseSeed, parseUpTo, pcapngOption } from './options.ts';
import { inPrivate } from './private.ts';

/** What the in-memory network is like. */
export interface NetworkOptions {
  readonly seed: number;
  /** One way, milliseconds. */
  readonly delay: number;
  /** Percent of the packets. */
  readonly loss: number;
}

export interface DemoOptions extends NetworkOptions, LanguageOptions, LabOptions {
  readonly once?: true;
  readonly memory?: true;
  readonly json?: true;
  readonly close: Closer;
  readonly pcapng?: string;
}

/** Where the demo happens. */
export interface DemoWorld {
  readonly trace: DemoTrace;
  readonly title: string;
  readonly server: DemoServer;
  /** The time of the trace, milliseconds. */
  now(): number;
  /** Fetches the page once, and closes. */
  exchange(): Promise<ClientResult>;
  /** Resolves once `over()`, or when that is not to be expected any more. */
  until(over: () => boolean): Promise<void>;
  /** Further lines for the summary. */
  remarks(): string[];
}

type MakeWorld = (options: DemoOptions, cleanup: Cleanup) => Promise<DemoWorld>;

/** One way in memory, milliseconds: enough to see a segment leave before it arrives. */
const DELAY = 10;
const LONGEST_DELAY = 60_000;

const EXAMPLES = `
Examples:
  synfin demo
  synfin demo --close server          our end closes first, and keeps TIME-WAIT
  synfin demo --close both            both FINs cross: CLOSING
  synfin demo --memory --loss 10      what is lost (X) is sent again (R); --seed 2 loses others
  synfin demo --memory --json | jq -c 'select(.kind == "state")'
  synfin demo --pcapng demo.pcapng    then: wireshark demo.pcapng

In memory time is virtual, and everything follows from the options and the seed: the same command prints the same.
\`npm start\` writes two lines of its own to stdout: with --json, say npm start --silent -- --json.

States that begin with ~ are inferred: of the kernel's end only the segments are seen. The summary checks them
against what the kernel itself reports (sock_diag). TIME-WAIT is not waited for.`;

export function demoCommand(): Command {
  const command = new Command('demo')
    .description('watch one HTTP exchange live, from SYN to FIN')
    .option('--memory', 'on the in-memory network: both ends ours, no kernel, virtual time')
    .option('--seed <number>', 'decides every number and loss (with --memory)', parseSeed, 1)
    .option('--delay <ms>', 'one way (with --memory)', parseUpTo(LONGEST_DELAY), DELAY)
    .option('--loss <percent>', 'how many packets are lost (with --memory)', parseUpTo(100), 0)
    .option('--json', 'print the events, one JSON object per line, instead of the ladder')
    .addOption(new Option('--close <who>', 'who closes the connection').choices(CLOSERS).default('client'))
    .addOption(pcapngOption())
    .addOption(languageOption('it speaks'))
    .option('--once', 'end with the exchange, on a terminal, too')
    .addHelpText('after', EXAMPLES);
  addLabOptions(
    command,
    'then serve the lab, with the connection on its live screen; so it is on a terminal',
  );
  return command.action((options: DemoOptions) => {
    const inMemory = (reason: string): Promise<never> =>
      runCommand((cleanup) => demo(options, memoryWorld, reason, cleanup));
    if (options.memory) return inMemory('');
    const alone = ['seed', 'delay', 'loss'].find((name) => command.getOptionValueSource(name) === 'cli');
    if (alone !== undefined)
      command.error(`error: --${alone} needs --memory: the kernel knows no such thing`);
    const run = (): Promise<never> => runCommand((cleanup) => withKernel(options, cleanup));
    return inPrivate(run, inMemory, wantsLab(options) ? () => listenOutside(options) : null);
  });
}

/** Whoever asks for it; and a person at a terminal, who would otherwise not see that there is one. */
const wantsLab = ({ lab, once, json }: DemoOptions): boolean =>
  lab === true || (process.stdout.isTTY === true && once !== true && json !== true);

/** Where no device can be had, the same in memory. */
async function withKernel(options: DemoOptions, cleanup: Cleanup): Promise<number> {
  try {
    return await demo(options, kernelWorld, '', cleanup);
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== EXIT.unavailable) throw error;
    return demo(options, memoryWorld, error.message, cleanup);
  }
}

/** `instead`: why this is not the world that was wanted; empty if it is. */
async function demo(
  options: DemoOptions,
  makeWorld: MakeWorld,
  instead: string,
  cleanup: Cleanup,
): Promise<number> {
  const { close } = options;
  const text = DEMO_TEXT[messagesIn(options.lang).language];
  const { trace, title, server, now, exchange, until, remarks } = await makeWorld(options, cleanup);
  const lab = wantsLab(options) ? await openLiveLab(options, cleanup) : null;
  if (lab !== null) trace.recorder.listen(lab.event);
  if (instead !== '') trace.say(text.noDevice({ reason: instead }));
  trace.say(title);
  const { program, body, error } = await exchange();
  // The client is done; the connection's last segments may still be on their way.
  await until(() => trace.connection === null || isOver(trace.connection));
  trace.end();
  const { connection } = trace;
  if (connection === null) throw new CommandError(text.noConnection({ program, error }));
  const fault = missing(close, connection, body, text);
  const { request, response } = server;
  trace.print(connection, {
    now: now(),
    request,
    response,
    fault,
    verdict: close === 'abort' ? text.reset : text.complete,
    remarks: [...complaints(error, close === 'abort' && fault === '', text), ...remarks()],
  });
  if (fault !== '') throw new CommandError(text.exchangeNotComplete({ fault }));
  if (lab === null) return EXIT.ok;
  trace.say('');
  trace.say(`${text.lab}: ${lab.address}`);
  return new Promise(() => {});
}

/** `reset`: its complaint is what was to be seen. */
function complaints(error: string, reset: boolean, text: DemoText): string[] {
  return error === '' ? [] : [`  ${text.clientSaid({ error, reset })}`];
}

/** What a complete exchange would have had; empty if it was complete. */
function missing(close: Closer, connection: ConnectionSummary, body: string, { faults }: DemoText): string {
  if (!connection.handshake) return faults.handshake;
  if (body !== PAGE) return faults.page({ came: body.length, of: PAGE.length });
  if (close === 'abort') return connection.ending === 'reset' ? '' : faults.reset;
  return connection.complete ? '' : faults.closing;
}
