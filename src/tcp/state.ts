// §3.3.2 the eleven states, spelled as the RFC spells them.

/** The eleven states of §3.3.2. */
export const STATES = [
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
  'CLOSED',
] as const;

/** One of `STATES`. */
export type State = (typeof STATES)[number];

/** Both SYNs are acknowledged: §3.3.2's ESTABLISHED and everything after it, but CLOSED. */
export function isSynchronized(state: State): boolean {
  switch (state) {
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
      return true;
    case 'LISTEN':
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
    case 'CLOSED':
      return false;
  }
}

/**
 * The peer's FIN has not come yet, so its text is still wanted (§3.10.7.4, seventh). In SYN-RECEIVED nothing gets
 * that far but what came with the SYN itself (RFC 7413).
 */
export function receivesText(state: State): boolean {
  return (
    state === 'SYN-RECEIVED' || state === 'ESTABLISHED' || state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2'
  );
}
