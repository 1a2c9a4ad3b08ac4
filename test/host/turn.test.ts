// What leaves at the end of an application's turn, and the notice that all has arrived.

import { describe, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { READABLE, SENT } from '../../src/tcp/notice.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { add } from '../../src/tcp/seq.ts';
import { ACK, FIN, PSH, SYN } from '../../src/wire/tcp.ts';
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

const from = (shape: TcpShape): Uint8Array => tcpPacket(PEER4, 5000, US4, 80, shape);

function open(w: World): { child: TcpSocket; answer: Decoded } {
  const listener = w.host.listen({ port: 80 });
  const answer = readTcp(w.link.exchange(from({ seq: 100, flags: SYN, mss: 1460 }))[0]);
  w.link.exchange(from(ackOf(answer)));
  return { child: listener.accept()!, answer };
}

describe('a turn of the application', () => {
  const question = ({ answer }: { answer: Decoded }): Uint8Array =>
    from({ ...ackOf(answer), flags: ACK | PSH, text: bytes(10) });

  /** The peer asks; who is told answers later. */
  function asked(w: World) {
    const opened = open(w);
    const { child } = opened;
    let told = 0;
    child.inTurns = true;
    child.takeNotices();
    child.notify = (bits) => {
      told |= bits;
    };
    w.link.take();
    w.link.deliver(question(opened));
    w.link.receiver.flush();
    expect([told & READABLE, w.link.take().length]).toEqual([READABLE, 0]);
    return child;
  }

  test('ACK, answer and FIN are one segment', () => {
    const w = world({}, { parameters: LINUX });
    const child = asked(w);
    child.receive();
    child.send(bytes(3));
    child.shutdown();
    expect(w.link.take()).toEqual([]);
    child.release();
    const [seg, ...others] = w.link.take().map(readTcp);
    expect([seg?.textLength, seg?.flags, seg?.ack, others]).toEqual([3, ACK | PSH | FIN, 111, []]);
  });

  test('without an answer the ACK leaves at its end', () => {
    const w = world({}, { parameters: LINUX });
    asked(w).release();
    expect(w.link.take().map((sent) => readTcp(sent).ack)).toEqual([111]);
  });

  test('what fills a packet does not wait for its end', () => {
    const w = world({ superSegment: 65_535, checksumOffload: true });
    const { child } = open(w);
    w.link.take();
    child.hold();
    child.send(bytes(8000));
    child.send(bytes(8000));
    expect(w.link.take()).toEqual([]);
    child.send(bytes(60_000));
    expect(readTcp(w.link.take()[0]).textLength).toBe(10 * 1460);
  });

  test('a turn that nobody began ends in nothing', () => {
    const w = world();
    const { child } = open(w);
    w.link.take();
    child.release();
    expect(w.link.take()).toEqual([]);
  });
});

describe('SENT', () => {
  test('comes once, when all that was sent is acknowledged', () => {
    const w = world();
    const { child, answer } = open(w);
    const told: number[] = [];
    child.takeNotices();
    child.notify = (bits) => told.push(bits);
    child.send(bytes(10));
    child.tellWhenSent();
    w.clock.advance(0);
    expect(told).toEqual([]);
    const acked = (more: number): TcpShape => ({ ...ackOf(answer), ack: add(answer.seq, 1 + more) });
    w.link.exchange(from(acked(4)));
    expect(told).toEqual([]);
    w.link.exchange(from(acked(10)));
    expect([told, child.sendQueue]).toEqual([[SENT], 0]);
    child.send(bytes(1));
    w.link.exchange(from(acked(11)));
    expect(told).toEqual([SENT]);
  });

  test('comes soon, if nothing waits', () => {
    const w = world();
    const { child } = open(w);
    const told: number[] = [];
    child.takeNotices();
    child.notify = (bits) => told.push(bits);
    child.tellWhenSent();
    expect(told).toEqual([]);
    w.clock.advance(0);
    expect(told).toEqual([SENT]);
  });
});
