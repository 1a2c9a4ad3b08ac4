// Opening a connection: numbers that nobody can guess, what comes with the SYN,ACK, and everything that can end the
// attempt at once.

import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { CLOSED, ERROR } from '../../src/tcp/notice.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { add, diff, gt, type Seq } from '../../src/tcp/seq.ts';
import { ACK, FIN, RST, SYN } from '../../src/wire/tcp.ts';
import { HostRules } from '../support/rule-log.ts';
import {
  ackOf,
  bytes,
  type Decoded,
  icmpPacket,
  ip,
  PEER4,
  readTcp,
  type Sent,
  type TcpShape,
  tcpPacket,
  US4,
  type World,
  world,
} from './support.ts';

const iss = ({ connection }: TcpSocket): Seq => connection.tcb.iss;

describe('initial sequence numbers on the wire (RFC 6528)', () => {
  test('of one 4-tuple advance 250 a millisecond from one attempt to the next (6528.1, MUST-8)', () => {
    const { clock, host } = world();
    const numbers = [0, 1, 2].map(() => {
      const socket = host.connect({ address: PEER4, port: 80, localPort: 4000 });
      const number = iss(socket);
      socket.abort();
      clock.advance(100);
      return number;
    });
    expect([diff(numbers[1]!, numbers[0]!), diff(numbers[2]!, numbers[1]!)]).toEqual([25_000, 25_000]);
  });

  test('the secret is drawn when the host is made: another host, other numbers (6528.2, MUST-9)', () => {
    const numbers = [1, 2, 3, 4].map((seed) => {
      const { host } = world({}, {}, seed);
      return iss(host.connect({ address: PEER4, port: 80, localPort: 4000 }));
    });
    expect(new Set(numbers).size).toBe(4);
    const again = world({}, {}, 1).host.connect({ address: PEER4, port: 80, localPort: 4000 });
    expect(iss(again)).toBe(numbers[0]);
  });

  test('10,000 connections: each bit is a coin, no step comes twice (6528.5, 6528.2, A008)', () => {
    const { host } = world();
    const count = 10_000;
    const numbers: number[] = [];
    for (let i = 0; i < count; i++) {
      const address = ip(`10.1.${i >> 8}.${i & 255}`);
      const socket = host.connect({ address, port: 80, localPort: 4000 });
      numbers.push(iss(socket));
      socket.abort();
    }
    for (let bit = 0; bit < 32; bit++) {
      const ones = numbers.filter((number) => ((number >>> bit) & 1) === 1).length;
      // Half of them, give or take six standard deviations of 50.
      expect(Math.abs(ones - count / 2), `bit ${bit}`).toBeLessThan(300);
    }
    const steps = numbers.slice(1).map((number, i) => (number - numbers[i]!) | 0);
    // Of 10,000 random steps of 32 bits, hardly one pair is equal; of a counter all are, and of 16 bits most.
    expect(new Set(steps).size).toBeGreaterThan(count - 10);
    expect(new Set(numbers.map((number) => number >>> 16)).size).toBeGreaterThan(8000);
    expect(new Set(numbers.map((number) => number & 0xffff)).size).toBeGreaterThan(8000);
  });
});

describe('ephemeral ports on the wire (RFC 6056)', () => {
  test('of many destinations fill the range from 1024 to 65535 evenly (6056.1, 6056.2)', () => {
    const { host } = world();
    const quarters = [0, 0, 0, 0];
    for (let i = 0; i < 2000; i++) {
      const socket = host.connect({ address: ip(`10.1.${i >> 8}.${i & 255}`), port: 80 });
      expect(socket.local.port).toBeGreaterThanOrEqual(1024);
      quarters[Math.floor((4 * (socket.local.port - 1024)) / 64_512)]!++;
      socket.abort();
    }
    for (const count of quarters) expect(Math.abs(count - 500)).toBeLessThan(120);
  });

  test('of a secret that another host has not: the same destinations, other ports (6056.2, A007)', () => {
    const portsOf = (seed: number): number[] => {
      const { host } = world({}, {}, seed);
      return Array.from(
        { length: 50 },
        (_, i) => host.connect({ address: ip(`10.1.0.${i}`), port: 80 }).local.port,
      );
    };
    const [a, b] = [portsOf(1), portsOf(2)];
    expect(a.filter((port, i) => port === b[i]).length).toBeLessThan(3);
  });
});

interface Attempt extends World {
  readonly socket: TcpSocket;
  /** The SYN as it left. */
  readonly sent: Sent;
  readonly syn: Decoded;
  /** Every call of `notify`. */
  readonly told: number[];
}

function attempt(parameters = RFC9293): Attempt {
  const w = world({}, { parameters });
  const socket = w.host.connect({ address: PEER4, port: 80, localPort: 4000 });
  const told: number[] = [];
  socket.notify = (bits) => told.push(bits);
  const [sent] = w.link.take();
  return { ...w, socket, sent: sent!, syn: readTcp(sent), told };
}

const answer = ({ syn }: Attempt, shape: TcpShape): Uint8Array =>
  tcpPacket(PEER4, 80, US4, 4000, { seq: 900, ack: add(syn.seq, 1), ...shape });

describe('the SYN,ACK', () => {
  test('text that comes with it is taken, and acknowledged in one (A066)', () => {
    const a = attempt();
    const [ack] = a.link.exchange(answer(a, { flags: SYN | ACK, mss: 1460, text: bytes(30) })).map(readTcp);
    expect([ack!.ack, a.socket.state, a.socket.receive()]).toEqual([931, 'ESTABLISHED', bytes(30)]);
  });

  test('so is a FIN, behind the text (A066)', () => {
    const a = attempt();
    const shape = { flags: SYN | ACK | FIN, mss: 1460, text: bytes(30) };
    const [ack] = a.link.exchange(answer(a, shape)).map(readTcp);
    expect([ack!.ack, a.socket.state, a.socket.receive(), a.socket.ended]).toEqual([
      932,
      'CLOSE-WAIT',
      bytes(30),
      true,
    ]);
  });

  test('text and FIN of a SYN that crosses ours wait to be sent again (A066)', () => {
    const a = attempt();
    const crossing = answer(a, { flags: SYN | FIN, ack: 0, text: bytes(30) });
    const [synAck] = a.link.exchange(crossing).map(readTcp);
    expect([synAck!.flags, synAck!.ack, a.socket.readable]).toEqual([SYN | ACK, 901, 0]);
    a.link.exchange(answer(a, { seq: 901, flags: ACK | FIN, text: bytes(30) }));
    expect([a.socket.state, a.socket.receive()]).toEqual(['CLOSE-WAIT', bytes(30)]);
  });
});

describe('an attempt that ends, and ends again (A085)', () => {
  const ends: Readonly<Record<string, (a: Attempt) => void>> = {
    'a RST': (a) => a.link.deliver(answer(a, { seq: 0, flags: RST | ACK })),
    'an ICMP error': (a) => a.link.deliver(icmpPacket(PEER4, US4, 3, 3, 0, a.sent.bytes)),
    'a timeout': (a) => a.clock.advance(RFC9293.r2Syn + RFC9293.rtoMax),
    'an abort': (a) => a.socket.abort(),
    'a close': (a) => a.socket.close(),
    'a link that goes down': (a) => a.link.receiver.down(new Error('gone')),
  };
  const ERRORS: Readonly<Record<string, string | null>> = {
    'a RST': 'ECONNREFUSED',
    'an ICMP error': 'ECONNREFUSED',
    'a timeout': 'ETIMEDOUT',
    'an abort': null,
    'a close': null,
    'a link that goes down': 'ENETDOWN',
  };
  const names = Object.keys(ends);

  test.each(names.flatMap((first) => names.map((second) => [first, second] as const)))(
    '%s, then %s: one event, one error, and the 4-tuple is free (A085)',
    (first, second) => {
      const a = attempt();
      ends[first]!(a);
      ends[second]!(a);
      a.link.receiver.flush();
      a.clock.advance(0);
      expect([a.socket.state, a.socket.error]).toEqual(['CLOSED', ERRORS[first]]);
      expect(a.told.filter((bits) => (bits & CLOSED) !== 0)).toEqual([
        ERRORS[first] === null ? CLOSED : CLOSED | ERROR,
      ]);
      expect([[...a.host.sockets()], a.clock.next]).toEqual([[], Infinity]);
      if (a.host.interfaces.length === 0) return;
      const next = a.host.connect({ address: PEER4, port: 80, localPort: 4000 });
      expect([next.state, gt(iss(next), a.syn.seq) || iss(next) === a.syn.seq]).toEqual(['SYN-SENT', true]);
    },
  );

  test('what the peer says after it is answered by a RST, and heard by nobody (A085)', () => {
    const a = attempt();
    a.socket.abort();
    a.link.take();
    expect(a.link.exchange(answer(a, { flags: SYN | ACK })).map(readTcp)).toMatchObject([{ flags: RST }]);
    expect(a.told).toEqual([CLOSED]);
  });

  test('the listener is closed in SYN-RECEIVED: reset, never to be accepted, and nobody is told (A085)', () => {
    const w = world();
    const listener = w.host.listen({ port: 80 });
    let told = 0;
    listener.notify = () => told++;
    const from = (shape: TcpShape): Uint8Array => tcpPacket(PEER4, 5000, US4, 80, shape);
    const synAck = readTcp(w.link.exchange(from({ seq: 100, flags: SYN }))[0]);
    listener.close();
    expect(w.link.take().map(readTcp).at(-1)).toMatchObject({ flags: RST, seq: add(synAck.seq, 1) });
    expect(w.link.exchange(from(ackOf(synAck))).map(readTcp)).toMatchObject([{ flags: RST }]);
    w.clock.advance(200_000);
    expect([told, listener.accept(), [...w.host.sockets()], w.clock.next]).toEqual([0, null, [], Infinity]);
  });
});

describe('an observer hears the reason', () => {
  const to = (seg: TcpShape, port = 5000): Uint8Array => tcpPacket(PEER4, port, US4, 80, seg);

  test('of a connection that a cookie opened: from CLOSED to SYN-RECEIVED, and no SYN (4987.4)', () => {
    const probe = new HostRules();
    const w = world({}, { probe, parameters: { ...RFC9293, synCookies: 'always' } });
    w.host.listen({ port: 80 });
    const [synAck] = w.link.exchange(to({ seq: 100, flags: SYN })).map(readTcp);
    expect(probe.list()).toBe('');
    w.link.exchange(to(ackOf(synAck!)));
    expect(probe.list().split(' ').slice(0, 2)).toEqual([
      '4987-3.6-cookie',
      '9293-3.10.7.4-fifth-established',
    ]);
  });

  test('of Fast Open, at either end', () => {
    const probe = new HostRules();
    const w = world({}, { probe, parameters: { ...RFC9293, fastOpenWithoutCookie: 'server' } });
    w.host.listen({ port: 80, fastOpenQueue: 1 });
    w.link.exchange(to({ seq: 100, flags: SYN, text: bytes(9) }));
    expect(probe.has('7413-4.2.2-accepted')).toBe(true);
    const open = (): Decoded => {
      w.host.connect({ address: PEER4, port: 80, fastOpen: { data: bytes(9) } });
      return readTcp(w.link.take().at(-1));
    };
    const answered = (syn: Decoded): Uint8Array => {
      const fastOpen = { fastOpen: 8, fastOpenCookie: new Int8Array(16) };
      const shape = { seq: 900, ack: add(syn.seq, 1), flags: SYN | ACK, ...fastOpen };
      return tcpPacket(PEER4, 80, US4, syn.sourcePort, shape);
    };
    w.link.exchange(answered(open()));
    expect([probe.has('7413-4.2.1-request'), probe.has('7413-4.2.2-data')]).toEqual([true, false]);
    w.link.exchange(answered(open()));
    expect([probe.has('7413-4.2.2-data'), probe.has('7413-4.2.2-resend')]).toEqual([true, true]);
  });

  test('of what gives way to others', () => {
    const probe = new HostRules();
    const w = world({}, { probe, limits: { orphans: 1 } });
    const listener = w.host.listen({ port: 80 });
    for (const port of [1, 2]) {
      const [synAck] = w.link.exchange(to({ seq: 100, flags: SYN }, port)).map(readTcp);
      w.link.exchange(to(ackOf(synAck!), port));
      w.link.take();
      listener.accept()!.close();
      w.clock.advance(0);
      w.link.take();
    }
    expect(probe.has('local-lingering-limit')).toBe(true);
  });
});
