import { expect, test } from 'vitest';
import { ScriptFailure } from '../../src/packetdrill/failure.ts';
import { Flow } from '../../src/packetdrill/flows.ts';
import { closingReset, icmpPackets, tcpPackets, udpPackets } from '../../src/packetdrill/inject.ts';
import { type LiveTcp, readDeparture } from '../../src/packetdrill/live.ts';
import { parseScript } from '../../src/packetdrill/parser.ts';
import type { IcmpAction, TcpAction, UdpAction } from '../../src/packetdrill/script.ts';
import { UnsupportedError } from '../../src/packetdrill/unsupported.ts';
import { Address, SocketAddress } from '../../src/wire/address.ts';
import { QuotedPacket } from '../../src/wire/icmp.ts';
import { ACK, CWR, ECE, FIN, PSH, RST } from '../../src/wire/tcp.ts';

const RULES = { mss: 0, scaledEcho: false };
/** Where the stack's numbers begin in these tests. */
const ISS = 0xfffffffe;

function flow(family: 4 | 6 = 4): Flow {
  const local = Address.from(family === 4 ? '192.168.0.1' : 'fd00::1');
  const remote = Address.from(family === 4 ? '192.0.2.1' : 'fd01::1');
  const made = new Flow(new SocketAddress(local, 8080), new SocketAddress(remote, 49_153));
  made.numbers.synLeft(0, ISS);
  return made;
}

const action = (line: string): unknown => parseScript('test', `0 < ${line}`, new Map()).events[0]!.action;

function inject(line: string, into = flow(), rules = RULES): LiveTcp[] {
  return tcpPackets(action(line) as TcpAction, into, rules).map((bytes) => {
    const live = readDeparture({ bytes, time: 0 });
    if (live.kind !== 'tcp') throw new Error(JSON.stringify(live));
    return live;
  });
}

test.each([4, 6] as const)('IPv%d: a segment from the peer to us, its numbers moved', (family) => {
  const into = flow(family);
  const [segment] = inject('P. 1:1001(1000) ack 5 win 257 urg 3', into);
  expect(segment).toMatchObject({
    header: { family, trafficClass: 0, hopLimit: 255 },
    sourcePort: 49_153,
    destinationPort: 8080,
    flags: ACK | PSH,
    seq: into.numbers.toLive(1, 'peer'),
    ack: 3,
    wnd: 257,
    up: 3,
    length: 1000,
    options: [],
  });
});

test('the text is zeros', () => {
  const [bytes] = tcpPackets(action('. 1:101(100) ack 1 win 1') as TcpAction, flow(), RULES);
  expect([...bytes!.subarray(40)]).toEqual(new Array(100).fill(0));
});

test('without ACK the acknowledgment number is zero', () => {
  expect(inject('S 0:0(0) win 1')[0]).toMatchObject({ ack: 0 });
});

test('marks, TTL and TOS in brackets', () => {
  expect(inject('[ce] . 1:1(0) ack 1 win 1')[0]!.header.trafficClass).toBe(3);
  expect(inject('[ect0] . 1:1(0) ack 1 win 1')[0]!.header.trafficClass).toBe(2);
  expect(inject('[tos 0xb8] . 1:1(0) ack 1 win 1')[0]!.header.trafficClass).toBe(0xb8);
  expect(inject('[ttl 7] . 1:1(0) ack 1 win 1')[0]!.header.hopLimit).toBe(7);
  expect(inject('[flowlabel 0x7] . 1:1(0) ack 1 win 1', flow(6))[0]!.header.flowLabel).toBe(7);
});

test('options lie as written, SACK edges are moved', () => {
  const [segment] = inject('. 1:1(0) ack 1 win 1 <nop,nop,sack 2:4 6:8>');
  expect(segment!.options).toEqual([
    { kind: 'nop' },
    { kind: 'nop' },
    {
      kind: 'sack',
      blocks: [
        [0, 2],
        [4, 6],
      ],
    },
  ]);
});

test('timestamps are echoed as they left', () => {
  const into = flow();
  into.numbers.stampLeft(100, 777);
  const [segment] = inject('. 1:1(0) ack 1 win 1 <nop,nop,TS val 9 ecr 100>', into);
  expect(segment!.options[2]).toEqual({ kind: 'TS', val: 9, ecr: 777 });
  expect(() => inject('. 1:1(0) ack 1 win 1 <nop,nop,TS val 9 ecr 101>', into)).toThrow(ScriptFailure);
  const scaled = { mss: 0, scaledEcho: true };
  const [later] = inject('. 1:1(0) ack 1 win 1 <nop,nop,TS val 9 ecr 101>', into, scaled);
  expect(later!.options[2]).toEqual({ kind: 'TS', val: 9, ecr: 778 });
  const [syn] = inject('S 0:0(0) win 1 <nop,nop,TS val 9 ecr 55>', into);
  expect(syn!.options[2]).toEqual({ kind: 'TS', val: 9, ecr: 55 });
});

test('a text larger than any MTU is one packet', () => {
  expect(inject('. 1:50001(50000) ack 1 win 1')).toMatchObject([{ length: 50_000 }]);
  expect(() => inject('. 1:65531(65530) ack 1 win 1')).toThrow(UnsupportedError);
});

test('with an MSS it is cut: CWR on the first, PSH and FIN on the last, ECE on all', () => {
  const segments = inject('FPEW. 1:2501(2500) ack 1 win 1', flow(), { mss: 1000, scaledEcho: false });
  expect(segments.map(({ length }) => length)).toEqual([1000, 1000, 500]);
  expect(segments.map(({ flags }) => flags)).toEqual([ACK | ECE | CWR, ACK | ECE, ACK | ECE | PSH | FIN]);
  expect((segments[1]!.seq - segments[0]!.seq) >>> 0).toBe(1000);
});

test('the ACE field stays on every segment of a batch', () => {
  const segments = inject('.7 1:2001(2000) ack 1 win 1', flow(), { mss: 1000, scaledEcho: false });
  expect(segments[0]!.flags).toBe(segments[1]!.flags);
});

function icmp(line: string, into = flow(), last: LiveTcp | null = null): ReturnType<typeof readDeparture> {
  const [bytes] = icmpPackets(action(line) as IcmpAction, into, last);
  return readDeparture({ bytes: bytes!, time: 0 });
}

test('ICMP: fragmentation needed quotes the segment and says the MTU', () => {
  const into = flow();
  const live = icmp('icmp unreachable frag_needed mtu 1200 [1:1461(1460)]', into);
  expect(live).toMatchObject({ kind: 'icmp', type: 3, code: 4, word: 1200 });
  if (live.kind !== 'icmp') throw new Error();
  const quote = new QuotedPacket();
  expect(quote.decode(live.body, 0, live.body.length, 4)).toBeNull();
  expect(quote).toMatchObject({ sourcePort: 8080, destinationPort: 49_153, seq: -1 });
  expect((live.body[2]! << 8) | live.body[3]!).toBe(1500);
});

test('ICMPv6: packet too big', () => {
  const live = icmp('icmp packet_too_big mtu 1280 [1:1441(1440)]', flow(6));
  expect(live).toMatchObject({ kind: 'icmp', type: 2, code: 0, word: 1280 });
});

test.each([
  ['icmp unreachable port_unreachable [1:1(0)]', 3, 3],
  ['icmp unreachable host_unreachable [1:1(0)]', 3, 1],
  ['icmp source_quench [1:1(0)]', 4, 0],
  ['icmp time_exceeded [1:1(0)]', 11, 0],
  ['icmp parameter_problem [1:1(0)]', 12, 0],
  ['icmp redirect [1:1(0)]', 5, 0],
])('%s is type %d, code %d', (line, type, code) => {
  expect(icmp(line)).toMatchObject({ type, code });
});

test('an echo request has its identifier and no quotation', () => {
  expect(icmp('icmp echo_request id 7')).toMatchObject({ type: 8, word: 7 << 16, body: new Uint8Array(0) });
});

test('an error that does not say what it quotes is about the last segment', () => {
  const [last] = inject('. 1:11(10) ack 1 win 1');
  const live = icmp('icmp unreachable net_unreachable', flow(), last!);
  if (live.kind !== 'icmp') throw new Error();
  const quote = new QuotedPacket();
  quote.decode(live.body, 0, live.body.length, 4);
  expect(quote.seq >>> 0).toBe(last!.seq);
});

test('a message that the IP version does not have is not supported', () => {
  expect(() => icmp('icmp source_quench [1:1(0)]', flow(6))).toThrow(UnsupportedError);
  expect(() => icmp('icmp unreachable nonsense [1:1(0)]')).toThrow(UnsupportedError);
});

test('UDP goes to the port of the connection, or to the one written', () => {
  const [bytes] = udpPackets(action('udp (33)') as UdpAction, flow());
  expect(readDeparture({ bytes: bytes!, time: 0 })).toMatchObject({
    kind: 'udp',
    sourcePort: 49_153,
    destinationPort: 8080,
    length: 33,
  });
});

test('the closing reset stands where the stack last acknowledged', () => {
  const last = { ...inject('. 1:1(0) ack 1 win 1')[0]!, ack: 4711 };
  const reset = readDeparture({ bytes: closingReset(flow(), last), time: 0 });
  expect(reset).toMatchObject({ kind: 'tcp', flags: RST, seq: 4711 });
});

test('a broken packet is a fault', () => {
  const [bytes] = tcpPackets(action('. 1:11(10) ack 1 win 1') as TcpAction, flow(), RULES);
  bytes![45] = 1;
  expect(readDeparture({ bytes: bytes!, time: 0 })).toMatchObject({
    kind: 'fault',
    reason: 'the TCP checksum is wrong',
  });
  expect(readDeparture({ bytes: bytes!.subarray(0, 30), time: 0 })).toMatchObject({ kind: 'fault' });
  bytes![45] = 0;
  bytes![47] = 1;
  // Behind 0001 the checksum is one less.
  bytes![37]!--;
  expect(readDeparture({ bytes: bytes!, time: 0 })).toMatchObject({
    kind: 'fault',
    reason: 'the text is not the zeros that the program wrote',
  });
});
