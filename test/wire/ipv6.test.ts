import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Address } from '../../src/wire/address.ts';
import { isFragment, PROTOCOL_FRAGMENT, PROTOCOL_TCP } from '../../src/wire/ip.ts';
import { decodeIpv6, encodeIpv6, encodeIpv6Fragment, Ipv6Header } from '../../src/wire/ipv6.ts';

const HOP_BY_HOP = 0;
const ROUTING = 43;
const DESTINATION_OPTIONS = 60;
const AUTHENTICATION = 51;

/** One extension header: its number, and its bytes without the first. */
type Extension = readonly [kind: number, rest: readonly number[]];

const options = (kind: number, ...list: number[]): Extension => {
  const size = Math.ceil((2 + list.length) / 8);
  const padding = new Array<number>(8 * size - 2 - list.length).fill(0);
  return [kind, [size - 1, ...list, ...padding]];
};
const routing = (type: number, segmentsLeft: number): Extension => [
  ROUTING,
  [0, type, segmentsLeft, 0, 0, 0, 0],
];
const fragment = (offset: number, more: boolean, id = 7): Extension => [
  PROTOCOL_FRAGMENT,
  [0, offset >> 8, (offset & 0xf8) | (more ? 1 : 0), 0, 0, 0, id],
];

/** A packet with these extension headers and `payload` bytes of TCP. */
function packet(extensions: readonly Extension[], payload = 20, upper = PROTOCOL_TCP): Uint8Array {
  const kinds = [...extensions.map(([kind]) => kind), upper];
  const chain = extensions.flatMap(([, rest], i) => [kinds[i + 1]!, ...rest]);
  const bytes = new Uint8Array(40 + chain.length + payload);
  const header = new Ipv6Header();
  header.protocol = kinds[0]!;
  header.payloadLength = chain.length + payload;
  encodeIpv6(header, bytes, 0);
  bytes.set(chain, 40);
  return bytes;
}

function decode(bytes: Uint8Array): { fault: string | null; header: Ipv6Header } {
  const header = new Ipv6Header();
  return { fault: decodeIpv6(bytes, 0, bytes.length, header), header };
}

test('property: what was encoded is decoded', () => {
  const words = fc.array(fc.integer(), { minLength: 4, maxLength: 4 });
  const header = fc.record({
    trafficClass: fc.nat(255),
    flowLabel: fc.nat(0xfffff),
    payloadLength: fc.nat(65535),
    hopLimit: fc.nat(255),
    protocol: fc.constantFrom(1, 6, 17, 50, 51, 58, 59, 255),
  });
  fc.assert(
    fc.property(header, words, words, fc.nat(4), fc.nat(100), (given, source, destination, at, rest) => {
      const from = Object.assign(new Ipv6Header(), given);
      from.source.set(source);
      from.destination.set(destination);
      const bytes = new Uint8Array(at + 40 + rest);
      expect(encodeIpv6(from, bytes, at)).toBe(40);
      const into = new Ipv6Header();
      expect(decodeIpv6(bytes, at, bytes.length, into)).toBeNull();
      expect({ ...into }).toEqual({
        ...from,
        payloadStart: at + 40,
        payloadEnd: Math.min(bytes.length, at + 40 + given.payloadLength),
        nextHeaderAt: at + 6,
      });
    }),
  );
});

test('RFC 8200 §3: a header, bit by bit; addresses are those of Address', () => {
  const fields = new Ipv6Header();
  Address.parse('fd00::1')!.toWords(fields.source);
  Address.parse('ff02::2')!.toWords(fields.destination);
  Object.assign(fields, {
    trafficClass: 0xab,
    flowLabel: 0xcdef1,
    payloadLength: 0x1234,
    protocol: 6,
    hopLimit: 64,
  });
  const bytes = new Uint8Array(40);
  encodeIpv6(fields, bytes, 0);
  const zeros = new Array<number>(13).fill(0);
  expect([...bytes]).toEqual([
    ...[0x6a, 0xbc, 0xde, 0xf1, 0x12, 0x34, 6, 64],
    ...[0xfd, 0, ...zeros, 1],
    ...[0xff, 2, ...zeros, 2],
  ]);
});

test('faults of the fixed header', () => {
  const bytes = packet([]);
  const header = new Ipv6Header();
  expect(decodeIpv6(bytes, 0, 39, header)).toBe('truncated');
  expect(decodeIpv6(bytes, 5, 5, header)).toBe('truncated');
  bytes[0] = 0x45;
  expect(decodeIpv6(bytes, 0, 60, header)).toBe('version');
});

test('the payload ends with the packet or with the buffer, whichever is first', () => {
  const bytes = packet([], 30);
  const padded = new Uint8Array(90);
  padded.set(bytes);
  expect(decode(padded).header.payloadEnd).toBe(70);
  expect(decode(bytes.subarray(0, 50)).header.payloadEnd).toBe(50);
});

test('§4.1: every header of a chain is walked, in the recommended order', () => {
  const bytes = packet([
    options(HOP_BY_HOP, 1, 2, 0, 0),
    options(DESTINATION_OPTIONS),
    routing(0, 0),
    options(DESTINATION_OPTIONS, 1, 12, ...new Array<number>(12).fill(9)),
  ]);
  const { fault, header } = decode(bytes);
  expect(fault).toBeNull();
  expect(header).toMatchObject({
    protocol: PROTOCOL_TCP,
    payloadStart: 40 + 8 + 8 + 8 + 16,
    payloadEnd: bytes.length,
  });
  expect(bytes[header.nextHeaderAt]).toBe(PROTOCOL_TCP);
});

test('authentication, ESP and "no next header" end the walk: they are what the packet carries', () => {
  for (const upper of [AUTHENTICATION, 50, 59, 135, 255]) {
    expect(decode(packet([options(DESTINATION_OPTIONS)], 8, upper)).header.protocol).toBe(upper);
  }
});

test('§4.3: hop-by-hop options stand first or are an unrecognized next header', () => {
  const { fault, header } = decode(packet([options(DESTINATION_OPTIONS), options(HOP_BY_HOP)]));
  expect(fault).toBe('next-header');
  expect(header.pointer).toBe(40);
});

test('A043: a chain that is longer than anyone needs, and one that does not end, are refused', () => {
  const chain = (n: number): Extension[] => new Array<Extension>(n).fill(options(DESTINATION_OPTIONS));
  expect(decode(packet(chain(8))).fault).toBeNull();
  expect(decode(packet(chain(9))).fault).toBe('chain');
  expect(decode(packet(chain(5000), 0)).fault).toBe('chain');
});

test('a header that runs beyond the packet is refused, whatever the buffer holds', () => {
  for (const kind of [HOP_BY_HOP, ROUTING, PROTOCOL_FRAGMENT, DESTINATION_OPTIONS]) {
    const bytes = packet([[kind, [0, 0, 0, 0, 0, 0, 0]]], 0);
    for (let length = 0; length < 8; length++) {
      bytes[5] = length;
      expect(decode(bytes).fault, `kind ${kind}, ${length} bytes`).toBe('truncated');
    }
    bytes[5] = 8;
    expect(decode(bytes).fault).toBeNull();
  }
  const long = packet([options(DESTINATION_OPTIONS)], 0);
  long[41] = 255;
  expect(decode(long).fault).toBe('truncated');
});

test('§4.2: an unknown option says itself what becomes of the packet', () => {
  const unknown = (type: number): { fault: string | null; header: Ipv6Header } =>
    decode(packet([options(DESTINATION_OPTIONS, 1, 0, type, 1, 9)]));
  expect(unknown(0x1e).fault).toBeNull();
  expect(unknown(0x5e).fault).toBe('option-discard');
  expect(unknown(0x9e).fault).toBe('option');
  expect(unknown(0xde).fault).toBe('option-unicast');
  // The Jumbo Payload option (RFC 2675) is one of these.
  expect(unknown(0xc2).fault).toBe('option-unicast');
  expect(unknown(0x9e).header.pointer).toBe(44);
});

test('an option that runs beyond its header is refused at its place', () => {
  const { fault, header } = decode(packet([[DESTINATION_OPTIONS, [0, 1, 0, 0x1e, 3, 0, 0]]]));
  expect([fault, header.pointer]).toEqual(['erroneous-field', 44]);
  expect(decode(packet([[DESTINATION_OPTIONS, [0, 1, 3, 0, 0, 0, 0x1e]]])).fault).toBe('erroneous-field');
  expect(decode(packet([[DESTINATION_OPTIONS, [0, 1, 4, 0, 0, 0, 0]]])).fault).toBeNull();
});

test('§4.4: a routing header of any type is refused with segments left, and ignored without', () => {
  for (const type of [0, 2, 3, 4, 200]) {
    expect(decode(packet([routing(type, 0)])).header.protocol).toBe(PROTOCOL_TCP);
    const { fault, header } = decode(packet([routing(type, 1)]));
    expect([fault, header.pointer]).toEqual(['erroneous-field', 42]);
  }
});

test('§4.5: a fragment header is read, and what a fragment holds is not looked at', () => {
  const first = decode(packet([options(HOP_BY_HOP), fragment(0, true, 9)], 16, DESTINATION_OPTIONS));
  expect(first.fault).toBeNull();
  expect(first.header).toMatchObject({
    protocol: DESTINATION_OPTIONS,
    fragmentOffset: 0,
    moreFragments: true,
    identification: 9,
    payloadStart: 56,
    nextHeaderAt: 48,
  });
  const last = decode(packet([fragment(0xfff8, false)], 16, ROUTING));
  expect(last.header).toMatchObject({ protocol: ROUTING, fragmentOffset: 0xfff8, moreFragments: false });
  expect([isFragment(first.header), isFragment(last.header)]).toEqual([true, true]);
});

test('RFC 6946: a fragment that is the whole packet is walked through', () => {
  const { fault, header } = decode(packet([fragment(0, false), options(DESTINATION_OPTIONS)]));
  expect(fault).toBeNull();
  expect(header).toMatchObject({ protocol: PROTOCOL_TCP, payloadStart: 56 });
  expect(isFragment(header)).toBe(false);
});

test('property: fragment headers are read as written', () => {
  fc.assert(
    fc.property(fc.nat(0x1fff), fc.boolean(), fc.integer(), (offset, more, identification) => {
      const from = Object.assign(new Ipv6Header(), {
        protocol: PROTOCOL_FRAGMENT,
        payloadLength: 16,
        fragmentOffset: 8 * offset,
        moreFragments: more,
        identification,
      });
      const bytes = new Uint8Array(56);
      encodeIpv6(from, bytes, 0);
      expect(encodeIpv6Fragment(from, 17, bytes, 40)).toBe(8);
      const { fault, header } = decode(bytes);
      expect(fault).toBeNull();
      expect(header).toMatchObject({
        protocol: 17,
        fragmentOffset: 8 * offset,
        moreFragments: more,
        identification,
      });
    }),
  );
});

test('nothing of an earlier packet survives in the next one', () => {
  const header = new Ipv6Header();
  const fragmented = packet([fragment(8, true)]);
  decodeIpv6(fragmented, 0, fragmented.length, header);
  const refused = packet([routing(0, 1)]);
  decodeIpv6(refused, 0, refused.length, header);
  const plain = packet([]);
  decodeIpv6(plain, 0, plain.length, header);
  expect(header).toMatchObject({ fragmentOffset: 0, moreFragments: false, identification: 0, pointer: 0 });
});

test('property: any chain of any bytes is walked or refused, inside the packet', () => {
  const kind = fc.constantFrom(0, 43, 44, 60, 6, 51);
  const header = fc.tuple(
    kind,
    fc.constantFrom(0, 0, 0, 1, 255),
    fc.uint8Array({ minLength: 6, maxLength: 22 }),
  );
  fc.assert(
    fc.property(kind, fc.array(header, { maxLength: 12 }), fc.nat(300), (first, chain, length) => {
      const tail = chain.flatMap(([next, size, rest]) => [next, size, ...rest]);
      const bytes = new Uint8Array([...packet([], 0, first), ...tail]);
      bytes[4] = length >> 8;
      bytes[5] = length;
      const { fault, header } = decode(bytes);
      if (fault !== null) expect(header.pointer).toBeLessThan(bytes.length);
      else {
        expect(header.payloadStart).toBeGreaterThanOrEqual(40);
        expect(header.payloadEnd).toBeGreaterThanOrEqual(header.payloadStart);
        expect(header.payloadEnd).toBeLessThanOrEqual(Math.min(bytes.length, 40 + length));
      }
    }),
    { numRuns: 2000 },
  );
});
