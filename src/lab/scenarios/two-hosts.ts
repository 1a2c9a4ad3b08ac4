// What most scenarios begin with: a client at 10.0.0.1, a server at 10.0.0.2 that serves port 80, a link between.

import type { Impairments } from '../../sim/faults.ts';
import type { Parameters } from '../../tcp/parameters.ts';
import type { Handlers, Programs } from '../model/program.ts';
import { numberOf, presetOf, type Values } from '../model/scenario.ts';
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
}

export function twoHosts(world: World, values: Values, options: TwoHosts = {}): void {
  const { serves = {}, reading = true, boot } = options;
  const parameters = { ...presetOf(values), ...options.parameters };
  world.host('client', { address: CLIENT, parameters });
  const listen = (server: Programs): void => {
    server.listen({ port: PORT }, serves, reading);
  };
  world.host('server', { address: SERVER, parameters, boot: boot ?? listen });
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

/** When a handshake that begins at 0 is over and all is quiet, with time to look at it, ms. */
export const settled = (values: Values): number => 2 * numberOf(values, 'rtt') + 100;
