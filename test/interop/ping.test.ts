// ICMP between the kernel and our host: echoes both ways, fragments, and what a program hears of a closed port.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EchoReply } from '../../src/host/echo.ts';
import { FAMILIES, type Family, type Interop, openInterop, pattern } from '../support/interop.ts';
import { kernelPings } from '../support/kernel-ping.ts';
import { run, testWith } from '../support/program.ts';
import { describeTun } from '../support/tun.ts';
import { within } from '../support/wait.ts';

/** Bytes of data: none, ping's own, in one packet, in three, in many. */
const SIZES = [0, 56, 1400, 4000, 60_000];

let interop: Interop;

describeTun('ICMP', () => {
  beforeAll(() => {
    interop = openInterop({ number: 4 });
  });
  afterAll(() => interop.close());
  describe('echo', echo);
  describe('closed ports', closedPorts);
});

function echo(): void {
  test.each(FAMILIES)('%s: we answer the kernel, fragments and all', async (_, family) => {
    for (const size of SIZES) {
      const data = pattern(size, size);
      const reply = await kernelPings(interop.ours[family], data);
      expect(data.equals(reply), `${size} bytes`).toBe(true);
    }
    expect(interop.host.counters.reassembled).toBeGreaterThanOrEqual(2);
  });

  test.each(FAMILIES)('%s: the kernel answers us', async (_, family) => {
    for (const size of SIZES) {
      const answered = new Promise<EchoReply>((onReply) => {
        interop.host.ping(interop.kernels[family], { size, onReply });
      });
      const reply = await within(answered, `the kernel answers ${size} bytes`);
      expect([reply.size, `${reply.from}`]).toEqual([size, `${interop.kernels[family]}`]);
    }
  });

  testWith('ping').each(FAMILIES)('%s: the program ping', async (_, family) => {
    const { code, output } = await run('ping', ['-c', '3', '-i', '0.01', `${interop.ours[family]}`]);
    expect([code, `${output}`]).toEqual([0, expect.stringContaining('3 received, 0% packet loss')]);
  });
}

/** A datagram to a port of ours: the code of the error that the kernel makes of our answer. */
async function refusal(family: Family, size: number): Promise<string | undefined> {
  const socket: Socket = createSocket(family === 4 ? 'udp4' : 'udp6');
  try {
    socket.connect(9, `${interop.ours[family]}`);
    await within(once(socket, 'connect'), 'a UDP socket connects');
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
    socket.send(pattern(size, 1));
    return (await within(failed, 'the kernel reports the port unreachable')).code;
  } finally {
    socket.close();
  }
}

function closedPorts(): void {
  test.each(FAMILIES)('%s: a UDP datagram is answered with port unreachable', async (_, family) => {
    expect(await refusal(family, 10)).toBe('ECONNREFUSED');
  });

  test.each(FAMILIES)('%s: a UDP datagram in fragments, too: it was put together', async (_, family) => {
    const { counters } = interop.host;
    const before = { ...counters, dropped: { ...counters.dropped } };
    expect(await refusal(family, 4000)).toBe('ECONNREFUSED');
    expect(counters.packetsReceived - before.packetsReceived).toBeGreaterThanOrEqual(3);
    expect(counters.reassembled - before.reassembled).toBe(1);
    expect(counters.dropped['udp-closed-port'] - before.dropped['udp-closed-port']).toBe(1);
  });

  test.each(FAMILIES)('%s: TCP is refused, by the kernel and by us', async (_, family) => {
    const ours = interop.net.connect({ host: `${interop.kernels[family]}`, port: 9 });
    const [error] = await within(once(ours, 'error'), 'we are refused');
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', port: 9 });
    const theirs = createConnection({ host: `${interop.ours[family]}`, port: 9 });
    const [refused] = await within(once(theirs, 'error'), 'the kernel is refused');
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
  });
}
