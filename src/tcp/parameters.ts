// Everything about TCP that may be configured, with presets. Times in milliseconds, sizes in bytes.

import { checkNumber, checkOptions, coded, invalidType, invalidValue } from '../lib/check.ts';

export interface Parameters {
  /** Maximum segment lifetime, §3.4.2; TIME-WAIT lasts twice this. */
  readonly msl: number;
  /** RFC 6298 §2.1: the RTO before any sample. */
  readonly rtoInitial: number;
  /** RFC 6298 §2.4; Linux takes 200 ms. */
  readonly rtoMin: number;
  /** RFC 6298 §2.3: what 4 * RTTVAR counts at least, G; Linux takes its 200 ms here. */
  readonly rtoVarianceMin: number;
  /** RFC 6298 §2.5: at least 60 s. */
  readonly rtoMax: number;
  /** §3.8.3 R1: retransmissions of one segment after which the application hears of it (SHLD-9, SHLD-10). */
  readonly r1: number;
  /** §3.8.3 R2: how long the same data may go unacknowledged before the connection is given up (SHLD-11). */
  readonly r2: number;
  /** R2 for a SYN we send (MUST-23: at least 3 minutes). */
  readonly r2Syn: number;
  /** R2 for a SYN,ACK. */
  readonly r2SynAck: number;
  /** §3.8.6.3: how long an ACK may wait for company; below 500 (MUST-40). 0 = never wait. */
  readonly delayedAck: number;
  /** §3.7.4 (SHLD-7). */
  readonly nagle: boolean;
  /** §3.8.4: off by default (MUST-25). */
  readonly keepAlive: boolean;
  /** Idle time before the first probe; at least two hours by default (MUST-28). */
  readonly keepAliveIdle: number;
  readonly keepAliveInterval: number;
  /** Unanswered probes after which the peer is held dead (MUST-29: more than one). */
  readonly keepAliveCount: number;
  /** How long FIN-WAIT-2 lasts once no one can read here any more; the RFC gives it no end, Linux 60 s. */
  readonly finWait2: number;
  /** Unread and unordered text that one connection may hold; it bounds the window we offer. */
  readonly receiveBuffer: number;
  /** Text accepted from the application and not yet acknowledged. */
  readonly sendBuffer: number;
  /** RFC 7323 §2: offer window scaling. */
  readonly windowScaling: boolean;
  /** RFC 7323 §3: offer timestamps. */
  readonly timestamps: boolean;
  /** RFC 2018 §2: offer SACK. */
  readonly sack: boolean;
  /**
   * RFC 3168 ECN. `accept`: when the peer asks for it, as Linux's tcp_ecn = 2; `request`: ask for it too, as
   * tcp_ecn = 1; `accurate`: ask for AccECN (RFC 9768), and agree to either.
   */
  readonly ecn: 'off' | 'accept' | 'request' | 'accurate';
  /**
   * Where the urgent pointer points, as we send and as we read it: at the octet `next` behind the urgent data
   * (MUST-62, RFC 6093 §3.1, and what everyone sends), or at the `last` of it (RFC 1122 §4.2.2.4).
   */
  readonly urgentPointer: 'next' | 'last';
  /** Largest MSS to advertise, whatever the link could carry; 0 = as the link says (§3.7.1). */
  readonly mssClamp: number;
  /** §3.8.2: CUBIC (RFC 9438) unless told otherwise. */
  readonly congestionControl: 'cubic' | 'reno';
  /** RFC 6928 §2: initial congestion window, segments. */
  readonly initialWindow: number;
}

/** The values of the RFCs themselves. */
export const RFC9293: Parameters = {
  msl: 120_000,
  rtoInitial: 1_000,
  rtoMin: 1_000,
  rtoVarianceMin: 1,
  rtoMax: 60_000,
  r1: 3,
  r2: 100_000,
  r2Syn: 180_000,
  r2SynAck: 180_000,
  delayedAck: 200,
  nagle: true,
  keepAlive: false,
  keepAliveIdle: 7_200_000,
  keepAliveInterval: 75_000,
  keepAliveCount: 9,
  finWait2: 240_000,
  receiveBuffer: 1 << 20,
  sendBuffer: 1 << 20,
  windowScaling: true,
  timestamps: true,
  sack: true,
  ecn: 'accept',
  urgentPointer: 'next',
  mssClamp: 0,
  congestionControl: 'cubic',
  initialWindow: 10,
};

/** What Linux does: TIME-WAIT of 60 s in all, RTO from 200 ms to 120 s, SYN given up after 127 s. */
export const LINUX: Parameters = {
  ...RFC9293,
  msl: 30_000,
  rtoMin: 200,
  rtoVarianceMin: 200,
  rtoMax: 120_000,
  r2: 924_600,
  r2Syn: 127_000,
  r2SynAck: 63_000,
  delayedAck: 40,
  finWait2: 60_000,
};

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
    rtoMax: [1, LONG],
    r1: [1, LONG],
    r2: [1, Infinity],
    r2Syn: [1, Infinity],
    r2SynAck: [1, Infinity],
    delayedAck: [0, 499], // MUST-40
    nagle: 'boolean',
    keepAlive: 'boolean',
    keepAliveIdle: [1, LONG],
    keepAliveInterval: [1, LONG],
    keepAliveCount: [2, LONG], // MUST-29
    finWait2: [0, Infinity],
    receiveBuffer: [1, LARGEST_BUFFER],
    sendBuffer: [1, LARGEST_BUFFER],
    windowScaling: 'boolean',
    timestamps: 'boolean',
    sack: 'boolean',
    ecn: ['off', 'accept', 'request', 'accurate'],
    urgentPointer: ['next', 'last'],
    mssClamp: [0, 65_535],
    congestionControl: ['cubic', 'reno'],
    initialWindow: [1, 1000],
  };

/**
 * Parameters that a program put together itself. @throws TypeError and RangeError, with a code, for one that is
 * missing, unknown, or cannot be kept.
 */
export function checkParameters(parameters: Parameters): void {
  if (parameters === RFC9293 || parameters === LINUX) return;
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
