// Traffic in both directions while one reader, or both, do not read: a closed window in one direction must not hold
// up the other.

import { expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { twoHosts } from '../../src/sim/network.ts';

const CHUNK = new Uint8Array(65_536);

/** Keeps the socket's send buffer full until `bytes` are sent; reads while `reading`. */
class Peer {
  received = 0;
  reading = true;
  private left: number;
  readonly socket: TcpSocket;

  constructor(socket: TcpSocket, bytes: number) {
    this.socket = socket;
    this.left = bytes;
    socket.notify = () => this.work();
    this.work();
  }

  work(): void {
    if (this.socket.state === 'CLOSED') return;
    if (this.reading) {
      for (let text = this.socket.receive(); text !== null; text = this.socket.receive()) {
        this.received += text.length;
      }
    }
    while (this.left > 0 && this.socket.state === 'ESTABLISHED') {
      const taken = this.socket.send(CHUNK.subarray(0, Math.min(this.left, CHUNK.length)));
      this.left -= taken;
      if (taken === 0) return;
    }
  }
}

function talk(clientBytes: number, serverBytes: number) {
  const { clock, client, server } = twoHosts({ delay: 1 });
  const listener = server.listen({ port: 9 });
  let peer: Peer | null = null;
  listener.notify = () => {
    peer = new Peer(listener.accept() as TcpSocket, serverBytes);
  };
  const socket = client.connect({ address: server.interfaces[0]!.prefixes[0]!.address, port: 9 });
  const opener = new Peer(socket, clientBytes);
  clock.runUntil(() => peer !== null, 1000);
  return { clock, client: opener, server: peer as unknown as Peer };
}

test('a server that does not read still sends at full speed', () => {
  const t = talk(3_000_000, 20_000_000);
  t.server.reading = false;
  t.clock.advance(10_000);
  expect(t.client.received).toBe(20_000_000);
  t.server.reading = true;
  t.server.work();
  t.clock.advance(120_000);
  expect(t.server.received).toBe(3_000_000);
});

test('neither reads, then one does: it gets everything at once', () => {
  const t = talk(5_000_000, 5_000_000);
  t.client.reading = false;
  t.server.reading = false;
  t.clock.advance(200_000);
  t.client.reading = true;
  t.client.work();
  t.clock.advance(61_000);
  expect(t.client.received).toBe(5_000_000);
});
