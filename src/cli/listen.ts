// `synfin listen`: netcat, over our TCP, for one connection from a program of the kernel's side.
import { Command } from 'commander';
import type { Net } from '../net/net.ts';
import type { Socket } from '../net/socket.ts';
import { formatEndpoint } from '../wire/address.ts';
import { type Cleanup, EXIT, runCommand } from './exit.ts';
import { relay } from './netcat.ts';
import {
  addDeviceOptions,
  addTraceOptions,
  completeDevice,
  type DeviceOptions,
  parsePort,
  type TraceOptions,
} from './options.ts';
import { openStack, settleEnd } from './stack.ts';
import { openTrace } from './tracing.ts';

type ListenOptions = DeviceOptions & TraceOptions;

const EXAMPLES = `
Examples:
  sudo synfin listen 7000            then: nc -N 10.77.0.2 7000
  sudo synfin listen 7000 --trace < answer.txt > question.txt

Takes one connection. The end of stdin sends our FIN; what the peer still sends is printed until its own
(half-close).`;

export function listenCommand(): Command {
  const command = new Command('listen')
    .description("wait for one connection from this machine's kernel, and join it to stdin and stdout")
    .argument('<port>', 'where to listen', parsePort);
  addDeviceOptions(command);
  return addTraceOptions(command, 'print the ladder of the connection to stderr')
    .addHelpText('after', EXAMPLES)
    .action((port: number, options: ListenOptions) =>
      runCommand((cleanup) => listen(port, options, cleanup)),
    );
}

async function listen(port: number, options: ListenOptions, cleanup: Cleanup): Promise<number> {
  const device = completeDevice(options);
  const trace = openTrace(options, process.stderr, cleanup);
  const { host, net, lost } = openStack(device, trace.probe, cleanup);
  const places = device.address.map(({ address }) => formatEndpoint({ address, port }));
  try {
    const socket = await Promise.race([
      accept(net, port, () => process.stderr.write(`synfin: listening on ${places.join(', ')}\n`)),
      lost,
    ]);
    await Promise.race([relay(socket, process.stdin, process.stdout), lost]);
    await settleEnd(host);
  } finally {
    trace.end();
  }
  return EXIT.ok;
}

/** The first connection; a second one finds the port closed. */
function accept(net: Net, port: number, listening: () => void): Promise<Socket> {
  return new Promise((accepted, failed) => {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      server.close();
      accepted(socket);
    });
    server.once('error', failed).listen(port, listening);
  });
}
