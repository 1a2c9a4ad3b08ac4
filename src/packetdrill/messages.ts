// read(), write() and their relatives: how text gets in and out of a connection (POSIX.1-2017; the order in which
// text, end, error and emptiness are told is tcp_recvmsg's and tcp_sendmsg's).

import { readErrorQueue, withInquiry } from './ancillary.ts';
import { at, fails, type Operation, type Returned, returns } from './calls.ts';
import { ScriptFailure } from './failure.ts';
import { startConnecting } from './opening.ts';
import type { Arguments, Call, Program } from './program.ts';
import type { Value } from './script.ts';
import { type SocketFile, zeros } from './sockets.ts';
import { withTimeLimit } from './time-limits.ts';
import { UnsupportedError } from './unsupported.ts';
import { field } from './values.ts';

interface Receiving {
  readonly max: number;
  readonly peek: boolean;
  readonly waitAll: boolean;
  readonly nonBlocking: boolean;
}

const RECEIVE_FLAGS = [
  'MSG_PEEK',
  'MSG_WAITALL',
  'MSG_DONTWAIT',
  'MSG_TRUNC',
  'MSG_NOSIGNAL',
  'MSG_CMSG_CLOEXEC',
];
const SEND_FLAGS = [
  'MSG_DONTWAIT',
  'MSG_NOSIGNAL',
  'MSG_MORE',
  'MSG_OOB',
  'MSG_FASTOPEN',
  'MSG_DONTROUTE',
  'MSG_CONFIRM',
  // Whether the bytes are copied is not for the peer to see; who waits for completions needs MSG_ERRQUEUE.
  'MSG_ZEROCOPY',
];

export const read: Call = (program, args) => receive(program, args, args.number(2), 0);
export const recv: Call = (program, args) => receive(program, args, args.number(2), args.number(3));
export const readv: Call = (program, args) => receive(program, args, vectorLength(program, args), 0);

export const recvmsg: Call = (program, args) => {
  const message = args.value(1);
  const file = args.socket(0);
  const length = messageLength(program, message, true);
  if (args.has(args.number(2), 'MSG_ERRQUEUE')) return readErrorQueue(program, file, message);
  const operation = receive(program, args, length, args.number(2));
  const flags = field(message, 'msg_flags')?.value ?? null;
  return () => {
    const result = operation();
    if (result === null || result.errno !== null) return result;
    const told = withInquiry(program, file, message, result);
    if (told.mismatch !== null || flags === null || flags.kind === 'any') return told;
    const wanted = program.reader.number(flags);
    return wanted === 0 ? told : { ...told, mismatch: `msg_flags is 0, not ${wanted}` };
  };
};

export const write: Call = (program, args) => send(program, args, args.number(2), 0);
export const sendCall: Call = (program, args) => send(program, args, args.number(2), args.number(3));
export const writev: Call = (program, args) => send(program, args, vectorLength(program, args), 0);

export const sendmsg: Call = (program, args) =>
  send(program, args, messageLength(program, args.value(1)), args.number(2));

function receive(program: Program, args: Arguments, max: number, flags: number): Operation {
  const file = args.socket(0);
  args.allow(flags, RECEIVE_FLAGS);
  if (max < 0) return at(fails('EINVAL'));
  if (file.listener !== null) return at(fails('ENOTCONN'));
  const peek = args.has(flags, 'MSG_PEEK');
  const waitAll = args.has(flags, 'MSG_WAITALL');
  const nonBlocking = file.nonBlocking || args.has(flags, 'MSG_DONTWAIT');
  if (max === 0) return at(returns(0));
  return receiving(program, file, { max, peek, waitAll, nonBlocking });
}

function receiving(program: Program, file: SocketFile, how: Receiving): Operation {
  const { max, peek, waitAll, nonBlocking } = how;
  const lowWater = Math.max(1, file.values.get('SO_RCVLOWAT') ?? 1);
  const target = waitAll ? max : Math.min(lowWater, max);
  let got = 0;
  return withTimeLimit(program, file, 'SO_RCVTIMEO', (late) => {
    if (file.closed) return fails('EBADF');
    got = peek ? Math.min(max, file.readable) : got + file.receive(max - got, program.now);
    if (got >= target) return returns(got);
    const over = file.finReached || file.readShut || file.error !== null || (!file.opening && isDead(file));
    if (got > 0) return over || nonBlocking || late ? returns(got) : null;
    if (over) return nothingLeft(file);
    return nonBlocking || late ? fails('EAGAIN') : null;
  });
}

const isDead = (file: SocketFile): boolean => file.state === 'CLOSED';

/** The end, an error that nobody heard of yet, or no connection: in this order. */
function nothingLeft(file: SocketFile): Returned {
  if (file.finReached) return returns(0);
  const error = file.takeError();
  if (error !== null) return fails(error);
  if (file.readShut || file.socket !== null) return returns(0);
  return fails('ENOTCONN');
}

function send(program: Program, args: Arguments, length: number, flags: number): Operation {
  const file = args.socket(0);
  args.allow(flags, SEND_FLAGS);
  if (length < 0) return at(fails('EINVAL'));
  if (args.has(flags, 'MSG_FASTOPEN') || file.deferred !== null) {
    return fastOpen(program, args, file.deferred ?? peerOf(args), length, flags);
  }
  const how = args.has(flags, 'MSG_OOB') ? 'urgent' : args.has(flags, 'MSG_MORE') ? 'more' : 'plain';
  const nonBlocking = file.nonBlocking || args.has(flags, 'MSG_DONTWAIT');
  const zeroCopy = args.has(flags, 'MSG_ZEROCOPY') && file.values.get('SO_ZEROCOPY') === 1;
  const unconnected = program.settings.profile === 'linux' ? 'EPIPE' : 'ENOTCONN';
  let sent = 0;
  return withTimeLimit(program, file, 'SO_SNDTIMEO', (late) => {
    if (file.closed) return fails('EBADF');
    if (file.opening) return nonBlocking || late ? fails('EAGAIN') : null;
    if (!sends(file)) {
      if (sent > 0) return returns(sent);
      return fails(file.takeError() ?? (file.socket === null ? unconnected : 'EPIPE'));
    }
    sent += file.send(length - sent, how);
    if (sent < length && !nonBlocking && !late) return null;
    if (sent > 0 && zeroCopy) file.zeroCopy.sent(file.written);
    return sent > 0 || length === 0 ? returns(sent) : fails('EAGAIN');
  });
}

/** The address that sendto() or sendmsg() names. */
function peerOf(args: Arguments): Value {
  if (args.call.name !== 'sendmsg') return args.value(4);
  const message = args.value(1);
  return field(message, 'msg_name')?.value ?? { kind: 'any', at: message.at };
}

/**
 * sendto() with MSG_FASTOPEN: connect(), with what fits of the text in the SYN if a cookie is known. A call that
 * blocks sends the rest behind the handshake; one that doesn't takes no more than the SYN did.
 */
function fastOpen(program: Program, args: Arguments, peer: Value, length: number, flags: number): Operation {
  const file = args.socket(0);
  if (!file.own.fastOpenClient) return at(fails('EOPNOTSUPP'));
  if (file.socket !== null) return at(fails(file.opening ? 'EALREADY' : 'EISCONN'));
  const nonBlocking = file.nonBlocking || args.has(flags, 'MSG_DONTWAIT');
  const socket = startConnecting(program, file, peer, zeros(length));
  if (nonBlocking) {
    socket.flush();
    return at(socket.sendQueue > 0 ? returns(socket.sendQueue) : fails('EINPROGRESS'));
  }
  let sent = socket.sendQueue;
  return () => {
    if (file.opening) return null;
    file.connecting = false;
    if (!sends(file)) return fails(file.takeError() ?? 'EPIPE');
    sent += file.send(length - sent, 'plain');
    return sent === length ? returns(sent) : null;
  };
}

/** Whether the connection takes text now. */
function sends(file: SocketFile): boolean {
  if (file.writeShut || file.error !== null) return false;
  return /^(SYN-RECEIVED|ESTABLISHED|CLOSE-WAIT)$/.test(file.state);
}

/** Of readv() and writev(): `(4, [{..., 1000}, {..., 500}], 2)`. */
const vectorLength = (program: Program, args: Arguments): number =>
  iovLength(program, args.value(1), [args.value(2)]);

/**
 * `[{..., 1000}, {..., 500}]`: bytes in all.
 * @throws ScriptFailure for one of `counts` (`...` is none) that says another number of pieces
 */
function iovLength(program: Program, value: Value, counts: readonly (Value | undefined | null)[]): number {
  if (value.kind !== 'list') throw new UnsupportedError('an iovec is written [{..., 1000}]', value.at);
  let total = 0;
  for (const item of value.items) {
    const fields = item.kind === 'struct' ? item.fields : [];
    const last = fields.at(-1);
    if (last === undefined) throw new UnsupportedError('an iovec is written [{..., 1000}]', item.at);
    total += program.reader.number(last.value);
  }
  for (const count of counts) {
    if (!count || count.kind === 'any' || program.reader.number(count) === value.items.length) continue;
    const pieces = `${program.reader.number(count)} pieces of an iovec`;
    throw new ScriptFailure(`${pieces}, where ${value.items.length} are written`, { at: count.at });
  }
  return total;
}

const MESSAGE_FIELDS = /^msg_(name|namelen|iov|iovlen|flags|control|controllen)$/;

function messageLength(program: Program, message: Value, receives = false): number {
  if (message.kind !== 'struct')
    throw new UnsupportedError('a message is written {msg_iov(1) = ...}', message.at);
  for (const { name, value } of message.fields) {
    if (name === null || !MESSAGE_FIELDS.test(name)) {
      throw new UnsupportedError(`no mapping for the message field ${name ?? 'without a name'}`, value.at);
    }
    const empty = value.kind === 'any' || (value.kind === 'list' && value.items.length === 0);
    if (name === 'msg_control' && !receives && !empty && !(value.kind === 'number' && value.value === 0)) {
      throw new UnsupportedError('no mapping for control messages', value.at);
    }
  }
  const iov = field(message, 'msg_iov');
  if (iov === null) throw new UnsupportedError('a message without msg_iov', message.at);
  return iovLength(program, iov.value, [iov.count, field(message, 'msg_iovlen')?.value]);
}
