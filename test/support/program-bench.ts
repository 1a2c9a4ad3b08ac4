// A program under test on one of two hosts, and the other host as its peer: calls are written as scripts write them.

import type { TcpListener } from '../../src/host/listener.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { parseScript } from '../../src/packetdrill/parser.ts';
import { type PendingCall, Process } from '../../src/packetdrill/process.ts';
import type { RunOptions } from '../../src/packetdrill/result.ts';
import type { CallAction } from '../../src/packetdrill/script.ts';
import { Settings } from '../../src/packetdrill/settings.ts';
import { type TwoHosts, twoHosts } from '../../src/sim/network.ts';
import { OPTIONS } from './packetdrill.ts';

const NO_SYMBOLS: ReadonlyMap<string, string> = new Map();

/** How long a packet takes from one host to the other, ms. */
export const DELAY = 10;

export function parseCall(text: string): CallAction {
  const [event] = parseScript('bench', `0 ${text}`, NO_SYMBOLS).events;
  if (event?.action.kind !== 'call') throw new Error(`not a call: ${text}`);
  return event.action;
}

export class Bench {
  readonly settings: Settings;
  readonly net: TwoHosts;
  readonly process: Process;

  constructor(options: Partial<RunOptions> = {}, shell = 'true') {
    this.settings = new Settings({ ...OPTIONS, ...options });
    for (const [name, value] of [
      ['local_ip', '10.0.0.2'],
      ['remote_ip', '10.0.0.1'],
    ] as const) {
      this.settings.option({ name, value, at: { line: 1, column: 1 } });
    }
    const reason = this.settings.shell(shell);
    if (reason !== null) throw new Error(reason);
    this.net = twoHosts({ delay: DELAY });
    this.process = new Process({ host: this.net.server, clock: this.net.clock, settings: this.settings });
  }

  /** Null: as scripted; else how it differs; `'blocks'`. */
  call(text: string): string | null {
    const outcome = this.begin(text).poll();
    return outcome === null ? 'blocks' : outcome.mismatch;
  }

  /** Each must return at once, and as scripted. */
  calls(...texts: string[]): this {
    for (const text of texts) {
      const result = this.call(text);
      if (result !== null) throw new Error(`${text}: ${result}`);
    }
    return this;
  }

  begin(text: string): PendingCall {
    return this.process.begin(parseCall(text));
  }

  after(ms: number): this {
    this.net.clock.advance(ms);
    return this;
  }

  /** Sockets that are made from now on have buffers of this size, bytes, which do not grow. */
  buffer(which: 'receiveBuffer' | 'sendBuffer', bytes: number): this {
    this.settings.assign(which, bytes);
    this.settings.assign(`${which}Max`, 0);
    return this;
  }

  /** 3 listens at port 8080. */
  listen(backlog = 5): this {
    return this.calls(
      'socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      'bind(3, ..., ...) = 0',
      `listen(3, ${backlog}) = 0`,
    );
  }

  /** The peer connects; 4 is the connection. */
  accept(): TcpSocket {
    const peer = this.net.client.connect({ address: '10.0.0.2', port: 8080 });
    this.after(5 * DELAY).calls('accept(3, ..., ...) = 4');
    return peer;
  }

  /** The peer listens at port 8080. */
  peerListens(): TcpListener {
    return this.net.client.listen({ port: 8080 });
  }
}
