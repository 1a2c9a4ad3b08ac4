import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { CLOSED, CONNECTED, END, READABLE, TIME_WAIT } from '../../src/tcp/notice.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { add, gt, seq } from '../../src/tcp/seq.ts';
import { foldChecksum, isChecksumValid, pseudoHeaderSumOf } from '../../src/wire/checksum.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../src/wire/tcp.ts';
import { HostRules } from '../support/rule-log.ts';
import {
  ackOf,
  bytes,
  type Decoded,
  drops,
  FAMILIES,
  FakeLink,
  header4,
  header6,
  icmpPacket,
  ip,
  ipPacket,
  PEER4,
  PEER6,
  prefix,
  readTcp,
  type TcpShape,
  tcpPacket,
  US4,
  US6,
  type World,
  world,
} from './support.ts';

const PORT = 5000;
/** A segment from the peer to our port 80. */
const from = (shape: TcpShape, port = PORT, peer = PEER4, us = US4): Uint8Array =>
  tcpPacket(peer, port, us, 80, shape);

/** Our listener's answer to a SYN, and the ACK that opens the connection. */
function open(w: World, port = PORT): { child: TcpSocket; answer: Decoded } {
  const [listener = w.host.listen({ port: 80 })] = w.host.listeners();
  const answer = readTcp(w.link.exchange(from({ seq: 100, flags: SYN, mss: 1460 }, port))[0]);
  w.link.exchange(from(ackOf(answer), port));
  return { child: listener.accept()!, answer };
}

describe.each(FAMILIES)('over IPv$family', ({ family, us, peer }) => {
  test('a passive open, data both ways, a close: from SYN to TIME-WAIT', () => {
    const w = world();
    const listener = w.host.listen({ port: 80 });
    let told = 0;
    listener.notify = () => told++;
    const syn = tcpPacket(peer, PORT, us, 80, { seq: 100, flags: SYN, mss: 1460 });
    const answer = readTcp(w.link.exchange(syn)[0]);
    expect([answer.source, answer.sourcePort, answer.destination, answer.destinationPort]).toEqual([
      `${us}`,
      80,
      `${peer}`,
      PORT,
    ]);
    expect([answer.flags, answer.ack, answer.checksumValid]).toEqual([SYN | ACK, 101, true]);
    expect([told, listener.accept()]).toEqual([0, null]);
    w.link.exchange(tcpPacket(peer, PORT, us, 80, ackOf(answer, { flags: ACK | PSH, text: bytes(10) })));
    expect(told).toBe(1);
    const child = listener.accept()!;
    const notices: number[] = [];
    child.notify = (bits) => notices.push(bits);
    expect(notices).toEqual([]);
    w.clock.advance(0);
    expect(notices).toEqual([CONNECTED | READABLE]);
    expect([child.readable, child.receive(), child.receive()]).toEqual([10, bytes(10), null]);
    child.send(bytes(5, 50));
    child.shutdown();
    const out = w.link.take().map(readTcp);
    expect(out.map((seg) => [...seg.text.subarray(seg.textStart)])).toContainEqual([...bytes(5, 50)]);
    const fin = out.at(-1)!;
    expect(fin.flags & FIN).toBe(FIN);
    const last = { seq: 111, ack: add(fin.seq, fin.len), flags: ACK | FIN };
    w.link.exchange(tcpPacket(peer, PORT, us, 80, last));
    expect([child.state, child.ended]).toEqual(['TIME-WAIT', true]);
    expect(notices.at(-1)! & (END | TIME_WAIT)).toBe(END | TIME_WAIT);
    w.clock.advance(2 * RFC9293.msl);
    expect([child.state, [...w.host.sockets()], w.clock.next]).toEqual(['CLOSED', [], Infinity]);
    expect(notices.at(-1)).toBe(CLOSED);
  });

  test('an active open from an ephemeral port', () => {
    const w = world();
    const socket = w.host.connect({ address: peer, port: 80 });
    const syn = readTcp(w.link.take()[0]);
    expect([syn.flags, syn.source, syn.destination, syn.destinationPort]).toEqual([
      SYN,
      `${us}`,
      `${peer}`,
      80,
    ]);
    expect(syn.sourcePort).toBeGreaterThanOrEqual(1024);
    expect(socket.local).toEqual({ address: us, port: syn.sourcePort });
    const notices: number[] = [];
    socket.notify = (bits) => notices.push(bits);
    const answer = { seq: 900, ack: add(syn.seq, 1), flags: SYN | ACK, mss: 1460 };
    expect(readTcp(w.link.exchange(tcpPacket(peer, 80, us, syn.sourcePort, answer))[0]).ack).toBe(901);
    expect([socket.state, notices]).toEqual(['ESTABLISHED', [CONNECTED]]);
  });

  test('§3.10.7.1 a segment for a closed port is answered with a reset (U-1)', () => {
    const { host, link } = world();
    const syn = readTcp(link.exchange(tcpPacket(peer, PORT, us, 81, { seq: 77, flags: SYN }))[0]);
    expect([syn.flags, syn.seq, syn.ack, syn.checksumValid]).toEqual([RST | ACK, 0, 78, true]);
    expect([syn.source, syn.sourcePort, syn.destinationPort]).toEqual([`${us}`, 81, PORT]);
    const ack = readTcp(link.exchange(tcpPacket(peer, PORT, us, 81, { seq: 77, ack: 4711, flags: ACK }))[0]);
    expect([ack.flags, ack.seq]).toEqual([RST, 4711]);
    expect([host.counters.resets, drops(host)]).toEqual([2, { 'tcp-no-connection': 2 }]);
  });

  test('§3.10.7.2 LISTEN: a RST is nothing, an ACK is reset, no SYN is nothing (U-2)', () => {
    const { host, link } = world();
    const listener = host.listen({ port: 80 });
    const to = (shape: TcpShape): Uint8Array => tcpPacket(peer, PORT, us, 80, shape);
    expect(
      link.exchange(to({ flags: RST }), to({ flags: RST | ACK }), to({ flags: FIN }), to({ flags: 0 })),
    ).toEqual([]);
    expect(readTcp(link.exchange(to({ flags: SYN | ACK, ack: 9 }))[0])).toMatchObject({ flags: RST, seq: 9 });
    expect(listener.waiting).toEqual({ pending: 0, acceptable: 0 });
  });

  test('TTL 64; DF and identification 0, or flow label 0 (RFC 1191 §3, RFC 6864 §4.1, A006)', () => {
    const w = world();
    const socket = w.host.connect({ address: peer, port: 80 });
    w.link.exchange(tcpPacket(peer, PORT, us, 81, { flags: SYN }));
    for (const { bytes: packet } of w.link.take()) {
      if (family === 4) {
        expect(header4(packet)).toMatchObject({
          hopLimit: 64,
          dontFragment: true,
          identification: 0,
          trafficClass: 0,
        });
      } else {
        expect(header6(packet)).toMatchObject({ hopLimit: 64, flowLabel: 0, trafficClass: 0 });
      }
    }
    socket.setHopLimit(9);
    socket.setDiffserv(46);
    w.clock.advance(1000);
    const again = w.link.take()[0]!.bytes;
    expect(family === 4 ? header4(again) : header6(again)).toMatchObject({
      hopLimit: 9,
      trafficClass: 46 << 2,
    });
  });
});

test('MUST-48, MUST-49 hop limits and codepoints that there are not', () => {
  const socket = world().host.connect({ address: PEER4, port: 80 });
  for (const bad of [0, 256, 1.5, NaN]) expect(() => socket.setHopLimit(bad)).toThrow(/hop limit/);
  for (const bad of [-1, 64, 1.5]) expect(() => socket.setDiffserv(bad)).toThrow(/codepoint/);
});

describe('segments that are not looked at', () => {
  test.each([
    ['MUST-3 a wrong checksum', from({ flags: SYN }).map((b, i) => (i === 24 ? b ^ 1 : b)), 'tcp-checksum'],
    ['source port 0 (A053)', from({ flags: SYN }, 0), 'tcp-port-zero'],
    ['destination port 0 (A053)', tcpPacket(PEER4, PORT, US4, 0, { flags: SYN }), 'tcp-port-zero'],
  ])('%s', (_, packet, reason) => {
    const { host, link } = world();
    host.listen({ port: 80 });
    expect(link.exchange(packet)).toEqual([]);
    expect(drops(host)).toEqual({ [reason]: 1 });
  });

  test('a header that does not fit', () => {
    const { host, link } = world();
    const packet = from({ flags: SYN });
    packet[32] = 0xf0;
    link.deliver(packet, 'verified');
    expect(drops(host)).toEqual({ 'tcp-malformed': 1 });
  });

  test.each(['partial', 'verified'] as const)('a checksum that is %s is not verified', (checksum) => {
    const { host, link } = world();
    host.listen({ port: 80 });
    const packet = from({ flags: SYN });
    packet[36]! ^= 0xff;
    link.deliver(packet, checksum);
    link.receiver.flush();
    expect([link.take().length, drops(host)]).toEqual([1, {}]);
  });
});

describe('when segments leave', () => {
  test('MUST-58, MUST-59 nothing is sent before the batch is through, and then one ACK', () => {
    const w = world();
    const { answer } = open(w);
    w.link.take();
    for (let i = 0; i < 8; i++)
      w.link.deliver(from({ ...ackOf(answer), seq: 101 + 1000 * i, text: bytes(1000) }));
    expect(w.link.take()).toEqual([]);
    w.link.receiver.flush();
    const acks = w.link.take().map(readTcp);
    expect(acks.map((seg) => seg.ack)).toEqual([8101]);
  });

  test('notices are told from the flush loop, and may call back', () => {
    const w = world();
    const { child, answer } = open(w);
    w.link.take();
    const log: string[] = [];
    child.notify = (bits) => {
      if ((bits & READABLE) === 0) return;
      log.push('told');
      for (let text = child.receive(); text !== null; text = child.receive()) child.send(text);
      log.push('returned');
    };
    w.link.deliver(from({ ...ackOf(answer), flags: ACK | PSH, text: bytes(30) }));
    expect(log).toEqual([]);
    w.link.receiver.flush();
    expect(log).toEqual(['told', 'returned']);
    const echo = w.link
      .take()
      .map(readTcp)
      .find((seg) => seg.textLength > 0)!;
    expect([echo.textLength, echo.ack]).toEqual([30, 131]);
  });

  test('a callback that throws harms nobody else', () => {
    const w = world();
    const one = open(w);
    const other = open(w, 5001);
    w.link.take();
    one.child.notify = () => {
      throw new Error('application');
    };
    let told = 0;
    other.child.notify = () => told++;
    expect(() => w.clock.advance(0)).toThrow('application');
    w.clock.advance(0);
    expect(told).toBe(1);
    w.link.deliver(from({ ...ackOf(other.answer), text: bytes(3), flags: ACK | PSH }, 5001));
    w.link.receiver.flush();
    expect(told).toBe(2);
  });

  test('a link without room: the packet is kept, sockets wait, and go on in order', () => {
    const w = world();
    const { child } = open(w);
    w.link.take();
    w.link.room = 2;
    child.send(bytes(6 * 1460));
    const second = w.host.connect({ address: PEER4, port: 80 });
    expect(w.link.take().length).toBe(2);
    expect(w.host.counters.linkBusy).toBe(1);
    w.link.room = 1;
    w.link.receiver.writable();
    expect(
      w.link
        .take()
        .map(readTcp)
        .map((seg) => seg.textLength),
    ).toEqual([1460]);
    w.link.room = Infinity;
    w.link.receiver.writable();
    const rest = w.link.take().map(readTcp);
    expect(rest.some((seg) => (seg.flags & SYN) !== 0 && seg.sourcePort === second.local.port)).toBe(true);
    const texts = rest.filter((seg) => seg.textLength > 0).map((seg) => seg.textLength);
    expect(texts.reduce((sum, n) => sum + n, 3 * 1460)).toBe(6 * 1460);
  });

  test('super-segments: one packet up to the size that the link cuts itself', () => {
    const w = world({ superSegment: 65_535, checksumOffload: true });
    const { child, answer } = open(w);
    w.link.take();
    child.send(bytes(60_000));
    const [big] = w.link.take();
    expect(big?.bytes.length).toBe(40 + 10 * 1460);
    expect([big?.segmentSize, big?.checksum]).toEqual([1460, 'partial']);
    const seg = readTcp(big);
    const pseudo = pseudoHeaderSumOf(big!.bytes, 0, 6, big!.bytes.length - 20);
    const stored = (big!.bytes[36]! << 8) | big!.bytes[37]!;
    expect(stored).toBe(~foldChecksum(pseudo) & 0xffff);
    w.link.exchange(from({ ...ackOf(answer), ack: add(seg.seq, 100) }));
    expect(w.link.take().every((sent) => sent.bytes.length <= 1500 || sent.segmentSize === 1460)).toBe(true);
  });

  test('without offload the checksum is whole, with headroom too', () => {
    const w = world({ headroom: 14 });
    const { child } = open(w);
    child.send(bytes(1001));
    const sent = w.link.take();
    expect(sent.length).toBeGreaterThan(1);
    for (const packet of sent) {
      expect([packet.checksum, packet.segmentSize]).toEqual(['full', 0]);
      const { payloadStart, payloadEnd } = header4(packet.bytes);
      const pseudo = pseudoHeaderSumOf(packet.bytes, 0, 6, payloadEnd - payloadStart);
      expect(isChecksumValid(packet.bytes, payloadStart, payloadEnd, pseudo)).toBe(true);
    }
  });

  test('a received super-segment is text like any other', () => {
    const w = world({ superSegment: 65_535 });
    const { child, answer } = open(w);
    w.link.deliver(from({ ...ackOf(answer), text: bytes(20_000) }), 'partial', 1460);
    w.link.receiver.flush();
    expect(child.readable).toBe(20_000);
  });
});

describe('OPEN (§3.9.1.1)', () => {
  const code = (name: string) => expect.objectContaining({ name: 'TcpError', code: name });

  test.each([
    ['255.255.255.255', 'EINVAL'],
    ['10.0.0.255', 'EINVAL'],
    ['224.0.0.1', 'EINVAL'],
    ['0.0.0.0', 'EINVAL'],
    ['127.0.0.1', 'EINVAL'],
    ['10.0.0.1', 'EINVAL'],
    ['ff02::1', 'EINVAL'],
    ['::', 'EINVAL'],
    ['::ffff:10.0.0.2', 'EINVAL'],
  ])('to %s is rejected, and nothing is sent (MUST-46)', (address, name) => {
    const { host, link } = world();
    expect(() => host.connect({ address: ip(address), port: 80 })).toThrow(code(name));
    expect(() => host.ping(ip(address), { onReply: () => {} })).toThrow(code(name));
    expect(link.sent).toEqual([]);
  });

  test('bad ports, backlogs, addresses', () => {
    const { host } = world();
    for (const port of [0, -1, 65_536, 1.5, NaN]) {
      expect(() => host.connect({ address: PEER4, port })).toThrow(code('EINVAL'));
    }
    for (const port of [-1, 65_536, 1.5]) expect(() => host.listen({ port })).toThrow(code('EINVAL'));
    expect(() => host.listen({ port: 80, backlog: 0 })).toThrow(code('EINVAL'));
    const listener = host.listen({ port: 80, backlog: 2 });
    for (const backlog of [0, 1.5, Number.NaN]) {
      expect(() => {
        listener.backlog = backlog;
      }).toThrow(code('EINVAL'));
    }
    expect(listener.backlog).toBe(2);
    listener.close();
    expect(() => host.listen({ port: 80, address: PEER4 })).toThrow(code('EADDRNOTAVAIL'));
    expect(() => host.connect({ address: PEER4, port: 80, localAddress: PEER4 })).toThrow(
      code('EADDRNOTAVAIL'),
    );
    expect(() => host.connect({ address: PEER4, port: 80, localAddress: US6 })).toThrow(code('EINVAL'));
    expect(() => host.ping(PEER4, { size: 70_000, onReply: () => {} })).toThrow(code('EINVAL'));
  });

  test('no route, or no address of the family', () => {
    const { host, via } = world({ mtu: 600 });
    expect(() => host.connect({ address: PEER6, port: 80 })).toThrow(code('ENETUNREACH'));
    host.addRoute(prefix('::/0'), via);
    expect(() => host.connect({ address: PEER6, port: 80 })).toThrow(code('ENETUNREACH'));
  });

  test('a multihomed host calls from the address on the way there, unless it is told (MUST-43, MUST-44)', () => {
    const { host, link } = world();
    const second = new FakeLink('second');
    const via = host.addInterface(second, [prefix('10.9.0.1/24'), prefix('192.168.7.1/24')]);
    host.addRoute(prefix('203.0.113.0/24'), via, ip('192.168.7.9'));
    const local = (address: string, localAddress?: string): string => {
      const chosen = localAddress === undefined ? {} : { localAddress: ip(localAddress) };
      return `${host.connect({ address: ip(address), port: 80, ...chosen }).local.address}`;
    };
    expect(local('10.0.0.7')).toBe('10.0.0.1');
    expect(local('10.9.0.7')).toBe('10.9.0.1');
    expect(local('192.168.7.3')).toBe('192.168.7.1');
    expect(local('203.0.113.5')).toBe('10.9.0.1');
    expect(local('198.51.100.1')).toBe('10.0.0.1');
    expect(local('203.0.113.5', '192.168.7.1')).toBe('192.168.7.1');
    expect(() => local('10.0.0.7', '10.9.0.1')).toThrow(code('ENETUNREACH'));
    expect([link.sent.length, second.sent.length]).toEqual([2, 4]);
  });

  test('the address stays when routes change (MUST-45)', () => {
    const { host, link, clock } = world();
    const socket = host.connect({ address: ip('203.0.113.5'), port: 80 });
    const second = new FakeLink('second');
    host.addRoute(prefix('203.0.113.0/24'), host.addInterface(second, [prefix('10.9.0.1/24')]));
    clock.advance(1000);
    expect(link.take().map((sent) => readTcp(sent).source)).toEqual(['10.0.0.1', '10.0.0.1']);
    expect([second.sent, `${socket.local.address}`]).toEqual([[], '10.0.0.1']);
  });

  test('a second LISTEN on a port fails, other addresses of it do not (MUST-41)', () => {
    const { host } = world();
    const first = host.listen({ port: 80 });
    expect(() => host.listen({ port: 80 })).toThrow(code('EADDRINUSE'));
    host.listen({ port: 80, address: US4 });
    host.listen({ port: 80, address: US6 });
    expect(() => host.listen({ port: 80, address: US4 })).toThrow(code('EADDRINUSE'));
    first.close();
    host.listen({ port: 80 });
    expect([...host.listeners()].length).toBe(3);
  });

  test('LISTEN, done or refused, leaves open connections of the port as they are (MUST-41)', () => {
    const w = world();
    const { child, answer } = open(w);
    const before = child.info();
    expect(() => w.host.listen({ port: 80 })).toThrow(code('EADDRINUSE'));
    for (const listener of w.host.listeners()) listener.close();
    w.host.listen({ port: 80 });
    expect([child.info(), [...w.host.sockets()]]).toEqual([before, [child]]);
    w.link.exchange(from({ ...ackOf(answer), text: bytes(5) }));
    expect(child.receive()).toEqual(bytes(5));
  });

  test('a LISTEN that names the address comes before one for any', () => {
    const w = world();
    const any = w.host.listen({ port: 80 });
    const exact = w.host.listen({ port: 80, address: US4 });
    w.link.exchange(from({ flags: SYN }), tcpPacket(PEER6, PORT, US6, 80, { flags: SYN }));
    expect([exact.waiting.pending, any.waiting.pending]).toEqual([1, 1]);
  });

  test('LISTEN beside a connection with the same local port (MUST-42)', () => {
    const w = world();
    const socket = w.host.connect({ address: PEER4, port: 9, localPort: 80 });
    const listener = w.host.listen({ port: 80 });
    w.link.exchange(from({ flags: SYN }));
    expect([socket.state, listener.waiting.pending]).toEqual(['SYN-SENT', 1]);
    listener.close();
    const crossed = tcpPacket(PEER4, 9, US4, 80, { seq: 7, flags: SYN });
    w.link.exchange(crossed);
    expect(socket.state).toBe('SYN-RECEIVED');
    w.host.listen({ port: 80 });
    expect(socket.state).toBe('SYN-RECEIVED');
  });

  test('one local port for two destinations; the same 4-tuple twice is EADDRINUSE (6056.4)', () => {
    const { host } = world();
    host.connect({ address: PEER4, port: 80, localPort: 4000 });
    host.connect({ address: PEER4, port: 81, localPort: 4000 });
    host.connect({ address: ip('10.0.0.3'), port: 80, localPort: 4000 });
    expect(() => host.connect({ address: PEER4, port: 80, localPort: 4000 })).toThrow(code('EADDRINUSE'));
  });

  test('every port in use is EADDRNOTAVAIL; those of listeners are left alone (6056.3, 6056.5)', () => {
    const { host } = world({}, { limits: { firstEphemeralPort: 5000, lastEphemeralPort: 5004 } });
    host.listen({ port: 5002 });
    const ports = [1, 2, 3, 4].map(() => host.connect({ address: PEER4, port: 80 }).local.port);
    expect(ports.sort()).toEqual([5000, 5001, 5003, 5004]);
    expect(() => host.connect({ address: PEER4, port: 80 })).toThrow(code('EADDRNOTAVAIL'));
    expect(host.connect({ address: PEER4, port: 81 }).local.port).toBeGreaterThan(0);
  });

  test('listening on port 0 takes one that is free', () => {
    const { host } = world({}, { limits: { firstEphemeralPort: 5000, lastEphemeralPort: 5001 } });
    const ports = [host.listen({ port: 0 }).local.port, host.listen({ port: 0, address: US4 }).local.port];
    expect(ports.sort()).toEqual([5000, 5001]);
    expect(() => host.listen({ port: 0 })).toThrow(code('EADDRNOTAVAIL'));
  });
});

describe('the backlog', () => {
  test('9293-3.10.7.2-backlog without cookies SYNs beyond it are dropped in silence; an ACK makes room', () => {
    const w = world({}, { parameters: { ...RFC9293, synCookies: 'never' } });
    const listener = w.host.listen({ port: 80, backlog: 2 });
    const answers = w.link.exchange(...[1, 2, 3].map((port) => from({ flags: SYN }, port))).map(readTcp);
    expect(answers.length).toBe(2);
    expect(drops(w.host)).toEqual({ 'tcp-backlog': 1 });
    w.link.exchange(from({ seq: 1, ack: add(answers[0]!.seq, 1), flags: ACK }, 1));
    expect(listener.waiting).toEqual({ pending: 1, acceptable: 1 });
    expect(w.link.exchange(from({ flags: SYN }, 3)).length).toBe(1);
    expect(w.link.exchange(from({ flags: SYN }, 4))).toEqual([]);
    expect(listener.accept()?.remote.port).toBe(1);
  });

  test('a connection that is reset before anyone accepts it is forgotten', () => {
    const w = world();
    const listener = w.host.listen({ port: 80 });
    const answer = readTcp(w.link.exchange(from({ seq: 100, flags: SYN }))[0]);
    w.link.exchange(from(ackOf(answer)));
    expect(listener.waiting.acceptable).toBe(1);
    w.link.exchange(from({ seq: 101, flags: RST }));
    expect([listener.accept(), [...w.host.sockets()]]).toEqual([null, []]);
  });

  test('closing a listener resets what nobody accepted, and nothing else', () => {
    const w = world();
    const { child } = open(w);
    const [listener] = w.host.listeners();
    const waiting = readTcp(w.link.exchange(from({ seq: 100, flags: SYN }, 6000))[0]);
    w.link.exchange(from(ackOf(waiting), 6000));
    w.link.exchange(from({ seq: 100, flags: SYN }, 6001));
    w.link.take();
    listener!.close();
    const resets = w.link.take().map(readTcp);
    expect(resets.map((seg) => [seg.destinationPort, seg.flags & RST])).toEqual([
      [6001, RST],
      [6000, RST],
    ]);
    expect([child.state, [...w.host.sockets()]]).toEqual(['ESTABLISHED', [child]]);
    expect(readTcp(w.link.exchange(from({ flags: SYN }, 7000))[0]).flags).toBe(RST | ACK);
  });

  test('half-open connections are given up in time', () => {
    const w = world({}, { parameters: LINUX });
    const listener = w.host.listen({ port: 80 });
    w.link.exchange(from({ flags: SYN }));
    w.clock.advance(62_999);
    expect(listener.waiting.pending).toBe(1);
    w.clock.advance(1);
    expect([listener.waiting.pending, [...w.host.sockets()]]).toEqual([0, []]);
  });
});

test('R1: connections that come later leave by another way, if there is one (MUST-20)', () => {
  const w = world();
  const other = new FakeLink('other');
  const via = w.host.addInterface(other, [prefix('10.9.0.1/24')]);
  w.host.addRoute(prefix('0.0.0.0/0'), via, ip('10.9.0.2'));
  const far = ip('192.0.2.7');
  const first = w.host.connect({ address: far, port: 80 });
  w.clock.advance(6_999);
  w.link.take();
  w.host.connect({ address: far, port: 80 }).abort();
  expect([w.link.take().length, other.take().length]).toEqual([1, 0]);
  w.clock.advance(1);
  w.link.take();
  expect(`${w.host.connect({ address: far, port: 80 }).local.address}`).toBe('10.9.0.1');
  expect([w.link.take().length, other.take().length]).toEqual([0, 1]);
  expect(first.via).toBe(w.via);
  w.clock.advance(8_000);
  expect(w.link.take()).toHaveLength(1);
});

test('a retransmission is the same packet to the last bit, identification and all (MAY-4)', () => {
  const w = world({}, { parameters: { ...RFC9293, timestamps: false } });
  const { child } = open(w);
  w.link.take();
  child.send(bytes(500));
  const [first] = w.link.take();
  w.clock.advance(1000);
  const [again, ...rest] = w.link.take();
  expect(rest).toEqual([]);
  expect([...again!.bytes]).toEqual([...first!.bytes]);
});

test('the settings of one connection reach it (MUST-21, MUST-27, SHLD-20, MAY-14, MAY-15)', () => {
  const w = world();
  const { child } = open(w);
  w.link.take();
  child.setKeepAlive(true, 5000, 700, 3);
  child.setUserTimeout(60_000);
  child.setFinWait2(1000);
  child.setErrorReports(false);
  child.setCork(true);
  const { tcb } = child.connection;
  expect([tcb.keepAliveIdle, tcb.keepAliveInterval, tcb.keepAliveCount]).toEqual([5000, 700, 3]);
  expect([tcb.userTimeout, tcb.finWait2, tcb.errorReports, tcb.corked]).toEqual([60_000, 1000, false, true]);
  child.send(bytes(10));
  expect(w.link.take()).toEqual([]);
  expect(child.flush()).toBe(10);
  child.setCork(false);
  child.setKeepAlive(true);
  expect([tcb.keepAliveIdle, tcb.keepAliveInterval, tcb.keepAliveCount]).toEqual([7_200_000, 75_000, 9]);
  expect(() => child.setUserTimeout(-1)).toThrow(RangeError);
  expect(() => child.setFinWait2(Number.NaN)).toThrow(RangeError);
  expect(() => child.setKeepAlive(true, 0, 0, 1)).toThrow(RangeError);
});

describe('TIME-WAIT and the next incarnation (MAY-2, RFC 6191)', () => {
  function inTimeWait(probe: HostRules | null = null) {
    const w = world({}, probe === null ? {} : { probe });
    const { child, answer } = open(w);
    child.close();
    w.link.exchange(from({ seq: 101, ack: add(answer.seq, 2), flags: FIN | ACK }));
    expect(child.state).toBe('TIME-WAIT');
    w.link.take();
    return { ...w, child, answer };
  }

  test('a SYN beyond the old numbers opens a new connection, its ISS beyond them too (6191.2, 6191.4, 6528.4)', () => {
    const { host, link, child, answer } = inTimeWait();
    const again = readTcp(link.exchange(from({ seq: 50_000, flags: SYN }))[0]);
    expect([again.flags, again.ack]).toEqual([SYN | ACK, 50_001]);
    expect(gt(seq(again.seq), add(answer.seq, 2))).toBe(true);
    expect(child.state).toBe('CLOSED');
    expect([...host.sockets()].map((socket) => socket.state)).toEqual(['SYN-RECEIVED']);
  });

  test('an observer hears why TIME-WAIT was cut short (6191.2)', () => {
    const probe = new HostRules();
    inTimeWait(probe).link.exchange(from({ seq: 50_000, flags: SYN }));
    expect(probe.has('6191-2-reuse')).toBe(true);
  });

  test('not without a listener: TIME-WAIT stays', () => {
    const { host, link, child } = inTimeWait();
    for (const listener of host.listeners()) listener.close();
    link.exchange(from({ seq: 50_000, flags: SYN }));
    expect(child.state).toBe('TIME-WAIT');
  });

  test('the old connection has given up its place before anything is sent', () => {
    const { host, link } = inTimeWait();
    link.deliver(from({ seq: 50_000, flags: SYN }));
    expect([...host.sockets()].map((socket) => socket.state)).toEqual(['SYN-RECEIVED']);
  });

  test('not while the backlog is full', () => {
    const { host, link, child } = inTimeWait();
    for (const listener of host.listeners()) listener.close();
    host.listen({ port: 80, backlog: 1 });
    link.exchange(from({ flags: SYN }, 6000), from({ seq: 50_000, flags: SYN }));
    expect([child.state, [...host.sockets()].length]).toEqual(['TIME-WAIT', 2]);
  });

  test('an old SYN is no new connection: it gets the last ACK again (6191.3, 1337.4)', () => {
    const { host, link, child } = inTimeWait();
    const [again] = link.exchange(from({ seq: 50, flags: SYN })).map(readTcp);
    expect(again).toMatchObject({ flags: ACK, ack: 102 });
    expect([child.state, [...host.sockets()].length]).toEqual(['TIME-WAIT', 1]);
  });
});

describe('a link that goes down', () => {
  test('its connections fail with ENETDOWN, others live; what waited is dropped', () => {
    const w = world();
    const second = new FakeLink('second');
    const via = w.host.addInterface(second, [prefix('10.9.0.1/24')]);
    const lost = w.host.connect({ address: ip('10.9.0.2'), port: 80 });
    const kept = w.host.connect({ address: PEER4, port: 80 });
    const reasons: string[] = [];
    via.notify = (reason) => reasons.push(reason.message);
    const notices: number[] = [];
    lost.notify = (bits) => notices.push(bits);
    second.receiver.down(new Error('device deleted'));
    second.receiver.down(new Error('twice'));
    expect([lost.state, lost.error, kept.state]).toEqual(['CLOSED', 'ENETDOWN', 'SYN-SENT']);
    expect([notices.length, reasons]).toEqual([1, ['device deleted']]);
    expect(() => w.host.connect({ address: ip('10.9.0.2'), port: 80, localAddress: ip('10.9.0.1') })).toThrow(
      /10.9.0.1/,
    );
    second.deliver(tcpPacket(ip('10.9.0.2'), 80, ip('10.9.0.1'), 80, { flags: SYN }));
    second.receiver.flush();
    second.receiver.writable();
    expect([second.sent.length, w.host.counters.dropped['link-down']]).toEqual([1, 1]);
  });

  test('removeInterface does the same', () => {
    const w = world();
    const { child } = open(w);
    w.host.removeInterface(w.via);
    expect([child.state, child.error, w.host.interfaces]).toEqual(['CLOSED', 'ENETDOWN', []]);
    expect(w.clock.next).toBe(Infinity);
  });
});

test('close resets everything, and then nothing happens any more', () => {
  const w = world();
  const { child } = open(w);
  w.link.exchange(from({ flags: SYN }, 6000), ipPacket(PEER4, US4, 17, bytes(8), { id: 1, more: true }));
  child.send(bytes(1400));
  const tooBig = w.link.take().at(-1)!.bytes;
  w.link.exchange(icmpPacket(PEER4, US4, 3, 4, 1300, tooBig));
  expect(w.host.counters.pathMtuLowered).toBe(1);
  w.link.take();
  w.host.close();
  w.host.close();
  const flags = w.link.take().map((sent) => readTcp(sent).flags & RST);
  expect(flags).toEqual([RST, RST]);
  expect([child.state, child.error, [...w.host.sockets()], [...w.host.listeners()]]).toEqual([
    'CLOSED',
    null,
    [],
    [],
  ]);
  expect(w.clock.next).toBe(Infinity);
  expect(w.link.exchange(from({ flags: SYN }))).toEqual([]);
  expect(() => w.host.listen({ port: 80 })).toThrow(/closed/);
});

describe('interfaces', () => {
  test.each([
    ['an MTU too small for IPv6', { mtu: 1279 }, 'fd00::7/64', 'EINVAL'],
    ['an MTU too small for IP', { mtu: 67 }, '10.0.0.7/24', 'EINVAL'],
    ['a multicast address', {}, '224.0.0.1/24', 'EINVAL'],
    ['a loopback address', {}, '127.0.0.1/8', 'EINVAL'],
    ['no address', {}, '0.0.0.0/0', 'EINVAL'],
    ['an address twice', {}, '10.0.0.1/30', 'EADDRINUSE'],
  ])('%s', (_, shape, text, name) => {
    const { host } = world();
    expect(() => host.addInterface(new FakeLink('x', shape), [prefix(text)])).toThrow(
      expect.objectContaining({ code: name }),
    );
  });

  test("a route over another host's interface", () => {
    expect(() => world().host.addRoute(prefix('::/0'), world().via)).toThrow(/no interface/);
  });
});
