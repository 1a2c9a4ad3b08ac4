// What the application is told: a set of bits that an event leaves in the TCB, taken by whoever owns the connection.

/** ESTABLISHED was reached. */
export const CONNECTED = 1;
/** Text, or the end of it, can be received. */
export const READABLE = 2;
/** There is room to send again, after a send that took less than it was offered. */
export const WRITABLE = 4;
/** The peer's FIN was reached: no text will come after what is readable now. */
export const END = 8;
/** The connection failed; `error` says how. CLOSED comes with it. */
export const ERROR = 16;
/** CLOSED: the TCB can be deleted. */
export const CLOSED = 32;
/** TIME-WAIT was entered: only the 4-tuple is still in use. */
export const TIME_WAIT = 64;
/** The receive urgent pointer advanced (MUST-32). */
export const URGENT = 128;
/** A soft error, or R1 retransmissions without an answer (§3.9.1.8); `softError` says which. */
export const SOFT_ERROR = 256;
/** `tellWhenSent` was called, and nothing waits for its acknowledgment any more. The host says it. */
export const SENT = 512;
