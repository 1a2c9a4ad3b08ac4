import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureReader } from '../../src/wire/capture.ts';
import { CaptureFrame } from '../../src/wire/capture-frame.ts';
import { interfaceBlock, packetBlock, sectionHeaderBlock } from '../../src/wire/pcapng.ts';
import { splitTime } from '../../src/wire/pcapng-time.ts';
import { joinBytes as join, pcap, pcapngBlock } from './captures.ts';

interface Seen {
  readonly number: number;
  readonly time: string;
  readonly linkType: number;
  readonly offset: number;
  readonly data: number[];
  readonly originalLength: number;
  readonly direction: string;
}

/** Every frame of a file that comes in pieces of `size` bytes, and the reader behind it. */
function read(file: Uint8Array, size = Math.max(file.length, 1)): { frames: Seen[]; reader: CaptureReader } {
  const reader = new CaptureReader();
  const frame = new CaptureFrame();
  const frames: Seen[] = [];
  for (let at = 0; at < file.length; at += size) {
    reader.push(file.subarray(at, at + size));
    while (reader.next(frame)) {
      const { number, seconds, nanoseconds, linkType, offset, bytes, start, end } = frame;
      frames.push({
        number,
        time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
        linkType,
        offset,
        data: [...bytes.subarray(start, end)],
        originalLength: frame.originalLength,
        direction: frame.direction,
      });
    }
  }
  reader.finish();
  return { frames, reader };
}

const DATA = [0x45, 1, 2, 3, 4];

describe('pcap', () => {
  for (const big of [false, true]) {
    for (const nano of [false, true]) {
      test(`${nano ? 'nanoseconds' : 'microseconds'}, ${big ? 'big' : 'little'}-endian`, () => {
        const file = pcap(1, [{ s: 1_700_000_000, fraction: 123_456, data: DATA, length: 60 }], {
          big,
          nano,
        });
        for (const size of [file.length, 1, 7]) {
          const { frames, reader } = read(file, size);
          expect(reader.fault).toBeNull();
          expect(reader.format).toBe('pcap');
          expect(frames).toEqual([
            {
              number: 1,
              time: nano ? '1700000000.000123456' : '1700000000.123456000',
              linkType: 1,
              offset: 24,
              data: DATA,
              originalLength: 60,
              direction: 'unknown',
            },
          ]);
        }
      });
    }
  }

  test('a link type with the length of a frame check sequence above it', () => {
    const file = pcap(0x1400_0001, [{ s: 1, fraction: 0, data: DATA }], {});
    expect(read(file).frames[0]!.linkType).toBe(1);
  });

  test('a fraction beyond a second is carried', () => {
    const file = pcap(1, [{ s: 1, fraction: 2_500_000, data: DATA }], {});
    expect(read(file).frames[0]!.time).toBe('3.500000000');
  });

  test('a record that is too long to be true ends the file, with its offset', () => {
    const good = pcap(1, [{ s: 1, fraction: 0, data: DATA }], {});
    const file = join(good, new Uint8Array(8), Uint8Array.of(0, 0, 0, 0xff), new Uint8Array(40));
    const { frames, reader } = read(file);
    expect(frames.length).toBe(1);
    expect([reader.fault, reader.offset]).toEqual(['record-length', good.length]);
  });

  test('a file that was cut says where', () => {
    const file = pcap(
      1,
      [1, 2].map((s) => ({ s, fraction: 0, data: DATA })),
      {},
    );
    const { frames, reader } = read(file.subarray(0, file.length - 1));
    expect(frames.length).toBe(1);
    expect([reader.fault, reader.offset]).toEqual(['truncated', 24 + 16 + 5]);
  });
});

describe('pcapng', () => {
  test('several interfaces, a section of the other byte order, unknown blocks, simple packets', () => {
    const packet = (interfaceId: number, time: number, direction: 'in' | 'out') =>
      packetBlock({ interfaceId, time, direction, comment: 'why' }, Uint8Array.from(DATA), 0, 5);
    const file = join(
      sectionHeaderBlock('x'),
      interfaceBlock('a'),
      pcapngBlock(0x0bad, [1, 2, 3, 4], false),
      interfaceBlock('b'),
      packet(1, 1.5, 'out'),
      pcapngBlock(0x0a0d0d0a, [0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, ...new Array<number>(8).fill(255)], true),
      // Ethernet, snapped at 4, seconds in units of 2^-10.
      pcapngBlock(1, [0, 1, 0, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0x8a, 0, 0, 0], true),
      pcapngBlock(3, [0, 0, 0, 9, 1, 2, 3, 4], true),
      pcapngBlock(6, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x06, 0, 0, 0, 0, 4, 0, 0, 0, 99, 5, 6, 7, 8], true),
    );
    for (const size of [file.length, 1, 13]) {
      const { frames, reader } = read(file, size);
      expect(reader.fault).toBeNull();
      expect(
        frames.map(({ time, linkType, data, originalLength, direction }) => [
          time,
          linkType,
          data,
          originalLength,
          direction,
        ]),
      ).toEqual([
        ['0.001500000', 101, DATA, 5, 'out'],
        ['0.000000000', 1, [1, 2, 3, 4], 9, 'unknown'],
        ['1.500000000', 1, [5, 6, 7, 8], 99, 'unknown'],
      ]);
    }
  });

  test('a packet of an interface that nobody described: the offset of its block', () => {
    const head = join(sectionHeaderBlock('x'), interfaceBlock('a'));
    const bad = packetBlock(
      { interfaceId: 3, time: 1, direction: 'in', comment: '' },
      Uint8Array.from(DATA),
      0,
      5,
    );
    const { reader } = read(join(head, bad));
    expect([reader.fault, reader.offset]).toEqual(['interface', head.length]);
  });

  test('property: a time of any resolution is what integers make of it', () => {
    const resolution = fc.oneof(
      fc.integer({ min: 0, max: 14 }).map((n) => 10n ** BigInt(n)),
      fc.integer({ min: 0, max: 60 }).map((n) => 2n ** BigInt(n)),
    );
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(resolution, word, word, (units, high, low) => {
        const time = (BigInt(high) << 32n) | BigInt(low);
        fc.pre(time / units < 2n ** 53n);
        const frame = new CaptureFrame();
        splitTime(high, low, units, frame);
        expect(frame.seconds).toBe(Number(time / units));
        const exact = ((time % units) * 1_000_000_000n) / units;
        expect(Math.abs(frame.nanoseconds - Number(exact))).toBeLessThanOrEqual(
          units <= 1_000_000_000n && 1_000_000_000n % units === 0n ? 0 : 1,
        );
      }),
    );
  });
});

describe('hostile files', () => {
  test('neither format, and nothing at all', () => {
    expect(read(Uint8Array.from([0x1f, 0x8b, 8, 0, 0])).reader.fault).toBe('magic');
    expect(read(Uint8Array.from([1, 2])).reader.fault).toBe('magic');
    expect(read(new Uint8Array(0)).reader.fault).toBe('magic');
  });

  test('property: any damage gives frames within the file, or a fault within it', () => {
    const one = packetBlock(
      { interfaceId: 0, time: 1, direction: 'in', comment: 'c' },
      Uint8Array.from(DATA),
      0,
      5,
    );
    const files = [
      join(sectionHeaderBlock('x'), interfaceBlock('a'), one, one, one),
      pcap(
        1,
        [1, 2, 3, 4].map((s) => ({ s, fraction: s, data: DATA })),
        {},
      ),
      pcap(
        113,
        [1, 2, 3, 4].map((s) => ({ s, fraction: s, data: DATA })),
        { big: true },
      ),
    ];
    const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        damage,
        fc.nat(400),
        fc.integer({ min: 1, max: 99 }),
        (file, hits, cut, size) => {
          const hurt = file.slice(0, Math.max(file.length - cut, 0));
          for (const [at, byte] of hits) if (at < hurt.length) hurt[at] = byte;
          const { frames, reader } = read(hurt, size);
          const bytes = frames.reduce((sum, { data }) => sum + data.length, 0);
          expect(bytes).toBeLessThanOrEqual(hurt.length);
          expect(reader.offset).toBeLessThanOrEqual(hurt.length);
          for (const { offset } of frames) expect(offset).toBeLessThan(hurt.length);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
