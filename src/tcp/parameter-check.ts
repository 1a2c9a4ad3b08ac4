// Whether parameters that a program put together can be kept.

import { checkNumber, checkOptions, coded, invalidType, invalidValue } from '../lib/check.ts';
import type { Parameters } from './parameters.ts';

const LONG = Number.MAX_VALUE;
/** Half of what a scaled window can say (RFC 7323 §2.3): sequence numbers are compared as differences. */
const LARGEST_BUFFER = 1 << 29;

/** What each may be: a number from least to most, `boolean`, or one of some words. */
const ALLOWED: Readonly<Record<keyof Parameters, readonly [number, number] | 'boolean' | readonly string[]>> =
  {
    msl: [0, LONG],
    rtoInitial: [1, LONG],
    rtoMin: [1, LONG],
    rtoVarianceMin: [0, LONG],
    rttEstimator: ['rfc6298', 'linux'],
    rtoFromRetransmission: 'boolean',
    rtoSlop: [0, LONG],
    rtoMax: [1, LONG],
    lossProbeMargin: [0, LONG],
    lossProbeMin: [0, LONG],
    synLossesForgiven: [0, LONG],
    r1: [1, LONG],
    r2: [1, Infinity],
    r2Syn: [1, Infinity],
    r2SynAck: [1, Infinity],
    synRetries: [0, Infinity],
    synAckRetries: [0, Infinity],
    dataRetries: [0, Infinity],
    userTimeout: [0, Infinity],
    userTimeoutOption: 'boolean',
    orphanTimeout: [0, Infinity],
    delayedAck: [0, 499], // MUST-40
    delayedAckMax: [0, 499],
    quickAcks: [0, 1000],
    nagle: 'boolean',
    pushHalfWindow: 'boolean',
    pushBursts: 'boolean',
    keepAlive: 'boolean',
    keepAliveIdle: [1, LONG],
    keepAliveInterval: [1, LONG],
    keepAliveCount: [2, LONG], // MUST-29
    keepAliveGarbage: 'boolean',
    finWait2: [0, Infinity],
    receiveBuffer: [1, LARGEST_BUFFER],
    receiveBufferMax: [0, LARGEST_BUFFER],
    receiveBufferGrows: 'boolean',
    receiveShare: [1 / 16, 1],
    windowRule: ['room', 'linux'],
    sendBuffer: [1, LARGEST_BUFFER],
    sendBufferMax: [0, LARGEST_BUFFER],
    writableShare: [0, 1],
    windowProbe: ['octet', 'ack'],
    persistMin: [0, LONG],
    windowScaling: 'boolean',
    timestamps: 'boolean',
    requireTimestamps: 'boolean',
    pawsSlack: [0, 1 << 16],
    optionOrder: ['linux', 'freebsd'],
    challengeAckLimit: [0, Infinity],
    invalidAckInterval: [0, LONG],
    sack: 'boolean',
    dsack: 'boolean',
    frto: 'boolean',
    reordering: [1, 300], // Linux's tcp_max_reordering
    tailLossProbe: 'boolean',
    ecn: ['off', 'accept', 'request', 'accurate'],
    urgentPointer: ['next', 'last'],
    mssClamp: [0, 65_535],
    mtuProbing: ['off', 'black-hole', 'on'],
    baseMss: [48, 65_535],
    mtuProbeFloor: [48, 65_535],
    softErrorsRefuse: 'boolean',
    resets: ['bare', 'usual'],
    timeWaitHeedsReset: 'boolean',
    synAgainAfterReset: [0, LONG],
    verifyTooBig: 'boolean',
    congestionControl: ['cubic', 'reno'],
    lossBasis: ['flight', 'cwnd'],
    initialWindow: [1, 1000],
    hystart: ['off', 'on'],
    slowStartLimit: [1, Infinity],
    slowStartAfterIdle: 'boolean',
    cwndValidation: ['off', 'rfc2861', 'rfc7661'],
    synCookies: ['never', 'overflow', 'always'],
    timeWaitReuse: 'boolean',
    fastOpenClient: 'boolean',
    fastOpenServer: 'boolean',
    fastOpenWithoutCookie: ['never', 'client', 'server', 'both'],
    fastOpenBlackhole: [0, LONG],
  };

/**
 * Parameters that a program put together itself. @throws TypeError and RangeError, with a code, for one that is
 * missing, unknown, or cannot be kept.
 */
export function checkParameters(parameters: Parameters): void {
  checkOptions('parameters', parameters, ALLOWED);
  const missing = Object.keys(ALLOWED).filter((name) => !Object.hasOwn(parameters, name));
  if (missing.length > 0) {
    const message = `parameters lack ${missing.join(', ')}: start from all of RFC9293 or LINUX`;
    throw coded(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
  }
  for (const [key, allowed] of Object.entries(ALLOWED)) {
    const value: unknown = parameters[key as keyof Parameters];
    const name = `parameters.${key}`;
    if (allowed === 'boolean') {
      if (typeof value !== 'boolean') throw invalidType(name, 'a boolean', value);
    } else if (typeof allowed[0] === 'number') {
      checkNumber(name, value, allowed[0], allowed[1] as number);
    } else if (!(allowed as readonly unknown[]).includes(value)) {
      throw invalidValue(name, allowed.join(' or '), String(value));
    }
  }
}
