// One connection between our host and the kernel, with a gate on the way: what state do both say it is in?
// /proc/net/tcp takes milliseconds to read, so that one waits with sock_diag(7), and asks the table once in the end.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { endianness } from 'node:os';
import { expect } from 'vitest';
import type { TcpListener } from '../../src/host/listener.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { parseSocketTable } from '../../src/node/kernel-sockets.ts';
import { SocketDiag } from '../../src/node/socket-diag.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import type { State } from '../../src/tcp/state.ts';
import type { Endpoint } from '../../src/wire/address.ts';
import type { GatedLink } from '../support/gated-link.ts';
import type { Family, Interop } from '../support/interop.ts';
import { eventually, within } from '../support/wait.ts';

export type Opener = 'the kernel' | 'we';

/** Below the kernel's ephemeral ports. Never one twice: the kernel keeps its TIME-WAIT for a minute. */
let lastPort = 20_000;

export class Conversation {
  readonly ours: Endpoint;
  readonly kernels: Endpoint;
  readonly gate: GatedLink;
  /** What the kernel's program has received, and how its socket failed. */
  received = '';
  kernelEnded = false;
  kernelError: string | null = null;
  private readonly interop: Interop;
  private readonly parameters: Parameters | null;
  private listener: TcpListener | null = null;
  private server: Server | null = null;
  private socket: TcpSocket | null = null;
  private peer: Socket | null = null;
  private readonly diag = new SocketDiag();

  constructor(interop: Interop, gate: GatedLink, family: Family, parameters: Parameters | null = null) {
    this.interop = interop;
    this.gate = gate;
    this.parameters = parameters;
    this.ours = { address: interop.ours[family], port: ++lastPort };
    this.kernels = { address: interop.kernels[family], port: ++lastPort };
  }

  /** Our end, once it is accepted or opened. */
  get us(): TcpSocket {
    return this.socket!;
  }

  /** The kernel's end, as a program has it. */
  get kernel(): Socket {
    return this.peer!;
  }

  /** Our passive OPEN. */
  listen(): void {
    const { port } = this.ours;
    const parameters = this.parameters === null ? {} : { parameters: this.parameters };
    this.listener = this.interop.host.listen({ port, ...parameters });
  }

  /** Our active OPEN. */
  connect(): void {
    const parameters = this.parameters === null ? {} : { parameters: this.parameters };
    const { address, port } = this.kernels;
    this.socket = this.interop.host.connect({ address, port, localPort: this.ours.port, ...parameters });
  }

  /** The kernel's passive OPEN. */
  async kernelListens(): Promise<void> {
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.adopt(socket));
    this.server.listen({ port: this.kernels.port, host: `${this.kernels.address}` });
    await within(once(this.server, 'listening'), 'the kernel listens');
  }

  /** The kernel's active OPEN. */
  kernelConnects(): void {
    const socket = createConnection({
      host: `${this.ours.address}`,
      port: this.ours.port,
      localAddress: `${this.kernels.address}`,
      localPort: this.kernels.port,
      allowHalfOpen: true,
    });
    this.adopt(socket);
  }

  /** An open connection: nothing is on its way, nobody listens any more, and the gate is shut. */
  async establish(opener: Opener): Promise<this> {
    this.gate.open();
    if (opener === 'we') {
      await this.kernelListens();
      this.connect();
    } else {
      this.listen();
      this.kernelConnects();
    }
    await this.see('ESTABLISHED', 'ESTABLISHED');
    if (opener === 'the kernel') this.accept();
    await this.adopted();
    this.closeListeners();
    this.gate.shut();
    return this;
  }

  accept(): void {
    this.socket = this.listener!.accept();
    expect(this.socket, 'a connection to accept').not.toBeNull();
  }

  async adopted(): Promise<void> {
    await eventually(
      () => this.peer?.connecting === false,
      () => 'the kernel hands the connection to its program',
    );
  }

  closeListeners(): void {
    this.listener?.close();
    this.server?.close();
    this.listener = null;
    this.server = null;
  }

  /** Both ends are in these states, and stay there while nothing passes the gate. */
  async see(ours: State, kernels: State): Promise<void> {
    const wanted = [ours, kernels].join();
    const seen = (): string => [this.ourState, this.kernelState].join();
    await eventually(
      () => seen() === wanted,
      () => `our state and the kernel's: ${wanted}; they are ${seen()}`,
    );
    expect([this.ourState, this.kernelStateByTable]).toEqual([ours, kernels]);
  }

  /** All that came to us so far. */
  read(): string {
    let text = '';
    for (let part = this.us.receive(); part !== null; part = this.us.receive()) text += Buffer.from(part);
    return text;
  }

  write(text: string): void {
    expect(this.us.send(Buffer.from(text))).toBe(text.length);
  }

  dispose(): void {
    this.gate.lose();
    this.gate.open();
    this.closeListeners();
    if (this.socket !== null) this.us.abort();
    this.peer?.destroy();
    this.diag.close();
  }

  private adopt(socket: Socket): void {
    this.peer = socket;
    socket.on('data', (data) => {
      this.received += data;
    });
    socket.on('end', () => {
      this.kernelEnded = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.kernelError = error.code ?? error.message;
    });
  }

  private get ourState(): State {
    const { ours, kernels } = this;
    const found = [...this.interop.host.sockets()].find(
      ({ local, remote }) => isSame(local, ours) && isSame(remote, kernels),
    );
    return found?.state ?? (this.listener === null ? 'CLOSED' : 'LISTEN');
  }

  private get kernelState(): State {
    const found = this.diag.find(this.kernels, this.ours);
    return found?.state ?? (this.server === null ? 'CLOSED' : 'LISTEN');
  }

  private get kernelStateByTable(): State {
    const { ours, kernels } = this;
    const path = ours.address.family === 4 ? '/proc/net/tcp' : '/proc/net/tcp6';
    const table = parseSocketTable(readFileSync(path, 'utf8'), endianness() === 'LE');
    const found = table.find(({ local, remote }) => isSame(local, kernels) && isSame(remote, ours));
    const listens = table.some(({ local, state }) => isSame(local, kernels) && state === 'LISTEN');
    return found?.state ?? (listens ? 'LISTEN' : 'CLOSED');
  }
}

const isSame = (a: Endpoint, b: Endpoint): boolean => a.port === b.port && a.address.equals(b.address);
