// The system calls of a script, on the host's sockets. Each is begun once and then tried until it returns; results,
// errors and outputs are compared with what the script says.

import type { TcpListener } from '../host/listener.ts';
import type { TcpSocket } from '../host/socket.ts';
import { TcpError } from '../tcp/errors.ts';
import { STATES, type State } from '../tcp/state.ts';
import type { Endpoint } from '../wire/address.ts';
import { CallFailure, fails, type Operation, type Returned, type Surroundings } from './calls.ts';
import { fcntl, ioctl } from './control.ts';
import { epollCreate, epollCreate1, epollCtl, epollWait } from './epoll.ts';
import { read, readv, recv, recvmsg, sendCall, sendmsg, write, writev } from './messages.ts';
import { accept, accept4, bind, close, connect, listen, shutdown, socket } from './opening.ts';
import { getsockopt, setsockopt } from './options.ts';
import { poll } from './poll.ts';
import { Arguments, type Call, Program } from './program.ts';
import type { CallAction } from './script.ts';
import type { SocketLine } from './socket-listing.ts';
import { tcpInfoOf } from './tcp-info.ts';
import { UnsupportedError } from './unsupported.ts';

const UNBOUND = { address: null, port: 0 };
const EMPTY = { receive: 0, send: 0 };

export interface CallOutcome {
  /** Null: result, errno and outputs are as scripted; else how they differ: `read returned 0, not 1000`. */
  readonly mismatch: string | null;
}

export interface PendingCall {
  /** Null: it still blocks. */
  poll(): CallOutcome | null;
}

const CALLS: Readonly<Record<string, Call>> = {
  socket,
  bind,
  listen,
  accept,
  accept4,
  connect,
  shutdown,
  close,
  read,
  readv,
  recv,
  recvfrom: recv,
  recvmsg,
  write,
  writev,
  send: sendCall,
  sendto: sendCall,
  sendmsg,
  fcntl,
  ioctl,
  poll,
  epoll_create: epollCreate,
  epoll_create1: epollCreate1,
  epoll_ctl: epollCtl,
  epoll_wait: epollWait,
  getsockopt,
  setsockopt,
};

export class Process {
  private readonly program: Program;

  constructor(world: Surroundings) {
    this.program = new Program(world);
    const { settings } = world;
    settings.fix();
    settings.changed = (name) => {
      for (const file of this.program.sockets()) file.parameterChanged(name);
    };
  }

  /** @throws UnsupportedError for calls, options and structs that we have no mapping for */
  begin(call: CallAction): PendingCall {
    if (!Object.hasOwn(CALLS, call.name)) {
      throw new UnsupportedError(`no mapping for the call ${call.name}()`);
    }
    const made = CALLS[call.name]!;
    const begun = attempt(() => made(this.program, new Arguments(call, this.program)));
    return new Pending(this.program, call, typeof begun === 'function' ? begun : () => begun);
  }

  /**
   * What a name of a code block stands for: a field of tcp_info, sampled now, of the connection made last, or a
   * constant. Undefined: neither.
   */
  tcpInfo(name: string): number | undefined {
    const { program } = this;
    if (!name.startsWith('tcpi_')) return program.reader.constant(name);
    const current = this.latest();
    return tcpInfoOf(current, current === null ? 'CLOSED' : current.state, name, program);
  }

  /** The ends of the connection that connect() made last. */
  endpointUnderTest(): { readonly local: Endpoint; readonly remote: Endpoint } | null {
    const { connected } = this.program;
    return connected === null ? null : { local: connected.local, remote: connected.remote };
  }

  /** How many connections and listeners of the host are in each state, as sockstat and netstat count them. */
  stateCounts(): ReadonlyMap<State, number> {
    const counts = new Map<State, number>(STATES.map((state) => [state, 0]));
    const count = (state: State): void => void counts.set(state, counts.get(state)! + 1);
    for (const { state } of this.socketLines()) count(state);
    return counts;
  }

  /** The connections and listeners of the host, and the descriptors of the program that are neither. */
  socketLines(): readonly SocketLine[] {
    const { files, world } = this.program;
    const { family } = world.settings;
    const lines: SocketLine[] = [];
    const owners = new Map<TcpSocket | TcpListener, number>();
    for (const [fd, file] of files.entries()) {
      if (file.kind !== 'socket') continue;
      const open = file.state === 'CLOSED' ? null : (file.listener ?? file.socket);
      if (open !== null) owners.set(open, fd);
      else
        lines.push({
          fd,
          state: 'CLOSED',
          family,
          local: file.bound ?? UNBOUND,
          remote: null,
          queues: EMPTY,
        });
    }
    for (const listener of world.host.listeners()) {
      const { local } = listener;
      const fd = owners.get(listener) ?? null;
      lines.push({
        fd,
        state: 'LISTEN',
        family: listener.family ?? family,
        local,
        remote: null,
        queues: EMPTY,
      });
    }
    for (const socket of world.host.sockets()) {
      const { local, readable, remote, sendQueue, state } = socket;
      const queues = { receive: readable, send: sendQueue };
      lines.push({
        fd: owners.get(socket) ?? null,
        state,
        family: local.address.family,
        local,
        remote,
        queues,
      });
    }
    return lines;
  }

  /** The connection that was made last, by a call or by a SYN that nobody has accepted yet. */
  private latest(): TcpSocket | null {
    let { latest } = this.program;
    for (const candidate of this.program.world.host.sockets()) {
      if (latest === null || candidate.connection.tcb.id > latest.connection.tcb.id) latest = candidate;
    }
    this.program.latest = latest;
    return latest;
  }
}

class Pending implements PendingCall {
  private readonly program: Program;
  private readonly call: CallAction;
  private readonly operation: Operation;
  private outcome: CallOutcome | null = null;

  constructor(program: Program, call: CallAction, operation: Operation) {
    this.program = program;
    this.call = call;
    this.operation = operation;
  }

  poll(): CallOutcome | null {
    if (this.outcome !== null) return this.outcome;
    const returned = attempt(this.operation);
    if (returned === null) return null;
    this.outcome = { mismatch: this.compare(returned) };
    return this.outcome;
  }

  private compare(returned: Returned): string | null {
    const { call, program } = this;
    const { name, errno } = call;
    const wanted = call.result.kind === 'any' ? null : program.reader.number(call.result);
    if (returned.errno !== null) {
      if (wanted === null) return null;
      if (wanted >= 0) return `${name} failed with ${returned.errno}, and did not return ${wanted}`;
      if (errno === null || this.sameError(errno, returned.errno)) return null;
      return `${name} failed with ${returned.errno}, not ${errno}`;
    }
    if (returned.file !== null) return this.open(returned, wanted);
    if (wanted !== null && wanted < 0) {
      return `${name} returned ${returned.value}, and did not fail${errno === null ? '' : ` with ${errno}`}`;
    }
    if (wanted !== null && wanted !== returned.value) {
      return `${name} returned ${returned.value}, not ${wanted}`;
    }
    return returned.mismatch === null ? null : `${name}: ${returned.mismatch}`;
  }

  /** EWOULDBLOCK is EAGAIN. */
  private sameError(a: string, b: string): boolean {
    const { reader } = this.program;
    return a === b || reader.known(a) === reader.constant(b);
  }

  /** A descriptor is whatever number the script gives it. */
  private open({ file, mismatch }: Returned, wanted: number | null): string | null {
    const { name } = this.call;
    if (wanted !== null && wanted < 0) return `${name} returned a descriptor, and did not fail`;
    if (wanted === null) return `${name} returned a descriptor that the script gives no number`;
    if (!this.program.files.add(wanted, file!)) return `${name} returned a descriptor, but ${wanted} is open`;
    return mismatch === null ? null : `${name}: ${mismatch}`;
  }
}

/** What `work` gives; a failure that it throws is a result too. */
function attempt<T>(work: () => T): T | Returned {
  try {
    return work();
  } catch (error) {
    if (error instanceof CallFailure) return fails(error.errno);
    if (error instanceof TcpError && error.code !== 'ERR_CLOSED') return fails(error.code);
    throw error;
  }
}
