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
  /** R2 as a number of retransmissions, of a SYN and of a SYN,ACK; Infinity = time alone counts. */
  readonly synRetries: number;
  readonly synAckRetries: number;
  /**
   * R2 for data as the time that so many retransmissions take at doubling intervals from `rtoMin` to `rtoMax`, as
   * Linux counts; Infinity = `r2` alone counts.
   */
  readonly dataRetries: number;
  /**
   * §3.10.8 USER TIMEOUT: how long what the application sends may make no progress, a closed window included; in
   * R2's place (MUST-21), and beside it for a SYN. 0 = none. Milliseconds.
   */
  readonly userTimeout: number;
  /** RFC 5482: advertise the user timeout, and adopt the peer's. */
  readonly userTimeoutOption: boolean;
  /**
   * How long a connection that was closed both ways may wait behind a closed window, or for any other progress;
   * MUST-37 has it wait for ever, but nobody could end it. Milliseconds.
   */
  readonly orphanTimeout: number;
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
  /** A probe carries one octet of garbage, for peers that answer no other (MAY-6). */
  readonly keepAliveGarbage: boolean;
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
  /** Largest MSS to advertise, whatever the link could carry; 0 = as the link says (§3.7.1). */
  readonly mssClamp: number;
  /** RFC 4821: never probe for the path MTU; only where large segments vanish without a word; always. */
  readonly mtuProbing: 'off' | 'black-hole' | 'on';
  /** RFC 4821 §7.2: the MSS, options included, to search upward from; IPv6 never goes below its 1280-byte packets. */
  readonly baseMss: number;
  /** The least MSS, options included, that vanishing segments lead to. */
  readonly mtuProbeFloor: number;
  /** RFC 5927 §7.2: an ICMP error that claims less than has got through is believed after a timeout only. */
  readonly verifyTooBig: boolean;
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
  synRetries: Number.POSITIVE_INFINITY,
  synAckRetries: Number.POSITIVE_INFINITY,
  dataRetries: Number.POSITIVE_INFINITY,
  userTimeout: 0,
  userTimeoutOption: false,
  orphanTimeout: 240_000,
  delayedAck: 200,
  nagle: true,
  keepAlive: false,
  keepAliveIdle: 7_200_000,
  keepAliveInterval: 75_000,
  keepAliveCount: 9,
  keepAliveGarbage: false,
  finWait2: 240_000,
  receiveBuffer: 1 << 20,
  sendBuffer: 1 << 20,
  windowScaling: true,
  timestamps: true,
  sack: true,
  mssClamp: 0,
  mtuProbing: 'black-hole',
  baseMss: 1_024,
  mtuProbeFloor: 48,
  verifyTooBig: true,
  congestionControl: 'cubic',
  initialWindow: 10,
};

/** What Linux does: TIME-WAIT of 60 s in all, RTO from 200 ms to 120 s, a SYN given up after six more, 127 s. */
export const LINUX: Parameters = {
  ...RFC9293,
  msl: 30_000,
  rtoMin: 200,
  rtoVarianceMin: 200,
  rtoMax: 120_000,
  r2: Number.POSITIVE_INFINITY,
  r2Syn: Number.POSITIVE_INFINITY,
  r2SynAck: Number.POSITIVE_INFINITY,
  synRetries: 6,
  synAckRetries: 5,
  dataRetries: 15,
  orphanTimeout: 204_600,
  delayedAck: 40,
  mtuProbing: 'off',
  verifyTooBig: false,
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
    synRetries: [0, Infinity],
    synAckRetries: [0, Infinity],
    dataRetries: [0, Infinity],
    userTimeout: [0, Infinity],
    userTimeoutOption: 'boolean',
    orphanTimeout: [0, Infinity],
    delayedAck: [0, 499], // MUST-40
    nagle: 'boolean',
    keepAlive: 'boolean',
    keepAliveIdle: [1, LONG],
    keepAliveInterval: [1, LONG],
    keepAliveCount: [2, LONG], // MUST-29
    keepAliveGarbage: 'boolean',
    finWait2: [0, Infinity],
    receiveBuffer: [1, LARGEST_BUFFER],
    sendBuffer: [1, LARGEST_BUFFER],
    windowScaling: 'boolean',
    timestamps: 'boolean',
    sack: 'boolean',
    mssClamp: [0, 65_535],
    mtuProbing: ['off', 'black-hole', 'on'],
    baseMss: [48, 65_535],
    mtuProbeFloor: [48, 65_535],
    verifyTooBig: 'boolean',
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
