// What a socket is ready for (POSIX poll(); the cases are tcp_poll's), and poll() itself.

import { differs, type Operation, returns } from './calls.ts';
import type { OpenFile } from './files.ts';
import type { Call, Program } from './program.ts';
import type { Value } from './script.ts';
import type { SocketFile } from './sockets.ts';
import { UnsupportedError } from './unsupported.ts';
import { field, type Reader } from './values.ts';

/** Events that `file` is ready for now, as POLL* bits; EPOLL* bits have the same values. */
export function readiness(file: OpenFile, reader: Reader): number {
  const bits = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum | (reader.constant(name) ?? 0), 0);
  if (file.kind === 'epoll') return file.hasEvents(reader) ? bits(['POLLIN', 'POLLRDNORM']) : 0;
  return bits(eventsOf(file));
}

function eventsOf(file: SocketFile): string[] {
  if (file.listener !== null) {
    return file.listener.waiting.acceptable > 0 ? ['POLLIN', 'POLLRDNORM'] : [];
  }
  const events: string[] = [];
  if (file.deferred !== null) return ['POLLOUT', 'POLLWRNORM'];
  const dead = file.state === 'CLOSED';
  const readEnded = file.readShut || file.finReached || (dead && file.socket !== null);
  const writeEnded = file.writeShut || (dead && file.socket !== null);
  if (file.error !== null || file.zeroCopy.done(file) > 0) events.push('POLLERR');
  if (dead || (readEnded && writeEnded)) events.push('POLLHUP');
  if (readEnded) events.push('POLLIN', 'POLLRDNORM', 'POLLRDHUP');
  if (file.opening) return events;
  if (file.readable >= Math.max(1, file.values.get('SO_RCVLOWAT') ?? 1)) events.push('POLLIN', 'POLLRDNORM');
  if (writeEnded || dead || file.writable) events.push('POLLOUT', 'POLLWRNORM');
  if (file.socket !== null && file.socket.connection.urgentAhead > 0) events.push('POLLPRI');
  return events;
}

/** One element of poll()'s array. */
interface Polled {
  readonly fd: number;
  readonly events: number;
  /** Null: whatever comes. */
  readonly revents: number | null;
}

/** `poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 1000)`; the timeout is in ms, below 0 there is none. */
export const poll: Call = (program, args) => {
  const polled = pollArray(program, args.value(0));
  const timeout = args.number(2);
  return timed(program, timeout, (late) => {
    const actual = polled.map(({ fd, events }) => revents(program, fd, events));
    const count = actual.filter((bits) => bits !== 0).length;
    if (count === 0 && !late) return null;
    const wrong = polled.findIndex((one, i) => one.revents !== null && one.revents !== actual[i]);
    if (wrong < 0) return returns(count);
    const { fd, revents: wanted } = polled[wrong]!;
    return { ...differs(`revents of ${fd} is ${hex(actual[wrong]!)}, not ${hex(wanted!)}`), value: count };
  });
};

/** An operation that ends `timeout` ms from now at the latest; below 0: never, 0: at once. */
export function timed(
  program: Program,
  timeout: number,
  attempt: (late: boolean) => ReturnType<Operation>,
): Operation {
  if (timeout < 0) return () => attempt(false);
  return program.until(program.now + timeout, attempt);
}

export const hex = (bits: number): string => (bits === 0 ? '0' : `0x${(bits >>> 0).toString(16)}`);

/** POLLERR, POLLHUP and POLLNVAL come unasked. */
function revents(program: Program, fd: number, events: number): number {
  if (fd < 0) return 0;
  const { reader, files } = program;
  const file = files.get(fd);
  if (file === null) return reader.known('POLLNVAL');
  return readiness(file, reader) & (events | reader.known('POLLERR') | reader.known('POLLHUP'));
}

function pollArray(program: Program, value: Value): Polled[] {
  if (value.kind !== 'list')
    throw new UnsupportedError('poll() takes a list of {fd, events, revents}', value.at);
  return value.items.map((item) => {
    const fd = field(item, 'fd');
    if (fd === null) throw new UnsupportedError('poll() takes a list of {fd, events, revents}', item.at);
    const number = (name: string): number | null => {
      const part = field(item, name);
      return part === null || part.value.kind === 'any' ? null : program.reader.number(part.value);
    };
    return { fd: program.reader.number(fd.value), events: number('events') ?? 0, revents: number('revents') };
  });
}
