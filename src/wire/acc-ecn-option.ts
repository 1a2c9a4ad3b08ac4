// RFC 9768 §3.2.3: the AccECN option, which says how many bytes arrived under each mark, in one of two orders.

import type { TcpFields } from './tcp.ts';

export const ACC_ECN0 = 172;
export const ACC_ECN1 = 174;
const NOP = 1;

type AccEcn = Pick<TcpFields, 'accEcn' | 'accEcnFields' | 'ee0b' | 'eceb' | 'ee1b'>;

/** Bytes that an AccECN option of so many fields takes with its padding: a multiple of 4. */
export const accEcnLength = (fields: number): number => (2 + 3 * fields + 3) & ~3;

/** `length` bytes of fields at `at`: as many whole fields as there are; what is behind them is padding. */
export function decodeAccEcn(
  bytes: Uint8Array,
  at: number,
  length: number,
  order: 0 | 1,
  into: AccEcn,
): void {
  const fields = Math.min(Math.floor(length / 3), 3);
  const field = (n: number): number =>
    n < fields ? (bytes[at + 3 * n]! << 16) | (bytes[at + 3 * n + 1]! << 8) | bytes[at + 3 * n + 2]! : 0;
  into.accEcn = order;
  into.accEcnFields = fields;
  into.ee0b = field(2 * order);
  into.eceb = field(1);
  into.ee1b = field(2 - 2 * order);
}

/** Returns the bytes written. */
export function encodeAccEcn(fields: AccEcn, bytes: Uint8Array, at: number): number {
  const { accEcn: order, accEcnFields: count, ee0b, eceb, ee1b } = fields;
  const length = accEcnLength(count);
  const option = at + length - (2 + 3 * count);
  bytes.fill(NOP, at, option);
  bytes[option] = order === 0 ? ACC_ECN0 : ACC_ECN1;
  bytes[option + 1] = 2 + 3 * count;
  for (let n = 0; n < count; n++) {
    const value = n === 1 ? eceb : (n === 0) === (order === 0) ? ee0b : ee1b;
    bytes[option + 2 + 3 * n] = value >>> 16;
    bytes[option + 3 + 3 * n] = value >>> 8;
    bytes[option + 4 + 3 * n] = value;
  }
  return length;
}
