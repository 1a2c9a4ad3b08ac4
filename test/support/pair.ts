// Two real hosts over an impaired link, an application at each end that sends a pattern and checks the
// other's byte by byte, and what must be true when all is over.

import { expect } from 'vitest';
import type { TcpListener } from '../../src/host/listener.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type TwoHosts, type TwoHostsOptions, twoHosts } from '../../src/sim/network.ts';
import { CLOSED, CONNECTED, END, ERROR, TIME_WAIT } from '../../src/tcp/notice.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { Address } from '../../src/wire/address.ts';

/** An endless stream of bytes that follows from a seed. */
class Pattern {
  private readonly prng: Prng;

  constructor(seed: number) {
    this.prng = new Prng(seed);
  }

  take(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.prng.uint32() & 255);
  }

  /** The first byte of `bytes` that is not the stream's next; -1 if all are. */
  mismatch(bytes: Uint8Array): number {
    return bytes.findIndex((byte) => byte !== (this.prng.uint32() & 255));
  }
}

/** When an application says that it will send no more. */
export type Closing =
  /** As soon as it has sent everything: a half-close, it reads on. */
  | 'when-sent'
  /** Not before the other has finished and all of that was read. */
  | 'after-peer'
  | 'never';

export interface AppPlan {
  /** How much it sends. */
  readonly bytes: number;
  readonly closing: Closing;
  /** Most bytes in one send; each is drawn from 1 to this (default 3000). */
  readonly write?: number;
}

/** An application: sends its pattern as fast as it is taken, checks what it receives. */
export class App {
  readonly socket: TcpSocket;
  received = 0;
  /** Position in the stream of the first wrong byte; -1 = none. */
  wrongAt = -1;
  /** All notices so far, or-ed. */
  notices = 0;
  /** Every state that was seen after an event, in order, without repetitions. */
  readonly states: string[] = [];
  /** False: received text is left in the socket. */
  reading = true;
  private readonly plan: AppPlan;
  private readonly outgoing: Pattern;
  private readonly expected: Pattern;
  private readonly sizes: Prng;
  private unsent: number;
  private refused: Uint8Array | null = null;
  private finished = false;

  constructor(socket: TcpSocket, plan: AppPlan, seed: number, peerSeed: number) {
    this.socket = socket;
    this.plan = plan;
    this.unsent = plan.bytes;
    this.outgoing = new Pattern(seed);
    this.expected = new Pattern(peerSeed);
    this.sizes = new Prng(seed ^ 0x5eed);
    socket.notify = (notices) => {
      this.notices |= notices;
      this.pump();
    };
  }

  get isConnected(): boolean {
    return (this.notices & CONNECTED) !== 0;
  }

  /** The peer has finished, and everything was read. */
  get ended(): boolean {
    return this.socket.ended;
  }

  /** Nothing more will happen: the connection is closed or waits in TIME-WAIT. */
  get isOver(): boolean {
    return (this.notices & (CLOSED | TIME_WAIT)) !== 0;
  }

  get failed(): boolean {
    return (this.notices & ERROR) !== 0;
  }

  /** Do all that can be done now. */
  pump(): void {
    if (this.states.at(-1) !== this.socket.state) this.states.push(this.socket.state);
    if (this.reading) this.read();
    if (!this.isConnected || (this.notices & (CLOSED | ERROR)) !== 0) return;
    this.write();
    const mayFinish = this.plan.closing === 'when-sent' || (this.plan.closing === 'after-peer' && this.ended);
    if (this.finished || this.unsent > 0 || this.refused !== null || !mayFinish) return;
    this.finished = true;
    this.socket.shutdown();
  }

  /** Take what there is to read, at most `most` bytes. */
  read(most = Infinity): void {
    for (let left = most; left > 0; ) {
      const text = this.socket.receive(left);
      if (text === null) return;
      const wrong = this.expected.mismatch(text);
      if (wrong >= 0 && this.wrongAt < 0) this.wrongAt = this.received + wrong;
      this.received += text.length;
      left -= text.length;
    }
  }

  private write(): void {
    while (this.refused !== null || this.unsent > 0) {
      const text = this.refused ?? this.outgoing.take(this.nextSize());
      if (this.refused === null) this.unsent -= text.length;
      const taken = this.socket.send(text);
      this.refused = taken < text.length ? text.subarray(taken) : null;
      if (this.refused !== null) return;
    }
  }

  private nextSize(): number {
    return Math.min(this.unsent, 1 + this.sizes.below(this.plan.write ?? 3000));
  }
}

export interface PairOptions extends Omit<TwoHostsOptions, 'client' | 'server' | 'host'> {
  readonly client?: AppPlan;
  readonly server?: AppPlan;
  readonly family?: 4 | 6;
  readonly parameters?: Partial<Parameters>;
}

export interface Pair extends TwoHosts {
  readonly listener: TcpListener;
  /** The applications; the server's exists once the connection was accepted. */
  readonly apps: { readonly client: App; server: App | null };
  readonly parameters: Parameters;
}

const PORT = 80;
const IDLE: AppPlan = { bytes: 0, closing: 'never' };

/** Two hosts, a listener and a connection that is about to be opened. */
export function pair(options: PairOptions = {}): Pair {
  const { client: clientPlan = IDLE, server: serverPlan = IDLE, family = 4, parameters, ...rest } = options;
  const all: Parameters = { ...RFC9293, ...parameters };
  const world = twoHosts({ ...rest, host: { parameters: all } });
  const seed = (options.seed ?? 0) * 2;
  const listener = world.server.listen({ port: PORT });
  const socket = world.client.connect({ address: serverAddress(family), port: PORT });
  const apps: { client: App; server: App | null } = {
    client: new App(socket, clientPlan, seed, seed + 1),
    server: null,
  };
  listener.notify = () => {
    for (let child = listener.accept(); child !== null; child = listener.accept()) {
      expect(apps.server).toBeNull();
      const app = new App(child, serverPlan, seed + 1, seed);
      apps.server = app;
      app.notices |= CONNECTED;
      app.pump();
    }
  };
  return { ...world, listener, apps, parameters: all };
}

export function serverAddress(family: 4 | 6): Address {
  return Address.parse(family === 4 ? '10.0.0.2' : 'fd00::2')!;
}

/** The server's application. Fails if nothing was accepted. */
export function serverApp({ apps }: Pair): App {
  expect(apps.server).not.toBeNull();
  return apps.server!;
}

/** Run until the connection is over at both ends, for at most `limit` ms of virtual time. */
export function converge({ clock, apps }: Pair, limit = 86_400_000): void {
  const isOver = (): boolean => apps.client.isOver && apps.server?.isOver === true;
  expect(clock.runUntil(isOver, limit), describe(apps)).toBe(true);
}

/** Run until both ends have the connection. */
export function establish({ clock, apps }: Pair, limit = 600_000): void {
  const isUp = (): boolean => apps.client.isConnected && apps.server !== null;
  expect(clock.runUntil(isUp, limit), describe(apps)).toBe(true);
}

/** Both streams arrived, to the byte, and ended in order. */
export function expectStreams(pair: Pair, clientBytes: number, serverBytes: number): void {
  const { client } = pair.apps;
  const server = serverApp(pair);
  expect([client.wrongAt, server.wrongAt]).toEqual([-1, -1]);
  expect([server.received, client.received]).toEqual([clientBytes, serverBytes]);
  expect([client.socket.error, server.socket.error]).toEqual([null, null]);
  expect([client.notices & END, server.notices & END]).toEqual([END, END]);
}

/** After TIME-WAIT nothing is left: no connection, no timer, no packet on its way. */
export function expectNothingLeft({ clock, client, server, link, parameters }: Pair): void {
  clock.advance(2 * parameters.msl + 2 * parameters.rtoMax);
  expect([[...client.sockets()].length, [...server.sockets()].length]).toEqual([0, 0]);
  expect([link.aToB.inFlight, link.bToA.inFlight]).toEqual([0, 0]);
  expect(clock.next()).toBe(Infinity);
}

function describe({ client, server }: Pair['apps']): string {
  const end = (app: App | null): string =>
    app === null ? 'not accepted' : `${app.socket.state}, received ${app.received}, notices ${app.notices}`;
  return `client ${end(client)}; server ${end(server)}`;
}
