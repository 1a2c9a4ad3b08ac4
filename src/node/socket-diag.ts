// The kernel's end of one TCP connection, asked for by its 4-tuple over netlink (sock_diag(7)). It takes
// microseconds where /proc/net/tcp walks a table of a quarter million buckets (10 ms and more), so it can be
// asked between two segments.

import { closeSync } from 'node:fs';
import type { State } from '../tcp/state.ts';
import type { Endpoint } from '../wire/address.ts';
import { TunError } from './errors.ts';
import { KERNEL_STATES } from './kernel-sockets.ts';
import { type Libc, loadLibc } from './libc.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const IPPROTO_TCP = 6;
/** struct inet_diag_msg: the timer is that of TIME-WAIT. */
const TIMER_TIME_WAIT = 3;

/** struct nlmsghdr, then struct inet_diag_req_v2, of which the last 48 bytes are struct inet_diag_sockid. */
const HEADER = 16;
const REQUEST = HEADER + 56;
const SOCKET_ID = HEADER + 8;
/** In the answer the same place holds struct inet_diag_msg. */
const ANSWER_STATE = HEADER + 1;
const ANSWER_TIMER = HEADER + 2;
const ANSWER_EXPIRES = HEADER + 52;

export interface DiagnosedSocket {
  readonly state: State;
  /** Until TIME-WAIT ends, milliseconds; 0 in any other state. */
  readonly timeWaitLeft: number;
}

export class SocketDiag {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #request = new Uint8Array(REQUEST);
  readonly #answer = new Uint8Array(8192);

  /** Throws TunError with the errno name of the system. */
  constructor(libc: Libc = loadLibc()) {
    this.#libc = libc;
    this.#fd = libc.socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (this.#fd < 0) throw this.#failure('cannot open a netlink socket');
  }

  /** The kernel's socket with these ends in this network namespace; null: it has none. Throws TunError. */
  find(local: Endpoint, remote: Endpoint): DiagnosedSocket | null {
    const request = this.#write(local, remote);
    const libc = this.#libc;
    if (libc.write(this.#fd, libc.addressOf(request), request.length) < 0) throw this.#failure('cannot ask');
    const answer = this.#answer;
    const length = libc.read(this.#fd, libc.addressOf(answer), answer.length);
    if (length < 0) throw this.#failure('no answer');
    const view = new DataView(answer.buffer, 0, length);
    // Anything else is an error message; that there is no such socket is the one to expect.
    if (length <= ANSWER_EXPIRES + 4 || view.getUint16(4, true) !== SOCK_DIAG_BY_FAMILY) return null;
    const state = KERNEL_STATES.get(view.getUint8(ANSWER_STATE));
    // Where no connection has these ends, the kernel names the listener that a SYN would find.
    if (state === undefined || state === 'LISTEN') return null;
    const waits = view.getUint8(ANSWER_TIMER) === TIMER_TIME_WAIT && state === 'TIME-WAIT';
    return { state, timeWaitLeft: waits ? view.getUint32(ANSWER_EXPIRES, true) : 0 };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(local: Endpoint, remote: Endpoint): Uint8Array {
    const request = this.#request;
    const view = new DataView(request.buffer);
    request.fill(0);
    view.setUint32(0, REQUEST, true);
    view.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
    view.setUint16(6, NLM_F_REQUEST, true);
    view.setUint8(HEADER, local.address.family === 4 ? AF_INET : AF_INET6);
    view.setUint8(HEADER + 1, IPPROTO_TCP);
    view.setUint32(HEADER + 4, 0xffffffff); // any state
    view.setUint16(SOCKET_ID, local.port);
    view.setUint16(SOCKET_ID + 2, remote.port);
    local.address.writeTo(request, SOCKET_ID + 4);
    remote.address.writeTo(request, SOCKET_ID + 20);
    view.setBigInt64(SOCKET_ID + 40, -1n); // no cookie
    return request;
  }

  #failure(what: string): TunError {
    const code = this.#libc.lastError();
    return new TunError(code, `${what} about the kernel's sockets: ${code}`);
  }
}
