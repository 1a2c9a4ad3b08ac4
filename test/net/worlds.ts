// Two places where one and the same program can run: node:net over the kernel's loopback, and ours over two hosts
// on a memory link, whose clock runs on while the program waits.

import * as nodeNet from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { createNet, type Net } from '../../src/net/net.ts';
import { type TwoHosts, type TwoHostsOptions, twoHosts } from '../../src/sim/network.ts';

export interface World {
  readonly name: string;
  readonly client: Net;
  readonly server: Net;
  readonly clientAddress: string;
  readonly serverAddress: string;
  /** Wait for `work` while the world goes on. */
  run<T>(work: Promise<T>): Promise<T>;
}

export const kernelWorld: World = {
  name: 'node:net',
  client: nodeNet as unknown as Net,
  server: nodeNet as unknown as Net,
  clientAddress: '127.0.0.1',
  serverAddress: '127.0.0.1',
  run: (work) => work,
};

export interface MemoryWorld extends World {
  readonly box: TwoHosts;
}

export function memoryWorld(options: TwoHostsOptions = {}): MemoryWorld {
  const box = twoHosts({ delay: 1, ...options });
  return {
    box,
    name: 'synfin/net',
    client: createNet(box.client),
    server: createNet(box.server),
    clientAddress: '10.0.0.1',
    serverAddress: '10.0.0.2',
    run: (work) => runWith(box, work),
  };
}

/** Virtual time passes a millisecond for each turn of the event loop, as long as `work` goes on. */
async function runWith<T>({ clock }: TwoHosts, work: Promise<T>): Promise<T> {
  let done = false;
  const finish = (): void => {
    done = true;
  };
  work.then(finish, finish);
  while (!done) {
    await turn();
    clock.advance(1);
  }
  return work;
}

/** Why there is no kernel to compare with here; null: there is. A private namespace's loopback may be down. */
export function kernelUnavailable(): Promise<string | null> {
  return new Promise((answer) => {
    const server = nodeNet.createServer();
    const done = (error?: Error): void => {
      server.close();
      answer(error === undefined ? null : `127.0.0.1 cannot be used: ${error.message}`);
    };
    server.once('error', done);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as nodeNet.AddressInfo;
      const client = nodeNet.connect(port, '127.0.0.1', () => client.destroy());
      client.once('error', done).once('close', () => done());
    });
  });
}

/** Whether the kernel listens on both families when no host is given. */
export const kernelIsDual = (): Promise<boolean> =>
  new Promise((answer) => {
    const server = nodeNet.createServer().listen(0, () => {
      answer((server.address() as nodeNet.AddressInfo).family === 'IPv6');
      server.close();
    });
  });
