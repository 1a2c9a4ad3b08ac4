// `synfin connect`: netcat, over our TCP, to a program of the kernel's side.
import { Command } from 'commander';
import type { Address } from '../wire/address.ts';
import { type Cleanup, CommandError, EXIT, runCommand } from './exit.ts';
import { relay } from './netcat.ts';
import {
  addDeviceOptions,
  addTraceOptions,
  completeDevice,
  type DeviceOptions,
  parseAddress,
  parsePort,
  type TraceOptions,
} from './options.ts';
import { openStack, settleEnd } from './stack.ts';
import { openTrace } from './tracing.ts';

type ConnectOptions = DeviceOptions & TraceOptions;

const EXAMPLES = `
Examples:
  sudo synfin connect 10.77.0.1 22
  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | sudo synfin connect 10.77.0.1 8080 --trace
  sudo synfin connect fd77::1 7000 --address fd77::2/64 --kernel fd77::1/64

The end of stdin sends our FIN; what the peer still sends is printed until its own (half-close).`;

export function connectCommand(): Command {
  const command = new Command('connect')
    .description("connect stdin and stdout to a program behind this machine's kernel")
    .argument('<host>', 'an IPv4 or IPv6 address', parseAddress)
    .argument('<port>', 'its port', parsePort);
  addDeviceOptions(command);
  return addTraceOptions(command, 'print the ladder of the connection to stderr')
    .addHelpText('after', EXAMPLES)
    .action((host: Address, port: number, options: ConnectOptions) =>
      runCommand((cleanup) => connect(host, port, options, cleanup)),
    );
}

async function connect(
  address: Address,
  port: number,
  options: ConnectOptions,
  cleanup: Cleanup,
): Promise<number> {
  const device = completeDevice(options);
  checkReachable(address, device);
  const trace = openTrace(options, process.stderr, cleanup);
  const { host, net, lost } = openStack(device, trace.probe, cleanup);
  try {
    const socket = net.connect({ host: String(address), port, allowHalfOpen: true });
    await Promise.race([relay(socket, process.stdin, process.stdout), lost]);
    await settleEnd(host);
  } finally {
    trace.end();
  }
  return EXIT.ok;
}

/** The device leads to the kernel, and no further. @throws CommandError */
function checkReachable(address: Address, { address: ours, kernel }: DeviceOptions): void {
  const near = ours.some((prefix) => prefix.contains(address) && !prefix.broadcast()?.equals(address));
  const own = ours.some((prefix) => prefix.address.equals(address));
  if (near && !own) return;
  const what = own ? `${address} is our own address` : `${address} is on no network of ours`;
  const others = kernel.map((prefix) => prefix.address).join(', ');
  throw new CommandError(`cannot connect to ${address}: ${what}; this machine is ${others} here (--kernel)`);
}
