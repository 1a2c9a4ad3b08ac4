// The TUN device goes away under open connections: whoever waits is told, and nothing of them is left.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { createConnection, type Socket as KernelSocket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Socket } from '../../src/net/socket.ts';
import { TunError } from '../../src/node/errors.ts';
import { loadLibc } from '../../src/node/libc.ts';
import { Address } from '../../src/wire/address.ts';
import { FAMILIES, type Family, type Interop, openInterop } from '../support/interop.ts';
import { describeTun } from '../support/tun.ts';
import { eventually, within } from '../support/wait.ts';

const SIOCSIFFLAGS = 0x8914;

let interop: Interop;
const kernels: KernelSocket[] = [];

function deleteDevice(): void {
  const { status, stderr } = spawnSync('ip', ['link', 'del', interop.device.name], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
}

/** Without IFF_UP. */
function takeDown(): void {
  const libc = loadLibc();
  const request = new Uint8Array(40);
  new TextEncoder().encodeInto(interop.device.name, request);
  const fd = libc.socket(2, 2, 0);
  expect(libc.ioctl(fd, SIOCSIFFLAGS, request)).toBe(0);
  closeSync(fd);
}

/** A connection that the kernel opened, our end of it. */
async function accepted(family: Family): Promise<Socket> {
  const server = interop.net.createServer({ pauseOnConnect: true });
  const connection = once(server, 'connection');
  server.listen(80);
  const kernel = createConnection({ host: `${interop.ours[family]}`, port: 80 });
  kernel.on('error', () => {});
  kernels.push(kernel);
  const [socket] = (await within(connection, 'we accept')) as [Socket];
  server.close();
  return socket;
}

const failed = async (socket: Socket): Promise<unknown> =>
  (await within(once(socket, 'error'), 'a socket fails'))[0];

const reported = (): Promise<Error> =>
  within(
    new Promise((resolve) => {
      interop.via.notify = resolve;
    }),
    'the interface says that it is gone',
  );

describeTun('the device is deleted', () => {
  beforeEach(() => {
    interop = openInterop({ number: 6 });
  });
  afterEach(() => {
    for (const kernel of kernels.splice(0)) kernel.destroy();
    interop.close();
  });

  test.each(FAMILIES)(
    '%s: a reader, a writer and a connecting socket fail with ENETDOWN',
    async (_, family) => {
      const reader = await accepted(family);
      const writer = await accepted(family);
      const nobody = family === 4 ? '10.90.6.99' : 'fd90:6::99';
      const connecting = interop.net.connect(80, nobody);
      // More than the kernel, which does not read, and our send buffer take.
      kernels[1]!.pause();
      let written: Error | null | undefined = null;
      writer.write(Buffer.alloc(32 << 20), (error) => {
        written = error;
      });
      reader.resume();
      const failures = Promise.all([reader, writer, connecting].map(failed));
      const why = reported();
      const sockets = [reader, writer, connecting];
      const closed: boolean[] = [];
      for (const socket of sockets) socket.on('close', (hadError: boolean) => closed.push(hadError));
      deleteDevice();

      expect(await why).toBeInstanceOf(TunError);
      expect((await why).message).toContain(interop.device.name);
      const down = (syscall: string) => expect.objectContaining({ code: 'ENETDOWN', syscall });
      expect(await failures).toEqual([down('read'), down('write'), down('connect')]);
      await eventually(
        () => closed.length === sockets.length,
        () => `every socket closes, not only ${closed.length}`,
      );
      expect(closed).toEqual([true, true, true]);
      expect(written).toMatchObject({ code: 'ENETDOWN' });
      expect([...interop.host.sockets()]).toEqual([]);
      expect([interop.device.closed, interop.host.interfaces]).toEqual([true, []]);
    },
  );

  test('afterwards there is no way to anywhere', async () => {
    const why = reported();
    deleteDevice();
    await why;
    const address = interop.kernels[4];
    expect(() => interop.host.connect({ address, port: 80 })).toThrow(
      expect.objectContaining({ code: 'ENETUNREACH' }),
    );
    expect(await failed(interop.net.connect(80, `${address}`))).toMatchObject({ code: 'ENETUNREACH' });
  });

  test('connections that nobody accepted, and those in TIME-WAIT, are gone with it', async () => {
    const listener = interop.host.listen({ port: 80 });
    for (const family of [4, 6] as const) {
      const kernel = createConnection({ host: `${interop.ours[family]}`, port: 80 });
      kernel.on('error', () => {}).resume();
      kernels.push(kernel);
    }
    await eventually(
      () => listener.waiting.acceptable === 2,
      () => 'two connections to accept',
    );
    const finished = listener.accept()!;
    finished.shutdown();
    await eventually(
      () => finished.state === 'TIME-WAIT',
      () => `TIME-WAIT; it is ${finished.state}`,
    );
    const why = reported();
    deleteDevice();
    await why;
    expect([...interop.host.sockets()]).toEqual([]);
    expect([listener.accept(), finished.state, finished.error]).toEqual([null, 'CLOSED', 'ENETDOWN']);
  });

  test('taken down, not deleted: the next segment finds out', async () => {
    const socket = await accepted(4);
    socket.resume();
    const why = reported();
    takeDown();
    const failure = failed(socket);
    socket.write('anything');
    expect(await why).toMatchObject({ code: 'EIO' });
    expect(await failure).toMatchObject({ code: 'ENETDOWN' });
  });

  test('a host has other interfaces left', async () => {
    const other = openInterop({ number: 7 });
    const reader = await accepted(4);
    reader.resume();
    const failure = failed(reader);
    deleteDevice();
    expect(await failure).toMatchObject({ code: 'ENETDOWN' });
    expect(other.device.closed).toBe(false);
    const address = Address.parse('10.90.7.1')!;
    const reply = new Promise((onReply) => other.host.ping(address, { onReply }));
    expect(await within(reply, 'the other device still carries')).toMatchObject({ size: 56 });
    other.close();
  });
});
