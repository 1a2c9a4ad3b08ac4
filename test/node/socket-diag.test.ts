// What the kernel says over netlink of its end of a connection, beside what /proc/net/tcp says.
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { kernelSockets } from '../../src/node/kernel-sockets.ts';
import { SocketDiag } from '../../src/node/socket-diag.ts';
import { Address, type Endpoint } from '../../src/wire/address.ts';
import { describeTun } from '../support/tun.ts';

// No device is needed, but a network of our own: the table is read while nothing else goes on in it.
describeTun('sock_diag', () => {
  test.each(['127.0.0.1', '::1'])(
    'the states of a connection over %s, and how long TIME-WAIT lasts',
    async (host) => {
      const server = net.createServer({ allowHalfOpen: true }).listen(0, host);
      await once(server, 'listening');
      const socket = net.connect({ host, port: (server.address() as AddressInfo).port, allowHalfOpen: true });
      const [[accepted]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
        [net.Socket],
        unknown,
      ];
      const address = Address.parse(host)!;
      const near: Endpoint = { address, port: socket.localPort! };
      const far: Endpoint = { address, port: socket.remotePort! };
      const diag = new SocketDiag();
      const states = () =>
        [near, far].map((end, i) => diag.find(end, i === 0 ? far : near)?.state ?? 'CLOSED');

      expect(states()).toEqual(['ESTABLISHED', 'ESTABLISHED']);
      expect(diag.find(near, far)!.timeWaitLeft).toBe(0);
      socket.end();
      accepted.resume();
      await once(accepted, 'end');
      // The kernel may take its time to acknowledge a FIN.
      await expect.poll(states).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
      const inProc = kernelSockets().find(
        ({ local }) => local.port === near.port && local.address.equals(address),
      );
      expect(inProc?.state).toBe('FIN-WAIT-2');
      socket.resume();
      accepted.end();
      await once(socket, 'end');
      await expect.poll(states).toEqual(['TIME-WAIT', 'CLOSED']);
      const { timeWaitLeft } = diag.find(near, far)!;
      expect(timeWaitLeft).toBeGreaterThan(0);
      expect(timeWaitLeft).toBeLessThanOrEqual(60_000);
      diag.close();
      server.close();
    },
  );

  test('a connection that is not there', () => {
    const diag = new SocketDiag();
    const end: Endpoint = { address: Address.parse('127.0.0.1')!, port: 1 };
    expect(diag.find(end, end)).toBeNull();
    diag.close();
  });
});
