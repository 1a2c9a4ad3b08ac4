// What a sysctl comes to here: rows of the tables for Linux and FreeBSD, and the kinds of row there are.

import type { HostLimits } from '../host/limits.ts';
import type { Parameters } from '../tcp/parameters.ts';

export type ParameterName = keyof Parameters;

export type ParameterValue = number | boolean | string;

/** What a row may change. Each returns null, or why it can't be done. */
export interface Sink {
  assign(name: ParameterName, value: ParameterValue): string | null;
  limit(name: keyof HostLimits, value: number): string | null;
  /** Bits of net.ipv4.tcp_fastopen. */
  fastOpen(bits: number): string | null;
  fastOpenKey(key: string): string | null;
  /** Bounds of what SO_RCVBUF, SO_SNDBUF and listen() take. */
  bound(name: 'rmemMax' | 'wmemMax' | 'somaxconn', value: number): string | null;
}

/** Takes a sysctl's value, as words; null = done, a string = what of it has no mapping. */
export type Row = (sink: Sink, words: readonly string[]) => string | null;

export type SysctlTable = Readonly<Record<string, Row>>;

/** A number that a parameter takes as it is, or times `scale`. */
export const number =
  (name: ParameterName, scale = 1): Row =>
  (sink, words) =>
    withNumber(words[0], (value) => sink.assign(name, value * scale));

/** Zero is off. */
export const flag =
  (name: ParameterName): Row =>
  (sink, words) =>
    withNumber(words[0], (value) => sink.assign(name, value !== 0));

/** Each number stands for a value of the parameter. */
export const choice =
  (name: ParameterName, values: Readonly<Record<string, ParameterValue>>): Row =>
  (sink, words) => {
    const value = values[words[0] ?? ''];
    return value === undefined ? 'this value' : sink.assign(name, value);
  };

/** `minimum default maximum`: where a buffer begins and how far it may grow. */
export const buffer =
  (initial: 'receiveBuffer' | 'sendBuffer', most: 'receiveBufferMax' | 'sendBufferMax'): Row =>
  (sink, words) => {
    if (words.length !== 3) return 'other than three numbers';
    return (
      withNumber(words[1], (value) => sink.assign(initial, value)) ??
      withNumber(words[2], (value) => sink.assign(most, value))
    );
  };

/** Several parameters follow from one number. */
export const several =
  (...rows: readonly Row[]): Row =>
  (sink, words) =>
    rows.reduce<string | null>((fault, row) => fault ?? row(sink, words), null);

/**
 * Whatever it is set to, nothing that a script can see changes here; `why` says so to the reader of the table.
 */
export const inert =
  (_why: string): Row =>
  () =>
    null;

/** The stack behaves as these values say, and knows no other; `_what` they stand for. */
export const only =
  (_what: string, ...values: readonly string[]): Row =>
  (_sink, words) =>
    values.includes(words.join(' ')) ? null : 'this value';

/** A host's limit, in its own unit times `scale`. */
export const limit =
  (name: keyof HostLimits, scale = 1): Row =>
  (sink, words) =>
    withNumber(words[0], (value) => sink.limit(name, value * scale));

export const bound =
  (name: 'rmemMax' | 'wmemMax' | 'somaxconn'): Row =>
  (sink, words) =>
    withNumber(words[0], (value) => sink.bound(name, value));

/** Hand `use` the number that `word` says, decimal or hexadecimal. */
export function withNumber(word: string | undefined, use: (value: number) => string | null): string | null {
  if (word === undefined || !/^(-?\d+|0[xX][0-9a-fA-F]+)$/.test(word)) return 'a value that is no number';
  return use(Number(word));
}
