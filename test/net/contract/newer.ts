// What Node 22 and 24 added; older ones cannot be compared with.

import { once } from 'node:events';
import type { Socket } from '../../../src/net/socket.ts';
import {
  ATTEMPT_EVENTS,
  closed,
  freePort,
  HOST,
  type Log,
  listen,
  not,
  type Programs,
  pair,
  portOf,
  thrown,
  watch,
} from './support.ts';

const EVENTS = ['lookup', ...ATTEMPT_EVENTS, 'connect', 'error', 'close'];

export const NEWER: Programs = {
  'blockList: a client does not connect': async (net) => {
    const blockList = new net.BlockList();
    blockList.addAddress(HOST);
    const client = net.connect({ port: await freePort(net), host: HOST, blockList });
    const log = watch(client, EVENTS);
    await closed(client);
    return log;
  },
  'blockList: the next address is tried': async (net) => {
    const server = net.createServer();
    const port = await listen(server);
    const blockList = new net.BlockList();
    blockList.addAddress('::1', 'ipv6');
    const answers = [
      { address: '::1', family: 6 },
      { address: HOST, family: 4 },
    ];
    const client = net.connect({
      port,
      host: 'name.test',
      blockList,
      autoSelectFamily: true,
      lookup: (_name, _options, callback) => void setImmediate(callback, null, answers),
    });
    const log = watch(client, EVENTS);
    await once(client, 'connect');
    log.push(client.autoSelectFamilyAttemptedAddresses.length, client.blockList === blockList);
    client.destroy();
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },
  'blockList: a server closes the connection': async (net) => {
    const blockList = new net.BlockList();
    blockList.addAddress(HOST);
    const server = net.createServer({ blockList });
    const log: Log = [];
    watch(server, ['connection', 'drop'], log);
    const port = await listen(server);
    const client = net.connect(port, HOST);
    watch(client, ['connect', 'data', 'end', 'close'], log);
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },
  'blockList: an IPv4 peer of a server of both families': async (net) => {
    const blockList = new net.BlockList();
    blockList.addAddress(HOST);
    const server = net.createServer({ blockList }).listen(0);
    await once(server, 'listening');
    const log = watch(server, ['connection', 'drop']);
    const client = net.connect(portOf(server), HOST).resume();
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },
  'blockList: something else': (net) => [
    thrown(() => new net.Socket(not({ blockList: 'x' }))),
    thrown(() => net.createServer(not({ blockList: {} }))),
  ],
  'ipv6Only without a host': async (net) => {
    const server = net.createServer().listen({ port: 0, ipv6Only: true });
    await once(server, 'listening');
    const client = net.connect(portOf(server), HOST);
    const log = watch(client, ['connect', 'error', 'close']);
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },
  'reusePort: two servers in one place, each with its share': async (net) => {
    const served = [0, 0];
    const serve = (i: number): ReturnType<typeof net.createServer> =>
      net.createServer((socket) => {
        served[i]!++;
        socket.end();
      });
    const [first, second] = [serve(0), serve(1)];
    first.listen({ port: 0, host: HOST, reusePort: true });
    await once(first, 'listening');
    const port = portOf(first);
    second.listen({ port, host: HOST, reusePort: true });
    await once(second, 'listening');
    await Promise.all(Array.from({ length: 60 }, () => closed(net.connect(port, HOST).resume())));
    first.close();
    await closed(first);
    const before = served[1]!;
    await Promise.all(Array.from({ length: 5 }, () => closed(net.connect(port, HOST).resume())));
    second.close();
    await closed(second);
    return [served[0]! > 0, before > 0, served[0]! + before, served[1]! - before];
  },
  'reusePort: not with one that does not share': async (net) => {
    const first = net.createServer().listen({ port: 0, host: HOST });
    await once(first, 'listening');
    const second = net.createServer();
    const log = watch(second, ['listening', 'error']);
    second.listen({ port: portOf(first), host: HOST, reusePort: true });
    await new Promise((failed) => second.once('error', failed));
    first.close();
    await closed(first);
    return log;
  },
  'type of service': async (net) => {
    const log: Log = [];
    const { client, over } = await pair(net, {}, { typeOfService: 0x20 });
    const all = (socket: Socket): void => {
      log.push(socket.getTypeOfService());
      log.push(socket.setTypeOfService(0x48) === socket, socket.getTypeOfService());
      for (const value of [-1, 256, 1.5, Number.NaN, 'x', undefined]) {
        log.push(thrown(() => socket.setTypeOfService(not(value))));
      }
    };
    all(client);
    const socket = new net.Socket();
    all(socket);
    socket.destroy();
    client.destroy();
    await over;
    log.push(thrown(() => new net.Socket({ typeOfService: 300 })));
    return log;
  },
  'setKeepAlive with everything': async (net) => {
    const log: Log = [];
    const { client, over } = await pair(net);
    for (const socket of [client, new net.Socket()]) {
      log.push(socket.setKeepAlive(true, 1_000, 2_000, 3) === socket);
      log.push(
        socket.setKeepAlive({ enable: true, initialDelay: 4_000, interval: 1_000, count: 2 }) === socket,
      );
      log.push(socket.setKeepAlive({ enable: false }) === socket);
    }
    client.destroy();
    await over;
    return log;
  },
};
