// RFC 7413: TCP Fast Open between a real host and segments made by hand.

import { describe, expect, test } from 'vitest';
import type { HostOptions } from '../../src/host/host.ts';
import type { TcpListener } from '../../src/host/listener.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { CLOSED, CONNECTED, END, ERROR } from '../../src/tcp/notice.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import { ACK, FIN, RST, SYN } from '../../src/wire/tcp.ts';
import {
  ackOf,
  bytes,
  type Decoded,
  FAMILIES,
  icmpPacket,
  ip,
  PEER4,
  readTcp,
  type TcpShape,
  tcpPacket,
  US4,
  type World,
  world,
} from './support.ts';

const KEY = bytes(16);
const parametersOf = (more: Partial<Parameters>): Partial<HostOptions> => ({
  parameters: { ...RFC9293, delayedAck: 0, ...more },
});
const textOf = (seg: Decoded): Uint8Array => seg.text.slice(seg.textStart, seg.textStart + seg.textLength);
const cookieOf = (seg: Decoded): number[] => [...seg.fastOpenCookie.subarray(0, seg.fastOpen)];

/** Options of a segment that carries a cookie. */
function withCookie(cookie: readonly number[], experimental = false): TcpShape {
  const fastOpenCookie = new Int8Array(16);
  fastOpenCookie.set(cookie);
  return { fastOpen: cookie.length, fastOpenCookie, fastOpenExperimental: experimental };
}

describe('a server', () => {
  interface Serving extends World {
    readonly listener: TcpListener;
  }

  function serving(more: Partial<Parameters> = {}, fastOpenQueue = 4): Serving {
    const w = world({}, { ...parametersOf(more), fastOpenKey: KEY });
    return { ...w, listener: w.host.listen({ port: 80, backlog: 8, fastOpenQueue }) };
  }

  const from = (shape: TcpShape, port = 5000): Uint8Array => tcpPacket(PEER4, port, US4, 80, shape);
  const synOf = (shape: TcpShape, port = 5000): Uint8Array =>
    from({ seq: 100, flags: SYN, mss: 1460, ...shape }, port);

  function exchange({ link }: World, ...packets: Uint8Array[]): Decoded[] {
    return link.exchange(...packets).map(readTcp);
  }

  /** The cookie that it gives to who asks. */
  function cookieFrom(w: World, port = 4999): number[] {
    const [answer] = exchange(w, synOf({ fastOpen: 0 }, port));
    expect(answer!.fastOpen).toBe(8);
    exchange(w, from({ seq: 101, flags: RST }, port));
    return cookieOf(answer!);
  }

  /** A connection that is open early, and the SYN,ACK. */
  function early(w: Serving, more: TcpShape = {}, port = 5000): { child: TcpSocket; answer: Decoded } {
    const syn = synOf({ ...withCookie(cookieFrom(w)), text: bytes(200), ...more }, port);
    const [answer] = exchange(w, syn);
    return { child: w.listener.accept()!, answer: answer! };
  }

  test('gives a cookie to who asks, and takes no text with the question (7413.4)', () => {
    const w = serving();
    const [answer] = exchange(w, synOf({ fastOpen: 0, text: bytes(50) }));
    expect(answer).toMatchObject({ flags: SYN | ACK, ack: 101, fastOpen: 8, fastOpenExperimental: false });
    expect([w.listener.waiting, w.listener.accept()]).toEqual([{ pending: 1, acceptable: 0 }, null]);
    w.clock.advance(1000);
    expect(readTcp(w.link.take().at(-1))).toMatchObject({ flags: SYN | ACK, fastOpen: -1 });
    exchange(w, from(ackOf(answer!, { text: bytes(50) })));
    expect(w.listener.accept()!.receive()).toEqual(bytes(50));
  });

  test.each(FAMILIES)('takes text with a good cookie at once, over IPv$family (7413.3)', ({ peer, us }) => {
    const w = serving();
    let told = 0;
    w.listener.notify = () => told++;
    const asked = tcpPacket(peer, 4999, us, 80, { seq: 9, flags: SYN, fastOpen: 0 });
    const cookie = withCookie(cookieOf(readTcp(w.link.exchange(asked)[0])));
    const syn = tcpPacket(peer, 5000, us, 80, {
      seq: 100,
      flags: SYN,
      mss: 1400,
      ...cookie,
      text: bytes(200),
    });
    const answer = readTcp(w.link.exchange(syn)[0]);
    expect(answer).toMatchObject({ flags: SYN | ACK, ack: 301, fastOpen: -1, textLength: 0 });
    expect([told, w.listener.waiting]).toEqual([1, { pending: 1, acceptable: 1 }]);
    const child = w.listener.accept()!;
    expect([child.state, child.receive(), child.receive()]).toEqual(['SYN-RECEIVED', bytes(200), null]);
    expect(child.info()).toMatchObject({ synData: true, sendMss: 1400 });
  });

  test('may send before the handshake is complete, as the windows let it (7413.3, A026)', () => {
    const w = serving();
    const { child, answer } = early(w, { wnd: 3000 });
    w.link.take();
    child.send(bytes(250));
    child.send(new Uint8Array(9000));
    const texts = w.link.take().map(readTcp);
    expect(texts[0]).toMatchObject({ seq: add(answer.seq, 1), ack: 301, textLength: 250 });
    expect(texts.reduce((sum, seg) => sum + seg.textLength, 0)).toBeLessThanOrEqual(3000);
    const notices: number[] = [];
    child.notify = (bits) => notices.push(bits);
    exchange(w, from({ seq: 301, ack: add(answer.seq, 251), flags: ACK, wnd: 65_535 }));
    expect([child.state, child.info().sndUna]).toEqual(['ESTABLISHED', add(answer.seq, 251) >>> 0]);
    expect(notices.reduce((all, bits) => all | bits, 0) & CONNECTED).toBe(CONNECTED);
    expect(child.sendQueue).toBe(9000);
  });

  test('what was sent early and lost goes again after the handshake; till then only the SYN,ACK (7413.3)', () => {
    const w = serving();
    const { child, answer } = early(w);
    child.send(bytes(100));
    w.link.take();
    w.clock.advance(1000);
    expect(w.link.take().map(readTcp)).toMatchObject([{ flags: SYN | ACK, ack: 301, textLength: 0 }]);
    w.clock.advance(2000);
    expect(w.link.take().map(readTcp)).toMatchObject([{ flags: SYN | ACK }]);
    const again = exchange(w, from({ seq: 301, ack: add(answer.seq, 1), flags: ACK }));
    expect(again.map(textOf)).toEqual([bytes(100)]);
    expect(child.state).toBe('ESTABLISHED');
  });

  test('sent early and not lost, its timer starts anew with the handshake’s last ACK (7413.3)', () => {
    const w = serving();
    const { child, answer } = early(w);
    child.send(bytes(100));
    w.clock.advance(600);
    w.link.take();
    expect(exchange(w, from({ seq: 301, ack: add(answer.seq, 1), flags: ACK }))).toEqual([]);
    w.clock.advance(child.info().rto - 1);
    expect(w.link.take()).toEqual([]);
    w.clock.advance(1);
    expect(w.link.take().map(readTcp).map(textOf)).toEqual([bytes(100)]);
    expect(child.state).toBe('ESTABLISHED');
  });

  test('a good cookie without text opens early too', () => {
    const w = serving();
    const { child, answer } = early(w, { text: new Uint8Array(0) });
    expect([answer.ack, child.state, child.readable, child.info().synData]).toEqual([
      101,
      'SYN-RECEIVED',
      0,
      false,
    ]);
  });

  test('a FIN in the SYN: CLOSE-WAIT when the handshake is complete (7413.3)', () => {
    const w = serving();
    const { child, answer } = early(w, { flags: SYN | FIN });
    let notices = 0;
    child.notify = (bits) => {
      notices |= bits;
    };
    w.clock.advance(0);
    expect([answer.ack, notices & END, child.receive(), child.ended]).toEqual([302, END, bytes(200), true]);
    exchange(w, from({ seq: 302, ack: add(answer.seq, 1), flags: ACK }));
    expect(child.state).toBe('CLOSE-WAIT');
    child.shutdown();
    expect(readTcp(w.link.take().at(-1)).flags & FIN).toBe(FIN);
    expect(child.state).toBe('LAST-ACK');
  });

  test('both ends finish before the handshake is complete (7413.3)', () => {
    const w = serving();
    const { child, answer } = early(w, { flags: SYN | FIN });
    child.receive();
    w.link.take();
    child.send(bytes(10));
    child.close();
    expect(w.link.take().map(readTcp)).toMatchObject([{ textLength: 10 }, { flags: FIN | ACK }]);
    exchange(w, from({ seq: 302, ack: add(answer.seq, 12), flags: ACK }));
    expect([child.state, child.error, [...w.host.sockets()]]).toEqual(['CLOSED', null, []]);
  });

  test('it finishes first, early', () => {
    const w = serving();
    const { child, answer } = early(w);
    child.shutdown();
    expect(readTcp(w.link.take().at(-1)).flags & FIN).toBe(FIN);
    exchange(w, from({ seq: 301, ack: add(answer.seq, 2), flags: ACK }));
    expect(child.state).toBe('FIN-WAIT-2');
  });

  test('text beyond the window it opens with is cut, and so is the FIN behind it', () => {
    const w = serving({ receiveBuffer: 150 });
    const { child, answer } = early(w, { flags: SYN | FIN });
    expect([answer.ack, child.receive(), child.ended]).toEqual([251, bytes(150), false]);
  });

  test.each([
    ['a wrong one', (cookie: number[]) => cookie.map((byte) => byte ^ 1)],
    ['a short one', (cookie: number[]) => cookie.slice(0, 4)],
    ['a long one', (cookie: number[]) => [...cookie, ...cookie]],
  ])('%s gets a fresh cookie and a handshake, and the text does not count (7413.4, 7413.7)', (_, change) => {
    const w = serving();
    const cookie = cookieFrom(w);
    const [answer] = exchange(w, synOf({ ...withCookie(change(cookie)), text: bytes(200) }));
    expect([answer!.ack, cookieOf(answer!)]).toEqual([101, cookie]);
    exchange(w, from(ackOf(answer!, { text: bytes(200) })));
    const child = w.listener.accept()!;
    expect([child.readable, child.info().synData]).toEqual([200, false]);
  });

  test('text without the option: no cookie, no text taken, an ordinary handshake (7413.4, A065)', () => {
    for (const w of [serving(), serving({}, 0), serving({ fastOpenServer: false })]) {
      const [answer] = exchange(w, synOf({ text: bytes(200) }));
      expect(answer).toMatchObject({ ack: 101, fastOpen: -1 });
      expect(w.listener.accept()).toBeNull();
      exchange(w, from({ seq: 101, ack: add(answer!.seq, 1), flags: ACK, text: bytes(200) }));
      expect(w.listener.accept()!.receive()).toEqual(bytes(200));
    }
  });

  test('the experimental kind is answered in kind (7413.8)', () => {
    const w = serving();
    const [answer] = exchange(w, synOf({ fastOpen: 0, fastOpenExperimental: true }, 4000));
    expect(answer).toMatchObject({ fastOpen: 8, fastOpenExperimental: true });
    exchange(w, synOf({ ...withCookie(cookieOf(answer!), true), text: bytes(9) }));
    expect(w.listener.accept()!.receive()).toEqual(bytes(9));
  });

  test('a cookie of the key before is good, and replaced; of the key before that it is not (7413.7)', () => {
    const w = serving();
    const cookie = cookieFrom(w);
    w.host.setFastOpenKey(bytes(16, 77));
    const [first] = exchange(w, synOf({ ...withCookie(cookie), text: bytes(5) }));
    expect([first!.ack, first!.fastOpen]).toEqual([106, 8]);
    expect(cookieOf(first!)).not.toEqual(cookie);
    w.host.setFastOpenKey(bytes(16, 99));
    const [second] = exchange(w, synOf({ ...withCookie(cookie), text: bytes(5) }, 5001));
    expect([second!.ack, second!.fastOpen]).toEqual([101, 8]);
  });

  test('a key of its own is changed once a day, one that was given is not (7413.7)', () => {
    for (const [fastOpenKey, days] of [
      [null, [true, true, false]],
      [KEY, [true, true, true]],
    ] as const) {
      const w = world({}, { ...parametersOf({}), fastOpenKey });
      const listener = w.host.listen({ port: 80, fastOpenQueue: 9 });
      const cookie = cookieFrom(w);
      for (const [day, isGood] of days.entries()) {
        exchange(w, synOf({ ...withCookie(cookie), text: bytes(5) }, 6000 + day));
        expect(listener.accept() !== null, `day ${day}`).toBe(isGood);
        w.clock.advance(86_400_000);
      }
    }
  });

  test('over its limit it falls back to the handshake; a handshake that ends makes room (7413.6)', () => {
    const w = serving({}, 2);
    const cookie = withCookie(cookieFrom(w));
    const answers = [1, 2, 3].map((port) => exchange(w, synOf({ ...cookie, text: bytes(7) }, port))[0]!);
    expect(answers.map((seg) => [seg.ack, seg.fastOpen])).toEqual([
      [108, -1],
      [108, -1],
      [101, -1],
    ]);
    expect(w.listener.waiting).toEqual({ pending: 1, acceptable: 2 });
    w.listener.accept();
    expect(exchange(w, synOf({ ...cookie, text: bytes(7) }, 4))[0]!.ack).toBe(101);
    exchange(w, from({ seq: 108, ack: add(answers[0]!.seq, 1), flags: ACK }, 1));
    expect(exchange(w, synOf({ ...cookie, text: bytes(7) }, 5))[0]!.ack).toBe(108);
  });

  test('a full accept queue takes no SYN, cookie or not (7413.6)', () => {
    const w = world({}, { ...parametersOf({}), fastOpenKey: KEY });
    const listener = w.host.listen({ port: 80, backlog: 2, fastOpenQueue: 9 });
    const cookie = withCookie(cookieFrom(w));
    for (const port of [1, 2, 3]) exchange(w, synOf({ ...cookie, text: bytes(7) }, port));
    expect(listener.waiting).toEqual({ pending: 0, acceptable: 2 });
    expect(w.host.counters.dropped['tcp-accept-queue']).toBe(1);
  });

  test('its queue may be changed: for the SYNs that follow (7413.6)', () => {
    const w = serving({}, 1);
    const cookie = withCookie(cookieFrom(w));
    const open = (port: number): number => {
      exchange(w, synOf({ ...cookie, text: bytes(7) }, port));
      return w.listener.waiting.acceptable;
    };
    expect([open(1), open(2)]).toEqual([1, 1]);
    w.listener.fastOpenQueue = 2;
    expect([open(3), open(4)]).toEqual([2, 2]);
    w.listener.fastOpenQueue = 0;
    w.listener.accept();
    expect([open(5), w.listener.fastOpenQueue]).toEqual([1, 0]);
  });

  test('it fills the accept queue itself, and its handshake is complete all the same (7413.3)', () => {
    const w = world({}, { ...parametersOf({}), fastOpenKey: KEY });
    const listener = w.host.listen({ port: 80, backlog: 1, fastOpenQueue: 9 });
    const [answer] = exchange(w, synOf({ ...withCookie(cookieFrom(w)), text: bytes(7) }));
    exchange(w, from({ seq: 108, ack: add(answer!.seq, 1), flags: ACK }));
    expect(listener.accept()!.state).toBe('ESTABLISHED');
  });

  test('under a flood that calls for SYN cookies there is no Fast Open (7413.6)', () => {
    const w = serving({ synCookies: 'always' });
    const cookie = new Int8Array(16);
    const [answer] = exchange(w, synOf({ fastOpen: 8, fastOpenCookie: cookie, text: bytes(7) }));
    expect(answer).toMatchObject({ ack: 101, fastOpen: -1 });
    expect([...w.host.sockets()]).toEqual([]);
  });

  test('reset before it is accepted: forgotten; its place stays taken for a minute (7413.6, 7413.9)', () => {
    const w = serving({}, 1);
    const cookie = withCookie(cookieFrom(w));
    const [answer] = exchange(w, synOf({ ...cookie, text: bytes(7) }));
    exchange(w, from({ seq: answer!.ack, flags: RST }));
    expect([w.listener.accept(), [...w.host.sockets()]]).toEqual([null, []]);
    w.clock.advance(59_999);
    expect(exchange(w, synOf({ ...cookie, text: bytes(7) }, 6000))[0]!.ack).toBe(101);
    w.clock.advance(1);
    expect(exchange(w, synOf({ ...cookie, text: bytes(7) }, 6001))[0]!.ack).toBe(108);
  });

  test('reset after it was accepted: the application hears of it (7413.9)', () => {
    const w = serving();
    const { child, answer } = early(w);
    let notices = 0;
    child.notify = (bits) => {
      notices |= bits;
    };
    exchange(w, from({ seq: answer.ack, flags: RST }));
    expect([child.state, child.error, notices & (ERROR | CLOSED)]).toEqual([
      'CLOSED',
      'ECONNRESET',
      ERROR | CLOSED,
    ]);
  });

  test('a SYN in the window does not send it back to LISTEN: it is challenged (7413.9)', () => {
    const w = serving();
    const { child } = early(w);
    w.link.take();
    expect(exchange(w, from({ seq: 400, flags: SYN }))).toMatchObject([{ flags: ACK, ack: 301 }]);
    expect(child.state).toBe('SYN-RECEIVED');
  });

  test('an ICMP error before it is accepted ends it, and it is not to be accepted (7413.9)', () => {
    const w = serving();
    exchange(w, synOf({ ...withCookie(cookieFrom(w)), text: bytes(7) }));
    const synAck = w.link.take().at(-1)!.bytes;
    w.link.exchange(icmpPacket(PEER4, US4, 3, 3, 0, synAck));
    expect([w.listener.accept(), [...w.host.sockets()]]).toEqual([null, []]);
  });

  test('closing the listener resets what waits to be accepted, and not what was (7413.9)', () => {
    const w = serving();
    const { child } = early(w);
    exchange(w, synOf({ ...withCookie(cookieFrom(w)), text: bytes(7) }, 5001));
    w.link.take();
    w.listener.close();
    expect(w.link.take().map(readTcp)).toMatchObject([{ destinationPort: 5001, flags: RST }]);
    expect([child.state, [...w.host.sockets()]]).toEqual(['SYN-RECEIVED', [child]]);
  });

  test('nobody completes the handshake: given up in time, and the place is free again (7413.6)', () => {
    const w = serving({}, 1);
    const { child } = early(w);
    w.clock.advance(RFC9293.r2SynAck + RFC9293.rtoMax);
    expect([child.state, child.error, [...w.host.sockets()]]).toEqual(['CLOSED', 'ETIMEDOUT', []]);
    early(w, {}, 5001);
  });

  test('without cookies, where it is told so: text is taken from anyone (7413.3)', () => {
    for (const mode of ['server', 'both'] as const) {
      const w = serving({ fastOpenWithoutCookie: mode });
      const [answer] = exchange(w, synOf({ text: bytes(20) }));
      expect([answer!.ack, answer!.fastOpen, w.listener.accept()!.receive()]).toEqual([121, -1, bytes(20)]);
    }
    const w = serving({ fastOpenWithoutCookie: 'client' });
    expect(exchange(w, synOf({ text: bytes(20) }))[0]!.ack).toBe(101);
  });
});

describe('a client', () => {
  const COOKIE = [1, 2, 3, 4, 5, 6, 7, 8];

  const client = (more: Partial<Parameters> = {}): World => world({}, parametersOf(more));

  function connect(w: World, data = bytes(300), address = PEER4): { socket: TcpSocket; syn: Decoded } {
    const socket = w.host.connect({ address, port: 80, fastOpen: { data } });
    return { socket, syn: readTcp(w.link.take().at(-1)) };
  }

  /** What the host sends in answer to a segment of its server. */
  function answer({ link }: World, syn: Decoded, shape: TcpShape): Decoded[] {
    const to = { seq: 900, ack: add(syn.seq, 1), flags: SYN | ACK, mss: 1460, ...shape };
    return link.exchange(tcpPacket(PEER4, 80, US4, syn.sourcePort, to)).map(readTcp);
  }

  /** It has been given a cookie, and the connection is gone. */
  function knowing(more: Partial<Parameters> = {}, shape: TcpShape = {}): World {
    const w = client(more);
    const { socket, syn } = connect(w, new Uint8Array(0));
    answer(w, syn, { ...withCookie(COOKIE), ...shape });
    socket.abort();
    w.link.take();
    return w;
  }

  test('without a cookie it asks for one and sends no text; that follows the handshake (7413.1, U-5)', () => {
    const w = client();
    const { socket, syn } = connect(w);
    expect(syn).toMatchObject({ flags: SYN, fastOpen: 0, fastOpenExperimental: false, textLength: 0 });
    const sent = answer(w, syn, withCookie(COOKIE));
    expect(sent.map(textOf)).toEqual([bytes(300)]);
    expect([socket.state, socket.info().synData]).toEqual(['ESTABLISHED', false]);
  });

  test('remembers the cookie and the MSS for that server (7413.1)', () => {
    const w = knowing({}, { mss: 1000 });
    const { syn } = connect(w, new Uint8Array(3000));
    expect([cookieOf(syn), syn.textLength]).toEqual([COOKIE, 960]);
    expect(connect(w, bytes(9), ip('10.0.0.3')).syn).toMatchObject({ fastOpen: 0, textLength: 0 });
  });

  test('an ordinary connection neither asks nor learns (7413.1)', () => {
    const w = client();
    w.host.connect({ address: PEER4, port: 80 });
    const syn = readTcp(w.link.take()[0]);
    expect(syn.fastOpen).toBe(-1);
    answer(w, syn, withCookie(COOKIE));
    expect(connect(w).syn.fastOpen).toBe(0);
  });

  test('switched off, `fastOpen` sends nothing early', () => {
    expect(connect(client({ fastOpenClient: false })).syn).toMatchObject({ fastOpen: -1, textLength: 0 });
  });

  test('with one it sends text in the SYN; what is taken is done with (7413.2, U-4)', () => {
    const w = knowing();
    const { socket, syn } = connect(w);
    expect(syn).toMatchObject({ flags: SYN, textLength: 300, checksumValid: true });
    expect(textOf(syn)).toEqual(bytes(300));
    expect(answer(w, syn, { ack: add(syn.seq, 301) })).toMatchObject([
      { flags: ACK, ack: 901, textLength: 0 },
    ]);
    expect([socket.state, socket.sendQueue, socket.info().synData]).toEqual(['ESTABLISHED', 0, true]);
    expect(w.clock.next).toBe(Infinity);
    socket.send(bytes(10));
    expect(readTcp(w.link.take().at(-1))).toMatchObject({ seq: add(syn.seq, 301), textLength: 10 });
  });

  test.each([
    ['nothing of it', 0, 300],
    ['a part of it', 120, 180],
  ])('%s is taken: the rest follows at once, and slows nothing down (7413.5, U-4)', (_, taken, left) => {
    const w = knowing();
    const { socket, syn } = connect(w);
    w.clock.advance(80);
    const sent = answer(w, syn, { ack: add(syn.seq, 1 + taken) });
    expect(socket.info().srtt).toBe(80);
    expect(sent.map(textOf)).toEqual([bytes(300).slice(taken)]);
    expect(sent[0]).toMatchObject({ seq: add(syn.seq, 1 + taken), textLength: left });
    expect([socket.info().cwnd, socket.info().ssthresh]).toEqual([10 * 1460, Infinity]);
    const ack = { seq: 901, ack: add(syn.seq, 301), flags: ACK };
    w.link.exchange(tcpPacket(PEER4, 80, US4, syn.sourcePort, ack));
    expect([socket.sendQueue, w.clock.next]).toEqual([0, Infinity]);
  });

  test('more than a SYN holds: the rest follows (7413.2)', () => {
    const w = knowing();
    const { syn } = connect(w, new Uint8Array(4000));
    expect(syn.textLength).toBe(1420);
    const sent = answer(w, syn, { ack: add(syn.seq, 1421) });
    expect(sent.map((seg) => seg.textLength)).toEqual([1460, 1120]);
  });

  test('an ACK of more than was sent is refused, text or not (U-4)', () => {
    const w = knowing();
    const { socket, syn } = connect(w);
    expect(answer(w, syn, { ack: add(syn.seq, 302) })).toMatchObject([
      { flags: RST, seq: add(syn.seq, 302) },
    ]);
    expect(answer(w, syn, { ack: syn.seq })).toMatchObject([{ flags: RST }]);
    expect(socket.state).toBe('SYN-SENT');
  });

  test('the SYN that goes again has neither text nor option; the text follows the handshake (7413.2)', () => {
    const w = knowing();
    const { socket, syn } = connect(w);
    w.clock.advance(1000);
    const again = w.link.take().map(readTcp);
    expect(again).toMatchObject([{ flags: SYN, seq: syn.seq, fastOpen: -1, textLength: 0 }]);
    expect(answer(w, syn, {}).map(textOf)).toEqual([bytes(300)]);
    expect(socket.info().synData).toBe(false);
  });

  test('the first SYN came through after all, with its text (7413.2)', () => {
    const w = knowing();
    const { socket, syn } = connect(w);
    w.clock.advance(1000);
    w.link.take();
    expect(answer(w, syn, { ack: add(syn.seq, 301) }).map((seg) => seg.textLength)).toEqual([0]);
    expect([socket.sendQueue, socket.info().synData, w.clock.next]).toEqual([0, true, Infinity]);
  });

  test('text and a FIN in the SYN,ACK are taken (A066)', () => {
    const w = knowing();
    const { socket, syn } = connect(w);
    const [ack] = answer(w, syn, { ack: add(syn.seq, 301), flags: SYN | ACK | FIN, text: bytes(40) });
    expect([ack!.ack, socket.state, socket.receive()]).toEqual([942, 'CLOSE-WAIT', bytes(40)]);
  });

  test('both opened at once: the text waits for the handshake (7413.5)', () => {
    const w = knowing();
    const { socket, syn } = connect(w);
    const [synAck] = answer(w, syn, { flags: SYN, ack: seq(0) });
    expect(synAck).toMatchObject({ flags: SYN | ACK, seq: syn.seq, textLength: 0, fastOpen: -1 });
    expect(answer(w, syn, { seq: 901, flags: ACK, mss: 0 }).map(textOf)).toEqual([bytes(300)]);
    expect(socket.state).toBe('ESTABLISHED');
  });

  test('a new cookie takes the place of the old (7413.1)', () => {
    const w = knowing();
    const { syn } = connect(w);
    answer(w, syn, withCookie([9, 9, 9, 9]));
    expect(cookieOf(connect(w).syn)).toEqual([9, 9, 9, 9]);
  });

  test('a cookie that came under the experimental kind goes back under it (7413.8)', () => {
    const w = knowing({}, withCookie(COOKIE, true));
    expect(connect(w).syn).toMatchObject({ fastOpen: 8, fastOpenExperimental: true, textLength: 300 });
  });

  test('without cookies, where it is told so: text, and no option (7413.2)', () => {
    const w = client({ fastOpenWithoutCookie: 'client' });
    expect(connect(w, new Uint8Array(3000)).syn).toMatchObject({ fastOpen: -1, textLength: 536 - 40 });
    expect(connect(client({ fastOpenWithoutCookie: 'server' })).syn).toMatchObject({
      fastOpen: 0,
      textLength: 0,
    });
  });

  test('a path that lost the SYN with text is spared it for a while (7413.10)', () => {
    const w = knowing();
    const { syn, socket } = connect(w);
    w.clock.advance(1000);
    answer(w, syn, {});
    socket.abort();
    expect(connect(w).syn).toMatchObject({ fastOpen: -1, textLength: 0 });
    w.clock.advance(60_000);
    w.link.take();
    expect(connect(w).syn).toMatchObject({ fastOpen: 8, textLength: 300 });
  });

  test('SYNs that vanish altogether end it for an hour, to everywhere (7413.10)', () => {
    const w = knowing();
    const { socket } = connect(w);
    w.clock.advance(1000);
    expect(connect(w, bytes(3), ip('10.0.0.3')).syn.fastOpen).toBe(0);
    w.clock.advance(2000);
    socket.abort();
    for (const other of w.host.sockets()) other.abort();
    expect(connect(w, bytes(3), ip('10.0.0.4')).syn).toMatchObject({ fastOpen: -1, textLength: 0 });
    w.clock.advance(3_599_999);
    w.link.take();
    expect(connect(w).syn.fastOpen).toBe(-1);
    w.clock.advance(1);
    w.link.take();
    expect(connect(w).syn.fastOpen).toBe(8);
  });

  test('as Linux does by default, it is not ended for everywhere; nor does a listener offer it', () => {
    expect([LINUX.fastOpenBlackhole, LINUX.fastOpenServer, LINUX.fastOpenClient]).toEqual([0, false, true]);
    const w = knowing({ fastOpenBlackhole: 0 });
    connect(w);
    w.clock.advance(3000);
    w.link.take();
    expect(connect(w, bytes(3), ip('10.0.0.4')).syn.fastOpen).toBe(0);
  });
});

describe('what it must be given', () => {
  test('bytes, and a key of 16 or 32 of them', () => {
    const { host } = world();
    const code = (name: string) => expect.objectContaining({ code: name });
    const open = (fastOpen: object): void => {
      host.connect({ address: PEER4, port: 80, fastOpen });
    };
    expect(() => open({ data: 'text' })).toThrow(code('ERR_INVALID_ARG_TYPE'));
    expect(() => open({ cookie: 1 })).toThrow(code('ERR_INVALID_ARG_VALUE'));
    expect(() => host.listen({ port: 80, fastOpenQueue: -1 })).toThrow(code('ERR_OUT_OF_RANGE'));
    const listener = host.listen({ port: 80, fastOpenQueue: 3 });
    const queue = (connections: unknown) => () => {
      listener.fastOpenQueue = connections as number;
    };
    expect(queue(-1)).toThrow(code('ERR_OUT_OF_RANGE'));
    expect(queue('1')).toThrow(code('ERR_INVALID_ARG_TYPE'));
    expect(listener.fastOpenQueue).toBe(3);
    listener.close();
    expect(() => host.setFastOpenKey(bytes(15))).toThrow(code('EINVAL'));
    expect(() => world({}, { fastOpenKey: 'key' as never })).toThrow(code('ERR_INVALID_ARG_TYPE'));
    expect([[...host.sockets()], [...host.listeners()]]).toEqual([[], []]);
  });
});
