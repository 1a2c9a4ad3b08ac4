// getsockopt() and setsockopt(): socket(7), ip(7), ipv6(7), tcp(7), and FreeBSD's tcp(4). The tables of options are
// beside this file; here is what every option has in common.

import { at, differs, fails, type Operation, returns } from './calls.ts';
import { IP_OPTIONS } from './options-ip.ts';
import { SOCKET_OPTIONS } from './options-socket.ts';
import { TCP_OPTIONS } from './options-tcp.ts';
import type { Arguments, Call, Program } from './program.ts';
import type { Value } from './script.ts';
import type { SocketFile } from './sockets.ts';
import { tcpInfoOf } from './tcp-info.ts';
import { compareTimeLimit, isTimeLimit, setTimeLimit } from './time-limits.ts';
import { UnsupportedError } from './unsupported.ts';
import { field } from './values.ts';

/** What an option's functions are given. */
export interface OptionContext {
  readonly program: Program;
  readonly file: SocketFile;
  /** As the script names it. */
  readonly name: string;
}

export interface Option {
  /** Null = taken; else the errno. @throws UnsupportedError */
  readonly set: (context: OptionContext, value: number) => string | null;
  /** A number, or the errno as text. */
  readonly get: (context: OptionContext) => number | string;
}

export type OptionTable = Readonly<Record<string, Option>>;

const ok = null;

/** The name of an option by its level and number; null: we know of none. */
function optionName(program: Program, level: number, number: number): string | null {
  const { reader } = program;
  const named = (table: OptionTable): string | null =>
    Object.keys(table).find((name) => reader.constant(name) === number) ?? null;
  const is = (...levels: string[]): boolean => levels.some((name) => reader.constant(name) === level);
  if (is('SOL_SOCKET')) return named(SOCKET_OPTIONS);
  if (is('IPPROTO_TCP')) return named(TCP_OPTIONS);
  const ip = Object.keys(IP_OPTIONS).filter((name) => name.startsWith(is('IPPROTO_IPV6') ? 'IPV6_' : 'IP_'));
  if (!is('IPPROTO_IP', 'IPPROTO_IPV6')) return null;
  return ip.find((name) => reader.constant(name) === number) ?? null;
}

/** As the script writes it, for reasons. */
function written(args: Arguments): string {
  const value = args.value(2);
  return value.kind === 'word' ? value.name : `option ${args.number(2)} of level ${args.number(1)}`;
}

interface Found {
  readonly context: OptionContext;
  readonly option: Option;
}

function find(program: Program, args: Arguments): Found {
  const file = args.socket(0);
  const name = optionName(program, args.number(1), args.number(2));
  if (name === null) throw new UnsupportedError(`no mapping for ${written(args)}`);
  const option = SOCKET_OPTIONS[name] ?? TCP_OPTIONS[name] ?? IP_OPTIONS[name];
  return { context: { program, file, name }, option: option! };
}

export const setsockopt: Call = (program, args) => {
  const { context, option } = find(program, args);
  const { name } = context;
  if (name === 'TCP_CONGESTION') return at(outcome(setCongestion(context, args.value(3))));
  if (name === 'SO_LINGER') return at(outcome(setLinger(context, args.value(3))));
  if (name === 'TCP_FUNCTION_BLK') return at(outcome(setStack(program, args.value(3))));
  const length = args.number(4);
  if (isTimeLimit(name)) return at(outcome(setTimeLimit(context, name, args.value(3), length)));
  if (length >= 0 && length < 4) return at(fails('EINVAL'));
  return at(outcome(option.set(context, program.reader.number(args.value(3)))));
};

export const getsockopt: Call = (program, args) => {
  const { context, option } = find(program, args);
  const { name, file } = context;
  const value = args.value(3);
  if (name === 'TCP_CONGESTION') return compareText(program, value, congestionName(context));
  if (name === 'SO_LINGER') return compareLinger(program, value, file.linger);
  if (isTimeLimit(name)) return compareTimeLimit(context, name, value);
  if (name === 'TCP_INFO') return compareInfo(program, value, file);
  const actual = option.get(context);
  if (typeof actual === 'string') return at(fails(actual));
  if (value.kind === 'any') return at(returns(0));
  const wanted = program.reader.number(value);
  return at(wanted === actual ? returns(0) : differs(`${name} is ${actual}, not ${wanted}`));
};

const outcome = (errno: string | null): ReturnType<typeof returns> =>
  errno === null ? returns(0) : fails(errno);

function congestionName({ program, file }: OptionContext): string {
  const name = file.socket === null ? file.own.congestionControl : file.socket.info().congestionControl;
  return program.settings.profile === 'freebsd' && name === 'reno' ? 'newreno' : name;
}

function setCongestion(context: OptionContext, value: Value): string | null {
  const { program, file } = context;
  const asked = program.reader.text(value);
  if (asked === congestionName(context)) return ok;
  const reno = program.settings.profile === 'freebsd' ? 'newreno' : 'reno';
  if (asked !== 'cubic' && asked !== reno) {
    throw new UnsupportedError(
      `no mapping for the congestion control ${asked ?? 'without a name'}`,
      value.at,
    );
  }
  const wanted = asked === 'cubic' ? 'cubic' : 'reno';
  file.choose('congestionControl', wanted);
  if (file.socket !== null) file.socket.connection.setCongestionControl(wanted);
  return ok;
}

/** FreeBSD's choice of a TCP stack: ours stands for the one called freebsd. */
function setStack({ reader }: Program, value: Value): string | null {
  const fields = value.kind === 'struct' ? value.fields : [];
  const named = fields.find((part) => part.name === 'function_set_name') ?? fields[0];
  const name = named === undefined ? reader.text(value) : reader.text(named.value);
  if (name === 'freebsd' || name === 'default') return ok;
  throw new UnsupportedError(`no mapping for the TCP stack ${name ?? 'without a name'}`, value.at);
}

/** `{onoff=1, linger=0}` */
function setLinger({ program, file }: OptionContext, value: Value): string | null {
  const { reader } = program;
  const part = (name: string): number => {
    const found = field(value, name) ?? field(value, `l_${name}`);
    if (found === null) throw new UnsupportedError('SO_LINGER takes {onoff=, linger=}', value.at);
    return reader.number(found.value);
  };
  file.linger = part('onoff') === 0 ? null : part('linger');
  return ok;
}

function compareLinger({ reader }: Program, value: Value, linger: number | null): Operation {
  const actual: Readonly<Record<string, number>> = { onoff: linger === null ? 0 : 1, linger: linger ?? 0 };
  for (const { name, value: part } of value.kind === 'struct' ? value.fields : []) {
    const key = (name ?? '').replace(/^l_/, '');
    if (part.kind === 'any' || actual[key] === reader.number(part)) continue;
    return at(differs(`${key} is ${actual[key] ?? 'unknown'}, not ${reader.number(part)}`));
  }
  return at(returns(0));
}

function compareText({ reader }: Program, value: Value, actual: string): Operation {
  if (value.kind === 'any') return at(returns(0));
  const wanted = reader.text(value);
  return at(wanted === actual ? returns(0) : differs(`it is "${actual}", not "${wanted ?? value.kind}"`));
}

/** `{tcpi_state=TCP_ESTABLISHED, tcpi_unacked=2}`: each field that is written. */
function compareInfo(program: Program, value: Value, file: SocketFile): Operation {
  if (value.kind === 'any') return at(returns(0));
  if (value.kind !== 'struct') throw new UnsupportedError('TCP_INFO is written {tcpi_state=...}', value.at);
  for (const { name, value: part } of value.fields) {
    const actual = name === null ? undefined : tcpInfoOf(file.socket, file.state, name, program);
    if (actual === undefined) {
      throw new UnsupportedError(`no mapping for ${name ?? 'a field without a name'}`, part.at);
    }
    if (part.kind === 'any') continue;
    const wanted = program.reader.number(part);
    if (actual !== wanted) return at(differs(`${name} is ${actual}, not ${wanted}`));
  }
  return at(returns(0));
}
