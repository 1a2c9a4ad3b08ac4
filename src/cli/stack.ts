// A host of ours behind a TUN device, with the kernel as its neighbour.
import { randomBytes } from 'node:crypto';
import { Host } from '../host/host.ts';
import type { HostProbe } from '../host/probe.ts';
import { createNet, type Net } from '../net/net.ts';
import { NodeClock } from '../node/clock.ts';
import { openTun, type TunDevice, TunError } from '../node/tun.ts';
import type { Prefix } from '../wire/address.ts';
import { type Cleanup, CommandError, EXIT } from './exit.ts';
import type { DeviceOptions } from './options.ts';

/** What our end is called in traces. */
export const OUR_NAME = 'synfin';

/** States whose connection still owes the peer a segment that must not be lost with the process. */
const UNFINISHED = new Set([
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
]);
const POLL = 5;

/** How long a peer may take to acknowledge the end of a connection, milliseconds. */
const ANSWER_LIMIT = 5_000;

export interface Stack {
  readonly host: Host;
  readonly net: Net;
  /** Settles only if the device is lost: rejects with the reason. */
  readonly lost: Promise<never>;
}

/** `advice`: what to do where devices are not permitted. @throws CommandError (69) if no such device can be had. */
export function openStack(
  options: DeviceOptions,
  probe: HostProbe | null,
  cleanup: Cleanup,
  advice = '',
): Stack {
  const device = openDevice(options.tun, options.kernel, advice);
  cleanup.defer(() => device.close());
  const host = new Host({ name: OUR_NAME, clock: new NodeClock(), random: randomBytes, probe });
  cleanup.defer(() => host.close());
  const via = host.addInterface(device, options.address);
  const lost = new Promise<never>((_, reject) => {
    via.notify = (reason) => reject(new CommandError(reason.message));
    cleanup.defer(() => {
      via.notify = null;
    });
  });
  lost.catch(() => {}); // whoever waits for something else hears of it there
  return { host, net: createNet(host), lost };
}

/** As `openStack` does. */
export function openDevice(name: string, kernel: readonly Prefix[], advice = ''): TunDevice {
  try {
    return openTun({ name, addresses: kernel });
  } catch (error) {
    if (!(error instanceof TunError)) throw error;
    const refused = error.code === 'EPERM' || error.code === 'EACCES';
    throw new CommandError(error.message + (refused ? advice : ''), EXIT.unavailable);
  }
}

/**
 * Waits until no connection of the host has anything left to say, for at most `limit` milliseconds: a process
 * that ends earlier would take its last FIN or ACK with it. TIME-WAIT and FIN-WAIT-2 are not waited for. False:
 * something is left.
 */
export async function settle(host: Host, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  const unfinished = (): boolean => [...host.sockets()].some(({ state }) => UNFINISHED.has(state));
  while (unfinished() && performance.now() < deadline) await new Promise((next) => setTimeout(next, POLL));
  return !unfinished();
}

/** The same for a connection that is over in both directions. @throws CommandError if its end gets no answer. */
export async function settleEnd(host: Host): Promise<void> {
  if (await settle(host, ANSWER_LIMIT)) return;
  throw new CommandError(`the end of the connection was not acknowledged within ${ANSWER_LIMIT / 1000} s`);
}
