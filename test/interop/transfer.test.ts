// Bulk data between our host and the kernel, both ways at once, over every kind of device; and readers who pause,
// so that the other side meets a zero window (RFC 9293 §3.8.6.1).

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import {
  collect,
  FAMILIES,
  type Interop,
  type InteropOptions,
  openInterop,
  pattern,
  sha256,
} from '../support/interop.ts';
import { describeTun } from '../support/tun.ts';
import { eventually, within } from '../support/wait.ts';
import { kernelOpens, swap, weOpen } from './streams.ts';

const BYTES = 16 << 20;

let interop: Interop;
afterEach(() => interop.close());

const open = (options: Omit<InteropOptions, 'number'> = {}): void => {
  interop = openInterop({ number: 2, ...options });
};

const DEVICES: readonly (readonly [name: string, options: Omit<InteropOptions, 'number'>])[] = [
  ['super-segments', {}],
  ['MTU 9000, super-segments', { mtu: 9000 }],
  ['one packet at a time, our own checksums', { vnet: false }],
  ['MTU 9000, one packet at a time', { vnet: false, mtu: 9000 }],
  ['MTU 1280, super-segments', { mtu: 1280 }],
  ['MTU 1280, one packet at a time', { vnet: false, mtu: 1280 }],
];

describeTun('16 MiB each way at once', () => {
  const combinations = DEVICES.flatMap(([name, options], i) =>
    FAMILIES.map(
      ([familyName, family]) => [familyName, name, family, options, (i + family / 2) % 2] as const,
    ),
  );
  test.each([
    ...combinations,
    ['IPv4', 'MTU 576, super-segments', 4, { mtu: 576 }, 0] as const,
    ['IPv4', 'MTU 576, one packet at a time', 4, { mtu: 576, vnet: false }, 1] as const,
  ])('%s, %s', async (_family, _name, family, options, opener) => {
    open(options);
    await swap(await (opener === 0 ? weOpen : kernelOpens)(interop, family), BYTES);
    const { device, host } = interop;
    const { packetsReceived, packetsSent, dropped } = host.counters;
    const fewest = BYTES / device.mtu;
    const isLessThanOnePerSegment = [packetsSent < fewest, packetsReceived < fewest];
    const wanted = device.checksumOffload ? [true, true] : [false, false];
    expect(isLessThanOnePerSegment, `${packetsSent} sent, ${packetsReceived} received`).toEqual(wanted);
    expect([device.dropped, dropped['tcp-checksum'], dropped['tcp-malformed']]).toEqual([0, 0, 0]);
  });
});

/** What the kernel's timer for the connection at its port is for (proc(5)): 4 = zero-window probes. */
function kernelTimer(port: number): number | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const line = new RegExp(`:${hex} \\S+ \\S+ \\S+ (\\d\\d):`);
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const found = line.exec(readFileSync(path, 'utf8'));
    if (found) return Number(found[1]);
  }
  return null;
}

describeTun('a reader pauses', () => {
  test.each(FAMILIES)(
    '%s, the kernel’s: we probe its zero window, and go on when it opens',
    async (_, family) => {
      open();
      const { ours, kernels } = await kernelOpens(interop, family);
      const [{ connection }] = [...interop.host.sockets()] as [TcpSocket];
      const sent = pattern(BYTES, 3);
      ours.end(sent);
      await eventually(
        () => connection.tcb.snd.wnd === 0 && connection.tcb.counters.probes > 0,
        () => `a probe of a zero window; it is ${connection.tcb.snd.wnd}`,
      );
      kernels.end();
      const received = await within(collect(kernels), 'the rest');
      expect(sha256(received)).toBe(sha256(sent));
    },
  );

  test.each(FAMILIES)(
    '%s, ours: the kernel probes our zero window, and goes on when it opens',
    async (_, family) => {
      open();
      const listener = interop.host.listen({ port: 7000 });
      const kernels = createConnection(7000, `${interop.ours[family]}`);
      const socket = await eventually(
        () => listener.accept(),
        () => 'a connection of the kernel',
      );
      const sent = pattern(BYTES, 4);
      kernels.end(sent);
      await eventually(
        () => socket.info().rcvWnd === 0 && kernelTimer(kernels.localPort!) === 4,
        () =>
          `the kernel probes; our window is ${socket.info().rcvWnd}, its timer ${kernelTimer(kernels.localPort!)}`,
      );
      const { segmentsReceived, bytesReceived } = socket.info().counters;
      await eventually(
        () => socket.info().counters.segmentsReceived > segmentsReceived,
        () => 'a probe of the kernel',
      );
      expect(socket.info().counters.bytesReceived).toBe(bytesReceived);

      const { segmentsSent } = socket.info().counters;
      const parts: Uint8Array[] = [];
      const read = (): void => {
        for (let part = socket.receive(); part !== null; part = socket.receive()) parts.push(part);
      };
      read();
      expect(socket.info().counters.segmentsSent, 'a window update, at once').toBeGreaterThan(segmentsSent);
      socket.notify = read;
      await eventually(
        () => socket.ended,
        () => `the rest; the state is ${socket.state}`,
      );
      expect(sha256(Buffer.concat(parts))).toBe(sha256(sent));
      const closed = once(kernels.resume(), 'close');
      socket.shutdown();
      await within(closed, 'the kernel’s program has its end');
    },
  );
});
