import { describe, expect, test } from 'vitest';
import { RST, SYN } from '../../src/wire/tcp.ts';
import {
  bytes,
  drops,
  FAMILIES,
  FakeLink,
  fragments,
  header4,
  header6,
  icmpPacket,
  ip,
  ipPacket,
  PEER4,
  PEER6,
  payloadOf,
  prefix,
  readIcmp,
  readTcp,
  refreshIpv4,
  tcpPacket,
  US4,
  US6,
  udpPacket,
  world,
} from './support.ts';

const syn = (source = PEER4, destination = US4): Uint8Array =>
  tcpPacket(source, 5000, destination, 80, { flags: SYN, mss: 1460 });
/** Behind the IPv6 header an extension header of `kind` with `content`, then a SYN. */
function extended(kind: number, content: readonly number[]): Uint8Array {
  const segment = payloadOf(tcpPacket(PEER6, 5000, US6, 80, { flags: SYN }));
  return ipPacket(PEER6, US6, kind, Uint8Array.from([6, content.length / 8 - 0.75, ...content, ...segment]));
}

describe('who is not listened to, and not answered', () => {
  const multicast4 = ip('224.0.0.1');
  test.each([
    ['SYN to the limited broadcast address (MUST-57)', syn(PEER4, ip('255.255.255.255')), 'broadcast'],
    ["SYN to the network's broadcast address (MUST-57)", syn(PEER4, ip('10.0.0.255')), 'broadcast'],
    ['SYN to an IPv4 multicast address (MUST-57)', syn(PEER4, multicast4), 'multicast'],
    ['SYN to an IPv6 multicast address (MUST-57)', syn(PEER6, ip('ff02::1')), 'multicast'],
    ['from the limited broadcast address (MUST-63)', syn(ip('255.255.255.255')), 'bad-source'],
    ["from the network's broadcast address (MUST-63)", syn(ip('10.0.0.255')), 'bad-source'],
    ['from IPv4 multicast (MUST-63)', syn(multicast4), 'bad-source'],
    ['from IPv6 multicast (MUST-63)', syn(ip('ff02::1'), US6), 'bad-source'],
    ['from 0.0.0.0 (MUST-63)', syn(ip('0.0.0.0')), 'bad-source'],
    ['from 0.1.2.3 (MUST-63)', syn(ip('0.1.2.3')), 'bad-source'],
    ['from :: (MUST-63)', syn(ip('::'), US6), 'bad-source'],
    ['IPv4 loopback from outside (MUST-63)', syn(ip('127.0.0.1')), 'bad-source'],
    ['IPv6 loopback from outside (MUST-63)', syn(ip('::1'), US6), 'bad-source'],
    ['an IPv4-mapped address on the wire', syn(ip('::ffff:10.0.0.2'), US6), 'bad-source'],
    [
      'LAND, IPv4: from our own address (A015, MUST-63)',
      tcpPacket(US4, 80, US4, 80, { flags: SYN }),
      'own-source',
    ],
    [
      'LAND, IPv6: from our own address (A015, MUST-63)',
      tcpPacket(US6, 80, US6, 80, { flags: SYN }),
      'own-source',
    ],
    ['to another host', syn(PEER4, ip('10.0.0.3')), 'not-ours'],
    ['to our loopback', syn(PEER4, ip('127.0.0.1')), 'not-ours'],
    [
      'A052 echo request to a broadcast address',
      icmpPacket(PEER4, ip('10.0.0.255'), 8, 0, 1, bytes(8)),
      'broadcast',
    ],
    [
      'A052 echo request to a multicast address',
      icmpPacket(PEER6, ip('ff02::1'), 128, 0, 1, bytes(8)),
      'multicast',
    ],
    ['UDP to a broadcast address', udpPacket(PEER4, ip('10.0.0.255'), 53, bytes(4)), 'broadcast'],
  ] as const)('%s', (_, packet, reason) => {
    const { host, link } = world();
    host.listen({ port: 80 });
    expect(link.exchange(packet)).toEqual([]);
    expect(drops(host)).toEqual({ [reason]: 1 });
  });

  test('an address of another interface (strong end system)', () => {
    const { host, link } = world();
    host.addInterface(new FakeLink('second'), [prefix('10.9.0.1/24')]);
    host.listen({ port: 80 });
    expect(link.exchange(syn(PEER4, ip('10.9.0.1')))).toEqual([]);
    expect(link.exchange(syn(ip('10.9.0.1')))).toEqual([]);
    expect(drops(host)).toEqual({ 'not-ours': 1, 'own-source': 1 });
  });
});

describe('malformed headers are dropped', () => {
  const patched = (packet: Uint8Array, at: number, value: number): Uint8Array => {
    const copy = packet.slice();
    copy[at] = value;
    return copy[0]! >> 4 === 4 && (copy[0]! & 15) === 5 ? refreshIpv4(copy) : copy;
  };
  test.each([
    ['no bytes', bytes(0), 'ip-malformed'],
    ['a single byte', Uint8Array.of(0x45), 'ip-malformed'],
    ['A040 version 3', patched(syn(), 0, 0x35), 'ip-malformed'],
    ['version 0', bytes(40), 'ip-malformed'],
    ['A041 header length below 20', patched(syn(), 0, 0x44), 'ip-malformed'],
    ['A041 header longer than the packet', patched(syn(), 0, 0x4f), 'ip-malformed'],
    ['A039 total length beyond the frame', patched(syn(), 3, 200), 'ip-malformed'],
    ['A039 total length below the header', patched(syn(), 3, 19), 'ip-malformed'],
    ['A039 IPv6 payload beyond the frame', patched(syn(PEER6, US6), 5, 200), 'ip-malformed'],
    ['IPv6 cut short', syn(PEER6, US6).slice(0, 39), 'ip-malformed'],
    [
      'a wrong header checksum',
      Uint8Array.from(syn(), (byte, i) => (i === 11 ? byte ^ 1 : byte)),
      'ip-checksum',
    ],
    [
      'A043 an extension header beyond the packet',
      extended(
        60,
        [1, 4, 0, 0, 0, 0].map((n) => n),
      ).map((b, i) => (i === 41 ? 200 : b)),
      'ip-malformed',
    ],
  ])('%s', (_, packet, reason) => {
    const { host, link } = world();
    host.listen({ port: 80 });
    expect(link.exchange(Uint8Array.from(packet))).toEqual([]);
    expect(drops(host)).toEqual({ [reason]: 1 });
  });

  test('A039 padding behind the packet is not part of it', () => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const padded = new Uint8Array(64);
    padded.set(syn());
    expect(readTcp(link.exchange(padded)[0]).ack).toBe(1);
    expect(drops(host)).toEqual({});
  });
});

describe('options and extension headers', () => {
  test('MUST-50 IPv4 options are skipped', () => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const options = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 1);
    const packet = ipPacket(PEER4, US4, 6, payloadOf(syn()), { options });
    expect(readTcp(link.exchange(packet)[0]).ack).toBe(1);
  });

  test.each([
    ['loose', 131],
    ['strict', 137],
  ])('A042 A046 a %s source route is not honoured', (_, type) => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const options = Uint8Array.of(type, 7, 4, 10, 0, 0, 9, 0);
    expect(link.exchange(ipPacket(PEER4, US4, 6, payloadOf(syn()), { options }))).toEqual([]);
    expect(drops(host)).toEqual({ 'source-route': 1 });
  });

  test.each([
    ['length 0', [7, 0, 0, 0]],
    ['length 1', [7, 1, 0, 0]],
    ['length beyond the header', [7, 40, 0, 0]],
  ])('A042 an IPv4 option with %s does no harm', (_, options) => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const packet = ipPacket(PEER4, US4, 6, payloadOf(syn()), { options: Uint8Array.from(options) });
    expect(readTcp(link.exchange(packet)[0]).ack).toBe(1);
  });

  test('IPv6 destination options that are only padding are walked through', () => {
    const { host, link } = world();
    host.listen({ port: 80 });
    expect(readTcp(link.exchange(extended(60, [1, 4, 0, 0, 0, 0]))[0]).ack).toBe(1);
  });

  test.each([
    ['A046 a routing header with segments left', extended(43, [0, 1, 0, 0, 0, 0]), 0, 42],
    ['an option that asks for an answer', extended(60, [0x80, 4, 0, 0, 0, 0]), 2, 42],
  ])('%s: Parameter Problem (A043)', (_, packet, code, pointer) => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const [answer, ...rest] = link.exchange(packet);
    expect(rest).toEqual([]);
    expect(readIcmp(answer?.bytes)).toMatchObject({ type: 4, code, word: pointer, destination: 'fd00::2' });
    expect(drops(host)).toEqual({ 'ip-option': 1 });
  });

  test('an option that asks for silence', () => {
    const { host, link } = world();
    expect(link.exchange(extended(60, [0x40, 4, 0, 0, 0, 0]))).toEqual([]);
    expect(drops(host)).toEqual({ 'ip-option': 1 });
  });
});

describe('protocols that nobody speaks', () => {
  test('A044 IPv4: IP in IP gets protocol unreachable, and is not looked into', () => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const [answer, ...rest] = link.exchange(ipPacket(PEER4, US4, 4, syn()));
    expect(rest).toEqual([]);
    expect(readIcmp(answer?.bytes)).toMatchObject({
      type: 3,
      code: 2,
      source: '10.0.0.1',
      destination: '10.0.0.2',
    });
    expect(drops(host)).toEqual({ 'unknown-protocol': 1 });
  });

  test('IPv6: Parameter Problem, code 1, at the next header field', () => {
    const { host, link } = world();
    const packet = ipPacket(PEER6, US6, 132, bytes(32));
    const [answer] = link.exchange(packet);
    expect(readIcmp(answer?.bytes)).toMatchObject({ type: 4, code: 1, word: 6, body: packet });
    expect(drops(host)).toEqual({ 'unknown-protocol': 1 });
  });

  test('IPv6: no next header is nothing to complain about', () => {
    const { host, link } = world();
    expect(link.exchange(ipPacket(PEER6, US6, 59, bytes(8)))).toEqual([]);
    expect(drops(host)).toEqual({ 'no-next-header': 1 });
  });

  test("the other family's ICMP is unknown", () => {
    const { host, link } = world();
    link.exchange(ipPacket(PEER4, US4, 58, bytes(8)), ipPacket(PEER6, US6, 1, bytes(8)));
    expect(drops(host)).toEqual({ 'unknown-protocol': 2 });
  });
});

describe.each(FAMILIES)('fragments over IPv$family', ({ peer, us, family }) => {
  const data = bytes(3000);
  const ping = icmpPacket(peer, us, family === 4 ? 8 : 128, 0, 0x10001, data);
  const protocol = family === 4 ? 1 : 58;
  const parts = fragments(peer, us, protocol, payloadOf(ping), 1200);

  test('a fragmented echo request is answered, in fragments', () => {
    const { host, link } = world();
    const answers = link.exchange(...parts);
    expect(answers.length).toBe(3);
    expect(answers.every((sent) => sent.bytes.length <= 1500)).toBe(true);
    const headers = answers.map(({ bytes: packet }) => (family === 4 ? header4(packet) : header6(packet)));
    expect(headers.map((header) => header.moreFragments)).toEqual([true, true, false]);
    expect(new Set(headers.map((header) => header.identification)).size).toBe(1);
    const echoed = answers.flatMap(({ bytes: packet }, i) => [...packet.slice(headers[i]!.payloadStart)]);
    expect(Uint8Array.from(echoed.slice(8))).toEqual(data);
    expect([host.counters.reassembled, host.counters.echoReplies]).toEqual([1, 1]);
  });

  test('a fragment missing: nothing; after 60 s, Time Exceeded (RFC 1122 §3.3.2, RFC 8200 §4.5)', () => {
    const { host, link, clock } = world();
    expect(link.exchange(parts[0]!, parts[1]!)).toEqual([]);
    clock.advance(59_999);
    expect(link.take()).toEqual([]);
    clock.advance(1);
    const [answer] = link.take();
    expect(readIcmp(answer?.bytes)).toMatchObject({ type: family === 4 ? 11 : 3, code: 1 });
    expect(drops(host)).toEqual({ 'fragment-timeout': 1 });
    expect(clock.next).toBe(Infinity);
  });

  test('A045 an overlap: silence, and counted', () => {
    const { host, link } = world();
    const overlap = ipPacket(peer, us, protocol, bytes(1200), { id: 7, offset: 600, more: true });
    expect(link.exchange(parts[0]!, overlap, parts[1]!, parts[2]!)).toEqual([]);
    expect(drops(host)).toEqual({ 'fragment-overlap': 3 });
  });

  test('a fragmented TCP segment with a right checksum is a segment', () => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const segment = payloadOf(tcpPacket(peer, 5000, us, 80, { flags: SYN, mss: 1400, windowScale: 7 }));
    expect(link.exchange(...fragments(peer, us, 6, segment, 24)).length).toBe(1);
    segment[4]! ^= 1;
    expect(link.exchange(...fragments(peer, us, 6, segment, 24)).length).toBe(0);
    expect(drops(host)).toEqual({ 'tcp-checksum': 1 });
  });
});

describe('IPv6 fragments', () => {
  test('A044 a fragment inside a fragment is dropped', () => {
    const { host, link } = world();
    const inner = ipPacket(PEER6, US6, 17, bytes(16), { id: 9, more: true }).slice(40);
    link.exchange(...fragments(PEER6, US6, 44, inner, 16, 1));
    expect(drops(host)).toEqual({ 'fragment-nested': 1 });
  });

  test('RFC 6946 a fragment that is the whole packet stands alone', () => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const segment = payloadOf(syn(PEER6, US6));
    expect(readTcp(link.exchange(ipPacket(PEER6, US6, 6, segment, { id: 5 }))[0]).ack).toBe(1);
    expect(host.counters.reassembled).toBe(0);
  });

  test.each([
    ['a length that is no multiple of 8', ipPacket(PEER6, US6, 17, bytes(15), { id: 1, more: true }), 4],
    ['a place beyond 65535', ipPacket(PEER6, US6, 17, bytes(100), { id: 1, offset: 65_528 }), 42],
  ])('RFC 8200 §4.5 %s: Parameter Problem', (_, packet, pointer) => {
    const { host, link } = world();
    const [answer] = link.exchange(packet);
    expect(readIcmp(answer?.bytes)).toMatchObject({ type: 4, code: 0, word: pointer });
    expect(drops(host)).toEqual({ 'fragment-malformed': 1 });
  });
});

test('a reset for a segment without a connection is itself never answered', () => {
  const { host, link } = world();
  expect(link.exchange(tcpPacket(PEER4, 5000, US4, 81, { flags: RST }))).toEqual([]);
  expect(drops(host)).toEqual({ 'tcp-no-connection': 1 });
});
