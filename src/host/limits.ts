// What one host may spend on what others send it, and the ranges it chooses from. Times in milliseconds.

import { TcpError } from '../tcp/errors.ts';

/** How much a host keeps and sends at most, whatever its peers do. */
export interface HostLimits {
  /** Bytes that unfinished datagrams may hold in all, book-keeping included. */
  readonly fragmentBytes: number;
  /** The same for one source address. */
  readonly fragmentBytesPerSource: number;
  /** Unfinished datagrams in all, and of one source. */
  readonly fragmentSets: number;
  readonly fragmentSetsPerSource: number;
  /** From a datagram's first fragment until it is given up (RFC 8200 §4.5: 60 s; RFC 1122 §3.3.2). */
  readonly fragmentTimeout: number;
  /** Destinations whose path MTU is remembered. */
  readonly pathMtuEntries: number;
  /** How long a lowered path MTU is believed (RFC 1191 §6.3, RFC 8201 §4: ten minutes). */
  readonly pathMtuTimeout: number;
  /** ICMP errors sent per second over time, and at once (RFC 4443 §2.4 (f)). */
  readonly icmpRate: number;
  readonly icmpBurst: number;
  /** Echo requests of `ping` that may wait for an answer. */
  readonly pings: number;
  /** Bytes of ICMP messages and resets that may wait for one link. */
  readonly replyBytes: number;
  /** Connections in TIME-WAIT; beyond that the oldest gives way. */
  readonly timeWaitEntries: number;
  /** Connections closed both ways that are not done yet; beyond that the oldest is reset. */
  readonly orphans: number;
  /**
   * With fewer idle connections than this, each keeps its whole state at hand; beyond that, what has been idle for
   * longest is kept small until something happens to it (tcp/rest.ts). Not with a probe, which may hold on to it.
   */
  readonly idleConnections: number;
  /** Servers whose Fast Open cookie is remembered (RFC 7413 §4.1.3). */
  readonly fastOpenEntries: number;
  /** How long cookies are made with one key; those of the key before it are still taken (RFC 7413 §4.1.2). */
  readonly fastOpenKeyLifetime: number;
  /** Ephemeral ports, both included (RFC 6056 §3.2 wants the range wide). */
  readonly firstEphemeralPort: number;
  readonly lastEphemeralPort: number;
}

/** Those of a host that is given no others. */
export const DEFAULT_LIMITS: HostLimits = {
  fragmentBytes: 1 << 20,
  fragmentBytesPerSource: 1 << 18,
  fragmentSets: 64,
  fragmentSetsPerSource: 16,
  fragmentTimeout: 60_000,
  pathMtuEntries: 1024,
  pathMtuTimeout: 600_000,
  icmpRate: 100,
  icmpBurst: 50,
  pings: 64,
  replyBytes: 1 << 17,
  timeWaitEntries: 16_384,
  orphans: 4096,
  idleConnections: 64,
  fastOpenEntries: 1024,
  fastOpenKeyLifetime: 86_400_000,
  firstEphemeralPort: 1024,
  lastEphemeralPort: 65_535,
};

/** @throws TcpError EINVAL for a limit below 1, or ports that there are not. */
export function checkLimits(limits: HostLimits): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!(value >= 1)) throw new TcpError('EINVAL', `the limit ${name} is at least 1, not ${value}`);
  }
  const { firstEphemeralPort: first, lastEphemeralPort: last } = limits;
  if (!Number.isInteger(first) || !Number.isInteger(last) || first > last || last > 65_535) {
    throw new TcpError('EINVAL', `there are no ephemeral ports from ${first} to ${last}`);
  }
}
