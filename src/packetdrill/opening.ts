// socket(), bind(), listen(), accept(), connect(), shutdown(), close(): how connections begin and end (POSIX.1-2017,
// RFC 9293 §3.9.1; where POSIX leaves a choice, as Linux or FreeBSD makes it).

import type { TcpSocket } from '../host/socket.ts';
import { Address } from '../wire/address.ts';
import { at, CallFailure, fails, type Operation, opens, type Returned, returns } from './calls.ts';
import { headerOptions } from './engine-setters.ts';
import type { Arguments, Call, Program } from './program.ts';
import type { Value } from './script.ts';
import { SocketFile } from './sockets.ts';
import { withTimeLimit } from './time-limits.ts';
import { UnsupportedError } from './unsupported.ts';
import type { SocketName } from './values.ts';

const SECOND = 1000;
const NOTHING = new Uint8Array(0);

/** `...` as a domain is the family that the script runs in. */
export const socket: Call = (program, args) => {
  const { reader, settings } = program;
  const inet6 = settings.family === 6 || settings.mapped;
  const usual = reader.known(inet6 ? 'AF_INET6' : 'AF_INET');
  const domain = args.value(0).kind === 'any' ? usual : args.number(0);
  if (domain !== usual) throw new UnsupportedError('no mapping for a socket of another address family');
  const type = args.number(1);
  const nonBlocking = args.has(type, 'SOCK_NONBLOCK');
  const kind = type & 0xff;
  const protocol = args.number(2);
  if (kind !== reader.known('SOCK_STREAM') || (protocol !== 0 && protocol !== reader.known('IPPROTO_TCP'))) {
    throw new UnsupportedError('no mapping for sockets other than TCP');
  }
  return at(opens(new SocketFile(settings, domain, nonBlocking)));
};

export const bind: Call = (program, args) => {
  const file = args.socket(0);
  if (file.bound !== null || file.state !== 'CLOSED') return at(fails('EINVAL'));
  const { local, bindPort } = program.settings;
  const name = plain(program.reader.socketName(args.value(1))) ?? { address: local, port: bindPort };
  const { address } = name;
  if (address !== null && !isOurs(program, address)) return at(fails('EADDRNOTAVAIL'));
  for (const other of program.sockets()) if (collide(file, name, other)) return at(fails('EADDRINUSE'));
  file.bound = name;
  return at(returns(0));
};

function isOurs({ world }: Program, address: Address): boolean {
  return world.host.interfaces.some((via) => via.has(address));
}

/** Whether `other` stands in the way of `file` having this name: SO_REUSEADDR does not share with a listener. */
function collide(file: SocketFile, name: SocketName, other: SocketFile): boolean {
  const taken = other.bound;
  if (taken === null || taken.port === 0 || taken.port !== name.port) return false;
  const apart = name.address !== null && taken.address !== null && !name.address.equals(taken.address);
  if (apart) return false;
  const both = (option: string): boolean =>
    (file.values.get(option) ?? 0) !== 0 && (other.values.get(option) ?? 0) !== 0;
  return !(both('SO_REUSEPORT') || (both('SO_REUSEADDR') && other.listener === null));
}

export const listen: Call = (program, args) => {
  const file = args.socket(0);
  const backlog = acceptQueue(program, args.number(1));
  if (file.listener !== null) {
    file.listener.backlog = backlog;
    return at(returns(0));
  }
  if (file.socket !== null) return at(fails('EINVAL'));
  const { settings } = program;
  const { address, port } = file.bound ?? { address: null, port: 0 };
  const asked = file.values.get('TCP_FASTOPEN') ?? 0;
  const fastOpenQueue = settings.fastOpenEveryListener ? Math.max(asked, backlog) : asked;
  const keepEnded = settings.profile === 'linux';
  const parameters = file.own;
  const options = { port, address, backlog, fastOpenQueue, keepEnded, parameters, ...headerOptions(file) };
  const listener = program.world.host.listen(options);
  file.bound = { address, port: listener.local.port };
  file.attachListener(listener);
  return at(returns(0));
};

/** Linux lets one connection more wait than it was asked for, FreeBSD half as many more. */
function acceptQueue({ settings }: Program, asked: number): number {
  const { somaxconn, profile } = settings;
  const backlog = asked < 0 || asked > somaxconn ? somaxconn : asked;
  return profile === 'linux' ? backlog + 1 : Math.floor((3 * backlog) / 2) + 1;
}

export const accept: Call = (program, args) => acceptWith(program, args, false);

export const accept4: Call = (program, args) =>
  acceptWith(program, args, args.has(args.number(3), 'SOCK_NONBLOCK'));

function acceptWith(program: Program, args: Arguments, asked: boolean): Operation {
  const file = args.socket(0);
  const nonBlocking = asked || (program.settings.profile === 'freebsd' && file.nonBlocking);
  return withTimeLimit(program, file, 'SO_RCVTIMEO', (late) => {
    if (file.listener === null) return fails('EINVAL');
    const accepted = file.listener.accept();
    if (accepted === null) return file.nonBlocking || late ? fails('EAGAIN') : null;
    program.latest = accepted;
    const result = opens(file.child(accepted, nonBlocking));
    return { ...result, mismatch: wrongPeer(program, args.value(1), accepted.remote) };
  });
}

/** What the address that accept() gave is, if it isn't the one in the script. */
function wrongPeer(program: Program, value: Value, peer: SocketName): string | null {
  const name = plain(program.reader.socketName(value));
  if (name === null) return null;
  const same = name.port === peer.port && (name.address === null || name.address.equals(peer.address!));
  return same ? null : `the peer is ${peer.address} port ${peer.port}`;
}

export const connect: Call = (program, args) => {
  const file = args.socket(0);
  if (file.listener !== null) {
    return at(fails(program.settings.profile === 'linux' ? 'EISCONN' : 'EOPNOTSUPP'));
  }
  const already = file.socket !== null;
  if (already && !file.connecting) return at(fails('EISCONN'));
  if (already && program.settings.profile === 'freebsd' && !file.opening && file.state !== 'CLOSED') {
    file.connecting = false;
    return at(fails('EISCONN'));
  }
  if (!already && file.deferred === null && file.values.get('TCP_FASTOPEN_CONNECT') === 1) {
    if (mayDefer(program, file, args.value(1))) return at(returns(0));
    startConnecting(program, file, args.value(1), file.own.fastOpenClient ? NOTHING : null);
  } else if (file.deferred !== null) return at(fails('EISCONN'));
  else if (!already) startConnecting(program, file, args.value(1));
  const waiting = already ? 'EALREADY' : 'EINPROGRESS';
  const attempt = (late: boolean): Returned | null => {
    if (file.opening) return file.nonBlocking || late ? fails(waiting) : null;
    if (file.state !== 'CLOSED') {
      file.connecting = false;
      return returns(0);
    }
    const error = file.takeError() ?? 'ECONNABORTED';
    file.detach();
    return fails(error);
  };
  // FreeBSD's connect() has no limit.
  if (program.settings.profile === 'freebsd') return () => attempt(false);
  return withTimeLimit(program, file, 'SO_SNDTIMEO', attempt);
};

/** TCP_FASTOPEN_CONNECT: where a SYN may carry text, it waits for the first that is written. */
function mayDefer({ reader, settings, world }: Program, file: SocketFile, value: Value): boolean {
  const name = plain(reader.socketName(value));
  const address = name?.address ?? settings.remote;
  if (!world.host.hasFastOpenCookie(address, file.own)) return false;
  file.deferred = value;
  return true;
}

/** Begin to open the connection, by TCP Fast Open with `data` unless that is null (RFC 7413 §4.2). */
export function startConnecting(
  program: Program,
  file: SocketFile,
  value: Value,
  data: Uint8Array | null = null,
): TcpSocket {
  const { settings, world } = program;
  const name = plain(program.reader.socketName(value));
  const { address, port } = name ?? { address: settings.remote, port: settings.connectPort };
  const made = world.host.connect({
    address: address ?? settings.local,
    port,
    parameters: file.own,
    ...(file.bound?.address ? { localAddress: file.bound.address } : {}),
    ...(data === null ? {} : { fastOpen: { data } }),
    localPort: file.bound?.port ?? 0,
    ...headerOptions(file),
  });
  file.attach(made);
  file.deferred = null;
  file.bound = made.local;
  file.connecting = true;
  program.latest = made;
  program.connected = made;
  return made;
}

/** An IPv4 address in disguise, as AF_INET6 sockets name it, without it. */
function plain(name: SocketName | null): SocketName | null {
  if (name === null || name.address === null || !name.address.isMapped) return name;
  const { address } = name;
  return { address: new Address(4, 0, 0, address.c, address.d), port: name.port };
}

export const shutdown: Call = (program, args) => {
  const file = args.socket(0);
  const how = args.number(1);
  const { reader } = program;
  const reading = how === reader.known('SHUT_RD') || how === reader.known('SHUT_RDWR');
  const writing = how === reader.known('SHUT_WR') || how === reader.known('SHUT_RDWR');
  if (!reading && !writing) return at(fails('EINVAL'));
  if (file.listener !== null) {
    if (!reading) return at(returns(0));
    throw new UnsupportedError('no mapping for shutdown() of a listener');
  }
  const { socket } = file;
  if (socket === null || file.state === 'CLOSED') return at(fails('ENOTCONN'));
  file.readShut ||= reading;
  file.writeShut ||= writing;
  file.wakes += 1;
  // With nothing unread, text that still comes is refused as after close(): both ways are shut.
  if (file.readShut && file.writeShut && socket.readable === 0) socket.close();
  else if (writing) socket.shutdown();
  return at(returns(0));
};

/** A lingering close() blocks until the peer has acknowledged our FIN, or the time is over. */
export const close: Call = (program, args) => {
  const file = program.files.remove(args.number(0));
  if (file === null) throw new CallFailure('EBADF');
  if (file.kind === 'epoll') return at(returns(0));
  file.closed = true;
  const { socket, listener, linger } = file;
  if (listener !== null) listener.close();
  if (socket === null) return at(returns(0));
  if (linger === 0) {
    socket.abort();
    return at(returns(0));
  }
  socket.close();
  return linger === null ? at(returns(0)) : lingering(program, file, linger);
};

function lingering(program: Program, file: SocketFile, seconds: number): Operation {
  const deadline = program.now + seconds * SECOND;
  const closed = (): boolean => !/^(FIN-WAIT-1|CLOSING|LAST-ACK)$/.test(file.state);
  return program.until(deadline, (late) => (late || closed() ? returns(0) : null));
}
