import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Address } from '../../src/wire/address.ts';
import { pseudoHeaderSum } from '../../src/wire/checksum.ts';
import {
  decodeIcmp,
  echoWord,
  encodeIcmp,
  ICMP4,
  ICMP6,
  IcmpMessage,
  isIcmpError,
  QuotedPacket,
  UNREACHABLE4,
} from '../../src/wire/icmp.ts';
import { PROTOCOL_FRAGMENT, PROTOCOL_ICMPV6, PROTOCOL_TCP } from '../../src/wire/ip.ts';
import { encodeIpv4, Ipv4Header } from '../../src/wire/ipv4.ts';
import { encodeIpv6, encodeIpv6Fragment, Ipv6Header } from '../../src/wire/ipv6.ts';
import { encodeTcp } from '../../src/wire/tcp.ts';
import { fields } from './fields.ts';

const U32 = { min: 0, max: 0xffffffff };

test('property: what was encoded is decoded, with and without a pseudo-header', () => {
  const byte = fc.nat(255);
  const body = fc.uint8Array({ maxLength: 400 });
  fc.assert(
    fc.property(
      byte,
      byte,
      fc.integer(),
      body,
      fc.nat(3),
      fc.integer(U32),
      (type, code, word, body, at, pseudo) => {
        const bytes = new Uint8Array(at + 8 + body.length).fill(0xff);
        bytes.set(body, at + 8);
        expect(encodeIcmp(bytes, at, type, code, word, body.length, pseudo)).toBe(8 + body.length);
        const into = new IcmpMessage();
        expect(decodeIcmp(bytes, at, bytes.length, pseudo, into)).toBeNull();
        expect({ ...into }).toEqual({ type, code, word, bodyStart: at + 8, bodyEnd: bytes.length });
      },
    ),
  );
});

test('faults: shorter than a header, or a checksum that does not hold (A055)', () => {
  const bytes = new Uint8Array(30);
  encodeIcmp(bytes, 0, ICMP4.ECHO, 0, echoWord(1, 2), 22, 0);
  const into = new IcmpMessage();
  expect(decodeIcmp(bytes, 0, 7, 0, into)).toBe('truncated');
  expect(decodeIcmp(bytes, 9, 3, 0, into)).toBe('truncated');
  for (let at = 0; at < 30; at++) {
    bytes[at]! ^= 1;
    expect(decodeIcmp(bytes, 0, 30, 0, into)).toBe('checksum');
    bytes[at]! ^= 1;
  }
  expect(decodeIcmp(bytes, 0, 30, 0, into)).toBeNull();
});

test('RFC 4443 §2.3: the IPv6 checksum covers the addresses', () => {
  const [one, two] = [Address.parse('fd00::1')!, Address.parse('fd00::2')!];
  const bytes = new Uint8Array(16);
  encodeIcmp(
    bytes,
    0,
    ICMP6.ECHO_REQUEST,
    0,
    echoWord(1, 1),
    8,
    pseudoHeaderSum(one, two, PROTOCOL_ICMPV6, 16),
  );
  const into = new IcmpMessage();
  expect(decodeIcmp(bytes, 0, 16, pseudoHeaderSum(one, one, PROTOCOL_ICMPV6, 16), into)).toBe('checksum');
  expect(decodeIcmp(bytes, 0, 16, pseudoHeaderSum(one, two, PROTOCOL_ICMPV6, 16), into)).toBeNull();
});

test('the word is an identifier and a sequence number, or an MTU', () => {
  const message = new IcmpMessage();
  message.word = echoWord(0xfedc, 0x1ba98);
  expect([message.identifier, message.sequence]).toEqual([0xfedc, 0xba98]);
  message.word = -1;
  expect([message.mtu4, message.mtu6]).toEqual([0xffff, 0xffffffff]);
});

test('RFC 1122 §3.2.2, RFC 4443 §2.1: which types are errors', () => {
  const errors4 = Array.from({ length: 256 }, (_, type) => type).filter((type) => isIcmpError(4, type));
  expect(errors4).toEqual([3, 4, 5, 11, 12]);
  expect(isIcmpError(6, 127)).toBe(true);
  expect(isIcmpError(6, ICMP6.PACKET_TOO_BIG)).toBe(true);
  expect(isIcmpError(6, ICMP6.ECHO_REQUEST)).toBe(false);
});

const tcp = fields({ sourcePort: 40000, destinationPort: 80, seq: -5 });

/** A TCP packet of ours, of which a router saw this much. */
function sent4(change: (header: Ipv4Header) => void = () => {}): Uint8Array {
  const header = new Ipv4Header();
  Object.assign(header, { protocol: PROTOCOL_TCP, totalLength: 1500 });
  Address.parse('10.0.0.1')!.toWords(header.source);
  Address.parse('10.0.0.2')!.toWords(header.destination);
  change(header);
  const bytes = new Uint8Array(40);
  encodeTcp(tcp, bytes, encodeIpv4(header, bytes, 0));
  return bytes;
}

function sent6(): Uint8Array {
  const header = new Ipv6Header();
  Object.assign(header, { protocol: PROTOCOL_TCP, payloadLength: 1440 });
  Address.parse('fd00::1')!.toWords(header.source);
  Address.parse('fd00::2')!.toWords(header.destination);
  const bytes = new Uint8Array(60);
  encodeTcp(tcp, bytes, encodeIpv6(header, bytes, 0));
  return bytes;
}

test('a quoted packet tells addresses, ports and SEQ, from eight bytes of TCP on', () => {
  const quote = new QuotedPacket();
  for (const end of [28, 40]) {
    expect(quote.decode(sent4(), 0, end, 4)).toBeNull();
    expect(quote).toMatchObject({ sourcePort: 40000, destinationPort: 80, seq: -5 });
    expect(`${Address.fromWords(4, quote.header.source)}`).toBe('10.0.0.1');
    expect(quote.header.protocol).toBe(PROTOCOL_TCP);
  }
  expect(quote.decode(sent6(), 0, 48, 6)).toBeNull();
  expect(quote.header.family).toBe(6);
  expect(`${Address.fromWords(6, quote.header.destination)}`).toBe('fd00::2');
});

test('a quoted header that a router has altered is still read', () => {
  const bytes = sent4();
  bytes[8] = 1;
  expect(new QuotedPacket().decode(bytes, 0, 28, 4)).toBeNull();
});

test('quotations of no use: too short, of the other family, of a later fragment', () => {
  const quote = new QuotedPacket();
  expect(quote.decode(sent4(), 0, 27, 4)).toBe('truncated');
  expect(quote.decode(sent4(), 0, 0, 4)).toBe('truncated');
  expect(quote.decode(sent6(), 0, 47, 6)).toBe('truncated');
  expect(quote.decode(sent6(), 0, 60, 4)).toBe('version');
  expect(quote.decode(sent4(), 0, 40, 6)).toBe('version');
  const later = sent4((header) => {
    header.fragmentOffset = 1480;
  });
  expect(quote.decode(later, 0, 40, 4)).toBe('fragment');
  const first = sent4((header) => {
    header.moreFragments = true;
  });
  expect(quote.decode(first, 0, 40, 4)).toBeNull();
  const later6 = new Uint8Array(68);
  const header = Object.assign(new Ipv6Header(), {
    protocol: PROTOCOL_FRAGMENT,
    payloadLength: 28,
    fragmentOffset: 8,
  });
  encodeIpv6Fragment(header, PROTOCOL_TCP, later6, encodeIpv6(header, later6, 0));
  expect(quote.decode(later6, 0, 68, 6)).toBe('fragment');
});

test('a message and its quotation, as a router sends them', () => {
  const quoted = sent4();
  const bytes = new Uint8Array(48);
  bytes.set(quoted, 8);
  encodeIcmp(bytes, 0, ICMP4.UNREACHABLE, UNREACHABLE4.FRAGMENTATION_NEEDED, 1280, 40, 0);
  const message = new IcmpMessage();
  expect(decodeIcmp(bytes, 0, 48, 0, message)).toBeNull();
  expect([message.type, message.code, message.mtu4]).toEqual([3, 4, 1280]);
  const quote = new QuotedPacket();
  expect(quote.decode(bytes, message.bodyStart, message.bodyEnd, 4)).toBeNull();
  expect(quote.seq).toBe(-5);
});

test('property: any bytes are read or refused', () => {
  const quote = new QuotedPacket();
  const message = new IcmpMessage();
  const bytes = fc.uint8Array({ maxLength: 120 });
  fc.assert(
    fc.property(
      bytes,
      fc.nat(10),
      fc.constantFrom(4 as const, 6 as const),
      fc.boolean(),
      (bytes, start, family, likely) => {
        if (likely && bytes.length > start) bytes[start] = (family << 4) | 5;
        decodeIcmp(bytes, start, bytes.length, 0, message);
        if (quote.decode(bytes, start, bytes.length, family) !== null) return;
        expect(quote.header.family).toBe(family);
        expect(quote.header.payloadStart + 8).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 2000 },
  );
});
