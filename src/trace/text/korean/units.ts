// Amounts in Korean: units that are counters stand close to the number, symbols of the SI apart.

import { measured } from '../numbers.ts';

/** `20 ms`, `1.5초`. */
export function time(ms: number): string {
  const [amount, unit] = measured(ms);
  if (unit === 's') return `${amount}초`;
  return `${amount} ${unit === 'us' ? 'µs' : unit}`;
}

/** `1448바이트`. */
export const bytes = (n: number): string => `${n}바이트`;
