// RFC 4821 §7.5 on whole packets: a probe is larger than the other segments, but never than the link takes.

import { describe, expect, test } from 'vitest';
import { FREEBSD, LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { ACK, PSH, SYN } from '../../src/wire/tcp.ts';
import { PEER4, readTcp, type TcpShape, tcpPacket, US4, world } from './support.ts';

const MTU = 1500;

describe.each([
  ['RFC9293', RFC9293],
  ['LINUX', { ...LINUX, mtuProbing: 'on' as const }],
  ['FREEBSD', FREEBSD],
])('%s', (_, parameters) => {
  test.each([MTU, 65_535])(
    'a duplicate that is to be reported makes no probe too large for the link, super-segments of %i (4821.1, A009)',
    (superSegment) => {
      const { clock, link, host } = world({ superSegment }, { parameters });
      const listener = host.listen({ port: 80 });
      const arrives = (shape: TcpShape): void => link.deliver(tcpPacket(PEER4, 5000, US4, 80, shape));
      arrives({ flags: SYN, seq: 1000, mss: 1460, sackPermitted: true, windowScale: 7 });
      link.receiver.flush();
      const { seq } = readTcp(link.take()[0]);
      const request = (ack: number): void =>
        arrives({ seq: 1001, ack, flags: ACK | PSH, text: new Uint8Array(100) });
      arrives({ seq: 1001, ack: seq + 1, flags: ACK });
      request(seq + 1);
      link.receiver.flush();
      const socket = listener.accept()!;
      socket.send(new Uint8Array(400_000));
      clock.advance(30_000); // Silence: a black hole, perhaps.
      for (let i = 0; i < 100; i++) {
        const all = socket.connection.tcb.snd.nxt;
        arrives({ seq: 1101, ack: all, flags: ACK });
        request(all);
        link.receiver.flush();
        clock.advance(30);
      }
      const whole = link.sent.filter((packet) => packet.segmentSize === 0);
      expect(whole.length).toBeGreaterThan(20);
      expect(Math.max(...whole.map((packet) => packet.bytes.length))).toBeLessThanOrEqual(MTU);
    },
  );
});
