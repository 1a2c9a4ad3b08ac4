// Errors with the fields and the wording that programs written for node:net look for: system errors carry errno,
// code and syscall (and the address, where there is one), misuse carries an ERR_ code.

import { constants } from 'node:os';
import { getSystemErrorMap, inspect } from 'node:util';

/** What went wrong below, as POSIX names it; `errno` is the negated number, as Node gives it. */
export interface SystemError extends Error {
  errno: number;
  code: string;
  syscall: string;
  address?: string;
  port?: number;
  localAddress?: string;
  localPort?: number;
}

type SystemCall = 'bind' | 'connect' | 'listen' | 'read' | 'shutdown' | 'write';

const NUMBERS: Readonly<Record<string, number>> = constants.errno;

function systemError(message: string, code: string, syscall: SystemCall): SystemError {
  return Object.assign(new Error(message), { errno: -(NUMBERS[code] ?? 0), code, syscall });
}

/** `write EPIPE`. */
export function errnoError(syscall: SystemCall, code: string): SystemError {
  return systemError(`${syscall} ${code}`, code, syscall);
}

/** `connect ECONNREFUSED 10.0.0.1:80`, and ` - Local (10.0.0.2:4711)` if `local` is known and matters. */
export function hostPortError(
  syscall: SystemCall,
  code: string,
  address: string,
  port: number,
  local: string | null = null,
): SystemError {
  const where = port > 0 ? `${address}:${port}` : address;
  const details = local === null ? where : `${where} - Local (${local})`;
  return withAddress(systemError(`${syscall} ${code} ${details}`, code, syscall), address, port);
}

/** `listen EADDRINUSE: address already in use 10.0.0.1:80`. */
export function listenError(code: string, address: string, port: number): SystemError {
  const explained = getSystemErrorMap().get(-(NUMBERS[code] ?? 0))?.[1] ?? 'unknown error';
  const where = port > 0 ? `${address}:${port}` : address;
  return withAddress(systemError(`listen ${code}: ${explained} ${where}`, code, 'listen'), address, port);
}

function withAddress(error: SystemError, address: string, port: number): SystemError {
  error.address = address;
  if (port > 0) error.port = port;
  return error;
}

/** An `Error`, `TypeError` or `RangeError` with a code. */
export function codedError(
  Kind: new (message: string) => Error,
  code: string,
  message: string,
): Error & { code: string } {
  return Object.assign(new Kind(message), { code });
}

export const socketClosed = () => codedError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed');

export const closedBeforeConnection = () =>
  codedError(
    Error,
    'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
    'Socket closed before the connection was established',
  );

/** A write after the peer's FIN closed both ways: the same code as the system's, but nothing was called. */
export const endedByPeer = () => codedError(Error, 'EPIPE', 'This socket has been ended by the other party');

export const invalidArgument = (name: string, value: unknown, reason: string) =>
  codedError(
    TypeError,
    'ERR_INVALID_ARG_VALUE',
    `The ${kindOf(name)} '${name}' ${reason}. Received ${inspect(value)}`,
  );

export const invalidType = (name: string, expected: string, value: unknown) =>
  codedError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kindOf(name)} must be ${expected}. Received ${received(value)}`,
  );

export const outOfRange = (name: string, range: string, value: unknown) =>
  codedError(
    RangeError,
    'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${range}. Received ${grouped(value)}`,
  );

/** Large integers are told with their digits grouped. */
function grouped(value: unknown): string {
  const text = inspect(value);
  const large = typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 2 ** 32;
  return large ? text.replace(/\B(?=(\d{3})+$)/g, '_') : text;
}

/** Beyond Node 20: a block list forbids it. */
export const blocked = (address: string) =>
  codedError(Error, 'ERR_IP_BLOCKED', `IP(${address}) is blocked by net.BlockList`);

/** Every address of a name was tried. */
export const connectionTimedOut = () =>
  codedError(Error, 'ERR_SOCKET_CONNECTION_TIMEOUT', 'Socket connection timeout');

/** Several attempts, all failed: the code is the first one's. */
export function allFailed(errors: readonly Error[]): Error {
  const [first] = errors as (Error & { code?: string })[];
  return Object.assign(new AggregateError(errors), { code: first?.code });
}

export const wrongHandle = () =>
  codedError(TypeError, 'ERR_INVALID_HANDLE_TYPE', 'This handle type cannot be sent');

export const badPort = (name: string, value: unknown) =>
  codedError(
    RangeError,
    'ERR_SOCKET_BAD_PORT',
    `${name} should be >= 0 and < 65536. Received ${received(value)}.`,
  );

const kindOf = (name: string) => (name.includes('.') ? 'property' : 'argument');

/** How Node describes the value that it did not want. */
function received(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 });
  }
  const text = inspect(value, { colors: false });
  return `type ${typeof value} (${text.length > 28 ? `${text.slice(0, 25)}...` : text})`;
}
