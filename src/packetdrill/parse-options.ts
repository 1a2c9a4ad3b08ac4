// TCP options as a script writes them: `<mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>`.

import type { Lexer } from './lexer.ts';
import { MAX_OPTIONS_LENGTH, MD5_LENGTH, optionsFault } from './option-bytes.ts';
import type { OptionItem } from './script.ts';

const U8 = 0xff;
const U16 = 0xffff;
const U24 = 0xff_ffff;
const U32 = 0xffff_ffff;

const HEX = /\w+/y;

/** `<...>` or the list in it; no `<`: no options. */
export function parseOptions(lexer: Lexer): readonly OptionItem[] | 'any' {
  if (!lexer.peek('<')) return [];
  const begin = lexer.at;
  lexer.expect('<', 'before options');
  if (lexer.accept('...')) {
    lexer.expect('>', "behind '...'");
    return 'any';
  }
  const items: OptionItem[] = [];
  do items.push(parseOption(lexer));
  while (lexer.accept(','));
  if (!lexer.accept('>')) lexer.expected("',' or '>'");
  const fault = optionsFault(items);
  return fault === null ? items : lexer.fail(fault, begin);
}

/** Options of other dialects: what they are for is out of this stack's scope. */
const OTHER_OPTIONS = /^(?:mp_\w+|dss|add_addr\w*|remove_addr\w*|ao|tarr|exp_tarr)$/;

function parseOption(lexer: Lexer): OptionItem {
  const name = lexer.peekWord();
  if (name !== null && OTHER_OPTIONS.test(name)) return lexer.unsupported(`no TCP option ${name}`);
  const read = name === null ? undefined : READERS[name];
  if (read === undefined) return lexer.expected('an option (mss, sackOK, TS, nop...)');
  lexer.word('an option');
  return read(lexer);
}

const READERS: Readonly<Record<string, (lexer: Lexer) => OptionItem>> = Object.assign(Object.create(null), {
  nop: () => ({ kind: 'nop' }),
  eol: () => ({ kind: 'eol' }),
  sackOK: () => ({ kind: 'sackOK' }),
  mss: (lexer) => ({ kind: 'mss', value: lexer.integer('mss', U16) }),
  wscale: (lexer) => ({ kind: 'wscale', value: lexer.integer('wscale', U8) }),
  TS: parseTimestamps,
  sack: (lexer) => ({ kind: 'sack', blocks: parseBlocks(lexer) }),
  FO: (lexer) => ({ kind: 'FO', cookie: parseOptionalHex(lexer) }),
  FOEXP: (lexer) => ({ kind: 'FOEXP', cookie: parseOptionalHex(lexer) }),
  md5: parseDigest,
  ECN: (lexer) => ({ kind: 'ECN', counters: parseCounters(lexer) }),
  gen: (lexer) => ({ kind: 'unknown', number: parseKind(lexer), data: parseOptionalHex(lexer) }),
} satisfies Record<string, (lexer: Lexer) => OptionItem>);

function parseTimestamps(lexer: Lexer): OptionItem {
  if (!lexer.acceptWord('val')) lexer.expected("'val' behind TS");
  const val = lexer.integer('val', U32);
  if (!lexer.acceptWord('ecr')) lexer.expected("'ecr' behind val");
  return { kind: 'TS', val, ecr: lexer.integer('ecr', U32) };
}

function parseBlocks(lexer: Lexer): [number, number][] {
  const blocks: [number, number][] = [];
  do {
    const left = lexer.integer("a SACK block's left edge", U32);
    lexer.expect(':', 'in a SACK block');
    blocks.push([left, lexer.integer("a SACK block's right edge", U32)]);
    // As many as there are, but no more than a message about them can use.
  } while (!lexer.peek(',') && !lexer.peek('>') && blocks.length < U8);
  return blocks;
}

/** One byte kinds have no data, and so no `gen`. */
const FIRST_WITH_LENGTH = 2;

const parseKind = (lexer: Lexer): number => lexer.integer("the option's kind", U8, FIRST_WITH_LENGTH);

function parseDigest(lexer: Lexer): OptionItem {
  lexer.skip();
  const begin = lexer.at;
  const digest = parseHex(lexer);
  if (digest.length !== MD5_LENGTH) lexer.fail(`an MD5 digest has ${MD5_LENGTH} bytes`, begin);
  return { kind: 'md5', digest };
}

function parseOptionalHex(lexer: Lexer): Uint8Array {
  return lexer.peek(',') || lexer.peek('>') ? new Uint8Array(0) : parseHex(lexer);
}

/** Hex digits, or a symbol that has them. */
function parseHex(lexer: Lexer): Uint8Array {
  lexer.skip();
  const begin = lexer.at;
  const written = lexer.take(HEX) ?? lexer.expected('hex digits');
  const text = lexer.symbols.get(written)?.trim() ?? written;
  const digits = /^0[xX]/.test(text) ? text.slice(2) : text;
  if (!/^[0-9a-fA-F]*$/.test(digits)) lexer.fail(`neither hex digits nor a symbol: ${written}`, begin);
  if (digits.length % 2 !== 0) lexer.fail('half a byte: an odd number of hex digits', begin);
  if (digits.length > 2 * MAX_OPTIONS_LENGTH) lexer.fail('more hex digits than an option holds', begin);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** RFC 9768 §3.2.3: the counters of one of the two orders, or the first few of them. */
function parseCounters(lexer: Lexer): ['e0b' | 'ceb' | 'e1b', number][] {
  const counters: ['e0b' | 'ceb' | 'e1b', number][] = [];
  let order: readonly ('e0b' | 'ceb' | 'e1b')[] = ['e0b', 'ceb', 'e1b'];
  if (lexer.peekWord() === 'e1b') order = ['e1b', 'ceb', 'e0b'];
  for (const name of order) {
    if (!lexer.acceptWord(name)) break;
    counters.push([name, lexer.integer(name, U24)]);
  }
  return counters;
}
