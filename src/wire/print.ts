// A TCP segment as a line of text, in packetdrill's notation, and the line read back: `S. 0:0 ack 1 win 65535
// <mss 1460,sackOK>`. Numbers are relative to a base, so that a test can be read.

import { ACK, AE, CWR, ECE, FIN, MAX_SACK_BLOCKS, PSH, RST, SYN, type TcpFields, URG } from './tcp.ts';
import { MAX_FAST_OPEN_COOKIE, type TcpOptions } from './tcp-options.ts';

/** The IP header's ECN codepoint, by its number (RFC 3168 §5), as written before the flags. */
const CODEPOINTS: readonly string[] = ['[noecn]', '[ect1]', '[ect0]', '[ce]'];

/** What the printed numbers count from: the sender's initial sequence number and its peer's. */
export interface RelativeTo {
  /** Subtracted from the sequence number. */
  readonly seq: number;
  /** Subtracted from the acknowledgment number and from SACK edges. */
  readonly ack: number;
}

/** One line taken apart. Numbers are as written, 0 to 2^32 - 1; the caller adds its base. */
export interface ParsedSegment {
  /** ECN codepoint of the IP header; null: not written. */
  readonly ecn: number | null;
  readonly flags: number;
  readonly seq: number;
  /** Text bytes: end minus start, modulo 2^32. */
  readonly length: number;
  /** Null: not written. */
  readonly ack: number | null;
  /** Null: not written. */
  readonly wnd: number | null;
  readonly up: number;
  /** Null: no `<...>` was written. */
  readonly options: TcpOptions | null;
}

const FLAG_LETTERS: readonly (readonly [letter: string, bit: number])[] = [
  ['S', SYN],
  ['F', FIN],
  ['R', RST],
  ['P', PSH],
  ['U', URG],
  ['E', ECE],
  ['W', CWR],
  ['A', AE],
  ['.', ACK],
];

/**
 * The segment as text. `full` writes all that `parseSegment` reads; `brief` leaves out window and options.
 * The acknowledgment number is written if ACK is set, `ecn`, a codepoint of the IP header, if it is given.
 */
export function printSegment(
  fields: TcpFields,
  relative: RelativeTo,
  detail: 'full' | 'brief' = 'full',
  ecn: number | null = null,
): string {
  const start = (fields.seq - relative.seq) >>> 0;
  const end = (start + fields.textLength) >>> 0;
  const words = [printFlags(fields.flags), `${start}:${end}`];
  if (ecn !== null) words.unshift(CODEPOINTS[ecn]!);
  if (fields.flags & ACK) words.push(`ack ${(fields.ack - relative.ack) >>> 0}`);
  if (detail === 'full') words.push(`win ${fields.wnd}`);
  if (fields.up !== 0) words.push(`urg ${fields.up}`);
  const options = detail === 'full' ? printOptions(fields, relative.ack) : '';
  if (options !== '') words.push(`<${options}>`);
  return words.join(' ');
}

/** `S.`, `P.`, `-`: the flags, in packetdrill's letters. */
export function printFlags(flags: number): string {
  const letters = FLAG_LETTERS.filter(([, bit]) => flags & bit).map(([letter]) => letter);
  return letters.length === 0 ? '-' : letters.join('');
}

/** `mss 1460,sackOK,TS val 1 ecr 0,wscale 7,uto 300`; '' = no options. SACK edges count from `base`. */
export function printOptions(options: TcpOptions, base: number): string {
  const list: string[] = [];
  if (options.mss > 0) list.push(`mss ${options.mss}`);
  if (options.sackPermitted) list.push('sackOK');
  if (options.timestamps) list.push(`TS val ${options.tsval >>> 0} ecr ${options.tsecr >>> 0}`);
  if (options.windowScale >= 0) list.push(`wscale ${options.windowScale}`);
  if (options.userTimeout >= 0) list.push(`uto ${options.userTimeout}`);
  if (options.fastOpen >= 0) list.push(printFastOpen(options));
  if (options.sackCount > 0) {
    const edge = (i: number): number => (options.sackBlocks[i]! - base) >>> 0;
    const blocks = Array.from({ length: options.sackCount }, (_, i) => `${edge(2 * i)}:${edge(2 * i + 1)}`);
    list.push(`sack ${blocks.join(' ')}`);
  }
  if (options.accEcn >= 0) list.push(printAccEcn(options));
  return list.join(',');
}

/** `FO` asks for a cookie, `FO 0123456789abcdef` brings one; `FOEXP` under the experimental kind. */
function printFastOpen({ fastOpen, fastOpenCookie, fastOpenExperimental }: TcpOptions): string {
  const digits = Array.from(fastOpenCookie.subarray(0, fastOpen), (byte) =>
    (byte & 0xff).toString(16).padStart(2, '0'),
  );
  return [fastOpenExperimental ? 'FOEXP' : 'FO', ...(fastOpen > 0 ? [digits.join('')] : [])].join(' ');
}

/** `ECN e0b 1 ceb 0 e1b 1`, or `ECN e1b 1 ceb 0 e0b 1`, the fields behind those present left out. */
function printAccEcn({ accEcn, accEcnFields, ee0b, eceb, ee1b }: TcpOptions): string {
  const order = [`e0b ${ee0b}`, `ceb ${eceb}`, `e1b ${ee1b}`];
  if (accEcn === 1) order.reverse();
  return ['ECN', ...order.slice(0, accEcnFields)].join(' ');
}

const SEGMENT =
  /^\s*(\[(?:noecn|ect1|ect0|ce)\]\s+)?([SFRPUEWA.]+|-)\s+(\d+):(\d+)(?:\((\d+)\))?(?:\s+ack\s+(\d+))?(?:\s+win\s+(\d+))?(?:\s+urg\s+(\d+))?(?:\s+<([^<>]*)>)?\s*$/;

/** The inverse of `printSegment`. @throws SyntaxError, saying what is wrong with which line. */
export function parseSegment(text: string): ParsedSegment {
  const match = SEGMENT.exec(text);
  if (match === null) throw new SyntaxError(`not a segment: ${text}`);
  const [, codepoint, flags, start, end, length, ack, wnd, up, options] = match;
  const parsed: ParsedSegment = {
    ecn: codepoint === undefined ? null : CODEPOINTS.indexOf(codepoint.trim()),
    flags: parseFlags(flags!, text),
    seq: parseNumber(start!, 32, text),
    length: (parseNumber(end!, 32, text) - parseNumber(start!, 32, text)) >>> 0,
    ack: ack === undefined ? null : parseNumber(ack, 32, text),
    wnd: wnd === undefined ? null : parseNumber(wnd, 16, text),
    up: up === undefined ? 0 : parseNumber(up, 16, text),
    options: options === undefined ? null : parseOptions(options, text),
  };
  if (length !== undefined && parseNumber(length, 32, text) !== parsed.length) {
    throw new SyntaxError(`${start}:${end} are ${parsed.length} bytes, not ${length}: ${text}`);
  }
  return parsed;
}

function parseFlags(letters: string, text: string): number {
  if (letters === '-') return 0;
  let flags = 0;
  for (const letter of letters) {
    const bit = FLAG_LETTERS.find(([name]) => name === letter)![1];
    if (flags & bit) throw new SyntaxError(`flag ${letter} twice: ${text}`);
    flags |= bit;
  }
  return flags;
}

/** Digits, at most 2^bits - 1. */
function parseNumber(digits: string, bits: number, text: string): number {
  const value = Number(digits);
  if (value >= 2 ** bits) throw new SyntaxError(`${digits} is more than ${bits} bits hold: ${text}`);
  return value;
}

const OPTION =
  /^(?:(nop|eol)|(sackOK)|mss\s+(\d+)|wscale\s+(\d+)|uto\s+(\d+)|TS\s+val\s+(\d+)\s+ecr\s+(\d+)|sack((?:\s+\d+:\d+){1,4})|(FO|FOEXP)(?:\s+((?:[0-9a-f]{4}){2,8}))?|ECN((?:\s+(?:e0b|ceb|e1b)\s+\d+){0,3}))$/;

function parseOptions(list: string, text: string): TcpOptions {
  const options: TcpOptions = {
    mss: 0,
    windowScale: -1,
    sackPermitted: false,
    timestamps: false,
    tsval: 0,
    tsecr: 0,
    sackBlocks: new Int32Array(2 * MAX_SACK_BLOCKS),
    sackCount: 0,
    userTimeout: -1,
    fastOpen: -1,
    fastOpenCookie: new Int8Array(MAX_FAST_OPEN_COOKIE),
    fastOpenExperimental: false,
    accEcn: -1,
    accEcnFields: 0,
    ee0b: 0,
    eceb: 0,
    ee1b: 0,
  };
  if (list.trim() === '') return options;
  for (const item of list.split(',')) parseOption(item.trim(), options, text);
  return options;
}

function parseOption(item: string, into: TcpOptions, text: string): void {
  const match = OPTION.exec(item);
  if (match === null) throw new SyntaxError(`no option that we know: ${item}: ${text}`);
  const [, , sackOk, mss, wscale, uto, tsval, tsecr, sack, fastOpen, cookie = '', accEcn] = match;
  if (sackOk !== undefined) into.sackPermitted = true;
  if (mss !== undefined) into.mss = parseNumber(mss, 16, text);
  if (wscale !== undefined) into.windowScale = parseNumber(wscale, 8, text);
  if (uto !== undefined) into.userTimeout = parseNumber(uto, 21, text);
  if (tsval !== undefined && tsecr !== undefined) {
    into.timestamps = true;
    into.tsval = parseNumber(tsval, 32, text) | 0;
    into.tsecr = parseNumber(tsecr, 32, text) | 0;
  }
  if (sack !== undefined) {
    const edges = sack.trim().split(/[\s:]+/);
    for (const [i, edge] of edges.entries()) into.sackBlocks[i] = parseNumber(edge, 32, text) | 0;
    into.sackCount = edges.length >> 1;
  }
  if (fastOpen !== undefined) {
    into.fastOpen = cookie.length >> 1;
    into.fastOpenExperimental = fastOpen === 'FOEXP';
    for (let i = 0; i < into.fastOpen; i++) {
      into.fastOpenCookie[i] = Number.parseInt(cookie.slice(2 * i, 2 * i + 2), 16);
    }
  }
  if (accEcn !== undefined) parseAccEcn(accEcn, into, text);
}

function parseAccEcn(list: string, into: TcpOptions, text: string): void {
  const words = list.trim() === '' ? [] : list.trim().split(/\s+/);
  const names = words.filter((_, i) => i % 2 === 0).join(' ');
  into.accEcn = names.startsWith('e1b') ? 1 : 0;
  into.accEcnFields = words.length / 2;
  if (!(into.accEcn === 0 ? 'e0b ceb e1b' : 'e1b ceb e0b').startsWith(names)) {
    throw new SyntaxError(`not an order that AccECN has: ${names}: ${text}`);
  }
  for (let i = 0; i < words.length; i += 2) {
    const value = parseNumber(words[i + 1]!, 24, text);
    if (words[i] === 'e0b') into.ee0b = value;
    else if (words[i] === 'ceb') into.eceb = value;
    else into.ee1b = value;
  }
}
