import { describe, expect, test, vi } from 'vitest';
import { FlowTable } from '../../src/host/demux.ts';
import { ERROR, SOFT_ERROR } from '../../src/tcp/notice.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import { ACK, SYN } from '../../src/wire/tcp.ts';
import {
  ackOf,
  bytes,
  type Decoded,
  drops,
  FAMILIES,
  FakeLink,
  fragments,
  header4,
  icmpPacket,
  ip,
  ipPacket,
  PEER4,
  PEER6,
  payloadOf,
  prefix,
  readIcmp,
  readTcp,
  type Sent,
  tcpPacket,
  US4,
  US6,
  udpPacket,
  world,
} from './support.ts';

const ROUTER4 = ip('10.0.0.99');
const ROUTER6 = ip('fd00::99');

describe.each(FAMILIES)('echo over IPv$family', ({ family, us, peer, far }) => {
  const [request, reply] = family === 4 ? [8, 0] : [128, 129];

  test('the same data, identifier and sequence number go back', () => {
    const { host, link } = world();
    const [answer, ...rest] = link.exchange(icmpPacket(far, us, request, 0, 0x12345678, bytes(56)));
    expect(rest).toEqual([]);
    expect(readIcmp(answer?.bytes)).toEqual({
      source: us.toString(),
      destination: far.toString(),
      type: reply,
      code: 0,
      word: 0x12345678,
      body: bytes(56),
    });
    expect([host.counters.echoReplies, drops(host)]).toEqual([1, {}]);
  });

  test('A055 an empty request has an empty reply: nothing leaks', () => {
    const { link } = world();
    link.exchange(icmpPacket(peer, us, request, 0, 1, bytes(900, 7)));
    const [answer] = link.exchange(icmpPacket(peer, us, request, 0, 2, bytes(0)));
    expect(readIcmp(answer?.bytes).body.length).toBe(0);
  });

  test.each([
    ['too short', icmpPacket(peer, us, request, 0, 1, bytes(8)).slice(0, -12), 'icmp-malformed'],
    [
      'a wrong checksum',
      icmpPacket(peer, us, request, 0, 1, bytes(8)).map((b, i, all) => (i === all.length - 1 ? b ^ 1 : b)),
      'icmp-checksum',
    ],
  ])('A055 %s: dropped', (_, packet, reason) => {
    const { host, link } = world();
    if (family === 4) packet.set([packet.length], 3);
    else packet.set([packet.length - 40], 5);
    const fixed = ipPacket(peer, us, family === 4 ? 1 : 58, payloadOf(packet));
    expect(link.exchange(fixed)).toEqual([]);
    expect(drops(host)).toEqual({ [reason]: 1 });
  });

  test('replies are lost, not kept without bound, while the link takes nothing', () => {
    const { host, link } = world();
    link.room = 0;
    for (let i = 0; i < 1000; i++) link.exchange(icmpPacket(peer, us, request, 0, i, bytes(1000)));
    const lost = host.counters.dropped['reply-queue-full'];
    expect(lost).toBeGreaterThan(800);
    link.room = Infinity;
    link.receiver.writable();
    expect(link.take().length).toBe(1000 - lost);
    expect(link.exchange(icmpPacket(peer, us, request, 0, 1, bytes(1000))).length).toBe(1);
  });

  test('ping: the answer is told after the event, with its time', () => {
    const { host, link, clock } = world();
    const replies: unknown[] = [];
    host.ping(peer, { size: 100, onReply: (answer) => replies.push(answer) });
    const sent = readIcmp(link.take()[0]?.bytes);
    expect([sent.type, sent.source, sent.destination, sent.body.length]).toEqual([
      request,
      `${us}`,
      `${peer}`,
      100,
    ]);
    clock.advance(25);
    const answer = icmpPacket(peer, us, reply, 0, sent.word, sent.body);
    link.exchange(icmpPacket(far, us, reply, 0, sent.word, sent.body));
    expect(drops(host)).toEqual({ 'icmp-type': 1 });
    link.deliver(icmpPacket(peer, us, reply, 0, sent.word + 1, sent.body));
    link.deliver(answer);
    expect(replies).toEqual([]);
    link.exchange(answer);
    link.exchange(answer);
    expect(replies).toEqual([{ from: peer, size: 100, time: 25 }]);
    expect(drops(host)).toEqual({ 'icmp-type': 4 });
  });
});

describe.each(FAMILIES)('UDP to a closed port over IPv$family', ({ family, us, peer }) => {
  const packet = udpPacket(peer, us, 53, bytes(20));

  test('port unreachable, quoting the datagram', () => {
    const { host, link } = world();
    const [answer, ...rest] = link.exchange(packet);
    expect(rest).toEqual([]);
    const [type, code] = family === 4 ? [3, 3] : [1, 4];
    expect(readIcmp(answer?.bytes)).toMatchObject({
      type,
      code,
      word: 0,
      body: packet,
      destination: `${peer}`,
    });
    expect([host.counters.icmpErrors, drops(host)]).toEqual([1, { 'udp-closed-port': 1 }]);
  });

  test('a large datagram is quoted as far as an error may be long', () => {
    const { link } = world();
    const [answer] = link.exchange(udpPacket(peer, us, 53, bytes(1400)));
    expect(answer?.bytes.length).toBe(family === 4 ? 576 : 1280);
    readIcmp(answer?.bytes);
  });

  test('A056 a length below 8, beyond the packet; a wrong checksum: silence', () => {
    const { host, link } = world();
    const at = family === 4 ? 20 : 40;
    const patched = (offset: number, value: number): Uint8Array =>
      packet.map((byte, i) => (i === at + offset ? value : byte));
    expect(link.exchange(patched(5, 7), patched(5, 200), patched(20, 255))).toEqual([]);
    expect(drops(host)).toEqual({ 'udp-malformed': 2, 'udp-checksum': 1 });
  });

  test('rate-limited: a burst, then 100 a second over time (A006)', () => {
    const { host, link, clock } = world();
    const burst = link.exchange(...Array.from({ length: 500 }, () => packet)).length;
    expect(burst).toBeGreaterThan(30);
    expect(burst).toBeLessThan(101);
    expect(host.counters.dropped['icmp-rate-limit']).toBe(500 - burst);
    let more = 0;
    for (let i = 0; i < 1000; i++) {
      clock.advance(10);
      more += link.exchange(packet, packet, packet).length;
    }
    expect(more).toBeGreaterThan(850);
    expect(more).toBeLessThan(1150);
  });

  test('A006 how many are answered differs from host to host: no counting through the bucket', () => {
    const counts = [1, 2, 3, 4, 5, 6].map((s) => {
      const { link } = world({}, {}, s);
      return link.exchange(...Array.from({ length: 200 }, () => packet)).length;
    });
    expect(new Set(counts).size).toBeGreaterThan(2);
  });
});

test('RFC 1122 §3.2.2 an error is never answered with an error', () => {
  const { link, clock } = world();
  const error = icmpPacket(PEER4, US4, 3, 3, 0, tcpPacket(US4, 1, PEER4, 2));
  const echo = icmpPacket(PEER4, US4, 8, 0, 1, bytes(20));
  const firstPart = (packet: Uint8Array, id: number): Uint8Array =>
    ipPacket(PEER4, US4, 1, payloadOf(packet).slice(0, 16), { id, more: true });
  expect(link.exchange(error, firstPart(error, 3))).toEqual([]);
  clock.advance(60_000);
  expect(link.take()).toEqual([]);
  link.exchange(firstPart(echo, 4));
  clock.advance(60_000);
  expect(link.take().length).toBe(1);
});

test('a segment that follows a fragmented message is whole', () => {
  const { host, link } = world();
  host.listen({ port: 80 });
  const big = icmpPacket(PEER4, US4, 8, 0, 1, bytes(2000));
  for (const part of fragments(PEER4, US4, 1, payloadOf(big), 1200)) link.deliver(part);
  const sent = link.exchange(tcpPacket(PEER4, 5000, US4, 80, { flags: SYN }));
  expect(sent.map((packet) => header4(packet.bytes).fragmentOffset).sort()).toEqual([0, 0, 1480]);
});

test('the identification of what is sent without DF is random (A006)', () => {
  const { link } = world();
  for (let i = 0; i < 50; i++) link.exchange(icmpPacket(PEER4, US4, 8, 0, i, bytes(8)));
  const ids = link.take().map((sent) => header4(sent.bytes).identification);
  expect(new Set(ids).size).toBeGreaterThan(45);
  expect(ids.slice(1).filter((id, i) => id === ids[i]! + 1).length).toBeLessThan(3);
});

/** A connection, its handshake done if `open`. */
function connected(family: 4 | 6, open: boolean, parameters = RFC9293) {
  const w = world({}, { parameters });
  const { far } = FAMILIES.find((entry) => entry.family === family)!;
  const us = family === 4 ? US4 : US6;
  const socket = w.host.connect({ address: far, port: 80 });
  const notices: number[] = [];
  socket.notify = (bits) => notices.push(bits);
  let last: Sent = w.link.take()[0]!;
  const syn = readTcp(last);
  if (open) {
    const answer = tcpPacket(far, 80, us, syn.sourcePort, {
      seq: 7000,
      ack: add(syn.seq, 1),
      flags: SYN | ACK,
      mss: 1460,
    });
    w.link.exchange(answer);
    w.link.take();
    notices.length = 0;
    socket.send(bytes(1000));
    last = w.link.take()[0]!;
  }
  const router = family === 4 ? ROUTER4 : ROUTER6;
  /** An error about the packet sent last, or about another quotation. */
  const error = (type: number, code: number, word = 0, quote = last.bytes): Uint8Array =>
    icmpPacket(router, us, type, code, word, quote);
  return { ...w, socket, notices, last, us, far, error };
}

const SOFT = [
  [4, 'net unreachable', 3, 0, 'ENETUNREACH'],
  [4, 'host unreachable', 3, 1, 'EHOSTUNREACH'],
  [4, 'source route failed', 3, 5, 'ENETUNREACH'],
  [4, 'time exceeded', 11, 0, 'EHOSTUNREACH'],
  [4, 'parameter problem', 12, 0, 'EHOSTUNREACH'],
  [6, 'no route', 1, 0, 'ENETUNREACH'],
  [6, 'address unreachable', 1, 3, 'EHOSTUNREACH'],
  [6, 'time exceeded', 3, 0, 'EHOSTUNREACH'],
  [6, 'parameter problem', 4, 1, 'EHOSTUNREACH'],
] as const;

const HARD = [
  [4, 'protocol unreachable', 3, 2, 'ECONNREFUSED'],
  [4, 'port unreachable', 3, 3, 'ECONNREFUSED'],
  [4, 'prohibited', 3, 13, 'EHOSTUNREACH'],
  [6, 'prohibited', 1, 1, 'EHOSTUNREACH'],
  [6, 'port unreachable', 1, 4, 'ECONNREFUSED'],
] as const;

describe('errors about a connection (MUST-54)', () => {
  test.each(SOFT)(
    'IPv%d %s is soft: it is told and nothing ends (MUST-56, MUST-47, SHLD-25, U-20)',
    (family, _, type, code, name) => {
      for (const open of [false, true]) {
        const { host, link, socket, notices, error } = connected(family, open);
        link.exchange(error(type, code));
        expect([socket.state, socket.error, socket.info().softError]).toEqual([
          open ? 'ESTABLISHED' : 'SYN-SENT',
          null,
          name,
        ]);
        expect(notices).toEqual([SOFT_ERROR]);
        expect(drops(host)).toEqual({});
      }
    },
  );

  test.each(HARD)(
    'IPv%d %s ends a connection that is not open (SHLD-26, MUST-54)',
    (family, _, type, code, name) => {
      const { link, socket, notices, host, error } = connected(family, false);
      link.exchange(error(type, code));
      expect([socket.state, socket.error]).toEqual(['CLOSED', name]);
      expect(notices[0]! & ERROR).toBe(ERROR);
      expect([...host.sockets()]).toEqual([]);
    },
  );

  test.each(HARD)(
    'RFC 5927 §5.2: IPv%d %s is soft once it is (5927.2, SHLD-26, A009)',
    (family, _, type, code) => {
      const { link, socket, error } = connected(family, true);
      link.exchange(error(type, code));
      expect([socket.state, socket.error]).toEqual(['ESTABLISHED', null]);
    },
  );

  test('source quench is dropped in silence (MUST-55, A009)', () => {
    const { host, link, socket, error } = connected(4, true);
    const { cwnd } = socket.info();
    expect(link.exchange(error(4, 0))).toEqual([]);
    expect([socket.info().cwnd, socket.info().softError, drops(host)]).toEqual([
      cwnd,
      null,
      { 'icmp-source-quench': 1 },
    ]);
  });

  test('redirects and unknown types are dropped', () => {
    const { host, link, error } = connected(4, true);
    link.exchange(error(5, 0), error(42, 0));
    expect(drops(host)).toEqual({ 'icmp-type': 2 });
  });
});

describe.each([4, 6] as const)('errors over IPv%d that nobody believes', (family) => {
  const [type, code] = family === 4 ? [3, 3] : [1, 4];
  const at = family === 4 ? 20 : 40;
  const quoting = (edit: (quote: Uint8Array) => Uint8Array) => {
    const c = connected(family, false);
    c.link.exchange(c.error(type, code, 0, edit(c.last.bytes.slice())));
    expect(c.socket.state).toBe('SYN-SENT');
    return drops(c.host);
  };
  const set = (i: number) => (quote: Uint8Array) => quote.map((byte, k) => (k === i ? byte ^ 0x55 : byte));

  test('a sequence number that is not in flight (5927.1, A009)', () => {
    expect(quoting(set(at + 5))).toEqual({ 'icmp-not-in-flight': 1 });
  });
  test('ports, or an address, of no connection (5927.5, MUST-54, A009)', () => {
    expect(quoting(set(at + 1))).toEqual({ 'icmp-no-connection': 1 });
    expect(quoting(set(at + 3))).toEqual({ 'icmp-no-connection': 1 });
    expect(quoting(set(at - 1))).toEqual({ 'icmp-no-connection': 1 });
  });
  test('a quotation cut short, or of no IP packet (5927.3, A009)', () => {
    expect(quoting((quote) => quote.slice(0, at + 7))).toEqual({ 'icmp-quote': 1 });
    expect(quoting((quote) => quote.slice(0, 3))).toEqual({ 'icmp-quote': 1 });
    expect(quoting(() => bytes(60))).toEqual({ 'icmp-quote': 1 });
  });
  test('of a protocol that we did not send', () => {
    expect(quoting(set(family === 4 ? 9 : 6))).toEqual({ 'icmp-no-connection': 1 });
  });
  test('sent to an address of ours that did not send what it quotes', () => {
    const c = connected(family, false);
    const source = family === 4 ? PEER4 : PEER6;
    const other = ip(family === 4 ? '10.1.0.1' : 'fd01::1');
    const w = world();
    w.host.removeInterface(w.via);
    const link = new FakeLink('two');
    const prefixes = [`${c.us}/${family === 4 ? 24 : 64}`, `${other}/${family === 4 ? 24 : 64}`].map(prefix);
    w.host.addInterface(link, prefixes);
    const socket = w.host.connect({ address: source, port: 80 });
    const quote = link.take()[0]!.bytes;
    link.exchange(icmpPacket(source, other, type, code, 0, quote));
    expect([socket.state, drops(w.host)]).toEqual(['SYN-SENT', { 'icmp-no-connection': 1 }]);
  });
  test('eight bytes of TCP are enough (RFC 792)', () => {
    const c = connected(family, false);
    c.link.exchange(c.error(type, code, 0, c.last.bytes.slice(0, at + 8)));
    expect([c.socket.state, c.socket.error]).toEqual(['CLOSED', 'ECONNREFUSED']);
  });
});

describe.each(FAMILIES)('path MTU discovery over IPv$family', ({ family, us, far }) => {
  const headers = family === 4 ? 40 : 60;
  const tooBig = (c: ReturnType<typeof connected>, mtu: number, quote = c.last.bytes): Uint8Array =>
    family === 4 ? c.error(3, 4, mtu, quote) : c.error(2, 0, mtu, quote);
  const lengths = (sent: Sent[]): number[] => sent.map((packet) => packet.bytes.length);

  /** A connection with a full-sized segment in flight. */
  function full(parameters = RFC9293) {
    const c = connected(family, true, parameters);
    const data = readTcp(c.last);
    const reply = { seq: data.ack, ack: add(data.seq, data.len), flags: ACK };
    c.link.exchange(tcpPacket(far, 80, us, data.sourcePort, reply));
    c.socket.send(bytes(1400));
    const last = c.link.take()[0]!;
    return { ...c, last };
  }

  test('a lower MTU makes segments smaller, and what was too big goes again (1191.2, 8201.1)', () => {
    const c = full();
    expect(c.last.bytes.length).toBeGreaterThan(1430);
    const again = c.link.exchange(tooBig(c, 1300));
    expect(again.length).toBeGreaterThan(0);
    expect(Math.max(...lengths(again))).toBeLessThanOrEqual(1300);
    expect(readTcp(again[0]).seq).toBe(readTcp(c.last).seq);
    expect([c.socket.info().pathMtu, c.host.counters.pathMtuLowered]).toEqual([1300, 1]);
  });

  test('only for a segment in flight (1191.3, 8201.4, 5927.1, A009)', () => {
    const c = full();
    const quote = c.last.bytes.slice();
    quote[(family === 4 ? 20 : 40) + 5]! ^= 0x55;
    c.link.exchange(tooBig(c, 1300, quote));
    expect([c.socket.info().pathMtu, drops(c.host)]).toEqual([1500, { 'icmp-not-in-flight': 1 }]);
  });

  test('forged, it leaves no trace that a later connection would show (A006, 5927.1, 5927.5)', () => {
    const c = full();
    const stale = c.last.bytes.slice();
    stale[(family === 4 ? 20 : 40) + 5]! ^= 0x55;
    const other = c.last.bytes.slice();
    other[(family === 4 ? 20 : 40) + 1]! ^= 0x55;
    c.link.exchange(tooBig(c, 1300, stale), tooBig(c, 1300, other));
    expect([c.host.counters.pathMtuLowered, drops(c.host)]).toEqual([
      0,
      { 'icmp-not-in-flight': 1, 'icmp-no-connection': 1 },
    ]);
    expect(c.host.connect({ address: far, port: 81 }).info().pathMtu).toBe(1500);
  });

  /** A packet of 1400 bytes of text has got through, and another like it is in flight. */
  function proven(parameters = RFC9293) {
    const c = full(parameters);
    const data = readTcp(c.last);
    const ack = { seq: data.ack, ack: add(data.seq, data.len), flags: ACK };
    c.link.exchange(tcpPacket(far, 80, us, data.sourcePort, ack));
    c.socket.send(bytes(1400));
    return { ...c, last: c.link.take().at(-1)! };
  }

  test('less than has got through is believed when what it quotes has timed out, not before (5927.4, A009)', () => {
    const c = proven();
    expect(c.link.exchange(tooBig(c, 1300))).toEqual([]);
    expect([c.socket.info().pathMtu, c.host.counters.pathMtuLowered, drops(c.host)]).toEqual([1500, 0, {}]);
    c.link.take();
    c.clock.advance(1000);
    expect([c.socket.info().pathMtu, c.host.counters.pathMtuLowered]).toEqual([1300, 1]);
    expect(lengths(c.link.take())[0]).toBe(1300);
    expect(c.host.connect({ address: far, port: 81 }).info().pathMtu).toBe(1300);
  });

  test('and never if it arrived after all (5927.4, A009)', () => {
    const c = proven();
    c.link.exchange(tooBig(c, 1300));
    const data = readTcp(c.last);
    const ack = { seq: data.ack, ack: add(data.seq, data.len), flags: ACK };
    c.link.exchange(tcpPacket(far, 80, us, data.sourcePort, ack));
    c.socket.send(bytes(1400));
    c.link.take();
    c.clock.advance(1000);
    expect(lengths(c.link.take())).toEqual([1400 + headers]);
    expect(c.socket.info().pathMtu).toBe(1500);
  });

  test('more than has got through is believed at once, and anything by Linux’s profile (5927.4, 1191.2)', () => {
    const c = proven();
    c.link.exchange(tooBig(c, 1400 + headers));
    expect(c.socket.info().pathMtu).toBe(1400 + headers);
    const linux = proven(LINUX);
    linux.link.exchange(tooBig(linux, 1300));
    expect(linux.socket.info().pathMtu).toBe(1300);
  });

  test('never a raise (1191.5, 8201.3)', () => {
    const c = full();
    c.link.exchange(tooBig(c, 1500), tooBig(c, 9000));
    expect([c.socket.info().pathMtu, drops(c.host)]).toEqual([1500, { 'icmp-mtu': 2 }]);
  });

  test('a new connection to the same place begins with it, and announces its own MSS all the same (1191.6)', () => {
    const c = full();
    c.link.exchange(tooBig(c, 1300));
    const second = c.host.connect({ address: far, port: 81 });
    expect(second.info().pathMtu).toBe(1300);
    expect(readTcp(c.link.take().at(-1)).mss).toBe(1500 - headers);
    expect(c.host.connect({ address: family === 4 ? PEER4 : PEER6, port: 81 }).info().pathMtu).toBe(1500);
  });

  test('another open connection sends what is in flight and too big again, without waiting (1191.2, 8201.1)', () => {
    const c = full();
    const second = c.host.connect({ address: far, port: 81 });
    const syn = readTcp(c.link.take()[0]!);
    const open = { seq: 9000, ack: add(syn.seq, 1), flags: SYN | ACK, mss: 1460 };
    c.link.exchange(tcpPacket(far, 81, us, syn.sourcePort, open));
    second.send(bytes(1400));
    const [big] = c.link.take().filter((sent) => sent.bytes.length > 1300);
    expect(big!.bytes.length).toBe(1400 + headers);
    const again = c.link.exchange(tooBig(c, 1300)).map((sent) => readTcp(sent));
    const seconds = again.filter((seg) => seg.destinationPort === 81);
    expect(seconds.map((seg) => [seg.seq, seg.textLength])).toEqual([
      [readTcp(big!).seq, 1300 - headers],
      [add(readTcp(big!).seq, 1300 - headers), 100 + headers],
    ]);
    expect(second.info().cwnd % (1300 - headers)).toBe(0);
  });

  test('DF is set on all that leaves, but on IPv6, which has none (1191.1)', () => {
    const c = full();
    const sent = [c.last, ...c.link.exchange(tooBig(c, 1300))];
    if (family === 4) expect(sent.every((packet) => header4(packet.bytes).dontFragment)).toBe(true);
    else expect(sent.every((packet) => packet.bytes[6] === 6)).toBe(true);
  });

  test('another open connection to the same place hears of it', () => {
    const c = full();
    const second = c.host.connect({ address: far, port: 81 });
    c.link.exchange(tooBig(c, 1400));
    expect(second.info().pathMtu).toBe(1400);
  });

  test('claims that follow one another are told to the others once a second, and the last of them is (A006, A009)', () => {
    const c = full();
    const second = c.host.connect({ address: far, port: 81 });
    const both = () => [c.socket.info().pathMtu, second.info().pathMtu];
    c.clock.advance(137); // so that no other deadline falls on the one of the news
    c.link.exchange(tooBig(c, 1430));
    expect(both()).toEqual([1430, 1430]);
    const told = vi.spyOn(second.connection, 'setPathMtu');
    for (let mtu = 1429; mtu >= 1300; mtu--) c.link.exchange(tooBig(c, mtu));
    expect(c.host.counters.pathMtuLowered).toBe(131);
    expect(both()).toEqual([1300, 1430]);
    c.clock.advance(999);
    expect([both(), told.mock.calls]).toEqual([[1300, 1430], []]);
    c.clock.advance(1);
    expect([both(), told.mock.calls]).toEqual([[1300, 1300], [[1300]]]);
    // A second later the next is told at once.
    c.clock.advance(1000);
    c.link.exchange(tooBig(c, 1290));
    expect(both()).toEqual([1290, 1290]);
  });

  test('one that has not been told yet believes nothing larger than what is known (1191.5, 8201.3)', () => {
    const c = full();
    const second = c.host.connect({ address: far, port: 81 });
    const syn = c.link.take().at(-1)!.bytes;
    c.link.exchange(tooBig(c, 1430), tooBig(c, 1300));
    expect(second.info().pathMtu).toBe(1430);
    c.link.exchange(tooBig(c, 1400, syn));
    expect([second.info().pathMtu, c.host.connect({ address: far, port: 82 }).info().pathMtu]).toEqual([
      1300, 1300,
    ]);
    c.clock.advance(1000);
    expect([c.socket.info().pathMtu, second.info().pathMtu]).toEqual([1300, 1300]);
  });

  test('after ten minutes the full size is tried again (1191.5, 8201.5)', () => {
    const c = full();
    c.link.exchange(tooBig(c, 1300));
    const { sourcePort, ack } = readTcp(c.last);
    const everything = { seq: ack, ack: seq(c.socket.info().sndNxt), flags: ACK };
    c.link.exchange(tcpPacket(far, 80, us, sourcePort, everything));
    c.clock.advance(599_000);
    expect(c.socket.info().pathMtu).toBe(1300);
    c.clock.advance(1000);
    expect(c.socket.info().pathMtu).toBe(1500);
    expect(c.host.connect({ address: far, port: 81 }).info().pathMtu).toBe(1500);
  });
});

test('paths to many places: one look at all connections a second, one when they are forgotten (A006, 1191.5)', () => {
  const { host, link, clock } = world();
  const sockets = Array.from({ length: 20 }, (_, i) =>
    host.connect({ address: ip(`198.51.100.${i}`), port: 80 }),
  );
  const syns = link.take();
  const looks = vi.spyOn(FlowTable.prototype, Symbol.iterator);
  const mtus = () => new Set(sockets.map((socket) => socket.info().pathMtu));
  for (const { bytes: quote } of syns) link.exchange(icmpPacket(ROUTER4, US4, 3, 4, 1400, quote));
  expect(mtus()).toEqual(new Set([1400]));
  expect(looks).toHaveBeenCalledTimes(1);
  clock.advance(5000);
  expect(looks).toHaveBeenCalledTimes(2);
  looks.mockClear();
  clock.advance(600_000);
  expect(looks).toHaveBeenCalledTimes(1);
  looks.mockRestore();
});

describe('path MTU floors', () => {
  test('IPv4: MTU 0 means the next plateau, tiny ones mean 552 without DF (1191.4, A009)', () => {
    const c = connected(4, true, LINUX);
    const syn = readTcp(c.last);
    c.link.exchange(
      tcpPacket(c.far, 80, c.us, syn.sourcePort, { seq: syn.ack, ack: add(syn.seq, syn.len), flags: ACK }),
    );
    c.socket.send(bytes(1460));
    const big = c.link.take()[0]!;
    c.link.exchange(c.error(3, 4, 0, big.bytes));
    expect(c.socket.info().pathMtu).toBe(1492);
    const again = c.link.exchange(c.error(3, 4, 68, big.bytes));
    expect(c.socket.info().pathMtu).toBe(552);
    const headers = again.map((sent) => header4(sent.bytes));
    expect(headers.every((header) => !header.dontFragment && header.totalLength <= 552)).toBe(true);
    expect(new Set(headers.map((header) => header.identification)).size).toBe(headers.length);
  });

  test('IPv4: what was dropped goes again without DF, smaller than 552 as it is (1191.4)', () => {
    const c = connected(4, true, LINUX);
    const data = readTcp(c.last);
    c.link.exchange(
      tcpPacket(c.far, 80, c.us, data.sourcePort, {
        seq: data.ack,
        ack: add(data.seq, data.len),
        flags: ACK,
      }),
    );
    c.socket.send(bytes(400));
    const small = c.link.take()[0]!;
    const again = c.link.exchange(c.error(3, 4, 296, small.bytes));
    expect(again.map((sent) => readTcp(sent).seq)).toEqual([readTcp(small).seq]);
    expect(header4(again[0]!.bytes).dontFragment).toBe(false);
  });

  test('IPv6: below 1280 is ignored (8201.2, A009)', () => {
    const c = connected(6, true);
    c.link.exchange(c.error(2, 0, 1279));
    expect([c.socket.info().pathMtu, drops(c.host)]).toEqual([1500, { 'icmp-mtu': 1 }]);
  });
});

test('a listener hears nothing of errors, and its half-open connections go with a hard one', () => {
  const { host, link } = world();
  const listener = host.listen({ port: 80 });
  const answer: Decoded = readTcp(link.exchange(tcpPacket(PEER4, 5000, US4, 80, { flags: SYN }))[0]);
  expect(listener.waiting).toEqual({ pending: 1, acceptable: 0 });
  const quote = tcpPacket(US4, 80, PEER4, 5000, { seq: answer.seq, flags: SYN | ACK });
  link.exchange(icmpPacket(ROUTER4, US4, 3, 3, 0, quote));
  expect(listener.waiting).toEqual({ pending: 0, acceptable: 0 });
  const next = readTcp(link.exchange(tcpPacket(PEER4, 5001, US4, 80, { flags: SYN }))[0]);
  link.exchange(tcpPacket(PEER4, 5001, US4, 80, ackOf(next)));
  expect(listener.accept()?.state).toBe('ESTABLISHED');
});
