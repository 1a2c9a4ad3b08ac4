// Amounts in English.

import { grouped, measured } from '../numbers.ts';

/** `1 segment`, `2 segments`. */
export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** `1,448 bytes`. */
export const groupedCount = (n: number, what: string): string => `${grouped(n)} ${what}${n === 1 ? '' : 's'}`;

/** `20 ms`. */
export const time = (ms: number): string => measured(ms).join(' ');
