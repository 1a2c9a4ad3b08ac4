// RFC 5482 §2: the 16 bits of a user timeout. The first one says minutes instead of seconds; 15 bits say how many.

const MINUTES = 0x8000;

/** The field's time in seconds. */
export const fromUserTimeout = (field: number): number =>
  (field & MINUTES) !== 0 ? (field & ~MINUTES) * 60 : field;

/** The field for a time in seconds: in these as long as 15 bits hold them, then in minutes, rounded up. */
export const toUserTimeout = (seconds: number): number =>
  seconds < MINUTES ? seconds : MINUTES | Math.min(Math.ceil(seconds / 60), MINUTES - 1);
