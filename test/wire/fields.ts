// TCP fields for the tests of the codec and of the notation: made from plain values, and read as such.

import fc from 'fast-check';
import { MAX_SACK_BLOCKS, type TcpFields } from '../../src/wire/tcp.ts';
import { MAX_FAST_OPEN_COOKIE } from '../../src/wire/tcp-options.ts';

/** The header's fields and options as plain values; `sack` holds the edges in use. */
export interface Values {
  sourcePort: number;
  destinationPort: number;
  seq: number;
  ack: number;
  flags: number;
  wnd: number;
  up: number;
  mss: number;
  windowScale: number;
  sackPermitted: boolean;
  timestamps: boolean;
  tsval: number;
  tsecr: number;
  userTimeout: number;
  sack: number[];
  /** The cookie of the Fast Open option, signed bytes; null: no option. */
  cookie: number[] | null;
  fastOpenExperimental: boolean;
}

const NO_BYTES = new Uint8Array(0);

/** Fields with these values; 0 or absent where none is given. */
export function fields({ sack = [], cookie = null, ...rest }: Partial<Values> = {}): TcpFields {
  const fastOpenCookie = new Int8Array(MAX_FAST_OPEN_COOKIE);
  fastOpenCookie.set(cookie ?? []);
  const sackBlocks = new Int32Array(2 * MAX_SACK_BLOCKS);
  sackBlocks.set(sack);
  return {
    sourcePort: 0,
    destinationPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    wnd: 0,
    up: 0,
    mss: 0,
    windowScale: -1,
    sackPermitted: false,
    timestamps: false,
    tsval: 0,
    tsecr: 0,
    sackBlocks,
    sackCount: sack.length / 2,
    fastOpen: cookie === null ? -1 : cookie.length,
    fastOpenCookie,
    fastOpenExperimental: false,
    userTimeout: -1,
    optionOrder: 'linux',
    accEcn: -1,
    accEcnFields: 0,
    ee0b: 0,
    eceb: 0,
    ee1b: 0,
    text: NO_BYTES,
    textStart: 0,
    textLength: 0,
    ...rest,
  };
}

/** What a peer can learn from the fields. */
export function valuesOf(from: TcpFields): Values {
  const {
    text: _text,
    textStart: _start,
    textLength: _length,
    optionOrder: _order,
    sackBlocks,
    sackCount,
    fastOpen,
    fastOpenCookie,
    fastOpenExperimental,
    ...others
  } = from;
  // AccECN has tests of its own.
  const { accEcn: _accEcn, accEcnFields: _fields, ee0b: _e0b, eceb: _ceb, ee1b: _e1b, ...rest } = others;
  return {
    ...rest,
    tsval: from.timestamps ? from.tsval : 0,
    tsecr: from.timestamps ? from.tsecr : 0,
    sack: [...sackBlocks.subarray(0, 2 * sackCount)],
    cookie: fastOpen < 0 ? null : [...fastOpenCookie.subarray(0, fastOpen)],
    fastOpenExperimental: fastOpen >= 0 && fastOpenExperimental,
  };
}

const u16 = fc.nat(0xffff);
const i32 = fc.integer();

const i8 = fc.integer({ min: -128, max: 127 });
const anyCookie = fc
  .constantFrom(0, 4, 6, 8, 10, 12, 14, 16)
  .chain((length) => fc.array(i8, { minLength: length, maxLength: length }));

export const anyValues: fc.Arbitrary<Values> = fc.record({
  sourcePort: u16,
  destinationPort: u16,
  seq: i32,
  ack: i32,
  flags: fc.nat(0x1ff),
  wnd: u16,
  up: u16,
  mss: fc.oneof(fc.constant(0), u16),
  windowScale: fc.integer({ min: -1, max: 255 }),
  sackPermitted: fc.boolean(),
  timestamps: fc.boolean(),
  tsval: i32,
  tsecr: i32,
  // What the option can say: seconds in 15 bits, or else minutes.
  userTimeout: fc.oneof(
    fc.constant(-1),
    fc.nat(0x7fff),
    fc.integer({ min: 547, max: 0x7fff }).map((minutes) => minutes * 60),
  ),
  sack: fc.array(i32, { maxLength: 2 * MAX_SACK_BLOCKS }).map((edges) => edges.slice(0, edges.length & ~1)),
  cookie: fc.option(anyCookie),
  fastOpenExperimental: fc.boolean(),
});
