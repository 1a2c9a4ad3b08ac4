// socket.setTcpOptions(): what setsockopt would set of a connection and node:net has no call for.

import { checkHopLimit, trafficClassOf } from '../host/socket.ts';
import { checkNumber, checkOptions } from '../lib/check.ts';
import { checkParameters } from '../tcp/parameter-check.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { invalidType } from './errors.ts';
import type { Transport } from './transport.ts';

/** Of one socket, from now on. What is not named stays as it is. */
export interface TcpOptions {
  /** TCP_CONGESTION: the algorithm that goes on with the window that there is (§3.8.2). */
  readonly congestionControl?: Parameters['congestionControl'] | undefined;
  /** TCP_USER_TIMEOUT, RFC 5482: how long nothing may be acknowledged before ETIMEDOUT, ms; 0 = as configured. */
  readonly userTimeout?: number | undefined;
  /** TCP_CORK (MAY-15): while on, only full segments leave, and the rest after 200 ms; off, what was held leaves. */
  readonly cork?: boolean | undefined;
  /** IP_TTL, IPV6_UNICAST_HOPS: 1 to 255. */
  readonly hopLimit?: number | undefined;
  /** IP_TOS, IPV6_TCLASS without ECN's bits: differentiated services codepoint, 0 to 63. */
  readonly diffserv?: number | undefined;
}

const NAMES: Readonly<Record<keyof TcpOptions, true>> = {
  congestionControl: true,
  userTimeout: true,
  cork: true,
  hopLimit: true,
  diffserv: true,
};

/** @throws TypeError, RangeError, TcpError EINVAL, so that nothing is set if something cannot be */
export function checkTcpOptions(options: TcpOptions, parameters: Parameters): TcpOptions {
  checkOptions('setTcpOptions', options, NAMES);
  const { congestionControl, userTimeout, cork, hopLimit, diffserv } = options;
  if (congestionControl !== undefined) checkParameters({ ...parameters, congestionControl });
  if (userTimeout !== undefined) checkNumber('userTimeout', userTimeout, 0, Number.POSITIVE_INFINITY);
  if (cork !== undefined && typeof cork !== 'boolean')
    throw invalidType('options.cork', 'of type boolean', cork);
  if (hopLimit !== undefined) checkHopLimit(hopLimit);
  if (diffserv !== undefined) trafficClassOf(diffserv);
  return options;
}

export function applyTcpOptions(options: TcpOptions, transport: Transport): void {
  const { congestionControl, userTimeout, cork, hopLimit, diffserv } = options;
  if (congestionControl !== undefined) transport.setCongestionControl(congestionControl);
  if (userTimeout !== undefined) transport.setUserTimeout(userTimeout);
  if (cork !== undefined) transport.setCork(cork);
  if (hopLimit !== undefined) transport.setHopLimit(hopLimit);
  if (diffserv !== undefined) transport.setDiffserv(diffserv);
}
