// What outlives the application's interest: TIME-WAIT and its reuse, connections that the peer keeps from ending.

import { describe, expect, test } from 'vitest';
import type { HostLimits } from '../../src/host/limits.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { type TwoHosts, twoHosts } from '../../src/sim/network.ts';
import { CLOSED, READABLE } from '../../src/tcp/notice.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { add, gt, seq } from '../../src/tcp/seq.ts';
import { ACK, FIN, RST, SYN } from '../../src/wire/tcp.ts';
import {
  ackOf,
  bytes,
  type Decoded,
  PEER4,
  readTcp,
  type TcpShape,
  tcpPacket,
  US4,
  type World,
  world,
} from './support.ts';

const from = (shape: TcpShape, port: number): Uint8Array => tcpPacket(PEER4, port, US4, 80, shape);

function serving(limits: Partial<HostLimits>, parameters: Partial<Parameters> = {}): World {
  const w = world({}, { limits, parameters: { ...RFC9293, ...parameters } });
  w.host.listen({ port: 80 });
  return w;
}

function open(w: World, port: number, more: TcpShape = {}): { child: TcpSocket; answer: Decoded } {
  const [listener] = w.host.listeners();
  const syn = from({ seq: 100, flags: SYN, mss: 1460, ...more }, port);
  const answer = readTcp(w.link.exchange(syn)[0]);
  w.link.exchange(from(ackOf(answer, more), port));
  return { child: listener!.accept()!, answer };
}

const states = (w: World): string[] =>
  [...w.host.sockets()].map((socket) => `${socket.remote.port} ${socket.state}`).sort();

describe('limits', () => {
  test('TIME-WAIT beyond its number: the oldest gives way, in silence (A029)', () => {
    const w = serving({ timeWaitEntries: 3 });
    const closed: number[] = [];
    for (let port = 1; port <= 8; port++) {
      const { child, answer } = open(w, port);
      child.notify = (bits) => {
        if ((bits & CLOSED) !== 0) closed.push(port);
      };
      child.close();
      w.link.take();
      w.link.exchange(from({ seq: 101, ack: add(answer.seq, 2), flags: FIN | ACK }, port));
      expect(w.link.take().map((sent) => readTcp(sent).flags)).toEqual([ACK]);
    }
    w.clock.advance(0);
    expect(states(w)).toEqual(['6 TIME-WAIT', '7 TIME-WAIT', '8 TIME-WAIT']);
    expect(closed).toEqual([1, 2, 3, 4, 5]);
    w.clock.advance(2 * RFC9293.msl);
    expect([states(w), w.clock.next]).toEqual([[], Infinity]);
  });

  test('opened and closed ten thousand times: no more state, and no more timers, than the limit (A029)', () => {
    const w = serving({ timeWaitEntries: 16 });
    for (let i = 0; i < 10_000; i++) {
      const { child, answer } = open(w, 1 + i);
      child.close();
      w.link.exchange(from({ seq: 101, ack: add(answer.seq, 2), flags: FIN | ACK }, 1 + i));
      w.link.take();
    }
    expect(states(w).length).toBeLessThanOrEqual(17);
    w.clock.advance(2 * RFC9293.msl);
    expect([states(w), w.clock.next]).toEqual([[], Infinity]);
  });

  test('closed, and the peer does not finish: beyond their number the oldest is reset (A017, A029)', () => {
    const w = serving({ orphans: 2 });
    const kept = open(w, 9).child;
    const resets: number[] = [];
    for (const port of [1, 2, 3, 4]) {
      const { child, answer } = open(w, port);
      w.link.take();
      child.close();
      if (port % 2 === 0) w.link.exchange(from({ seq: 101, ack: add(answer.seq, 2), flags: ACK }, port));
      w.clock.advance(0);
      const flags = w.link.take().map(readTcp);
      resets.push(...flags.filter((seg) => seg.flags === RST).map((seg) => seg.destinationPort));
    }
    expect(resets).toEqual([1, 2]);
    expect(states(w)).toEqual(['3 FIN-WAIT-1', '4 FIN-WAIT-2', '9 ESTABLISHED']);
    expect(kept.state).toBe('ESTABLISHED');
  });

  test('several at once beyond their number: as many give way, each once (A029)', () => {
    for (const peerCloses of [true, false]) {
      const w = serving({ timeWaitEntries: 2, orphans: peerCloses ? 9 : 2 });
      const closed: number[] = [];
      const fins: Uint8Array[] = [];
      for (let port = 1; port <= 6; port++) {
        const { child, answer } = open(w, port);
        child.notify = (bits) => {
          if ((bits & CLOSED) !== 0) closed.push(port);
          if (peerCloses || (bits & READABLE) === 0) return;
          child.receive();
          child.close();
        };
        if (peerCloses) child.close();
        const more = peerCloses ? { ack: add(answer.seq, 2), flags: FIN | ACK } : { text: bytes(1) };
        fins.push(from({ seq: 101, ack: add(answer.seq, 1), flags: ACK, ...more }, port));
      }
      w.clock.advance(0);
      w.link.take();
      const sent = w.link.exchange(...fins).map(readTcp);
      w.clock.advance(0);
      expect(sent.filter(({ flags }) => (flags & RST) !== 0).length).toBe(peerCloses ? 0 : 4);
      expect([closed, states(w).length]).toEqual([[1, 2, 3, 4], 2]);
    }
  });

  test('half-closed connections, that are read from, are not among them', () => {
    const w = serving({ orphans: 1 });
    for (const port of [1, 2, 3]) open(w, port).child.shutdown();
    expect(states(w)).toEqual(['1 FIN-WAIT-1', '2 FIN-WAIT-1', '3 FIN-WAIT-1']);
  });
});

describe('a peer that never ends it, after our close', () => {
  test('FIN-WAIT-2 is left after a while; what comes then is reset (A017)', () => {
    const w = serving({}, { finWait2: 60_000 });
    const { child, answer } = open(w, 1);
    child.close();
    w.link.exchange(from({ seq: 101, ack: add(answer.seq, 2), flags: ACK }, 1));
    w.clock.advance(59_999);
    expect(child.state).toBe('FIN-WAIT-2');
    w.clock.advance(1);
    expect([child.state, states(w), w.clock.next]).toEqual(['CLOSED', [], Infinity]);
    const late = w.link.exchange(from({ seq: 101, ack: add(answer.seq, 2), flags: FIN | ACK }, 1));
    expect(readTcp(late[0]).flags).toBe(RST);
  });

  /** It answers every segment with a closed window, for so long; what it is sent. */
  function shutOut(w: World, port: number, answer: Decoded, ms: number): Decoded[] {
    const seen: Decoded[] = [];
    for (let passed = 0; passed < ms; passed += 500) {
      for (const sent of w.link.take()) {
        seen.push(readTcp(sent));
        w.link.exchange(from({ seq: 101, ack: add(answer.seq, 1), flags: ACK, wnd: 0 }, port));
      }
      w.clock.advance(500);
    }
    return seen;
  }

  test('a window that stays closed is probed for a while, then the connection is reset (A017, A016)', () => {
    const w = serving({}, { orphanTimeout: 60_000 });
    const { child, answer } = open(w, 1, { wnd: 0 });
    child.send(bytes(100));
    child.close();
    const seen = shutOut(w, 1, answer, 90_000); // Before R2, which would be 100 s.
    expect([child.state, states(w), seen.at(-1)!.flags]).toEqual(['CLOSED', [], RST]);
    expect(w.clock.next).toBe(Infinity);
  });

  test('while the application is there, it stays as long as the peer answers (MUST-37)', () => {
    const w = serving({}, { orphanTimeout: 60_000 });
    const { child, answer } = open(w, 1, { wnd: 0 });
    child.send(bytes(100));
    const seen = shutOut(w, 1, answer, 400_000);
    expect([child.state, seen.some((seg) => (seg.flags & RST) !== 0)]).toEqual(['ESTABLISHED', false]);
    child.close();
    expect(shutOut(w, 1, answer, 200_000).at(-1)!.flags).toBe(RST);
  });
});

describe('our own next incarnation', () => {
  const PORT = 80;
  interface Ended extends TwoHosts {
    readonly connect: (more?: Partial<Parameters>) => TcpSocket;
    readonly old: TcpSocket;
  }

  /** A server that ends when its client does, and a client that may take over what is in TIME-WAIT. */
  function pair(parameters: Partial<Parameters> = {}, limits: Partial<HostLimits> = {}): TwoHosts {
    const all = { ...RFC9293, timeWaitReuse: true, ...parameters };
    const w = twoHosts({ host: { parameters: all }, client: { limits } });
    const listener = w.server.listen({ port: PORT });
    listener.notify = () => {
      const child = listener.accept()!;
      child.notify = () => {
        while (child.receive() !== null);
        if (child.ended) child.shutdown();
      };
    };
    return w;
  }

  /** A connection from port 4000 that we closed first: it is in TIME-WAIT here. */
  function ended(parameters: Partial<Parameters> = {}): Ended {
    const w = pair(parameters);
    const all = { ...RFC9293, timeWaitReuse: true, ...parameters };
    const connect = (more: Partial<Parameters> = {}): TcpSocket =>
      w.client.connect({ address: '10.0.0.2', port: PORT, localPort: 4000, parameters: { ...all, ...more } });
    const old = connect();
    old.send(bytes(5000));
    w.clock.advance(100);
    old.shutdown();
    w.clock.advance(500);
    expect([old.state, [...w.server.sockets()]]).toEqual(['TIME-WAIT', []]);
    return { ...w, connect, old };
  }

  const inUse = expect.objectContaining({ code: 'EADDRINUSE' });

  test('takes its place after a second, with later timestamps and a higher ISN (6191.5, 6191.4)', () => {
    const w = ended();
    expect(() => w.connect()).toThrow(inUse);
    w.clock.advance(1000);
    const { recent } = w.old.connection.tcb.timestamps;
    const { nxt } = w.old.connection.tcb.snd;
    const next = w.connect();
    expect([w.old.state, next.state, [...w.client.sockets()].length]).toEqual(['CLOSED', 'SYN-SENT', 1]);
    expect(gt(next.connection.tcb.iss, nxt)).toBe(true);
    next.send(bytes(5000));
    w.clock.advance(100);
    expect([next.state, next.sendQueue]).toEqual(['ESTABLISHED', 0]);
    expect(gt(seq(next.connection.tcb.timestamps.recent), seq(recent))).toBe(true);
  });

  test('not unless it is allowed to, and both have timestamps (6191.5)', () => {
    const w = ended();
    w.clock.advance(10_000);
    expect(() => w.connect({ timeWaitReuse: false })).toThrow(inUse);
    expect(() => w.connect({ timestamps: false })).toThrow(inUse);
    const plain = ended({ timestamps: false });
    plain.clock.advance(10_000);
    expect(() => plain.connect({ timestamps: true })).toThrow(inUse);
    expect([RFC9293.timeWaitReuse, plain.old.state]).toEqual([false, 'TIME-WAIT']);
  });

  test('in no other state (6191.5)', () => {
    const w = ended();
    w.clock.advance(1000);
    w.connect();
    w.clock.advance(10_000);
    expect(() => w.connect()).toThrow(inUse);
  });

  test('a free ephemeral port goes before it; when there is none, it is taken (6191.5)', () => {
    const w = pair({}, { firstEphemeralPort: 5000, lastEphemeralPort: 5001 });
    const connect = (): TcpSocket => w.client.connect({ address: '10.0.0.2', port: PORT });
    const ports: number[] = [];
    for (let i = 0; i < 2; i++) {
      const socket = connect();
      ports.push(socket.local.port);
      w.clock.advance(100);
      socket.shutdown();
      w.clock.advance(100);
      expect(socket.state).toBe('TIME-WAIT');
      if (i === 0) w.clock.advance(5000);
    }
    expect(ports.sort()).toEqual([5000, 5001]);
    expect(connect().local.port).toBeGreaterThan(0);
    expect(connect).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL' }));
    w.clock.advance(1000);
    expect(connect().state).toBe('SYN-SENT');
  });

  test('the peer has not heard our last ACK: its answer is refused, and the next SYN opens (6191.5)', () => {
    const w = pair();
    const connect = (): TcpSocket => w.client.connect({ address: '10.0.0.2', port: PORT, localPort: 4000 });
    const old = connect();
    w.clock.advance(100);
    old.shutdown();
    w.link.filter = (_packet, direction) =>
      direction === 'a->b' && old.state === 'TIME-WAIT' ? 'drop' : 'pass';
    w.clock.advance(1500);
    expect([old.state, [...w.server.sockets()].map((socket) => socket.state)]).toEqual([
      'TIME-WAIT',
      ['LAST-ACK'],
    ]);
    w.link.filter = null;
    const next = connect();
    w.clock.advance(500);
    expect(next.state).toBe('SYN-SENT');
    w.clock.advance(1000);
    expect(next.state).toBe('ESTABLISHED');
  });
});
