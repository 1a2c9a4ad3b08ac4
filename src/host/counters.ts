// What a host counts: packets in and out, and every packet that ended here with the reason why.

/** Why a packet was not processed, or not sent. */
export const DROP_REASONS = [
  // IP, RFC 791 / RFC 8200
  'ip-malformed',
  'ip-checksum',
  'ip-option',
  'source-route',
  'bad-source',
  'own-source',
  'broadcast',
  'multicast',
  'not-ours',
  'unknown-protocol',
  'no-next-header',
  // fragments
  'fragment-malformed',
  'fragment-tiny',
  'fragment-overlap',
  'fragment-limit',
  'fragment-nested',
  'fragment-timeout',
  // ICMP
  'icmp-malformed',
  'icmp-checksum',
  'icmp-type',
  'icmp-source-quench',
  'icmp-quote',
  'icmp-no-connection',
  'icmp-not-in-flight',
  'icmp-mtu',
  'icmp-rate-limit',
  // UDP
  'udp-malformed',
  'udp-checksum',
  'udp-closed-port',
  // TCP
  'tcp-malformed',
  'tcp-checksum',
  'tcp-port-zero',
  'tcp-no-connection',
  'tcp-backlog',
  'tcp-accept-queue',
  // leaving
  'reply-queue-full',
  'link-down',
] as const;

/** Why a host did not process a packet further. */
export type DropReason = (typeof DROP_REASONS)[number];

/** What a host has counted since it was made. */
export interface HostCounters {
  packetsReceived: number;
  bytesReceived: number;
  packetsSent: number;
  bytesSent: number;
  /** Datagrams put together from fragments. */
  reassembled: number;
  echoReplies: number;
  /** ICMP errors sent. */
  icmpErrors: number;
  /** Resets sent for segments without a connection (§3.10.7.1). */
  resets: number;
  /** SYNs answered by a cookie, and connections opened by one (RFC 4987 §3.6). */
  synCookiesSent: number;
  synCookiesAccepted: number;
  /** Path-MTU estimates lowered by ICMP. */
  pathMtuLowered: number;
  /** Times a link had no room for a packet; the packet waited. */
  linkBusy: number;
  readonly dropped: Record<DropReason, number>;
}

export function createCounters(): HostCounters {
  return {
    packetsReceived: 0,
    bytesReceived: 0,
    packetsSent: 0,
    bytesSent: 0,
    reassembled: 0,
    echoReplies: 0,
    icmpErrors: 0,
    resets: 0,
    synCookiesSent: 0,
    synCookiesAccepted: 0,
    pathMtuLowered: 0,
    linkBusy: 0,
    dropped: Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<DropReason, number>,
  };
}
