// The options of a TCP header as a script names them, each in its place, and as bytes: what wire/tcp-options.ts,
// which keeps meanings only, can't say. Kinds: IANA's registry of TCP option kind numbers.

import { readWord, writeWord } from '../wire/ip.ts';
import type { OptionItem } from './script.ts';

const EOL = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MD5 = 19;
const FAST_OPEN = 34;
/** RFC 9768 §3.2.3: counters in the order e0b, ceb, e1b, or in the opposite one. */
const ACCECN_0 = 172;
const ACCECN_1 = 174;
/** RFC 4727, with the identifier of RFC 7413 §4.1.1's predecessor. */
const EXPERIMENT = 254;
const FAST_OPEN_ID = 0xf989;

export const MD5_LENGTH = 16;
/** The data offset counts at most 15 words. */
export const MAX_OPTIONS_LENGTH = 40;

const ORDER_0 = ['e0b', 'ceb', 'e1b'] as const;
const ORDER_1 = ['e1b', 'ceb', 'e0b'] as const;

/**
 * The options in [start, end) of a real header, in order, padding too. An option whose length cannot be is kept
 * with all that follows it as one `unknown`; a known kind with another length than its own is `unknown` as well.
 */
export function decodeOptionItems(bytes: Uint8Array, start: number, end: number): OptionItem[] {
  const items: OptionItem[] = [];
  let at = start;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === EOL || kind === NOP) {
      items.push({ kind: kind === EOL ? 'eol' : 'nop' });
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || length > end - at) {
      items.push({ kind: 'unknown', number: kind, data: bytes.slice(at + 1, end) });
      return items;
    }
    const data = bytes.slice(at + 2, at + length);
    items.push(decodeItem(kind, data) ?? { kind: 'unknown', number: kind, data });
    at += length;
  }
  return items;
}

const read16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
const read24 = (bytes: Uint8Array, at: number): number => (read16(bytes, at) << 8) | bytes[at + 2]!;
const read32 = (bytes: Uint8Array, at: number): number => readWord(bytes, at) >>> 0;

/** Null: no kind of ours, or not its length. */
function decodeItem(kind: number, data: Uint8Array): OptionItem | null {
  switch (kind) {
    case MSS:
      return data.length === 2 ? { kind: 'mss', value: read16(data, 0) } : null;
    case WINDOW_SCALE:
      return data.length === 1 ? { kind: 'wscale', value: data[0]! } : null;
    case SACK_PERMITTED:
      return data.length === 0 ? { kind: 'sackOK' } : null;
    case SACK:
      return data.length > 0 && data.length % 8 === 0 ? { kind: 'sack', blocks: decodeBlocks(data) } : null;
    case TIMESTAMPS:
      return data.length === 8 ? { kind: 'TS', val: read32(data, 0), ecr: read32(data, 4) } : null;
    case MD5:
      return data.length === MD5_LENGTH ? { kind: 'md5', digest: data } : null;
    case FAST_OPEN:
      return { kind: 'FO', cookie: data };
    case EXPERIMENT:
      return data.length >= 2 && read16(data, 0) === FAST_OPEN_ID
        ? { kind: 'FOEXP', cookie: data.slice(2) }
        : null;
    case ACCECN_0:
      return decodeCounters(ORDER_0, data);
    case ACCECN_1:
      return data.length > 0 ? decodeCounters(ORDER_1, data) : null;
    default:
      return null;
  }
}

function decodeBlocks(data: Uint8Array): [number, number][] {
  const blocks: [number, number][] = [];
  for (let at = 0; at < data.length; at += 8) blocks.push([read32(data, at), read32(data, at + 4)]);
  return blocks;
}

function decodeCounters(order: typeof ORDER_0 | typeof ORDER_1, data: Uint8Array): OptionItem | null {
  if (data.length % 3 !== 0 || data.length > 9) return null;
  const names = order.slice(0, data.length / 3);
  return { kind: 'ECN', counters: names.map((name, i) => [name, read24(data, 3 * i)] as const) };
}

/** How many bytes one option takes. */
export function optionItemLength(item: OptionItem): number {
  switch (item.kind) {
    case 'nop':
    case 'eol':
      return 1;
    case 'sackOK':
      return 2;
    case 'wscale':
      return 3;
    case 'mss':
      return 4;
    case 'TS':
      return 10;
    case 'sack':
      return 2 + 8 * item.blocks.length;
    case 'FO':
      return 2 + item.cookie.length;
    case 'FOEXP':
      return 4 + item.cookie.length;
    case 'md5':
      return 2 + item.digest.length;
    case 'ECN':
      return 2 + 3 * item.counters.length;
    case 'unknown':
      return 2 + item.data.length;
  }
}

export const optionItemsLength = (items: readonly OptionItem[]): number =>
  items.reduce((length, item) => length + optionItemLength(item), 0);

/** What is wrong with options as a header's, in words; null: nothing. As packetdrill, we do not pad. */
export function optionsFault(items: readonly OptionItem[]): string | null {
  const length = optionItemsLength(items);
  if (length > MAX_OPTIONS_LENGTH) {
    return `${length} bytes of options; a header holds ${MAX_OPTIONS_LENGTH}`;
  }
  return length % 4 === 0 ? null : `${length} bytes of options, not a multiple of 4 (nop is one byte)`;
}

/** Writes the options at `at`; returns the bytes written. @throws RangeError for what `optionsFault` names. */
export function encodeOptionItems(items: readonly OptionItem[], bytes: Uint8Array, at: number): number {
  const fault = optionsFault(items);
  if (fault !== null) throw new RangeError(fault);
  let next = at;
  for (const item of items) {
    const length = optionItemLength(item);
    bytes[next] = kindNumber(item);
    if (item.kind !== 'nop' && item.kind !== 'eol') {
      bytes[next + 1] = length;
      encodeData(item, bytes, next + 2);
    }
    next += length;
  }
  return next - at;
}

function kindNumber(item: OptionItem): number {
  switch (item.kind) {
    case 'eol':
      return EOL;
    case 'nop':
      return NOP;
    case 'mss':
      return MSS;
    case 'wscale':
      return WINDOW_SCALE;
    case 'sackOK':
      return SACK_PERMITTED;
    case 'sack':
      return SACK;
    case 'TS':
      return TIMESTAMPS;
    case 'md5':
      return MD5;
    case 'FO':
      return FAST_OPEN;
    case 'FOEXP':
      return EXPERIMENT;
    case 'ECN':
      return item.counters[0]?.[0] === 'e1b' ? ACCECN_1 : ACCECN_0;
    case 'unknown':
      return item.number;
  }
}

const write16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
};

/** What follows kind and length. */
function encodeData(item: OptionItem, bytes: Uint8Array, at: number): void {
  switch (item.kind) {
    case 'mss':
      write16(bytes, at, item.value);
      return;
    case 'wscale':
      bytes[at] = item.value;
      return;
    case 'TS':
      writeWord(bytes, at, item.val);
      writeWord(bytes, at + 4, item.ecr);
      return;
    case 'sack':
      for (const [i, [left, right]] of item.blocks.entries()) {
        writeWord(bytes, at + 8 * i, left);
        writeWord(bytes, at + 8 * i + 4, right);
      }
      return;
    case 'FO':
      bytes.set(item.cookie, at);
      return;
    case 'FOEXP':
      write16(bytes, at, FAST_OPEN_ID);
      bytes.set(item.cookie, at + 2);
      return;
    case 'md5':
      bytes.set(item.digest, at);
      return;
    case 'ECN':
      for (const [i, [, value]] of item.counters.entries()) {
        bytes[at + 3 * i] = value >>> 16;
        write16(bytes, at + 3 * i + 1, value);
      }
      return;
    case 'unknown':
      bytes.set(item.data, at);
      return;
  }
}
