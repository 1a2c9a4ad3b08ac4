// From connect() to `connect`: the lookup, and one address after another until one answers. With several addresses,
// each is given a while before the next is tried (RFC 8305, as Node does it: one attempt at a time).

import type { BlockList } from 'node:net';
import type { HostProbe } from '../host/probe.ts';
import { Address } from '../wire/address.ts';
import { Attempt, type Destination } from './connecting.ts';
import { allFailed, blocked, connectionTimedOut, type SystemError } from './errors.ts';
import { type Answer, answerFault, resolveAll, resolveOne } from './resolve.ts';
import type { NetHost, Transport } from './transport.ts';

/** What leads from connect() to a connection. */
export interface Connecting {
  /** The socket was destroyed, or is connected. */
  cancel(): void;
  /** The connection that was tried failed. */
  failed(code: string): void;
}

/** The socket that connects, as programs see it. */
export interface Connectee {
  readonly connecting: boolean;
  autoSelectFamilyAttemptedAddresses: string[];
  readonly blockList: Pick<BlockList, 'check'> | undefined;
  emit(event: string, ...args: unknown[]): boolean;
  destroy(error?: Error): unknown;
}

/** What programs do not see of it. */
export interface ConnecteeInside {
  /** The connection that it has, whether it is open, and its local end; null: it has none. */
  taken(): { readonly open: boolean; readonly local: string } | null;
  /** Whoever is to hear of the connections that are tried. */
  observers(): readonly HostProbe[];
  /** This is the connection that is tried now; one that was before is given up. */
  begin(transport: Transport, connecting: Connecting, address: Address | null): void;
  /** ESTABLISHED was reached. */
  connected(): void;
  /** There was activity. */
  touch(): void;
}

export class Connector implements Connecting {
  private readonly socket: Connectee;
  private readonly inside: ConnecteeInside;
  private readonly host: NetHost;
  private readonly destination: Destination;
  private cancelled = false;
  private attempt: Attempt | null = null;
  /** Those left to try; null: there is only one address. */
  private left: string[] | null = null;
  private readonly errors: Error[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(socket: Connectee, inside: ConnecteeInside, host: NetHost, destination: Destination) {
    this.socket = socket;
    this.inside = inside;
    this.host = host;
    this.destination = destination;
  }

  start(): void {
    const { destination } = this;
    const { host } = destination;
    if (Address.parse(host) !== null) process.nextTick(() => this.connect(host));
    else if (destination.autoSelectFamily) resolveAll(destination, (...answer) => this.allFound(...answer));
    else resolveOne(destination, (...answer) => this.found(...answer));
  }

  cancel(): void {
    this.cancelled = true;
    this.stopTimer();
  }

  failed(code: string): void {
    this.stopTimer();
    const { attempt } = this;
    if (attempt === null) return;
    const error = attempt.failed(code);
    tellOf(this.socket, 'connectionAttemptFailed', attempt, error);
    if (this.left === null) this.socket.destroy(error);
    else this.tryNext(error);
  }

  private get active(): boolean {
    return this.socket.connecting && !this.cancelled;
  }

  private found(error: Error | null, answer: Answer): void {
    const { host, given } = this.destination;
    this.socket.emit('lookup', error, answer.address, answer.family, host);
    if (!this.active) return;
    const fault = error ?? answerFault(answer, given.host, given.port);
    if (fault !== null) process.nextTick(() => this.socket.destroy(fault));
    else this.connect(answer.address);
  }

  private allFound(error: Error | null, answers: readonly Answer[]): void {
    if (!this.active) return;
    const { host, given } = this.destination;
    const usable: Answer[] = [];
    if (error !== null) this.socket.emit('lookup', error, undefined, undefined, host);
    else {
      for (const answer of answers) {
        this.socket.emit('lookup', error, answer.address, answer.family, host);
        if (!this.active) return;
        if (answerFault(answer, given.host, given.port) === null) usable.push(answer);
      }
    }
    const [first] = usable;
    if (first === undefined) {
      const fault = error ?? answerFault(answers[0]!, given.host, given.port);
      if (fault !== null) process.nextTick(() => this.socket.destroy(fault));
      return;
    }
    const order = alternating(usable, first.family);
    if (order.length === 1) this.connect(first.address);
    else {
      this.socket.autoSelectFamilyAttemptedAddresses = [];
      this.left = order;
      this.tryNext(null);
    }
  }

  /** The one address that there is. */
  private connect(name: string): void {
    if (!this.active) return;
    const { inside, socket } = this;
    const attempt = new Attempt(name, this.destination);
    inside.touch();
    const taken = inside.taken();
    if (taken !== null) {
      tellOf(socket, 'connectionAttempt', attempt);
      // Where there is a connection, Node on Linux is content with it, wherever it leads.
      if (taken.open) setImmediate(() => this.active && inside.connected());
      else socket.destroy(attempt.refused('EALREADY', taken.local));
      return;
    }
    const fault = this.open(attempt);
    if (fault !== null) socket.destroy(fault);
  }

  /** `error`: what became of the address before. */
  private tryNext(error: Error | null): void {
    const { destination, socket, left } = this;
    let fault = error;
    while (left !== null && this.active) {
      if (fault !== null) this.errors.push(fault);
      const name = left.shift();
      if (name === undefined) {
        socket.destroy(this.errors.length === 0 ? connectionTimedOut() : allFailed(this.errors));
        return;
      }
      const attempt = new Attempt(name, destination);
      fault = this.open(attempt);
      if (fault === null) {
        if (left.length > 0 && this.active) this.startTimer(attempt);
        return;
      }
      if (!isBindError(fault)) tellOf(socket, 'connectionAttemptFailed', attempt, fault);
    }
  }

  /** Why the attempt could not even begin. */
  private open(attempt: Attempt): Error | null {
    const { left, socket } = this;
    if (attempt.isBlockedBy(socket.blockList)) {
      if (left === null) tellOf(socket, 'connectionAttempt', attempt);
      return blocked(attempt.name);
    }
    this.attempt = attempt;
    let fault: Error | null = null;
    // Nobody listens there, and no segment may say so (§3.1): it is as if one had, and was reset.
    if (attempt.port === 0) process.nextTick(() => this.active && this.failed('ECONNREFUSED'));
    else
      try {
        const { host, inside } = this;
        inside.begin(attempt.open(host, inside.observers()), this, attempt.address);
      } catch (error) {
        fault = error as Error;
        // As in Node, what cannot even be bound was no attempt.
        if (isBindError(fault)) return fault;
      }
    tellOf(socket, 'connectionAttempt', attempt);
    if (left !== null) socket.autoSelectFamilyAttemptedAddresses.push(`${attempt.name}:${attempt.port}`);
    return fault;
  }

  private startTimer(attempt: Attempt): void {
    const { attemptTimeout } = this.destination;
    this.timer = setTimeout(() => {
      tellOf(this.socket, 'connectionAttemptTimeout', attempt);
      this.tryNext(attempt.failed('ETIMEDOUT'));
    }, attemptTimeout);
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

const isBindError = (error: Error): boolean => (error as SystemError).syscall === 'bind';

function tellOf(socket: Connectee, event: string, { name, port, address }: Attempt, ...rest: Error[]): void {
  socket.emit(event, name, port, address.family, ...rest);
}

/** Each address once, the families in turn, beginning with that of the first (RFC 8305 §4). */
function alternating(answers: readonly Answer[], family: number): string[] {
  const namesOf = (wanted: (answer: Answer) => boolean): string[] => [
    ...new Set(answers.filter(wanted).map(({ address }) => address)),
  ];
  const near = namesOf((answer) => answer.family === family);
  const far = namesOf((answer) => answer.family !== family);
  return Array.from({ length: Math.max(near.length, far.length) }, (_, i) => [near[i], far[i]])
    .flat()
    .filter((name) => name !== undefined);
}
