// epoll(7): sets of files with the events that matter of each, level-triggered, edge-triggered or once.

import { at, differs, fails, opens, type Returned, returns } from './calls.ts';
import type { OpenFile } from './files.ts';
import { hex, readiness, timed } from './poll.ts';
import type { Arguments, Call, Program } from './program.ts';
import type { Value } from './script.ts';
import { UnsupportedError } from './unsupported.ts';
import { field, type Reader } from './values.ts';

interface Interest {
  events: number;
  /** What epoll_wait() gives back with the events. */
  data: number;
  /** Wakes of the file that epoll_wait() has told of; -1 = not looked at yet. */
  seen: number;
  /** EPOLLONESHOT: told once, and silent until it is modified. */
  disarmed: boolean;
}

export class Epoll {
  readonly kind = 'epoll';
  readonly interests = new Map<OpenFile, Interest>();

  forget(file: OpenFile): void {
    this.interests.delete(file);
  }

  hasEvents(reader: Reader): boolean {
    for (const [file, interest] of this.interests) if (pending(file, interest, reader) !== 0) return true;
    return false;
  }

  /** Up to `max` of the events that are there, which are told with that. */
  take(max: number, reader: Reader): { readonly events: number; readonly data: number }[] {
    const found: { events: number; data: number }[] = [];
    for (const [file, interest] of this.interests) {
      if (found.length === max) break;
      const events = pending(file, interest, reader);
      if (events === 0) continue;
      found.push({ events, data: interest.data });
      interest.seen = wakesOf(file);
      interest.disarmed = (interest.events & reader.known('EPOLLONESHOT')) !== 0;
    }
    return found;
  }
}

const wakesOf = (file: OpenFile): number => (file.kind === 'socket' ? file.wakes : 0);

/** The events of `file` to tell of now. */
function pending(file: OpenFile, interest: Interest, reader: Reader): number {
  if (interest.disarmed) return 0;
  const edge = (interest.events & reader.known('EPOLLET')) !== 0;
  if (edge && interest.seen === wakesOf(file)) return 0;
  const unasked = reader.known('EPOLLERR') | reader.known('EPOLLHUP');
  return readiness(file, reader) & (interest.events | unasked);
}

export const epollCreate: Call = (_program, args) =>
  at(args.number(0) > 0 ? opens(new Epoll()) : fails('EINVAL'));

export const epollCreate1: Call = (program, args) => {
  const flags = args.number(0);
  return at((flags & ~program.reader.known('EPOLL_CLOEXEC')) === 0 ? opens(new Epoll()) : fails('EINVAL'));
};

export const epollCtl: Call = (program, args) => {
  const { reader } = program;
  const epoll = epollOf(program, args);
  const file = program.file(args.number(2));
  if (epoll === null || file === epoll) return at(fails('EINVAL'));
  if (file.kind === 'epoll') throw new UnsupportedError('no mapping for an epoll set in another');
  const operation = args.number(1);
  const known = epoll.interests.get(file);
  if (operation === reader.known('EPOLL_CTL_DEL')) {
    return at(epoll.interests.delete(file) ? returns(0) : fails('ENOENT'));
  }
  const adding = operation === reader.known('EPOLL_CTL_ADD');
  if (!adding && operation !== reader.known('EPOLL_CTL_MOD')) return at(fails('EINVAL'));
  if (adding && known !== undefined) return at(fails('EEXIST'));
  if (!adding && known === undefined) return at(fails('ENOENT'));
  const { events, data } = eventOf(program, args.value(3));
  epoll.interests.set(file, { events: events ?? 0, data: data ?? 0, seen: -1, disarmed: false });
  return at(returns(0));
};

/** `epoll_wait(6, {events=EPOLLIN, fd=4}, 1, 0)`; a list where several are expected. */
export const epollWait: Call = (program, args) => {
  const epoll = epollOf(program, args);
  const max = args.number(2);
  if (epoll === null || max <= 0) return at(fails('EINVAL'));
  const value = args.value(1);
  const scripted = value.kind === 'any' ? null : value.kind === 'list' ? value.items : [value];
  const wanted = scripted === null ? null : scripted.map((item) => eventOf(program, item));
  return timed(program, args.number(3), (late) => {
    const found = epoll.take(max, program.reader);
    if (found.length === 0 && !late) return null;
    return wanted === null ? returns(found.length) : compare(found, wanted);
  });
};

interface ScriptedEvent {
  readonly events: number | null;
  readonly data: number | null;
}

/** A script names as many events as it expects, or more, of which the call fills the first. */
function compare(found: readonly ScriptedEvent[], wanted: readonly ScriptedEvent[]): Returned {
  for (const [i, { events, data }] of found.entries()) {
    const want = wanted[i];
    if (want === undefined) break;
    if (want.events !== null && want.events !== events) {
      return { ...differs(`events is ${hex(events ?? 0)}, not ${hex(want.events)}`), value: found.length };
    }
    if (want.data !== null && want.data !== data) {
      return { ...differs(`the event is of ${data}, not ${want.data}`), value: found.length };
    }
  }
  return returns(found.length);
}

function epollOf(program: Program, args: Arguments): Epoll | null {
  const file = program.file(args.number(0));
  return file.kind === 'epoll' ? file : null;
}

/** `{events=EPOLLIN|EPOLLET, fd=4}`: the user's data is one of fd, ptr, u32, u64. */
function eventOf({ reader }: Program, value: Value): ScriptedEvent {
  if (value.kind === 'any') return { events: null, data: null };
  if (value.kind !== 'struct')
    throw new UnsupportedError('an epoll event is written {events=, fd=}', value.at);
  const number = (names: readonly string[]): number | null => {
    for (const name of names) {
      const part = field(value, name);
      if (part !== null && part.value.kind !== 'any') return reader.number(part.value);
    }
    return null;
  };
  return { events: number(['events']), data: number(['fd', 'ptr', 'u32', 'u64']) };
}
