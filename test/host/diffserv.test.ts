// RFC 9293 §3.9.1.9, §3.9.2: the traffic class and the hop limit of what leaves, and of what comes.

import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { add } from '../../src/tcp/seq.ts';
import { CE, ECT0 } from '../../src/wire/ip.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN } from '../../src/wire/tcp.ts';
import {
  ackOf,
  bytes,
  FAMILIES,
  header4,
  header6,
  PEER4,
  readTcp,
  refreshIpv4,
  type Sent,
  type TcpShape,
  tcpPacket,
  type World,
  world,
} from './support.ts';

const EF = 46;
const AF11 = 10;

describe.each(FAMILIES)('over IPv$family', ({ family, us, peer }) => {
  const from = (shape: TcpShape): Uint8Array => tcpPacket(peer, 5000, us, 80, shape);

  /** The same packet with another traffic class. */
  function classed(packet: Uint8Array, trafficClass: number): Uint8Array {
    if (family === 4) {
      packet[1] = trafficClass;
      return refreshIpv4(packet);
    }
    packet[0] = 0x60 | (trafficClass >> 4);
    packet[1] = (trafficClass & 15) << 4;
    return packet;
  }

  /** Flags of the segment, codepoint, ECN and hop limit of each packet. */
  const said = (sent: readonly Sent[]): number[][] =>
    sent.map((one) => {
      const { trafficClass, hopLimit } = family === 4 ? header4(one.bytes) : header6(one.bytes);
      return [readTcp(one).flags, trafficClass >> 2, trafficClass & 3, hopLimit];
    });

  /** A listener of ours, and the connection that a peer opened to it. */
  function open(w: World, syn: TcpShape = {}): { child: TcpSocket; next: number; ours: number } {
    const listener = w.host.listen({ port: 80, diffserv: EF, hopLimit: 7 });
    const sent = w.link.exchange(from({ seq: 99, flags: SYN, mss: 1000, ...syn }));
    const answer = readTcp(sent[0]);
    expect(said(sent)).toEqual([[answer.flags, EF, 0, 7]]);
    w.link.exchange(from(ackOf(answer)));
    w.link.take();
    return { child: listener.accept()!, next: 100, ours: add(answer.seq, 1) };
  }

  test('a passive open has its own from the SYN,ACK on, every segment the same (MUST-48, MUST-49, SHLD-22)', () => {
    const w = world({}, { parameters: { ...RFC9293, delayedAck: 0 } });
    const { child, next, ours } = open(w);
    child.send(bytes(10));
    expect(said(w.link.take())).toEqual([[ACK | PSH, EF, 0, 7]]);
    // An ACK, a retransmission, a FIN.
    expect(said(w.link.exchange(from({ seq: next, ack: ours, flags: ACK, text: bytes(5) })))).toEqual([
      [ACK, EF, 0, 7],
    ]);
    w.link.take();
    w.clock.advance(1000);
    expect(said(w.link.take())).toEqual([[ACK | PSH, EF, 0, 7]]);
    child.shutdown();
    expect(said(w.link.take()).map(([, ...rest]) => rest)).toEqual([[EF, 0, 7]]);
  });

  test('the ACK of TIME-WAIT has it too (MUST-48, MUST-49)', () => {
    const w = world();
    const { child, next, ours } = open(w);
    child.shutdown();
    w.link.take();
    const fin = { seq: next, ack: add(ours as never, 1), flags: ACK | FIN };
    expect(said(w.link.exchange(from(fin)))).toEqual([[ACK, EF, 0, 7]]);
    expect(child.state).toBe('TIME-WAIT');
    expect(said(w.link.exchange(from(fin)))).toEqual([[ACK, EF, 0, 7]]);
    child.setDiffserv(AF11);
    expect(said(w.link.exchange(from(fin)))).toEqual([[ACK, AF11, 0, 7]]);
  });

  test('and the RST of an abort (MUST-48, MUST-49)', () => {
    const w = world();
    const { child } = open(w);
    child.abort();
    expect(said(w.link.take())).toEqual([[RST, EF, 0, 7]]);
  });

  test('an active open has them from the SYN on; they may change at any time (MUST-48, MUST-49, SHLD-21)', () => {
    const w = world();
    const socket = w.host.connect({ address: peer, port: 80, diffserv: AF11, hopLimit: 255 });
    const sent = w.link.take();
    expect(said(sent)).toEqual([[SYN, AF11, 0, 255]]);
    socket.setDiffserv(63);
    socket.setHopLimit(1);
    const { sourcePort, seq } = readTcp(sent[0]);
    const answer = { seq: 900, ack: add(seq, 1), flags: SYN | ACK, mss: 1000 };
    expect(said(w.link.exchange(tcpPacket(peer, 80, us, sourcePort, answer)))).toEqual([[ACK, 63, 0, 1]]);
    w.link.take();
    socket.setDiffserv(0);
    socket.setHopLimit(64);
    socket.send(bytes(1));
    expect(said(w.link.take())).toEqual([[ACK | PSH, 0, 0, 64]]);
  });

  test('what nobody sets is 0 and 64', () => {
    const w = world();
    w.host.connect({ address: peer, port: 80 });
    expect(said(w.link.take())).toEqual([[SYN, 0, 0, 64]]);
  });

  test('the codepoint of what came last can be read (MAY-9)', () => {
    const w = world();
    const { child, next, ours } = open(w);
    expect(child.receivedDiffserv).toBe(0);
    w.link.exchange(classed(from({ seq: next, ack: ours, flags: ACK, text: bytes(5) }), (EF << 2) | ECT0));
    expect(child.receivedDiffserv).toBe(EF);
    w.link.exchange(classed(from({ seq: next, ack: ours, flags: ACK }), AF11 << 2));
    w.link.take();
    expect(child.receivedDiffserv).toBe(AF11);
    // What we send is not what we are sent.
    child.send(bytes(1));
    expect(said(w.link.take())[0]!.slice(1)).toEqual([EF, 0, 7]);
  });

  test('RFC 3168: the codepoint is read from the header and written beside Diffserv (3168.1, 3168.3, 3168.4, SHLD-22)', () => {
    const w = world();
    const { child, next, ours } = open(w, { flags: SYN | ECE | CWR });
    expect(child.info().ecn).toBe(true);
    child.send(bytes(10));
    expect(said(w.link.take())).toEqual([[ACK | PSH, EF, ECT0, 7]]);
    const marked = classed(from({ seq: next, ack: add(ours as never, 10), flags: ACK, text: bytes(5) }), CE);
    w.link.exchange(marked);
    w.clock.advance(500);
    expect(said(w.link.take())).toEqual([[ACK | ECE, EF, 0, 7]]);
  });
});

test('values that there are not are refused when a connection is opened (MUST-48, MUST-49)', () => {
  const { host } = world();
  for (const hopLimit of [0, 256, 1.5, Number.NaN]) {
    expect(() => host.listen({ port: 80, hopLimit })).toThrow(/hop limit/);
    expect(() => host.connect({ address: PEER4, port: 80, hopLimit })).toThrow(/hop limit/);
  }
  for (const diffserv of [-1, 64, 1.5]) {
    expect(() => host.listen({ port: 80, diffserv })).toThrow(/codepoint/);
    expect(() => host.connect({ address: PEER4, port: 80, diffserv })).toThrow(/codepoint/);
  }
});
