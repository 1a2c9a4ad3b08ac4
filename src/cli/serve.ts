// `synfin serve`: a static HTTP server. Node's own http does the talking, over our sockets.
import { stat } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Net } from '../net/net.ts';
import { formatEndpoint } from '../wire/address.ts';
import { runProgram } from './child.ts';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { addLabOptions, type LabOptions, listenOutside, openLiveLab } from './lab-live.ts';
import {
  addDeviceOptions,
  addTraceOptions,
  completeDevice,
  type DeviceOptions,
  parsePort,
  type TraceOptions,
} from './options.ts';
import { inPrivate } from './private.ts';
import { openStack, settle } from './stack.ts';
import { staticFiles } from './static-files.ts';
import { openTrace } from './tracing.ts';

interface ServeOptions extends DeviceOptions, TraceOptions, LabOptions {
  readonly port: number;
  readonly private?: true;
  readonly dotfiles?: true;
}

/** What connections of a program that has ended may still take to close, milliseconds. */
const AFTER_PROGRAM = 500;

const EXAMPLES = `
Examples:
  synfin serve . --private -- curl http://10.77.0.2/
  synfin serve ./public --private --trace -- curl -s -o page.html http://10.77.0.2/page.html
  sudo synfin serve ./public --port 8080
  synfin serve . --private --lab -- sh                then: open the address, and curl http://10.77.0.2/
  sudo synfin serve --address fd77::2/64 --kernel fd77::1/64     then: curl 'http://[fd77::2]/'

With a program after \`--\`, the server ends with it, and the exit code is the program's (126: it cannot be run,
127: there is no such program, 128 + n: signal n ended it); stdout is the program's alone, everything of ours goes
to stderr. When the server ends first, the program gets SIGTERM, and SIGKILL 2 s later.`;

/** @param program what stands behind `--`, with its arguments. */
export function serveCommand(program: readonly string[]): Command {
  const command = new Command('serve')
    .description('serve a directory over HTTP to the kernel of this machine')
    .usage('[options] [dir] [-- program [arguments...]]')
    .argument('[dir]', 'what to serve', '.')
    .option('--port <number>', 'where to listen', parsePort, 80)
    .option('--dotfiles', 'serve files and directories whose names begin with a dot, too')
    .option('--private', 'in a private network namespace, for the program after `--`; needs no root');
  addDeviceOptions(command);
  addLabOptions(command, 'serve the lab, too: its live screen shows every connection as it happens');
  return addTraceOptions(command, 'print the ladder of every connection to stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (dir: string, options: ServeOptions) => {
      if (options.private && program.length === 0) {
        command.error('error: --private needs a program after `--`: nobody else could reach the server');
      }
      const run = () => runCommand((cleanup) => serve(dir, options, program, cleanup));
      const listen = options.lab ? () => listenOutside(options) : null;
      await (options.private ? inPrivate(run, undefined, listen) : run());
    });
}

async function serve(
  dir: string,
  options: ServeOptions,
  program: readonly string[],
  cleanup: Cleanup,
): Promise<number> {
  const device = completeDevice(options);
  const root = resolve(dir);
  const found = await stat(root).catch(() => null);
  if (!found?.isDirectory()) throw new CommandError(`${dir} is not a directory`, EXIT.usage);
  const lab = options.lab ? await openLiveLab(options, cleanup) : null;
  const trace = openTrace(options, process.stderr, cleanup, lab?.event ?? null);
  const advice = options.private ? '' : '; --private needs no root';
  const { host, net, lost } = openStack(device, trace.probe, cleanup, advice);
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const files = staticFiles(root, {
    dotfiles: options.dotfiles === true,
    // The ladder shows them.
    log: options.trace ? () => {} : log,
  });
  await Promise.race([listen(net, files, options.port), lost]);
  for (const { address } of device.address) {
    const place = formatEndpoint({ address, port: options.port }).replace(/:80$/, '');
    process.stderr.write(`synfin: serving ${root} at http://${place}/ (device ${device.tun})\n`);
  }
  if (lab !== null) process.stderr.write(`synfin: its connections, live: ${lab.address}\n`);
  try {
    if (program.length === 0) return await lost;
    const exitCode = await Promise.race([runProgram(program[0]!, program.slice(1), cleanup), lost]);
    await settle(host, AFTER_PROGRAM);
    return exitCode;
  } finally {
    trace.end();
  }
}

async function listen(net: Net, answer: RequestListener, port: number): Promise<void> {
  const http = createServer(answer);
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    http.emit('connection', socket);
  });
  await new Promise<void>((listening, failed) => server.once('error', failed).listen(port, listening));
}
