// What the programs of the contract have in common: writing down what they see, so that two logs can be compared.

import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Net } from '../../../src/net/net.ts';
import type { Server } from '../../../src/net/server.ts';
import type { Socket } from '../../../src/net/socket.ts';

/** Programs by what they show. Each is given a `net`, and returns what it saw of it. */
export type Programs = Readonly<Record<string, (net: Net) => unknown>>;

export type Log = unknown[];

export const HOST = '127.0.0.1';
/** Long enough for whatever is under way on a loopback. */
export const SETTLE = 50;

export const pause = (ms = SETTLE): Promise<void> => new Promise((done) => setTimeout(done, ms));
export const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

export const SOCKET_EVENTS = [
  'connect',
  'ready',
  'data',
  'end',
  'finish',
  'timeout',
  'drain',
  'error',
  'close',
];
export const ATTEMPT_EVENTS = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
export const SERVER_EVENTS = ['listening', 'error', 'close'];

/** Whatever `value` is, without what differs from run to run: ports, and text that names them. */
export function told(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value === 'number' && value > 1_023 && value < 65_536) return 'PORT';
  if (value instanceof EventEmitter) return value.constructor.name;
  if (!(value instanceof Error)) return value;
  const { name, message, code, errno, syscall, address, port, localAddress, localPort, errors } =
    value as NodeJS.ErrnoException & Record<string, unknown>;
  const text = message.replace(/:\d{4,5}\b/g, ':PORT');
  const local = [localAddress, typeof localPort];
  const inner = Array.isArray(errors) ? errors.map(told) : undefined;
  return { name, message: text, code, errno, syscall, address, port: told(port), local, errors: inner };
}

/** What a log has but events of this name. */
export const without = (name: string, log: Log): Log =>
  log.filter((entry) => !(Array.isArray(entry) && entry[0] === name));

/** Events in order, with their arguments. To watch `data` is to read. */
export function watch(
  emitter: Socket | Server,
  events: readonly string[] = SOCKET_EVENTS,
  log: Log = [],
): Log {
  for (const event of events) {
    emitter.on(event, (...args: unknown[]) => log.push([event, ...args.map(told)]));
  }
  return log;
}

/** As `watch`, without reading. */
export const watchQuietly = (socket: Socket, log: Log = []): Log =>
  watch(
    socket,
    SOCKET_EVENTS.filter((event) => event !== 'data'),
    log,
  );

export const closed = (emitter: Socket | Server): Promise<void> =>
  new Promise((done) => emitter.once('close', () => done()));

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export async function listen(server: Server, host = HOST): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return portOf(server);
}

/** Below what the kernel gives away by itself, which another program may be given at any time. */
const FIRST_PORT = 10_000;
const PORTS = 20_000;
/** Test files run beside each other, each in a process of its own. */
let ports = process.pid * 97;

/** A port that nobody listens on, and that nobody is given unasked. */
export async function freePort(net: Net): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (ports++ % PORTS);
    const server = net.createServer();
    const free = new Promise<boolean>((answer) => {
      server.once('error', () => answer(false));
      server.listen(port, HOST, () => server.close(() => answer(true)));
    });
    if (await free) return port;
  }
}

export interface Pair {
  readonly client: Socket;
  readonly accepted: Socket;
  readonly server: Server;
  readonly port: number;
  /** Both ends, and the server, which closes with them. */
  readonly over: Promise<unknown>;
}

/** A client, and the socket that a server accepted for it. */
export async function pair(net: Net, serverOptions: object = {}, clientOptions: object = {}): Promise<Pair> {
  const server = net.createServer(serverOptions);
  const port = await listen(server);
  const client = net.connect({ port, host: HOST, ...clientOptions });
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    [],
  ];
  const over = Promise.all([closed(server), closed(client), closed(accepted)]);
  server.close();
  return { client, accepted, server, port, over };
}

/** What a call throws. */
export function thrown(call: () => unknown): unknown {
  try {
    call();
    return 'nothing';
  } catch (error) {
    return told(error);
  }
}

/** What a program that TypeScript would not let pass means. */
export const not = <T>(value: unknown): T => value as T;

export const stateOf = (socket: Socket): unknown[] => [
  socket.readyState,
  socket.connecting,
  socket.pending,
  socket.destroyed,
];

export const hasDispose = (prototype: object): boolean =>
  Symbol.asyncDispose !== undefined && Symbol.asyncDispose in prototype;
