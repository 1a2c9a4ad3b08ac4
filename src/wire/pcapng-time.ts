// Times of pcapng (draft-ietf-opsawg-pcapng §4.2-4.3): 64 bits in units of the interface's own.

import type { CaptureFrame } from './capture-frame.ts';

/** Up to here a time is divided in doubles, exactly. */
const MAX_FAST_UNITS = 2 ** 36;
const NS_PER_S = 1_000_000_000;

/** Writes the time high * 2^32 + low into `into`, as seconds and whole nanoseconds. */
export function splitTime(high: number, low: number, unitsPerSecond: bigint, into: CaptureFrame): void {
  const units = Number(unitsPerSecond);
  if (units > MAX_FAST_UNITS) {
    const time = (BigInt(high) << 32n) | BigInt(low);
    into.seconds = Number(time / unitsPerSecond);
    into.nanoseconds = Number(((time % unitsPerSecond) * BigInt(NS_PER_S)) / unitsPerSecond);
    return;
  }
  // Long division in digits of 16 bits.
  const upper = (high % units) * 65_536 + (low >>> 16);
  const lower = (upper % units) * 65_536 + (low & 0xffff);
  into.seconds =
    (Math.floor(high / units) * 65_536 + Math.floor(upper / units)) * 65_536 + Math.floor(lower / units);
  into.nanoseconds = toNanoseconds(lower % units, units);
}

function toNanoseconds(rest: number, units: number): number {
  const each = NS_PER_S / units;
  if (Number.isInteger(each)) return rest * each;
  // Of a power of two the quotient is exact; of one of ten above the ninth, the divisor is whole.
  return Math.floor(units < NS_PER_S ? (rest / units) * NS_PER_S : rest / (units / NS_PER_S));
}
