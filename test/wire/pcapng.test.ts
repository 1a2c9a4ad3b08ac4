import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CapturedPacket,
  interfaceBlock,
  packetBlock,
  sectionHeaderBlock,
} from '../../src/wire/pcapng.ts';
import { type PcapngBlock, PcapngReader } from '../../src/wire/pcapng-reader.ts';

const packet = (change: Partial<CapturedPacket> = {}): CapturedPacket => ({
  interfaceId: 0,
  time: 0,
  direction: 'unknown',
  comment: '',
  ...change,
});

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Every block of a file that comes in pieces of `size` bytes, and the reader behind it. */
function read(file: Uint8Array, size = file.length): { blocks: PcapngBlock[]; reader: PcapngReader } {
  const reader = new PcapngReader();
  const blocks: PcapngBlock[] = [];
  for (let at = 0; at < file.length; at += size) {
    reader.push(file.subarray(at, at + size));
    for (let block = reader.next(); block !== null; block = reader.next()) blocks.push(block);
  }
  return { blocks, reader };
}

const HEAD = concat(sectionHeaderBlock('synfin'), interfaceBlock('syn0'));
const DATA = Uint8Array.of(0x45, 1, 2, 3, 4);

test('draft §4.1: a section header, byte by byte', () => {
  expect([...sectionHeaderBlock('syn')]).toEqual([
    ...[0x0a, 0x0d, 0x0d, 0x0a, 40, 0, 0, 0],
    ...[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0],
    ...new Array<number>(8).fill(0xff),
    ...[4, 0, 3, 0, 0x73, 0x79, 0x6e, 0],
    ...[0, 0, 0, 0, 40, 0, 0, 0],
  ]);
});

test('draft §4.2: an interface of raw IP packets, with its name and nanoseconds', () => {
  expect([...interfaceBlock('a')]).toEqual([
    ...[1, 0, 0, 0, 40, 0, 0, 0],
    ...[101, 0, 0, 0, 0, 0, 0, 0],
    ...[2, 0, 1, 0, 0x61, 0, 0, 0],
    ...[9, 0, 1, 0, 9, 0, 0, 0],
    ...[0, 0, 0, 0, 40, 0, 0, 0],
  ]);
});

test('draft §4.3: a packet with padding, comment and direction', () => {
  const block = packetBlock(packet({ time: 1.5, direction: 'out', comment: 'abc' }), DATA, 0, 5);
  expect([...block]).toEqual([
    ...[6, 0, 0, 0, 60, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0x60, 0xe3, 0x16, 0],
    ...[5, 0, 0, 0, 5, 0, 0, 0],
    ...[0x45, 1, 2, 3, 4, 0, 0, 0],
    ...[1, 0, 3, 0, 0x61, 0x62, 0x63, 0],
    ...[2, 0, 4, 0, 2, 0, 0, 0],
    ...[0, 0, 0, 0, 60, 0, 0, 0],
  ]);
});

test('a packet without comment and direction has no options', () => {
  expect(packetBlock(packet(), DATA, 0, 4).length).toBe(36);
  expect([...packetBlock(packet(), DATA, 1, 3).subarray(28, 32)]).toEqual([1, 2, 0, 0]);
});

test('what was written is read: names, Korean comments, direction, time to the nanosecond', () => {
  const comment = '재전송: RTO가 지나서 (RFC 6298 §5.4) 🙂';
  const time = 1_700_000_000_123.25;
  const file = concat(
    HEAD,
    interfaceBlock('두번째'),
    packetBlock(packet({ interfaceId: 1, time, direction: 'in', comment }), DATA, 0, 5),
  );
  const { blocks, reader } = read(file);
  expect(reader.fault).toBeNull();
  expect(reader.pending).toBe(0);
  expect(blocks).toEqual([
    { type: 'section', application: 'synfin' },
    {
      type: 'interface',
      id: 0,
      interface: { linkType: 101, snapLength: 0, name: 'syn0', unitsPerSecond: 10n ** 9n },
    },
    {
      type: 'interface',
      id: 1,
      interface: { linkType: 101, snapLength: 0, name: '두번째', unitsPerSecond: 10n ** 9n },
    },
    {
      type: 'packet',
      interfaceId: 1,
      time: 1_700_000_000_123_250_000n,
      direction: 'in',
      comment,
      originalLength: 5,
      data: DATA,
    },
  ]);
});

test('property: any packet comes back, in whatever pieces the file is read', () => {
  const any = fc.record({
    interfaceId: fc.constant(0),
    time: fc.double({ min: 0, max: 4e12, noNaN: true }),
    direction: fc.constantFrom('in' as const, 'out' as const, 'unknown' as const),
    comment: fc.string({ unit: fc.constantFrom('a', 'é', '한', '🙂', '\n') }),
  });
  const list = fc.array(fc.tuple(any, fc.uint8Array({ maxLength: 70 })), { maxLength: 6 });
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 90 }), (packets, size) => {
      const written = packets.map(([one, data]) => packetBlock(one, data, 0, data.length));
      for (const block of written) expect(block.length % 4).toBe(0);
      const { blocks, reader } = read(concat(HEAD, ...written), size);
      expect([reader.fault, reader.pending]).toEqual([null, 0]);
      const found = blocks.filter((block) => block.type === 'packet');
      expect(found.map(({ direction, comment, data }) => ({ direction, comment, data }))).toEqual(
        packets.map(([{ direction, comment }, data]) => ({ direction, comment, data })),
      );
      for (const [i, block] of found.entries()) {
        expect(Math.abs(Number(block.time) / 1e6 - packets[i]![0].time)).toBeLessThan(0.001);
      }
    }),
  );
});

test('a comment longer than an option is cut between two characters', () => {
  const block = packetBlock(packet({ comment: '한'.repeat(30_000) }), DATA, 0, 5);
  const { blocks } = read(concat(HEAD, block));
  expect(blocks[2]).toMatchObject({ comment: '한'.repeat(21_845) });
  const odd = read(concat(HEAD, packetBlock(packet({ comment: `a${'한'.repeat(30_000)}` }), DATA, 0, 5)))
    .blocks[2];
  expect(odd).toMatchObject({ comment: `a${'한'.repeat(21_844)}` });
});

test('a time that is none is refused', () => {
  for (const time of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => packetBlock(packet({ time }), DATA, 0, 5)).toThrow(RangeError);
  }
});

/** A block of any kind in the given byte order. */
function block(type: number, body: readonly number[], little = true): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, bytes.length, little);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, little);
  return bytes;
}

test('the other byte order, microseconds, several comments and a cut packet are read', () => {
  const file = concat(
    block(0x0a0d0d0a, [0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, ...new Array<number>(8).fill(255)], false),
    block(1, [0, 1, 0, 0, 0, 0, 0, 96], false),
    block(
      6,
      [
        ...[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2],
        ...[0, 0, 0, 1, 0, 0, 5, 220, 0x60, 0, 0, 0],
        ...[0, 1, 0, 1, 0x78, 0, 0, 0, 0, 1, 0, 1, 0x79, 0, 0, 0],
      ],
      false,
    ),
  );
  expect(read(file).blocks).toEqual([
    { type: 'section', application: '' },
    {
      type: 'interface',
      id: 0,
      interface: { linkType: 1, snapLength: 96, name: '', unitsPerSecond: 10n ** 6n },
    },
    {
      type: 'packet',
      interfaceId: 0,
      time: (2n ** 32n + 2n) * 1000n,
      direction: 'unknown',
      comment: 'x\ny',
      originalLength: 1500,
      data: Uint8Array.of(0x60),
    },
  ]);
});

test('simple packets have no time and end with the snap length; unknown blocks are passed over', () => {
  const file = concat(
    sectionHeaderBlock(''),
    block(1, [101, 0, 0, 0, 3, 0, 0, 0]),
    block(0xbad, [1, 2, 3, 4]),
    block(3, [9, 0, 0, 0, 1, 2, 3, 0]),
  );
  expect(read(file).blocks[2]).toEqual({
    type: 'packet',
    interfaceId: 0,
    time: null,
    direction: 'unknown',
    comment: '',
    originalLength: 9,
    data: Uint8Array.of(1, 2, 3),
  });
});

test('powers of two count time, too', () => {
  const file = concat(
    sectionHeaderBlock(''),
    block(1, [101, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 0x81, 0, 0, 0]),
    block(6, [...[0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0], ...new Array<number>(8).fill(0)]),
  );
  expect(read(file).blocks[2]).toMatchObject({ time: 1_500_000_000n });
});

test('a new section starts its interfaces anew', () => {
  const again = packetBlock(packet({ interfaceId: 0 }), DATA, 0, 5);
  const { blocks, reader } = read(concat(HEAD, again, sectionHeaderBlock(''), again));
  expect(blocks.map((one) => one.type)).toEqual(['section', 'interface', 'packet', 'section']);
  expect(reader.fault).toBe('interface');
});

test.each([
  ['not pcapng', block(0x0a0d0d0a, new Array<number>(16).fill(0)), 'magic'],
  ['no section', interfaceBlock('x'), 'magic'],
  [
    'a block of odd length',
    concat(HEAD, Uint8Array.of(9, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0)),
    'block-length',
  ],
  ['a block of no length', concat(HEAD, Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), 'block-length'],
  [
    'a block of 4 GiB',
    concat(HEAD, Uint8Array.of(9, 0, 0, 0, 252, 255, 255, 255, 0, 0, 0, 0)),
    'block-length',
  ],
  ['a packet block without room', concat(HEAD, block(6, [0, 0, 0, 0])), 'block-length'],
  ['two lengths', concat(HEAD, block(9, [0, 0, 0, 0]).fill(20, 12)), 'block-length'],
  [
    'more data than block',
    concat(HEAD, block(6, [...new Array<number>(12).fill(0), 5, 0, 0, 0, 5, 0, 0, 0, 1, 2, 3, 4])),
    'block-length',
  ],
  ['a packet of interface 1', concat(HEAD, packetBlock(packet({ interfaceId: 1 }), DATA, 0, 5)), 'interface'],
  ['a simple packet of no interface', concat(sectionHeaderBlock(''), block(3, [0, 0, 0, 0])), 'interface'],
])('a malformed file ends in a fault: %s', (_, file, fault) => {
  const { reader } = read(file);
  expect(reader.fault).toBe(fault);
  reader.push(HEAD);
  expect(reader.next()).toBeNull();
  expect(reader.pending).toBe(0);
});

test('options that run beyond their block are left out', () => {
  const file = concat(sectionHeaderBlock(''), block(1, [101, 0, 0, 0, 0, 0, 0, 0, 2, 0, 9, 0, 1, 2, 3, 4]));
  expect(read(file).blocks[1]).toMatchObject({ interface: { name: '' } });
});

test('a file that was cut leaves its last bytes pending, not in a fault', () => {
  const { blocks, reader } = read(HEAD.subarray(0, HEAD.length - 1));
  expect(blocks.length).toBe(1);
  expect([reader.fault, reader.pending]).toEqual([
    null,
    HEAD.length - sectionHeaderBlock('synfin').length - 1,
  ]);
});

test('property: any damage to a file ends in blocks or in a fault', () => {
  const file = concat(HEAD, packetBlock(packet({ comment: 'abc', direction: 'in' }), DATA, 0, 5), HEAD);
  const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 6 });
  fc.assert(
    fc.property(damage, fc.integer({ min: 1, max: 50 }), (changes, size) => {
      const bytes = file.slice();
      for (const [at, value] of changes) bytes[at] = value;
      const { blocks } = read(bytes, size);
      expect(blocks.length).toBeLessThanOrEqual(bytes.length / 12);
      for (const one of blocks) if (one.type === 'packet') expect(one.data.length).toBeLessThan(bytes.length);
    }),
    { numRuns: 1000 },
  );
});
