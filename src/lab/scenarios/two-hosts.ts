// What most scenarios begin with: a client at 10.0.0.1, a server at 10.0.0.2 that serves port 80, a link between.

import type { HostLimits } from '../../host/limits.ts';
import type { Impairments } from '../../sim/faults.ts';
import type { Parameters } from '../../tcp/parameters.ts';
import type { Handlers, LabSocket, Programs } from '../model/program.ts';
import { numberOf, presetOf, type Values } from '../model/scenario.ts';
import type { Flight } from '../model/story.ts';
import type { World } from '../model/world.ts';

export const CLIENT = '10.0.0.1';
export const SERVER = '10.0.0.2';
export const PORT = 80;

export interface TwoHosts {
  /** Over the preset's. */
  readonly parameters?: Partial<Parameters>;
  /** Of the server's connections (default: it reads, and closes nothing). */
  readonly serves?: Handlers;
  /** What the server does instead of listening. */
  readonly boot?: (server: Programs) => void;
  /** Its connections are read as text comes (default true). */
  readonly reading?: boolean;
  /** Of the link, beside its delay. */
  readonly path?: Partial<Impairments>;
  /** Of the client alone. */
  readonly limits?: Partial<HostLimits>;
  /** What each host's programs do about a packet before it is acknowledged. */
  readonly eager?: (programs: Programs) => void;
}

export function twoHosts(world: World, values: Values, options: TwoHosts = {}): void {
  const { serves = {}, reading = true, boot, limits = {}, eager } = options;
  const quick = eager === undefined ? {} : { eager };
  const parameters = { ...presetOf(values), ...options.parameters };
  world.host('client', { address: CLIENT, parameters, limits, ...quick });
  const listen = (server: Programs): void => {
    server.listen({ port: PORT }, serves, reading);
  };
  world.host('server', { address: SERVER, parameters, boot: boot ?? listen, ...quick });
  world.link('client', 'server', { ...options.path, delay: oneWay(values) });
}

/** From one host to the other, ms. */
export const oneWay = (values: Values): number => numberOf(values, 'rtt') / 2;

/** The client opens a connection at `t`. */
export function opens(world: World, t: number, handlers: Handlers = {}, localPort = 0): void {
  world.call(t, 'client', (client) => {
    client.connect({ address: SERVER, port: PORT, ...(localPort === 0 ? {} : { localPort }) }, handlers);
  });
}

/** The program of `socket` calls, where `socket` is one of that name. */
export const withSocket =
  (name: string, call: (socket: LabSocket) => void): ((programs: Programs) => void) =>
  ({ sockets }) => {
    const socket = sockets.get(name);
    if (socket !== undefined) call(socket);
  };

/** The timestamp that `flight` bore, in packetdrill's notation: a copy of it bears the same. */
export function stampOf(flight: Flight | undefined): string {
  const { value, echo } = flight?.segment?.options.timestamps ?? { value: 0, echo: 0 };
  return `TS val ${value} ecr ${echo}`;
}

/** When a handshake that begins at 0 is over and all is quiet, with time to look at it, ms. */
export const settled = (values: Values): number => 2 * numberOf(values, 'rtt') + 100;
