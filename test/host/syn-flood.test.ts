// RFC 4987: half-open connections are bounded, cookies take over, a full accept queue loses nobody's connection.

import { describe, expect, test } from 'vitest';
import type { TcpListener } from '../../src/host/listener.ts';
import { Prng } from '../../src/lib/prng.ts';
import { twoHosts } from '../../src/sim/network.ts';
import { CONNECTED } from '../../src/tcp/notice.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import { Address } from '../../src/wire/address.ts';
import { Packet } from '../../src/wire/packet.ts';
import { ACK, PSH, RST, SYN } from '../../src/wire/tcp.ts';
import {
  ackOf,
  bytes,
  type Decoded,
  drops,
  FAMILIES,
  PEER4,
  readTcp,
  type TcpShape,
  tcpPacket,
  US4,
  type World,
  world,
} from './support.ts';

const BACKLOG = 8;
const from = (shape: TcpShape, port: number): Uint8Array => tcpPacket(PEER4, port, US4, 80, shape);
const synOf = (port: number, more: TcpShape = {}): Uint8Array =>
  from({ seq: 100, flags: SYN, mss: 1460, ...more }, port);

interface Listening extends World {
  readonly listener: TcpListener;
}

function listening(parameters: Partial<Parameters> = {}, backlog = BACKLOG): Listening {
  const w = world({}, { parameters: { ...RFC9293, ...parameters } });
  return { ...w, listener: w.host.listen({ port: 80, backlog }) };
}

/** The answer to a SYN from `port`. */
function answerTo({ link }: World, port: number, more: TcpShape = {}): Decoded {
  const sent = link.exchange(synOf(port, more));
  expect(sent.length).toBe(1);
  return readTcp(sent[0]);
}

/** A SYN from anywhere. */
function spoofed(prng: Prng): Uint8Array {
  const words = new Int32Array([0, 0, 0xffff, (11 << 24) | (prng.uint32() & 0xffffff)]);
  const source = Address.fromWords(4, words);
  const shape = { seq: seq(prng.uint32()), flags: SYN, mss: 1460, windowScale: 7, sackPermitted: true };
  return tcpPacket(source, 1 + prng.below(65_535), US4, 80, shape);
}

describe('100,000 spoofed SYNs', () => {
  const SYNS = 100_000;

  test.each([
    ['never', BACKLOG],
    ['overflow', SYNS],
    ['always', SYNS],
  ] as const)(
    'cookies %s: no more state than the backlog, %i answers (4987.1, A014)',
    (synCookies, answers) => {
      const w = listening({ synCookies });
      const prng = new Prng(1);
      let most = 0;
      for (let left = SYNS; left > 0; left -= 500) {
        for (let i = 0; i < 500; i++) w.link.deliver(spoofed(prng));
        most = Math.max(most, [...w.host.sockets()].length);
        w.link.receiver.flush();
        expect(w.listener.waiting.pending).toBeLessThanOrEqual(BACKLOG);
      }
      expect(most).toBe(synCookies === 'always' ? 0 : BACKLOG);
      expect(w.link.take().length).toBe(answers);
      const { synCookiesSent } = w.host.counters;
      expect(synCookiesSent).toBe(synCookies === 'never' ? 0 : SYNS - most);
      expect(drops(w.host)).toEqual(synCookies === 'never' ? { 'tcp-backlog': SYNS - BACKLOG } : {});
      w.clock.advance(RFC9293.r2SynAck + RFC9293.rtoMax);
      expect([[...w.host.sockets()], w.clock.next]).toEqual([[], Infinity]);
    },
  );

  test('a client gets through a flood, and its transfer too (4987.2, A014)', () => {
    const { clock, client, server, link } = twoHosts({ delay: 10 });
    const listener = server.listen({ port: 80, backlog: BACKLOG });
    const prng = new Prng(2);
    const packet = new Packet();
    let flooded = 0;
    const flood = (): void => {
      for (let i = 0; i < 100; i++, flooded++) {
        const source = Address.fromWords(4, new Int32Array([0, 0, 0xffff, prng.uint32() | (11 << 24)]));
        const target = Address.parse('10.0.0.2')!;
        packet.bytes = tcpPacket(source, 1 + prng.below(65_535), target, 80, {
          seq: seq(flooded),
          flags: SYN,
        });
        packet.end = packet.bytes.length;
        link.a.transmit(packet);
      }
      if (clock.now() < 500) clock.alarm(flood, clock.now() + 1);
    };
    flood();
    clock.advance(50);
    expect(listener.waiting.pending).toBe(BACKLOG);
    const socket = client.connect({ address: '10.0.0.2', port: 80 });
    socket.send(bytes(20_000));
    clock.advance(400);
    const child = listener.accept()!;
    expect([socket.state, child.state, child.readable]).toEqual(['ESTABLISHED', 'ESTABLISHED', 20_000]);
    const { sack, timestamps, sendScale, sendMss } = child.info();
    expect({ sack, timestamps, sendScale, sendMss }).toEqual({
      sack: true,
      timestamps: true,
      sendScale: socket.info().receiveScale,
      sendMss: 1448,
    });
    expect(server.counters.synCookiesAccepted).toBe(1);
    expect(flooded).toBeGreaterThan(40_000);
  }, 60_000);
});

describe('half-open connections', () => {
  test.each([
    ['RFC 9293', RFC9293, [1, 3, 7, 15, 31, 63, 123]],
    ['Linux', LINUX, [1, 3, 7, 15, 31]],
  ])('%s: the SYN,ACK goes again ever more slowly, then no more (4987.3, A026)', (_, parameters, seconds) => {
    const w = listening(parameters);
    answerTo(w, 5000);
    const start = w.clock.now();
    const times: number[] = [];
    w.link.take();
    for (let second = 0; second < 400; second++) {
      w.clock.advance(1000);
      for (const sent of w.link.take()) {
        expect(readTcp(sent).flags).toBe(SYN | ACK);
        times.push((w.clock.now() - start) / 1000);
      }
    }
    expect(times).toEqual(seconds);
    expect([w.listener.waiting.pending, [...w.host.sockets()]]).toEqual([0, []]);
  });

  test('before the handshake is complete nothing else leaves, whatever waits (A026)', () => {
    const w = listening();
    answerTo(w, 5000);
    const [child] = w.host.sockets();
    child!.send(bytes(5000));
    w.link.take();
    w.clock.advance(10_000);
    for (const sent of w.link.take()) expect(readTcp(sent).textLength).toBe(0);
  });

  test('a cookie is sent once: nothing is left that could send it again (4987.3)', () => {
    const w = listening({ synCookies: 'always' });
    answerTo(w, 5000);
    w.link.take();
    expect([w.clock.next, [...w.host.sockets()]]).toEqual([Infinity, []]);
  });
});

describe('a cookie', () => {
  const always = { synCookies: 'always' } as const;
  const offer = { windowScale: 9, sackPermitted: true, timestamps: true, tsval: 7000 };

  test.each(FAMILIES)('rebuilds the connection over IPv$family (4987.4)', ({ peer, us }) => {
    const w = world({}, { parameters: { ...RFC9293, ...always } });
    const plain = world();
    const shape = { seq: 100, flags: SYN, mss: 1400, ...offer };
    const infos = [w, plain].map(({ host, link, clock }) => {
      const listener = host.listen({ port: 80 });
      const answer = readTcp(link.exchange(tcpPacket(peer, 5000, us, 80, shape))[0]);
      expect([answer.flags, answer.ack, answer.checksumValid]).toEqual([SYN | ACK, 101, true]);
      clock.advance(50);
      const ack = { wnd: 100, timestamps: true, tsval: 7050, tsecr: answer.tsval };
      link.exchange(tcpPacket(peer, 5000, us, 80, ackOf(answer, ack)));
      const info = listener.accept()!.info();
      const { sendMss, sendScale, receiveScale, sack, timestamps, announcedMss, state } = info;
      const { sndWnd, rcvWnd, rcvNxt, irs, cwnd, pathMtu } = info;
      const negotiated = { sendMss, sendScale, receiveScale, sack, timestamps, announcedMss, state };
      return { ...negotiated, sndWnd, rcvWnd, rcvNxt, irs, cwnd, pathMtu };
    });
    expect(infos[0]).toEqual(infos[1]);
    expect(infos[0]).toMatchObject({ sendScale: 9, sack: true, sndWnd: 51_200, state: 'ESTABLISHED' });
    expect([w.host.counters.synCookiesAccepted, plain.host.counters.synCookiesAccepted]).toEqual([1, 0]);
  });

  test('without timestamps only the MSS comes back, and the SYN,ACK says so (4987.4)', () => {
    const w = listening(always);
    const answer = answerTo(w, 5000, { ...offer, timestamps: false, mss: 1400 });
    expect(answer).toMatchObject({ windowScale: -1, sackPermitted: false, timestamps: false, mss: 1460 });
    w.link.exchange(from(ackOf(answer), 5000));
    expect(w.listener.accept()!.info()).toMatchObject({ sendMss: 1400, sendScale: 0, sack: false });
  });

  test('the text that comes with its ACK is taken, and no round trip is measured (4987.4)', () => {
    const w = listening(always);
    const answer = answerTo(w, 5000, offer);
    w.clock.advance(30);
    const stamps = { timestamps: true, tsval: 7030, tsecr: answer.tsval };
    w.link.exchange(from(ackOf(answer, { ...stamps, flags: ACK | PSH, text: bytes(700) }), 5000));
    const child = w.listener.accept()!;
    expect([child.receive(), child.info().srtt, child.info().rto]).toEqual([bytes(700), 0, 1000]);
    child.send(bytes(10));
    expect(readTcp(w.link.take().at(-1))).toMatchObject({ seq: answer.seq + 1, ack: 801, textLength: 10 });
  });

  test('has its observer told of the connection, not of the SYN that was forgotten', () => {
    const w = listening(always);
    const answer = answerTo(w, 5000);
    let told = 0;
    w.listener.notify = () => told++;
    w.link.exchange(from(ackOf(answer), 5000));
    const child = w.listener.accept()!;
    let notices = 0;
    child.notify = (bits) => {
      notices |= bits;
    };
    w.clock.advance(0);
    expect([told, notices & CONNECTED, child.info().counters.segmentsReceived]).toEqual([1, CONNECTED, 1]);
  });

  test.each([
    ['a wrong one', (answer: Decoded) => ackOf(answer, { ack: add(answer.seq, 2) }), 0],
    ['another peer ISN', (answer: Decoded) => ackOf(answer, { seq: 102 }), 0],
    ['a stale one', (answer: Decoded) => ackOf(answer), 119_500],
    ['one long after the last was sent', (answer: Decoded) => ackOf(answer), 300_000],
  ])('%s is answered by a RST and leaves nothing (4987.5)', (_, shape, later) => {
    const w = listening(always);
    w.clock.advance(61_000 - (w.clock.now() % 60_000));
    const answer = answerTo(w, 5000);
    w.clock.advance(later);
    const ack = shape(answer);
    expect(w.link.exchange(from(ack, 5000)).map(readTcp)).toMatchObject([{ flags: RST, seq: ack.ack }]);
    expect([[...w.host.sockets()], w.listener.waiting]).toEqual([[], { pending: 0, acceptable: 0 }]);
    expect(w.host.counters.synCookiesAccepted).toBe(0);
  });

  test('is not believed where none has been sent (4987.5)', () => {
    const made = listening(always);
    const answer = answerTo(made, 5000);
    const other = listening({ synCookies: 'overflow' });
    expect(other.link.exchange(from(ackOf(answer), 5000)).map(readTcp)).toMatchObject([{ flags: RST }]);
  });

  test('opens one connection, however often its ACK comes (4987.5)', () => {
    const w = listening(always);
    const answer = answerTo(w, 5000);
    w.link.exchange(from(ackOf(answer), 5000), from(ackOf(answer), 5000));
    expect([[...w.host.sockets()].length, w.host.counters.synCookiesAccepted]).toEqual([1, 1]);
  });
});

describe('a full accept queue', () => {
  function overfull(parameters: Partial<Parameters>): Listening {
    const w = listening(parameters, 2);
    for (const port of [5000, 5001]) w.link.exchange(from(ackOf(answerTo(w, port)), port));
    expect(w.listener.waiting.acceptable).toBe(2);
    return w;
  }

  test('SYNs are dropped in silence, cookies or not (4987.6, A030)', () => {
    for (const synCookies of ['never', 'overflow', 'always'] as const) {
      const w = overfull({ synCookies });
      expect(w.link.exchange(synOf(6000))).toEqual([]);
      expect([drops(w.host), w.host.counters.resets]).toEqual([{ 'tcp-accept-queue': 1 }, 0]);
      w.listener.accept();
      expect(w.link.exchange(synOf(6000)).length).toBe(1);
    }
  });

  test('the ACK that would overfill it is ignored, in one batch too; the SYN,ACK goes again (4987.6, A030)', () => {
    const w = listening({}, 2);
    const answers = [5000, 5001].map((port) => answerTo(w, port));
    w.link.exchange(from(ackOf(answers[0]!), 5000));
    answers.push(answerTo(w, 5002));
    w.link.take();
    expect(
      w.link.exchange(from(ackOf(answers[1]!), 5001), from(ackOf(answers[2]!, { text: bytes(9) }), 5002)),
    ).toEqual([]);
    expect(w.listener.waiting).toEqual({ pending: 1, acceptable: 2 });
    expect([drops(w.host), w.host.counters.resets]).toEqual([{ 'tcp-accept-queue': 1 }, 0]);
    w.clock.advance(1000);
    const again = w.link.take().map(readTcp);
    expect(again).toMatchObject([{ flags: SYN | ACK, seq: answers[2]!.seq, destinationPort: 5002 }]);
    w.listener.accept();
    w.link.exchange(from(ackOf(answers[2]!), 5002));
    expect(w.listener.waiting).toEqual({ pending: 0, acceptable: 2 });
    expect([w.listener.accept()!.remote.port, w.listener.accept()!.remote.port]).toEqual([5001, 5002]);
  });

  test('a RST is heard there', () => {
    const w = listening({}, 1);
    const answers = [5000].map((port) => answerTo(w, port));
    w.link.exchange(from(ackOf(answers[0]!), 5000));
    w.listener.accept();
    answerTo(w, 5001);
    w.link.exchange(from({ seq: 101, flags: RST }, 5001));
    expect(w.listener.waiting.pending).toBe(0);
  });

  test('the ACK of a cookie is ignored, not reset, and may come again (4987.6, A030)', () => {
    const w = listening({ synCookies: 'always' }, 1);
    const answers = [5000, 5001].map((port) => answerTo(w, port));
    w.link.exchange(from(ackOf(answers[0]!), 5000));
    expect(w.link.exchange(from(ackOf(answers[1]!), 5001))).toEqual([]);
    expect([[...w.host.sockets()].length, drops(w.host)]).toEqual([1, { 'tcp-accept-queue': 1 }]);
    w.listener.accept();
    w.link.exchange(from(ackOf(answers[1]!), 5001));
    expect(w.listener.accept()!.remote.port).toBe(5001);
  });

  test('peers that open connections and offer no window hold a backlog of them, no more (A016)', () => {
    const w = listening({ synCookies: 'always' });
    for (let port = 1; port <= 100; port++) {
      const sent = w.link.exchange(synOf(port));
      if (sent.length > 0) w.link.exchange(from(ackOf(readTcp(sent[0]), { wnd: 0 }), port));
    }
    expect(w.listener.waiting).toEqual({ pending: 0, acceptable: BACKLOG });
    expect([...w.host.sockets()].length).toBe(BACKLOG);
    w.listener.close();
    expect([...w.host.sockets()]).toEqual([]);
  });
});
