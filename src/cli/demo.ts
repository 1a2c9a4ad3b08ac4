// `synfin demo`: one HTTP exchange from SYN to FIN, drawn as it happens; with the kernel as the client where a TUN
// device can be had, else between two hosts of ours.
import { Command, Option } from 'commander';
import type { ConnectionSummary } from '../trace/summary.ts';
import type { ClientResult } from './demo-client.ts';
import { kernelWorld } from './demo-kernel.ts';
import { memoryWorld } from './demo-memory.ts';
import { CLOSERS, type Closer, PAGE } from './demo-server.ts';
import { type DemoTrace, isOver } from './demo-trace.ts';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { inPrivate } from './private.ts';

export interface DemoOptions {
  readonly memory: boolean;
  readonly json: boolean;
  readonly close: Closer;
  readonly pcapng: string | null;
}

/** Where the demo happens. */
export interface DemoWorld {
  readonly trace: DemoTrace;
  readonly title: string;
  /** Fetches the page once, and closes. */
  exchange(): Promise<ClientResult>;
  /** Further lines for the summary. */
  remarks(): string[];
}

type MakeWorld = (options: DemoOptions, cleanup: Cleanup) => Promise<DemoWorld>;

/** How long the last segments may take after the client has its page, milliseconds. */
const CLOSING_LIMIT = 5_000;
const POLL = 5;

const EXAMPLES = `
Examples:
  synfin demo
  synfin demo --close server        our end closes first, and keeps TIME-WAIT
  synfin demo --close both          both FINs cross: CLOSING
  synfin demo --memory --json | jq -c 'select(.kind == "state")'
  synfin demo --pcapng demo.pcapng  then: wireshark demo.pcapng

States that begin with ~ are inferred: of the kernel's end only the segments are seen. The summary checks them
against what the kernel itself reports (sock_diag). TIME-WAIT is not waited for.`;

export function demoCommand(): Command {
  return new Command('demo')
    .description('watch one HTTP exchange live, from SYN to FIN')
    .option('--memory', 'on the in-memory network: both ends ours, no kernel', false)
    .option('--json', 'print the events, one JSON object per line, instead of the ladder', false)
    .addOption(new Option('--close <who>', 'who closes the connection').choices(CLOSERS).default('client'))
    .addOption(
      new Option('--pcapng <file>', 'record every packet, each with the reason it was sent').default(null),
    )
    .addHelpText('after', EXAMPLES)
    .action((options: DemoOptions) => {
      const inMemory = (reason: string): Promise<never> =>
        runCommand((cleanup) => demo(options, memoryWorld, reason, cleanup));
      if (options.memory) return inMemory('');
      return inPrivate(() => runCommand((cleanup) => withKernel(options, cleanup)), inMemory);
    });
}

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
  const { trace, title, exchange, remarks } = await makeWorld(options, cleanup);
  if (instead !== '') trace.say(`No TUN device here (${instead}): the same on the in-memory network.`);
  trace.say(title);
  const { program, body, error } = await exchange();
  await closed(trace);
  trace.end();
  const { connection } = trace;
  if (connection === null) throw new CommandError(`no connection was made (${program}: ${error})`);
  const fault = missing(options.close, connection, body);
  trace.print(connection, fault, [...(error === '' ? [] : [`  client said ${error}`]), ...remarks()]);
  if (fault !== '') throw new CommandError(`the exchange was not complete: ${fault}`);
  return EXIT.ok;
}

/** The client is done; the connection's last segments may still be on their way. */
async function closed(trace: DemoTrace): Promise<void> {
  const limit = performance.now() + CLOSING_LIMIT;
  const over = (): boolean => trace.connection === null || isOver(trace.connection);
  while (!over() && performance.now() < limit) await new Promise((next) => setTimeout(next, POLL));
}

/** What a complete exchange would have had; empty if it was complete. */
function missing(close: Closer, connection: ConnectionSummary, body: string): string {
  if (!connection.handshake) return 'the handshake was not completed';
  if (body !== PAGE) return `the page did not arrive: ${body.length} characters of ${PAGE.length}`;
  if (close === 'abort') return connection.ending === 'reset' ? '' : 'the connection was not reset';
  return connection.complete ? '' : 'the connection was not closed both ways';
}
