// Where the benches with the kernel take place: a private network namespace, its sysctls and routes, and one TUN
// device with a host of ours behind it.

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { Host } from '../src/host/host.ts';
import { createNet } from '../src/net/net.ts';
import { NodeClock } from '../src/node/clock.ts';
import { raiseLoopback } from '../src/node/interface-config.ts';
import { inPrivateNamespace } from '../src/node/namespace.ts';
import { openTun } from '../src/node/tun.ts';
import type { Parameters } from '../src/tcp/parameters.ts';
import { LINUX } from '../src/tcp/presets.ts';
import { Prefix } from '../src/wire/address.ts';

export const OURS = '10.78.0.2';
export const LOOPBACK = '127.0.0.1';
export const PORT = 5001;

/** What the kernel's connections use. */
export const CONGESTION_CONTROL = 'cubic';

const SYSCTL = '/proc/sys/net/ipv4/';

let entered = false;
let shared: Host | null = null;

/** Loopback up, CUBIC, Linux's own buffers, no metrics of one run for the next. Throws outside of a namespace. */
export function enterGround(): void {
  if (entered) return;
  if (!inPrivateNamespace())
    throw new Error('bench: what needs TUN also needs unshare(1), to stay off this network');
  raiseLoopback();
  sysctl('tcp_no_metrics_save', '1');
  sysctl('ip_local_port_range', '1024 65535');
  setBuffers(LINUX.receiveBufferMax, LINUX.sendBufferMax);
  useOnRoute(CONGESTION_CONTROL, 'local', LOOPBACK, 'dev', 'lo', 'table', 'local', 'src', LOOPBACK);
  entered = true;
}

/**
 * The kernel's connections to `prefix` over a device use this congestion control. By the route: a namespace may not
 * make one its default (tcp_congestion_control) that the machine does not allow everyone.
 */
export function useCongestionControl(name: string, prefix: string, device: string, source: string): void {
  useOnRoute(name, prefix, 'dev', device, 'proto', 'kernel', 'scope', 'link', 'src', source);
}

function useOnRoute(name: string, ...route: string[]): void {
  const { status, stderr, error } = spawnSync('ip', ['route', 'replace', ...route, 'congctl', 'lock', name], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`bench: the kernel has no ${name}: ${error?.message ?? stderr.trim()}`);
}

/** How far the kernel's buffers may grow, bytes. */
export function setBuffers(receive: number, send: number): void {
  sysctl('tcp_rmem', `4096 ${LINUX.receiveBuffer} ${receive}`);
  sysctl('tcp_wmem', `4096 ${LINUX.sendBuffer} ${send}`);
}

/** A sysctl of this namespace, by its name below net.ipv4. */
export function sysctl(name: string, value: string): void {
  writeFileSync(`${SYSCTL}${name}`, value);
}

/** The congestion control that the machine would have used. */
export const defaultCongestionControl = (): string =>
  readFileSync(`${SYSCTL}tcp_congestion_control`, 'utf8').trim();

/** A host with the clock of this process. */
export function createHost(parameters: Parameters = LINUX): Host {
  return new Host({
    name: 'synfin',
    clock: new NodeClock(),
    random: (bytes) => randomBytes(bytes),
    parameters,
  });
}

/** The host that all but the emulated paths use. */
export function sharedHost(): Host {
  if (shared !== null) return shared;
  enterGround();
  const tun = openTun({ name: 'bench0', addresses: [Prefix.parse('10.78.0.1/24') as Prefix] });
  useCongestionControl(CONGESTION_CONTROL, '10.78.0.0/24', 'bench0', '10.78.0.1');
  shared = createHost();
  shared.addInterface(tun, [Prefix.parse(`${OURS}/24`) as Prefix]);
  return shared;
}

interface NetServer {
  listen(options: object, ready: () => void): unknown;
  close(): unknown;
}
type Create = (onSocket: (socket: Socket) => void) => NetServer;

/** One of the two ways in which a kernel client reaches a server of this process. */
export interface Way {
  readonly address: string;
  readonly create: Create;
}

/** `createServer` of a host of ours, as one of node:net's. */
export function netOf(host: Host): Create {
  return (onSocket) =>
    createNet(host).createServer((socket) => onSocket(socket as unknown as Socket)) as unknown as NetServer;
}

export const overTun = (): Way => ({ address: OURS, create: netOf(sharedHost()) });
export const overLoopback = (): Way => ({ address: LOOPBACK, create: createServer });

/** Serve with `onSocket` while `client` runs; what that returned. */
export async function serve<T>(
  { create, address }: Way,
  onSocket: (socket: Socket) => void,
  client: () => Promise<T>,
): Promise<T> {
  const server = create(onSocket);
  await new Promise<void>((ready) => server.listen({ host: address, port: PORT }, ready));
  try {
    return await client();
  } finally {
    server.close();
  }
}
