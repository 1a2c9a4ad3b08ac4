// Everything about TCP that may be configured, with presets. Times in milliseconds, sizes in bytes.

/** Everything about TCP that may be configured, of a host or of one connection. See the presets. */
export interface Parameters {
  /** Maximum segment lifetime, §3.4.2; TIME-WAIT lasts twice this. */
  readonly msl: number;
  /** RFC 6298 §2.1: the RTO before any sample. */
  readonly rtoInitial: number;
  /** RFC 6298 §2.4; Linux takes 200 ms. */
  readonly rtoMin: number;
  /** RFC 6298 §2.3: what 4 * RTTVAR counts at least, G; Linux takes its 200 ms here. */
  readonly rtoVarianceMin: number;
  /** How an RTO comes of round trips: RFC 6298 §2.3, or Linux's, which lets the variance shrink once a round trip. */
  readonly rttEstimator: 'rfc6298' | 'linux';
  /** The timer starts anew when a fast recovery sends the oldest again, as in Linux; RFC 6298 §5 lets it run on. */
  readonly rtoFromRetransmission: boolean;
  /** Added to every RTO that samples give, ms: FreeBSD's allowance for slow peers. */
  readonly rtoSlop: number;
  /** RFC 6298 §2.5: at least 60 s. */
  readonly rtoMax: number;
  /** RFC 8985 §7.2: added to a PTO of 2 * SRTT while several segments are in flight, ms. */
  readonly lossProbeMargin: number;
  /** No PTO is shorter, ms. */
  readonly lossProbeMin: number;
  /** RFC 5681 §3.1: lost SYNs that leave the initial window as it is; Linux forgives one (RFC 6298 appendix A). */
  readonly synLossesForgiven: number;
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
  /** What that wait may grow to while text comes slowly, ms; only with `quickAcks`. */
  readonly delayedAckMax: number;
  /**
   * How many segments are acknowledged one by one when text begins to come, and after trouble; from then on the
   * wait for company adapts to the peer and to the application, as in Linux. 0 = every second segment, always.
   */
  readonly quickAcks: number;
  /** §3.7.4 (SHLD-7). */
  readonly nagle: boolean;
  /** PSH within one write too, whenever half of the largest window the peer ever offered was written, as in Linux. */
  readonly pushHalfWindow: boolean;
  /** PSH at the end of each burst of several segments that is handed to the link at once, as in Linux. */
  readonly pushBursts: boolean;
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
  /**
   * What the receive buffer may grow to, by what the application takes in a round trip (dynamic right-sizing); the
   * window scale is chosen for it. 0 = it does not grow.
   */
  readonly receiveBufferMax: number;
  /** Whether it grows so; the window scale is chosen for `receiveBufferMax` all the same. */
  readonly receiveBufferGrows: boolean;
  /** The part of the receive buffer that is offered as window; the rest is for what comes beside text. */
  readonly receiveShare: number;
  /** Offer all the room there is, or as Linux: at first what a SYN can say, more as text comes. */
  readonly windowRule: 'room' | 'linux';
  /** Text accepted from the application and not yet acknowledged. */
  readonly sendBuffer: number;
  /** What the send buffer may grow to, as twice the congestion window does. 0 = it does not grow. */
  readonly sendBufferMax: number;
  /** The part of the send buffer that must be free before an application that waits is told. */
  readonly writableShare: number;
  /** §3.8.6.1: what asks about a closed window: its first octet, or an ACK from before the window, as in Linux. */
  readonly windowProbe: 'octet' | 'ack';
  /** No window probe comes sooner than this after the last, ms; FreeBSD takes 5 s. */
  readonly persistMin: number;
  /** RFC 7323 §2: offer window scaling. */
  readonly windowScaling: boolean;
  /** RFC 7323 §3: offer timestamps. */
  readonly timestamps: boolean;
  /** RFC 7323 §3.2: drop a segment that lacks the timestamps that were negotiated; Linux takes it. */
  readonly requireTimestamps: boolean;
  /** RFC 7323 §5.3: how far a timestamp may lie behind TS.Recent and be no older all the same, ticks; Linux has one. */
  readonly pawsSlack: number;
  /** In which order, and with what padding, a header's options stand. */
  readonly optionOrder: 'linux' | 'freebsd';
  /** RFC 5961 §7: challenge ACKs of one connection in 5 s. */
  readonly challengeAckLimit: number;
  /** Least time between two answers to segments without text that are not acceptable, ms; 0 = no such limit. */
  readonly invalidAckInterval: number;
  /** RFC 2018 §2: offer SACK. */
  readonly sack: boolean;
  /** RFC 2883: report duplicates by SACK. */
  readonly dsack: boolean;
  /** RFC 5682: send new text after a timeout, to find out whether it was called for. */
  readonly frto: boolean;
  /** RFC 5681 §3.2: duplicate ACKs that tell loss from reordering; RFC 8985's DupThresh, segments. */
  readonly reordering: number;
  /** RFC 8985 §7. */
  readonly tailLossProbe: boolean;
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
  /** TCP_MAXSEG: largest MSS to advertise and to use, whatever link and peer can take; 0 = as they say (§3.7.1). */
  readonly mssClamp: number;
  /** RFC 4821: never probe for the path MTU; only where large segments vanish without a word; always. */
  readonly mtuProbing: 'off' | 'black-hole' | 'on';
  /** RFC 4821 §7.2: the MSS, options included, to search upward from; IPv6 never goes below its 1280-byte packets. */
  readonly baseMss: number;
  /** The least MSS, options included, that vanishing segments lead to. */
  readonly mtuProbeFloor: number;
  /** §3.9.2.2: an ICMP error that is a hint only (MUST-56) ends an attempt to connect all the same, as in Linux. */
  readonly softErrorsRefuse: boolean;
  /**
   * What a RST of ours says: `bare`, SND.NXT alone (§3.10.5); or `usual`, as Linux and FreeBSD have it: what came is
   * acknowledged, text that nobody reads any more is answered where its own ACK stands, a misplaced SYN in full.
   */
  readonly resets: 'bare' | 'usual';
  /** A RST ends TIME-WAIT, as in Linux (tcp_rfc1337 = 0); RFC 1337 §4 has it be ignored. */
  readonly timeWaitHeedsReset: boolean;
  /** An ACK that our first SYN cannot have caused is reset, and the SYN goes again so soon, ms; 0 = when it is time. */
  readonly synAgainAfterReset: number;
  /** RFC 5927 §7.2: an ICMP error that claims less than has got through is believed after a timeout only. */
  readonly verifyTooBig: boolean;
  /** §3.8.2: CUBIC (RFC 9438) unless told otherwise. */
  readonly congestionControl: 'cubic' | 'reno';
  /**
   * What a loss halves (or takes seven tenths of): what is in flight (RFC 5681 §3.1), or, as in Linux, the congestion
   * window, used or not, in whole segments.
   */
  readonly lossBasis: 'flight' | 'cwnd';
  /** RFC 6928 §2: initial congestion window, segments. */
  readonly initialWindow: number;
  /** RFC 9406: watch the round trips of the first slow start (CUBIC only). */
  readonly hystart: 'off' | 'on';
  /**
   * RFC 9406 §4.3 L: segments that one ACK may add in the first slow start while HyStart++ watches; in any other
   * it is one (RFC 5681 §3.1). Infinity: as many as it acknowledges, in every slow start, up to ssthresh.
   */
  readonly slowStartLimit: number;
  /** RFC 5681 §4.1: after an idle RTO the congestion window is at most the initial one. */
  readonly slowStartAfterIdle: boolean;
  /**
   * What becomes of a congestion window that is not used: RFC 7661 keeps it for five minutes, RFC 2861 (as
   * Linux does) lowers it with each RTO towards what was used.
   */
  readonly cwndValidation: 'off' | 'rfc2861' | 'rfc7661';
  /** RFC 4987 §3.6: SYNs are answered by cookies never, beyond the backlog, or always. */
  readonly synCookies: 'never' | 'overflow' | 'always';
  /** RFC 6191: `connect` may take a 4-tuple from TIME-WAIT after a second, if both connections have timestamps. */
  readonly timeWaitReuse: boolean;
  /** RFC 7413: a connection that is opened with `fastOpen` uses it; a listener with a `fastOpenQueue` offers it. */
  readonly fastOpenClient: boolean;
  readonly fastOpenServer: boolean;
  /** Which side does without a cookie, where nobody but the peer can be the peer (RFC 7413 §6.3.3). */
  readonly fastOpenWithoutCookie: 'never' | 'client' | 'server' | 'both';
  /** No Fast Open to anywhere for this long after SYNs with it vanished, and twice as long the next time; 0 = off. */
  readonly fastOpenBlackhole: number;
}
