// What may be remarkable about a captured segment, by Wireshark's names (User's Guide, "TCP Analysis").

export const RETRANSMISSION = 1 << 0;
export const FAST_RETRANSMISSION = 1 << 1;
export const SPURIOUS_RETRANSMISSION = 1 << 2;
export const OUT_OF_ORDER = 1 << 3;
export const DUP_ACK = 1 << 4;
export const PREVIOUS_NOT_CAPTURED = 1 << 5;
export const ACKED_UNSEEN = 1 << 6;
export const KEEP_ALIVE = 1 << 7;
export const KEEP_ALIVE_ACK = 1 << 8;
export const ZERO_WINDOW = 1 << 9;
export const ZERO_WINDOW_PROBE = 1 << 10;
export const ZERO_WINDOW_PROBE_ACK = 1 << 11;
export const WINDOW_FULL = 1 << 12;
export const WINDOW_UPDATE = 1 << 13;
export const PORTS_REUSED = 1 << 14;
/** RFC 7413: a SYN with a cookie; the answer to one that carried text. */
export const FAST_OPEN_SYN = 1 << 15;
export const FAST_OPEN_ACCEPTED = 1 << 16;
export const FAST_OPEN_IGNORED = 1 << 17;
/** Ours, not Wireshark's: the same packet captured twice. Nothing else is said of it. */
export const MIRRORED = 1 << 18;
export const BAD_CHECKSUM = 1 << 19;
/** The clock of the capture went back. */
export const TIME_BACKWARDS = 1 << 20;
/** One captured packet for several on the wire: longer than the peer's MSS. */
export const SUPER_SEGMENT = 1 << 21;

/** Some of its sequence numbers were sent before, as far as anyone can tell. */
export const ANY_RETRANSMISSION = RETRANSMISSION | FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION;

const NAMES: readonly (readonly [number, string])[] = [
  [MIRRORED, 'Mirrored duplicate'],
  [PORTS_REUSED, 'Port numbers reused'],
  [RETRANSMISSION, 'Retransmission'],
  [FAST_RETRANSMISSION, 'Fast Retransmission'],
  [SPURIOUS_RETRANSMISSION, 'Spurious Retransmission'],
  [OUT_OF_ORDER, 'Out-Of-Order'],
  [PREVIOUS_NOT_CAPTURED, 'Previous segment not captured'],
  [ACKED_UNSEEN, 'ACKed unseen segment'],
  [DUP_ACK, 'Dup ACK'],
  [KEEP_ALIVE, 'Keep-Alive'],
  [KEEP_ALIVE_ACK, 'Keep-Alive ACK'],
  [ZERO_WINDOW_PROBE, 'ZeroWindowProbe'],
  [ZERO_WINDOW_PROBE_ACK, 'ZeroWindowProbeAck'],
  [ZERO_WINDOW, 'ZeroWindow'],
  [WINDOW_FULL, 'Window Full'],
  [WINDOW_UPDATE, 'Window Update'],
  [FAST_OPEN_SYN, 'SYN with TFO Cookie'],
  [FAST_OPEN_ACCEPTED, 'SYN-ACK accepting TFO data'],
  [FAST_OPEN_IGNORED, 'SYN-ACK ignoring TFO data'],
  [BAD_CHECKSUM, 'Bad checksum'],
  [TIME_BACKWARDS, 'Time goes backwards'],
  [SUPER_SEGMENT, 'Super-segment (offload)'],
];

/** How many of them there are: their bits count from 0. */
export const FLAG_COUNT = NAMES.length;

/** `dupAck`: the number of the frame that it repeats, and how often that has been repeated by now. */
export function flagTexts(flags: number, dupAck: { readonly of: number; readonly count: number }): string[] {
  return NAMES.filter(([bit]) => (flags & bit) !== 0).map(([bit, name]) =>
    bit === DUP_ACK ? `${name} ${dupAck.of}#${dupAck.count}` : name,
  );
}

/** Names by bit, for counts. */
export const flagNameOf = (bit: number): string => NAMES.find(([each]) => each === bit)?.[1] ?? '';
