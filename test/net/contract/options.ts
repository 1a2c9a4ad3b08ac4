// setTimeout, setNoDelay, setKeepAlive, ref and unref: what they return, when they act, what they call.

import { once } from 'node:events';
import type { Net } from '../../../src/net/net.ts';
import type { Socket } from '../../../src/net/socket.ts';
import {
  closed,
  HOST,
  type Log,
  listen,
  not,
  type Pair,
  type Programs,
  pair,
  pause,
  told,
  watch,
  without,
} from './support.ts';

const over =
  (program: (ends: Pair, log: Log) => unknown) =>
  async (net: Net): Promise<unknown> => {
    const ends = await pair(net);
    const log: Log = [];
    await program(ends, log);
    ends.client.destroy();
    ends.accepted.destroy();
    await ends.over;
    return log;
  };

export const OPTIONS: Programs = {
  'setTimeout: the event, and the socket stays open': over(async ({ client }, log) => {
    watch(client, ['timeout', 'close', 'error', 'end'], log);
    log.push(client.setTimeout(10) === client, client.timeout);
    await once(client, 'timeout');
    log.push(client.readyState);
    client.setTimeout(0);
    log.push(client.timeout);
  }),
  'setTimeout with a callback: once': over(async ({ client }, log) => {
    client.setTimeout(10, () => log.push('callback'));
    log.push(client.listenerCount('timeout'));
    await once(client, 'timeout');
    log.push(client.listenerCount('timeout'));
  }),
  'setTimeout(0, callback) takes the callback back': over(async ({ client }, log) => {
    const callback = (): void => void log.push('never');
    client.setTimeout(10, callback);
    client.setTimeout(0, callback);
    log.push(client.listenerCount('timeout'), client.timeout);
    await pause();
  }),
  'setTimeout: text that is sent is activity': over(async ({ client, accepted }, log) => {
    accepted.resume();
    client.on('timeout', () => log.push('timeout'));
    client.setTimeout(600);
    for (let i = 0; i < 4; i++) {
      await pause(250);
      client.write('x');
    }
    log.push('quiet');
  }),
  'setTimeout: text that is received is activity': over(async ({ client, accepted }, log) => {
    client.resume();
    client.on('timeout', () => log.push('timeout'));
    client.setTimeout(600);
    for (let i = 0; i < 4; i++) {
      await pause(250);
      accepted.write('x');
    }
    log.push('quiet');
  }),
  'setTimeout before connect': async (net) => {
    const server = net.createServer();
    const port = await listen(server);
    const client = new net.Socket().setTimeout(400);
    const log = watch(client, ['connect', 'timeout']);
    client.connect(port, HOST);
    await once(client, 'timeout');
    client.destroy();
    server.close();
    await closed(server);
    return log;
  },
  'setTimeout after destroy': over(({ client }, log) => {
    client.destroy();
    log.push(client.setTimeout(5) === client, client.timeout);
  }),
  'setTimeout is over with the socket': over(async ({ client }, log) => {
    client.on('timeout', () => log.push('timeout'));
    client.setTimeout(10);
    client.destroy();
    await pause();
  }),
  'the timeout of an accepted socket is its own': over(async ({ client, accepted }, log) => {
    watch(client, ['timeout'], log);
    accepted.setTimeout(10);
    await once(accepted, 'timeout');
    log.push(client.timeout, accepted.timeout);
  }),
  'a timeout that ends the connection': async (net) => {
    const { client, accepted, over: end } = await pair(net);
    const log = watch(client);
    accepted.resume();
    client.setTimeout(10, () => client.end());
    await end;
    return without('timeout', log);
  },
  'too long a timeout is cut, with a warning': async (net) => {
    const socket = new net.Socket();
    socket.setTimeout(2 ** 40);
    const kept = socket.timeout;
    socket.destroy();
    await closed(socket);
    return kept;
  },
  'setNoDelay and setKeepAlive return the socket, whenever': async (net) => {
    const log: Log = [];
    const all = (socket: Socket): void => {
      log.push(socket.setNoDelay() === socket, socket.setNoDelay(false) === socket);
      log.push(socket.setNoDelay(not(0)) === socket, socket.setNoDelay(not('x')) === socket);
      log.push(socket.setKeepAlive() === socket, socket.setKeepAlive(true) === socket);
      log.push(socket.setKeepAlive(true, 1_000) === socket, socket.setKeepAlive(false) === socket);
      log.push(socket.setKeepAlive(not('x'), not('y')) === socket);
    };
    const { client, over: end } = await pair(net);
    all(new net.Socket());
    all(client);
    client.destroy();
    all(client);
    await end;
    return log;
  },
  'ref and unref return the socket, whenever': async (net) => {
    const log: Log = [];
    const { client, over: end } = await pair(net);
    for (const socket of [new net.Socket(), client]) {
      log.push(socket.unref() === socket, socket.ref() === socket);
    }
    client.destroy();
    log.push(client.unref() === client, client.ref() === client);
    await end;
    return log;
  },
  'address() is an object of its own each time it matters': over(({ client, accepted }, log) => {
    log.push(told(client.address()) === client.address());
    log.push(Object.keys(client.address()).sort(), Object.keys(accepted.address()).sort());
    client.destroy();
    log.push(client.address());
  }),
};
