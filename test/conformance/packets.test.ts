// Requirements and attacks that can only be shown on whole packets: what a host makes of bytes on a wire, and what
// the bytes that it sends look like. Each test names the ids of docs/requirements that it proves.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { twoHosts } from '../../src/sim/network.ts';
import { CONNECTED } from '../../src/tcp/notice.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../../src/wire/checksum.ts';
import { PROTOCOL_TCP } from '../../src/wire/ip.ts';
import { ACK, FIN, PSH, SYN } from '../../src/wire/tcp.ts';
import {
  ackOf,
  bytes,
  drops,
  FAMILIES,
  PEER4,
  payloadOf,
  readIcmp,
  readTcp,
  type Sent,
  type TcpShape,
  tcpPacket,
  US4,
  udpPacket,
  type World,
  world,
} from '../host/support.ts';

/** A connection from the peer's port 5000 to our port 80, and what goes over it. */
function opened(w: World = world(), peer = PEER4, us = US4) {
  const listener = w.host.listen({ port: 80 });
  const send = (shape: TcpShape): Sent[] => w.link.exchange(tcpPacket(peer, 5000, us, 80, shape));
  const synAck = readTcp(send({ flags: SYN, seq: 99, mss: 1000 })[0]);
  send({ ...ackOf(synAck) });
  const socket = listener.accept()!;
  const at = (shape: TcpShape): TcpShape => ({ ...ackOf(synAck), flags: ACK, ...shape });
  return { ...w, socket, send, at, synAck };
}

/** The same packet with bytes of its TCP header or options changed, and the checksum right again. */
function rewritten(packet: Uint8Array, change: (tcp: Uint8Array) => void): Uint8Array {
  const ipLength = packet[0]! >> 4 === 4 ? 20 : 40;
  change(packet.subarray(ipLength));
  packet[ipLength + 16] = 0;
  packet[ipLength + 17] = 0;
  const pseudo = pseudoHeaderSumOf(packet, 0, PROTOCOL_TCP, packet.length - ipLength);
  const sum = foldChecksum(sumBytes(packet, ipLength, packet.length, pseudo));
  packet[ipLength + 16] = sum >>> 8;
  packet[ipLength + 17] = sum;
  return packet;
}

/** A SYN with these bytes of options behind an MSS of 1000. */
function synWith(options: readonly number[], flags = SYN): Uint8Array {
  const padded = [...options, ...new Array((4 - (options.length % 4)) % 4).fill(1)];
  const text = Uint8Array.from(padded);
  return rewritten(tcpPacket(PEER4, 5000, US4, 80, { flags, seq: 99, mss: 1000, text }), (tcp) => {
    tcp[12] = ((24 + padded.length) << 2) & 0xf0;
  });
}

describe.each(FAMILIES)('what leaves, IPv$family', ({ peer, us }) => {
  test('has a right checksum, whatever it is and however long (MUST-2), and no reserved bit set (U-21)', () => {
    const { clock, socket, send, at, link } = opened(world(), peer, us);
    for (const length of [1, 2, 3, 999, 1000, 1001, 5000]) {
      socket.send(bytes(length));
      clock.advance(50);
      send(at({ ack: socket.info().sndNxt, seq: 100 }));
    }
    send(at({ ack: socket.info().sndNxt, seq: 100, flags: ACK | PSH, text: bytes(7) }));
    socket.shutdown();
    clock.advance(5000);
    socket.abort();
    const sent = link.take();
    expect(sent.length).toBeGreaterThan(15);
    for (const packet of sent) {
      expect(readTcp(packet).checksumValid).toBe(true);
      expect(payloadOf(packet.bytes)[12]! & 0x0e).toBe(0);
    }
  });

  test('an MSS stands on SYNs only (MUST-65)', () => {
    const { clock, socket, link, synAck } = opened(world(), peer, us);
    expect(synAck.mss).toBeGreaterThan(0);
    link.take();
    socket.send(bytes(5000));
    clock.advance(5000);
    socket.abort();
    const sent = link.take().map(readTcp);
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.every(({ mss, flags }) => mss === 0 && (flags & SYN) === 0)).toBe(true);
  });

  test.each([
    ['a SYN', SYN, {}],
    ['text', ACK | PSH, { text: bytes(10) }],
    ['a RST', 4, {}],
    ['a FIN', FIN | ACK, {}],
  ])('%s with a wrong checksum is as if it had not come (MUST-3, A050)', (_, flags, more) => {
    const w = opened(world(), peer, us);
    for (const wrong of [0, 0x1234]) {
      const packet = tcpPacket(peer, flags === SYN ? 6000 : 5000, us, 80, w.at({ flags, ...more }));
      const at = packet.length - payloadOf(packet).length + 16;
      const right = (packet[at]! << 8) | packet[at + 1]!;
      expect(right).not.toBe(wrong);
      packet[at] = wrong >>> 8;
      packet[at + 1] = wrong & 255;
      expect(w.link.exchange(packet)).toEqual([]);
      w.clock.advance(1000);
    }
    expect(w.host.counters.dropped['tcp-checksum']).toBe(2);
    expect([w.socket.state, w.socket.readable, [...w.host.sockets()].length]).toEqual(['ESTABLISHED', 0, 1]);
  });
});

describe('headers', () => {
  test('reserved bits of what arrives are ignored (U-21, A051)', () => {
    const w = opened();
    const packet = tcpPacket(PEER4, 5000, US4, 80, w.at({ flags: ACK | PSH, text: bytes(10) }));
    w.link.exchange(rewritten(packet, (tcp) => (tcp[12]! |= 0x0e)));
    expect(w.socket.readable).toBe(10);
  });

  test.each([0, 4, 15])('a data offset of %i words in 24 bytes: dropped (A038)', (words) => {
    const w = opened();
    const packet = tcpPacket(PEER4, 5000, US4, 80, w.at({ flags: ACK, text: bytes(4) }));
    w.link.exchange(rewritten(packet, (tcp) => (tcp[12] = words << 4)));
    expect(drops(w.host)['tcp-malformed']).toBe(1);
    expect(w.socket.readable).toBe(0);
  });

  test('a frame of another kind is no packet: ARP, short or whole (A054)', () => {
    const w = world();
    const arp = Uint8Array.from([0, 1, 8, 0, 6, 4, 0, 1, ...bytes(20)]);
    for (let length = 0; length <= arp.length; length++)
      expect(w.link.exchange(arp.subarray(0, length))).toEqual([]);
    expect(drops(w.host)).toEqual({ 'ip-malformed': arp.length + 1 });
  });
});

describe('options', () => {
  const connects = (packet: Uint8Array): boolean => {
    const w = world();
    const listener = w.host.listen({ port: 80 });
    const [answer] = w.link.exchange(packet);
    if (answer === undefined) return false;
    w.link.exchange(tcpPacket(PEER4, 5000, US4, 80, ackOf(readTcp(answer))));
    return listener.accept() !== null;
  };

  test('multipath TCP on a SYN is an unknown option: plain TCP, and no answer to it (8684.1)', () => {
    const capable = [30, 12, 0x01, 0x81, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(connects(synWith(capable))).toBe(true);
    const w = world();
    w.host.listen({ port: 80 });
    const synAck = payloadOf(w.link.exchange(synWith(capable))[0]!.bytes);
    const kinds = new Set<number>();
    for (let at = 20; at < (synAck[12]! >> 4) * 4; at += synAck[at] === 1 ? 1 : synAck[at + 1]!) {
      if (synAck[at] === 0) break;
      kinds.add(synAck[at]!);
    }
    expect(kinds.has(2)).toBe(true);
    expect(kinds.has(30)).toBe(false);
  });

  test('a join to a multipath connection is a SYN like any other (8684.2)', () => {
    expect(connects(synWith([30, 12, 0x10, 1, 1, 2, 3, 4, 5, 6, 7, 8]))).toBe(true);
  });

  test('multipath subtypes on text, known and unknown, change nothing (8684.3)', () => {
    const w = opened();
    for (let subtype = 0; subtype < 16; subtype++) {
      const options = Uint8Array.from([30, 4, subtype << 4, 0]);
      const text = Uint8Array.from([...options, ...bytes(6)]);
      const packet = tcpPacket(PEER4, 5000, US4, 80, w.at({ seq: 100 + 6 * subtype, flags: ACK, text }));
      w.link.exchange(rewritten(packet, (tcp) => (tcp[12] = 6 << 4)));
    }
    expect(w.socket.readable).toBe(96);
  });

  test('any length of an option that we do not know is skipped or ends the list (8684.4, MUST-6, MUST-7)', () => {
    for (let length = 0; length <= 60; length++) {
      const options = [30, length, ...new Array(Math.max(Math.min(length, 16) - 2, 0)).fill(0xff)];
      expect(connects(synWith(options))).toBe(true);
    }
  });

  test('options that fill the header, with SACK blocks among them, are read as far as they go (8684.5)', () => {
    const w = opened();
    w.socket.send(bytes(3000));
    const una = w.socket.info().sndUna;
    const text = Uint8Array.from([
      30,
      20,
      ...new Array(18).fill(7),
      5,
      18,
      ...new Array(16).fill(0xee),
      1,
      1,
      ...bytes(5),
    ]);
    const packet = tcpPacket(PEER4, 5000, US4, 80, w.at({ flags: ACK, text }));
    w.link.exchange(rewritten(packet, (tcp) => (tcp[12] = 15 << 4)));
    expect([w.socket.readable, w.socket.info().sndUna]).toEqual([5, una]);
  });

  test('an announced MSS of 1, or 48, never makes a segment empty, and none below the floor (A022)', () => {
    for (const mss of [1, 48]) {
      const w = world();
      const listener = w.host.listen({ port: 80 });
      const exchange = (shape: TcpShape) => w.link.exchange(tcpPacket(PEER4, 5000, US4, 80, shape));
      const synAck = readTcp(exchange({ flags: SYN, seq: 99, mss })[0]);
      exchange(ackOf(synAck));
      const socket = listener.accept()!;
      w.link.take();
      socket.send(bytes(200));
      const sizes = w.link.take().map((packet) => readTcp(packet).textLength);
      expect(sizes.length).toBeGreaterThan(0);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(48 - 12);
    }
  });

  test('an MSS of 0 is as good as none: 536 (A022)', () => {
    const w = world();
    w.host.listen({ port: 80 });
    w.link.exchange(tcpPacket(PEER4, 5000, US4, 80, { flags: SYN, seq: 99, mss: 0 }));
    expect([...w.host.sockets()][0]!.info().sendMss).toBe(536);
  });
});

describe('protocols that are not here', () => {
  test.each([
    [
      'DNS answers, with loops of compression (A057)',
      53,
      [0xab, 0xcd, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0xc0, 0x0c],
    ],
    ['DNS answers that nobody asked for (A058)', 53, [0, 1, 0x81, 0x80, 0, 0, 0, 255, 0, 0, 0, 0, 0x3f]],
    ['DHCP offers with options without end (A059)', 68, [2, 1, 6, 0, 1, 2, 3, 4, 53, 255, 99, 130, 83, 99]],
  ])('%s: a closed port, and nothing is read', (_, port, data) => {
    const w = world();
    const [answer, ...more] = w.link.exchange(udpPacket(PEER4, US4, port, Uint8Array.from(data)));
    expect(readIcmp(answer?.bytes)).toMatchObject({ type: 3, code: 3 });
    expect(more).toEqual([]);
    expect(drops(w.host)).toEqual({ 'udp-closed-port': 1 });
  });
});

describe('at the interface to the application', () => {
  test('a receive when there is nothing, of nothing, or after the end gives null and does not hang (A073)', () => {
    const w = opened();
    expect([w.socket.receive(), w.socket.receive(0)]).toEqual([null, null]);
    w.send(w.at({ seq: 100, flags: ACK | FIN, text: bytes(3) }));
    expect(w.socket.receive(0)).toBeNull();
    expect(w.socket.receive()).toEqual(bytes(3));
    expect([w.socket.receive(), w.socket.ended]).toEqual([null, true]);
    w.socket.close();
    expect(w.socket.receive()).toBeNull();
  });

  test('sending nothing takes nothing; after our FIN it is an error like any other (A074)', () => {
    const { socket, link } = opened();
    link.take();
    expect(socket.send(new Uint8Array(0))).toBe(0);
    expect(link.take()).toEqual([]);
    socket.shutdown();
    for (const n of [0, 1])
      expect(() => socket.send(bytes(n))).toThrow(expect.objectContaining({ code: 'EPIPE' }));
  });

  test('how much can be read is exact: around the FIN, before and after the close (A076)', () => {
    const w = opened();
    expect(w.socket.readable).toBe(0);
    w.send(w.at({ seq: 100, text: bytes(10) }));
    expect(w.socket.readable).toBe(10);
    w.socket.receive(4);
    expect(w.socket.readable).toBe(6);
    w.send(w.at({ seq: 110, flags: ACK | FIN, text: bytes(5) }));
    expect([w.socket.readable, w.socket.ended]).toEqual([11, false]);
    while (w.socket.receive() !== null);
    expect([w.socket.readable, w.socket.ended]).toEqual([0, true]);
    w.socket.close();
    expect(w.socket.readable).toBe(0);
  });

  test('bytes are the same, however they are cut when they are sent, and read (A082)', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(cuts, cuts, (writes, reads) => {
        const { client, server, clock } = twoHosts();
        const listener = server.listen({ port: 80 });
        const sender = client.connect({ address: '10.0.0.2', port: 80 });
        clock.advance(10);
        const receiver = listener.accept()!;
        const all = writes.reduce((sum, n) => sum + n, 0);
        let sent = 0;
        for (const n of writes) sent += sender.send(Uint8Array.from({ length: n }, (_, i) => (sent + i) * 7));
        clock.advance(1000);
        const got: number[] = [];
        for (let i = 0; got.length < all; i++) got.push(...(receiver.receive(reads[i % reads.length]) ?? []));
        expect(got).toEqual(Array.from({ length: all }, (_, i) => (i * 7) & 255));
      }),
      { numRuns: 60 },
    );
  });

  test('a window of any size beside an MSS of any size divides nothing by zero (A083)', () => {
    for (const mss of [1, 7, 48, 65_535]) {
      for (const wnd of [0, 1, 2, 3, 65_535]) {
        const w = world();
        const listener = w.host.listen({ port: 80 });
        const exchange = (shape: TcpShape) => w.link.exchange(tcpPacket(PEER4, 5000, US4, 80, shape));
        const synAck = readTcp(exchange({ flags: SYN, seq: 99, mss, wnd })[0]);
        exchange(ackOf(synAck, { wnd }));
        const socket = listener.accept()!;
        socket.send(bytes(100));
        w.clock.advance(10_000);
        const { cwnd, sendMss, rto } = socket.info();
        for (const value of [cwnd, sendMss, rto]) expect(value).toBeGreaterThan(0);
        expect(socket.state).toBe('ESTABLISHED');
      }
    }
  });

  test('after a connection is gone, nothing that comes for it reaches anyone (A081)', () => {
    const w = opened();
    let told = 0;
    w.socket.notify = () => told++;
    w.send(w.at({ seq: 110, flags: ACK | FIN }));
    w.socket.close();
    w.send(w.at({ seq: 100, flags: ACK, text: bytes(10) }));
    expect(w.socket.state).toBe('CLOSED');
    const before = told;
    for (const flags of [ACK, ACK | FIN, SYN, ACK | PSH]) w.send(w.at({ seq: 110, flags }));
    expect(told).toBe(before);
    expect(w.socket.receive()).toBeNull();
  });

  test.each<[string, (socket: TcpSocket) => void]>([
    ['close', (socket) => socket.close()],
    ['abort', (socket) => socket.abort()],
    ['shutdown', (socket) => socket.shutdown()],
    [
      'abort, then anything',
      (socket) => {
        socket.abort();
        socket.close();
        socket.shutdown();
        socket.receive();
      },
    ],
    [
      'send',
      (socket) => {
        if (socket.state === 'ESTABLISHED') socket.send(bytes(1));
      },
    ],
  ])('%s from inside every notice: no call into a notice, and an end (A084)', (_, act) => {
    const { client, server, clock } = twoHosts({ delay: 5 });
    const listener = server.listen({ port: 80 });
    let depth = 0;
    const guard = (socket: TcpSocket): void => {
      socket.notify = () => {
        expect(depth).toBe(0);
        depth++;
        act(socket);
        depth--;
      };
    };
    listener.notify = () => {
      const socket = listener.accept();
      if (socket !== null) guard(socket);
    };
    const caller = client.connect({ address: '10.0.0.2', port: 80 });
    guard(caller);
    clock.advance(1000);
    expect(caller.connection.tcb.notices & CONNECTED).toBe(0);
    client.close();
    server.close();
    expect([...client.sockets(), ...server.sockets()]).toEqual([]);
  });
});

test('a host that starts anew opens at once, with numbers unrelated to those before (U-23)', () => {
  const numbers = [1, 2, 3, 4].map((seed) => {
    const w = world({}, {}, seed);
    w.host.connect({ address: PEER4, port: 80, localPort: 5000 });
    return readTcp(w.link.take()[0]).seq >>> 0;
  });
  const gaps = numbers.slice(1).map((n, i) => Math.abs(n - numbers[i]!));
  expect(Math.min(...gaps)).toBeGreaterThan(1 << 20);
});
