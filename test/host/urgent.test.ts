// §3.8.5, §3.9.1.8 between two hosts: what a program is told of urgent data, and of errors, without asking.

import { expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { type TwoHosts, twoHosts } from '../../src/sim/network.ts';
import { SOFT_ERROR, URGENT } from '../../src/tcp/notice.ts';
import { SYN } from '../../src/wire/tcp.ts';
import { icmpPacket, PEER4, readTcp, tcpPacket, US4, world } from './support.ts';

function connected(t: TwoHosts): { client: TcpSocket; server: TcpSocket } {
  const listener = t.server.listen({ port: 80 });
  const client = t.client.connect({ address: '10.0.0.2', port: 80 });
  t.clock.runUntil(() => listener.waiting.acceptable > 0, 1000);
  return { client, server: listener.accept()! };
}

test.each([
  { superSegment: 1500, loss: 0 },
  { superSegment: 65_535, loss: 0 },
  { superSegment: 65_535, loss: 0.1 },
])('a program reads on to the end of what is urgent, wherever that lies (MUST-30 to MUST-33): %o', (wire) => {
  const t = twoHosts({ delay: 10, checksumOffload: true, superSegments: 'cut', seed: 4, ...wire });
  const { client, server } = connected(t);
  const marks: number[] = [];
  let received = 0;
  let told = 0;
  let bytes = 0;
  server.notify = (notices) => {
    if ((notices & URGENT) !== 0) told += 1;
    for (let text = server.receive(); text !== null; text = server.receive()) {
      received += text.length;
      bytes = text.at(-1)!;
    }
    marks.push(received + server.urgentAhead);
  };
  const text = Uint8Array.from({ length: 200_000 }, (_, i) => i & 0xff);
  expect(client.sendUrgent(text)).toBe(200_000);
  client.send(new Uint8Array(50).fill(7));
  t.clock.runUntil(() => received === 200_050, 600_000);
  expect([received, bytes, server.urgentAhead]).toEqual([200_050, 7, 0]);
  // The mark moved with the segments, and came to rest at the end of what was urgent.
  expect(told).toBeGreaterThan(1);
  expect(marks.includes(200_000)).toBe(true);
});

test('told without being asked: the urgent pointer advances (U-20, MUST-32)', () => {
  const t = twoHosts({ delay: 1 });
  const { client, server } = connected(t);
  let notices = 0;
  server.notify = (bits) => {
    notices |= bits;
  };
  client.sendUrgent(Uint8Array.of(1));
  t.clock.advance(10);
  expect([notices & URGENT, server.urgentAhead]).toEqual([URGENT, 1]);
});

test('told without being asked: retransmissions without an answer (U-20)', () => {
  const t = twoHosts({ delay: 1 });
  const { client } = connected(t);
  let notices = 0;
  client.notify = (bits) => {
    notices |= bits;
  };
  t.link.cut();
  client.send(new Uint8Array(10));
  t.clock.advance(60_000);
  expect(notices & SOFT_ERROR).toBe(SOFT_ERROR);
});

test('told without being asked: an ICMP error (U-20)', () => {
  const { host, link } = world();
  const socket = host.connect({ address: PEER4, port: 80 });
  let notices = 0;
  socket.notify = (bits) => {
    notices |= bits;
  };
  const { sourcePort, seq, flags } = readTcp(link.take()[0]);
  expect(flags & SYN).toBe(SYN);
  const quoted = tcpPacket(US4, sourcePort, PEER4, 80, { seq, flags });
  link.exchange(icmpPacket(PEER4, US4, 3, 1, 0, quoted));
  expect(notices & SOFT_ERROR).toBe(SOFT_ERROR);
});
