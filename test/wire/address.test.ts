import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Address, formatEndpoint, Prefix, SocketAddress } from '../../src/wire/address.ts';

const parse = (text: string): Address => {
  const address = Address.parse(text);
  if (address === null) throw new Error(`${text} did not parse`);
  return address;
};

const v4 = fc.integer().map((word) => new Address(4, 0, 0, 0xffff, word));
const v6 = fc
  .tuple(...Array.from({ length: 8 }, () => fc.oneof(fc.constant(0), fc.constant(1), fc.nat(0xffff))))
  .map((g) => {
    const word = (i: number): number => (g[i]! << 16) | g[i + 1]!;
    return new Address(6, word(0), word(2), word(4), word(6));
  });

test('dotted quads are read strictly', () => {
  expect(parse('10.0.0.1')).toMatchObject({ family: 4, a: 0, b: 0, c: 0xffff, d: 0x0a000001 });
  expect(parse('255.255.255.255').d).toBe(-1);
  for (const text of [
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.',
    '1..3.4',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '0x1.2.3.4',
    '1.2.3.-4',
    '1.2.3.1e1',
    '1.2.3.٤',
  ]) {
    expect(Address.parse(text), text).toBeNull();
  }
});

test('RFC 4291 §2.2: the three forms of IPv6 text', () => {
  const same = parse('2001:db8:0:0:8:800:200c:417a');
  expect(same).toMatchObject({ family: 6, a: 0x20010db8, b: 0, c: 0x00080800, d: 0x200c417a });
  expect(parse('2001:DB8::8:800:200C:417A').equals(same)).toBe(true);
  expect(parse('2001:0db8::0008:0800:200c:417a').equals(same)).toBe(true);
  expect(parse('::')).toMatchObject({ a: 0, b: 0, c: 0, d: 0 });
  expect(parse('::1').d).toBe(1);
  expect(parse('1::').a).toBe(0x10000);
  expect(parse('::13.1.68.3').d).toBe(0x0d014403);
  expect(parse('::ffff:129.144.52.38')).toMatchObject({ family: 6, c: 0xffff });
  expect(parse('64:ff9b::192.0.2.33').d).toBe(parse('192.0.2.33').d);
  expect(parse('1:2:3:4:5:6:1.2.3.4').d).toBe(0x01020304);
  expect(parse('1:2:3:4:5:6:7::').d).toBe(0x70000);
});

test('what is no IPv6 address is refused', () => {
  for (const text of [
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2:3:4:5:6:7:8',
    '1::2::3',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    '::1%eth0',
    '::1/64',
    '[::1]',
    ' ::1',
    '::1.2.3',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '::01.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    `${'1:'.repeat(1000)}1`,
  ]) {
    expect(Address.parse(text), text).toBeNull();
  }
});

test('RFC 5952 §4: the one way to write an IPv6 address', () => {
  for (const [text, canonical] of [
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:1:1:1:1:1:1', '::1:1:1:1:1:1'],
    ['0:1:1:1:1:1:1:0', '0:1:1:1:1:1:1:0'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::ffff:0:0', '::ffff:0.0.0.0'],
  ] as const) {
    expect(parse(text).toString()).toBe(canonical);
  }
});

test('property: text and bytes are both read back as the same address', () => {
  fc.assert(
    fc.property(fc.oneof(v4, v6), fc.nat(3), (address, at) => {
      expect(parse(address.toString()).equals(address)).toBe(true);
      const bytes = new Uint8Array(24).fill(0xaa);
      address.writeTo(bytes, at);
      expect(Address.read(bytes, at, address.family).equals(address)).toBe(true);
      expect(bytes[at + (address.family === 4 ? 4 : 16)]).toBe(0xaa);
      const words = new Int32Array(6);
      address.toWords(words, 2);
      expect(address.matches(words, 2)).toBe(true);
      expect(Address.fromWords(address.family, words, 2).equals(address)).toBe(true);
    }),
  );
});

test('property: text is canonical, and any text at all is read or refused, not thrown', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:./% ') }), (text) => {
      const address = Address.parse(text);
      if (address !== null) expect(parse(address.toString()).equals(address)).toBe(true);
      Prefix.parse(text);
    }),
    { numRuns: 2000 },
  );
});

test('equal bits of two families are two addresses', () => {
  expect(parse('1.2.3.4').equals(parse('::ffff:1.2.3.4'))).toBe(false);
  expect(parse('::ffff:1.2.3.4').isMapped).toBe(true);
  expect(parse('1.2.3.4').isMapped).toBe(false);
});

const KINDS = ['isUnspecified', 'isLoopback', 'isMulticast', 'isLimitedBroadcast', 'isLinkLocal'] as const;

test.each([
  ['0.0.0.0', ['isUnspecified']],
  ['0.0.0.1', []],
  ['127.0.0.1', ['isLoopback']],
  ['127.255.255.254', ['isLoopback']],
  ['128.0.0.1', []],
  ['223.255.255.255', []],
  ['224.0.0.1', ['isMulticast']],
  ['239.255.255.255', ['isMulticast']],
  ['240.0.0.1', []],
  ['255.255.255.255', ['isLimitedBroadcast']],
  ['169.254.3.4', ['isLinkLocal']],
  ['169.253.3.4', []],
  ['::', ['isUnspecified']],
  ['::1', ['isLoopback']],
  ['::2', []],
  ['::ffff:0.0.0.0', []],
  ['::ffff:255.255.255.255', []],
  ['ff02::1', ['isMulticast']],
  ['fe80::1', ['isLinkLocal']],
  ['febf::1', ['isLinkLocal']],
  ['fec0::1', []],
] as const)('%s is %j', (text, kinds) => {
  const address = parse(text);
  expect(KINDS.filter((kind) => address[kind])).toEqual(kinds);
});

test('a prefix keeps its address, contains its network and knows its broadcast address', () => {
  const prefix = Prefix.parse('10.1.2.3/20')!;
  expect(`${prefix}`).toBe('10.1.2.3/20');
  expect(prefix.contains(parse('10.1.0.0'))).toBe(true);
  expect(prefix.contains(parse('10.1.15.255'))).toBe(true);
  expect(prefix.contains(parse('10.1.16.0'))).toBe(false);
  expect(prefix.contains(parse('::ffff:10.1.2.3'))).toBe(false);
  expect(`${prefix.broadcast()}`).toBe('10.1.15.255');
  expect(Prefix.parse('10.0.0.0/31')!.broadcast()).toBeNull();
  expect(Prefix.parse('10.0.0.0/32')!.broadcast()).toBeNull();
  expect(`${Prefix.parse('10.0.0.0/0')!.broadcast()}`).toBe('255.255.255.255');
  expect(Prefix.parse('fd00::1/64')!.broadcast()).toBeNull();
});

test.each([
  ['0.0.0.0/0', '255.1.2.3', true],
  ['10.0.0.1/32', '10.0.0.1', true],
  ['10.0.0.1/32', '10.0.0.0', false],
  ['::/0', 'ffff::', true],
  ['fd00::1/64', 'fd00::ffff:0:0:1', true],
  ['fd00::1/64', 'fd00:0:0:1::1', false],
  ['fd00::1/65', 'fd00::8000:0:0:0', false],
  ['fd00::1/128', 'fd00::1', true],
  ['fd00::1/128', 'fd00::', false],
  ['fd00::1/127', 'fd00::', true],
] as const)('%s contains %s: %s', (prefix, address, expected) => {
  expect(Prefix.parse(prefix)!.contains(parse(address))).toBe(expected);
});

test('prefixes that are none are refused', () => {
  for (const text of [
    '10.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/08',
    '10.0.0/8',
    '::/129',
    '::/-1',
    '/8',
  ]) {
    expect(Prefix.parse(text), text).toBeNull();
  }
  expect(() => new Prefix(parse('10.0.0.1'), 33)).toThrow(RangeError);
  expect(() => new Prefix(parse('10.0.0.1'), 1.5)).toThrow(RangeError);
});

test('RFC 5952 §6: endpoints', () => {
  expect(formatEndpoint({ address: parse('10.0.0.1'), port: 80 })).toBe('10.0.0.1:80');
  expect(formatEndpoint({ address: parse('0:0::1'), port: 80 })).toBe('[::1]:80');
});

describe('from', () => {
  test('text is read, and an object stays what it is', () => {
    const address = parse('10.0.0.1');
    expect(Address.from(address)).toBe(address);
    expect(Address.from('10.0.0.1').equals(address)).toBe(true);
    const prefix = Prefix.from('10.0.0.1/24');
    expect([prefix.address.equals(address), prefix.length, Prefix.from(prefix) === prefix]).toEqual([
      true,
      24,
      true,
    ]);
    expect(Prefix.all([prefix, 'fd00::1/64'], 'x').map(String)).toEqual(['10.0.0.1/24', 'fd00::1/64']);
  });

  const text = 'ERR_INVALID_ARG_VALUE';
  const type = 'ERR_INVALID_ARG_TYPE';
  test.each<[() => unknown, string, string]>([
    [() => Address.from('host'), text, 'address must be an IPv4 or IPv6 address, not "host"'],
    [() => Address.from(null as never), type, 'address must be an Address or its text, not null'],
    [() => Address.from({} as never, 'to'), type, 'to must be an Address or its text, not an object'],
    [
      () => Prefix.from('10.0.0.1'),
      text,
      'prefix must be an address with a length, as in 10.0.0.1/24, not "10.0.0.1"',
    ],
    [() => Prefix.from(parse('::1') as never), type, 'prefix must be a Prefix or its text, not an Address'],
    [() => Prefix.all([null as never], 'p'), type, 'p[0] must be a Prefix or its text, not null'],
    [() => Prefix.all('10.0.0.1/24' as never, 'p'), type, 'p must be an array, not a string'],
  ])('%s', (misuse, code, message) => {
    expect(misuse).toThrow(expect.objectContaining({ name: 'TypeError', code, message }));
  });
});

test("Node's console shows addresses as text", () => {
  const end = new SocketAddress(parse('fd00::1'), 80);
  expect(inspect([parse('10.0.0.1'), Prefix.from('fd00::1/64'), end])).toBe(
    '[ 10.0.0.1, fd00::1/64, [fd00::1]:80 ]',
  );
  expect(inspect({ address: parse('10.0.0.1'), port: 7 })).toBe('{ address: 10.0.0.1, port: 7 }');
  expect(String(end)).toBe('[fd00::1]:80');
});
