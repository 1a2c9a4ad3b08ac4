// What node:net promises, as programs that run over node:net and over ours. Each returns what it saw; the two must
// be equal. Only what one end sees is in order, so each end has a list of its own.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from '../../src/net/server.ts';
import type { Socket } from '../../src/net/socket.ts';
import type { World } from './worlds.ts';

export interface Clause {
  readonly name: string;
  /** The kernel must have IPv6. */
  readonly dual?: boolean;
  readonly run: (world: World) => Promise<unknown>;
}

/** Long enough for whatever is under way on a loopback. */
const SETTLE = 30;

type Seen = unknown[];

const EVENTS = ['lookup', 'connect', 'ready', 'end', 'finish', 'timeout', 'drain', 'error', 'close'];

/** Events of a socket or server, in order, errors with all that a program may look at. */
function watch(world: World, emitter: Socket | Server, events: readonly string[] = EVENTS): Seen {
  const seen: Seen = [];
  for (const event of events) {
    emitter.on(event, (...args: unknown[]) => seen.push([event, ...args.map((arg) => told(world, arg))]));
  }
  return seen;
}

function told(world: World, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (!(value instanceof Error)) return value;
  const { name, message, code, errno, syscall, address, port, localAddress, localPort } =
    value as NodeJS.ErrnoException & Record<string, unknown>;
  const hide = (text: string): string =>
    text
      .replaceAll(world.serverAddress, 'HOST')
      .replaceAll(world.clientAddress, 'HOST')
      .replace(/:\d+/g, ':PORT');
  return {
    name,
    message: hide(message),
    code,
    errno,
    syscall,
    address: address === undefined ? undefined : hide(String(address)),
    port: typeof port,
    local: [typeof localAddress, typeof localPort],
  };
}

const closed = (emitter: Socket | Server): Promise<void> =>
  new Promise((done) => emitter.once('close', () => done()));

async function listen(world: World, server: Server): Promise<number> {
  server.listen(0, world.serverAddress);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface Pair {
  client: Socket;
  accepted: Socket;
  server: Server;
  port: number;
  /** The server's `close`. */
  over: Promise<void>;
}

/** A client and the socket that the server accepted for it; the server closes with them. */
async function pair(world: World, serverOptions: object = {}, clientOptions: object = {}): Promise<Pair> {
  const server = world.server.createServer(serverOptions);
  const port = await listen(world, server);
  const client = world.client.connect({ port, host: world.serverAddress, ...clientOptions });
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    [],
  ];
  const over = closed(server);
  server.close();
  return { client, accepted, server, port, over };
}

export const CLAUSES: Clause[] = [
  {
    name: 'an echo, closed by the client: the events of both ends',
    async run(world) {
      const seen: Record<string, Seen> = {};
      const server = world.server.createServer((socket) => {
        seen.accepted = watch(world, socket, [...EVENTS, 'data']);
        socket.on('data', (data) => socket.write(data));
      });
      seen.server = watch(world, server, ['listening', 'close']);
      const port = await listen(world, server);
      const client = world.client.connect(port, world.serverAddress, () => client.end('hello'));
      seen.client = watch(world, client, [...EVENTS, 'data']);
      await closed(client);
      server.close();
      await closed(server);
      return seen;
    },
  },
  {
    name: 'closed by the server, nobody reads: end comes all the same',
    async run(world) {
      const server = world.server.createServer((socket) => socket.end());
      const port = await listen(world, server);
      const client = world.client.connect(port, world.serverAddress);
      const seen = watch(world, client);
      await closed(client);
      server.close();
      await closed(server);
      return seen;
    },
  },
  {
    name: 'connection refused',
    async run(world) {
      const server = world.server.createServer();
      const port = await listen(world, server);
      await new Promise((done) => server.close(done));
      const client = world.client.connect(port, world.serverAddress);
      const seen = watch(world, client);
      const error = new Promise<unknown>((failed) => client.once('error', failed));
      await closed(client);
      return [seen, ((await error) as { port: number }).port === port];
    },
  },
  {
    name: 'connection refused, from a local address and port',
    async run(world) {
      const server = world.server.createServer();
      const port = await listen(world, server);
      await new Promise((done) => server.close(done));
      const client = world.client.connect({
        port,
        host: world.serverAddress,
        localAddress: world.clientAddress,
        localPort: 9_671,
      });
      const seen = watch(world, client);
      await closed(client);
      return seen;
    },
  },
  {
    name: 'address in use',
    async run(world) {
      const first = world.server.createServer();
      const port = await listen(world, first);
      const second = world.server.createServer();
      const seen = watch(world, second, ['listening', 'error', 'close']);
      const error = new Promise<unknown>((failed) => second.once('error', failed));
      second.listen(port, world.serverAddress);
      const failure = (await error) as { port: number };
      const state = [second.listening, second.address(), failure.port === port];
      first.close();
      await closed(first);
      return [seen, state];
    },
  },
  {
    name: 'an address that is not ours',
    async run(world) {
      const server = world.server.createServer();
      const seen = watch(world, server, ['listening', 'error', 'close']);
      server.listen(4_711, '192.0.2.1');
      await new Promise((failed) => server.once('error', failed));
      return seen;
    },
  },
  {
    name: 'allowHalfOpen: the server answers after the FIN of the client',
    async run(world) {
      const { client, accepted, over } = await pair(world, { allowHalfOpen: true });
      const seen = { client: watch(world, client, [...EVENTS, 'data']), accepted: watch(world, accepted) };
      const states = [client.readyState];
      accepted.resume();
      accepted.on('end', () => {
        states.push(accepted.readyState);
        setTimeout(() => accepted.end('after all'), 5);
      });
      client.end();
      states.push(client.readyState);
      await Promise.all([closed(client), over]);
      return { seen, states };
    },
  },
  {
    name: 'a reset while the other end reads',
    async run(world) {
      const { client, accepted, over } = await pair(world);
      const seen = { client: watch(world, client), accepted: watch(world, accepted) };
      accepted.resetAndDestroy();
      await Promise.all([closed(client), over]);
      return seen;
    },
  },
  {
    name: 'closing with text unread resets (RFC 2525 §2.17)',
    async run(world) {
      const { client, accepted, over } = await pair(world, { pauseOnConnect: true });
      const seen = watch(world, client);
      client.write('nobody reads this');
      await pause(SETTLE);
      accepted.destroy();
      await Promise.all([closed(client), over]);
      return seen;
    },
  },
  {
    name: 'a reset while the other end is paused is heard when it reads again',
    async run(world) {
      const { client, accepted, over } = await pair(world, { pauseOnConnect: true });
      const seen = watch(world, accepted, [...EVENTS, 'data']);
      client.resetAndDestroy();
      await pause(SETTLE);
      const before = [...seen];
      accepted.resume();
      await Promise.all([closed(accepted), over]);
      return { before, seen };
    },
  },
  {
    name: 'writing to a peer that closed both ways: a broken pipe',
    async run(world) {
      const { client, accepted, over } = await pair(world, {}, { allowHalfOpen: true });
      const seen = watch(world, client);
      client.resume();
      accepted.destroy();
      await once(client, 'end');
      client.write('to nobody');
      await pause(SETTLE);
      client.write('once more');
      await Promise.all([closed(client), over]);
      return seen;
    },
  },
  {
    name: 'a write after the FIN of the peer ended both sides',
    async run(world) {
      const { client, accepted, over } = await pair(world);
      const seen = watch(world, client);
      const results: Seen = [];
      client.resume();
      client.on('end', () => {
        setImmediate(() => {
          results.push(client.write('late', (error) => results.push(told(world, error))));
        });
      });
      accepted.end();
      await Promise.all([closed(client), over]);
      await pause(1);
      return { seen, results };
    },
  },
  {
    name: 'writes that the stream itself refuses',
    async run(world) {
      const results: Seen = [];
      const attempt = (socket: Socket): Promise<void> =>
        new Promise((done) => {
          socket.on('error', (error) => results.push(['error', told(world, error)]));
          socket.write('x', (error) => {
            results.push(['callback', told(world, error)]);
            setImmediate(done);
          });
        });
      await attempt(new world.client.Socket());
      const ended = await pair(world);
      ended.client.end();
      await attempt(ended.client);
      await ended.over;
      const destroyed = await pair(world);
      destroyed.client.destroy();
      await attempt(destroyed.client);
      await destroyed.over;
      return results;
    },
  },
  {
    name: 'destroyed while connecting: what was written is not',
    async run(world) {
      const server = world.server.createServer();
      const port = await listen(world, server);
      const client = world.client.connect(port, world.serverAddress);
      const seen = watch(world, client);
      const states = [
        client.connecting,
        client.pending,
        client.readyState,
        client.remoteAddress,
        client.address(),
      ];
      client.write('x', (error) => seen.push(['callback', told(world, error)]));
      client.write('y', (error) => seen.push(['callback', told(world, error)]));
      const bytes = client.bytesWritten;
      client.destroy(new Error('on second thoughts'));
      await closed(client);
      server.close();
      await closed(server);
      return {
        seen,
        states,
        bytes,
        after: [client.connecting, client.pending, client.readyState, client.bytesWritten],
      };
    },
  },
  {
    name: 'close comes after ticks and promises',
    async run(world) {
      const { client, over } = await pair(world);
      const order: string[] = [];
      const end = closed(client).then(() => order.push('close'));
      client.destroy();
      process.nextTick(() => order.push('tick'));
      await Promise.resolve().then(() => order.push('promise'));
      await Promise.all([end, over]);
      return order;
    },
  },
  {
    name: 'pauseOnConnect: nothing is read before resume',
    async run(world) {
      const { client, accepted, over } = await pair(world, { pauseOnConnect: true });
      const seen = watch(world, accepted, [...EVENTS, 'data']);
      client.end('hello');
      await pause(SETTLE);
      const before = [[...seen], accepted.isPaused(), accepted.bytesRead, accepted.readableFlowing];
      accepted.resume();
      await Promise.all([closed(client), over]);
      return { before, seen, bytes: accepted.bytesRead };
    },
  },
  {
    name: 'backpressure from end to end: drain, and every byte',
    async run(world) {
      const { client, accepted, over } = await pair(world, { pauseOnConnect: true });
      const total = 16 << 20;
      const seen: Seen = [];
      let sent = 0;
      const data = Buffer.alloc(1 << 16, 'synfin');
      const fill = (): void => {
        while (sent < total && client.write(data)) sent += data.length;
        if (sent >= total) client.end();
        else sent += data.length;
      };
      client.on('drain', fill);
      fill();
      await pause(SETTLE);
      seen.push(client.writableNeedDrain, sent < total);
      let received = 0;
      accepted.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      accepted.resume();
      await Promise.all([closed(client), over]);
      return { seen, received, sent, counted: [client.bytesWritten, accepted.bytesRead, client.bytesRead] };
    },
  },
  {
    name: 'addresses, ports and families; what is left of them after close',
    async run(world) {
      const { client, accepted, server, over, port } = await pair(world);
      const told: Seen = [
        client.remoteAddress === world.serverAddress,
        client.remotePort === port,
        client.remoteFamily,
        client.localAddress === world.clientAddress,
        client.localPort === accepted.remotePort,
        client.localFamily,
        Object.keys(client.address()),
        accepted.localAddress === world.serverAddress,
        accepted.localPort === port,
        accepted.remoteAddress === world.clientAddress,
        accepted.server === server,
        [client.connecting, client.pending, client.readyState],
      ];
      client.destroy();
      told.push(client.address(), client.localAddress, client.remotePort === port, client.readyState);
      await closed(client);
      await over;
      return told;
    },
  },
  {
    name: 'without a host a server is of both families, and IPv4 peers have mapped addresses',
    dual: true,
    async run(world) {
      const server = world.server.createServer().listen(0);
      const at = server.address() as AddressInfo;
      await once(server, 'listening');
      const client = world.client.connect(at.port, world.serverAddress);
      const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
        [Socket],
        [],
      ];
      const told = [
        [at.address, at.family],
        accepted.remoteAddress === `::ffff:${world.clientAddress}`,
        accepted.remoteFamily,
        accepted.localAddress === `::ffff:${world.serverAddress}`,
        client.remoteFamily,
      ];
      client.destroy();
      server.close();
      await closed(server);
      return told;
    },
  },
  {
    name: 'a silent connection times out, and is still open',
    async run(world) {
      const { client, over } = await pair(world);
      const seen = watch(world, client);
      client.setTimeout(10);
      await once(client, 'timeout');
      seen.push([client.readyState, client.timeout]);
      client.end();
      await Promise.all([closed(client), over]);
      return seen.filter((event) => (event as string[])[0] !== 'timeout');
    },
  },
  {
    name: 'a socket connects again after it was closed',
    async run(world) {
      const server = world.server.createServer((socket) => socket.end('bye'));
      const port = await listen(world, server);
      const client = world.client.connect(port, world.serverAddress);
      const seen = watch(world, client, [...EVENTS, 'data']);
      await closed(client);
      client.connect(port, world.serverAddress);
      await closed(client);
      server.close();
      await closed(server);
      return seen;
    },
  },
  {
    name: 'a server above maxConnections drops',
    async run(world) {
      const server = world.server.createServer();
      server.maxConnections = 1;
      const seen = watch(world, server, ['drop', 'error', 'close']);
      const port = await listen(world, server);
      const first = world.client.connect(port, world.serverAddress);
      await once(server, 'connection');
      const second = world.client.connect(port, world.serverAddress);
      const [drop] = (await once(server, 'drop')) as [Record<string, unknown>];
      await closed(second);
      const count = await new Promise((counted) =>
        server.getConnections((_error, connections) => counted(connections)),
      );
      first.destroy();
      server.close();
      await closed(server);
      const fields = [drop.localAddress === world.serverAddress, drop.localPort === port, drop.localFamily];
      return { fields, count, events: seen.length, names: Object.keys(drop) };
    },
  },
  {
    name: 'closing a server: with connections, twice, never opened',
    async run(world) {
      const { client, server, over } = await pair(world);
      const seen = watch(world, server, ['close']);
      const results: Seen = [server.listening, server.address()];
      server.close((error) => results.push(['again', told(world, error)]));
      await pause(SETTLE);
      results.push(seen.length);
      client.destroy();
      await over;
      await new Promise<void>((done) =>
        world.server.createServer().close((error) => {
          results.push(['never', told(world, error)]);
          done();
        }),
      );
      return { seen, results };
    },
  },
  {
    name: 'closing a server lets go of what nobody accepted',
    async run(world) {
      const server = world.server.createServer();
      const port = await listen(world, server);
      server.close();
      const client = world.client.connect(port, world.serverAddress);
      const seen = watch(world, client);
      await closed(client);
      return seen;
    },
  },
  {
    name: 'arguments that cannot be meant',
    async run(world) {
      const { client, server } = world;
      const thrown: Seen = [];
      const refuse = (call: () => unknown): void => {
        try {
          call();
          thrown.push('nothing');
        } catch (error) {
          thrown.push(told(world, error));
        }
      };
      const host = world.serverAddress;
      const not = <T>(value: unknown): T => value as T;
      refuse(() => client.connect(not({})));
      refuse(() => client.connect(70_000, host));
      refuse(() => client.connect(not({ port: {} })));
      refuse(() => client.connect(not({ port: true })));
      refuse(() => client.connect({ port: 1, localAddress: 'nowhere' }));
      refuse(() => client.connect(not({ port: 1, host, localPort: 'x' })));
      refuse(() => client.connect(not({ port: 1, host: 'name.test', lookup: 5 })));
      refuse(() => new client.Socket(not({ objectMode: true })));
      refuse(() => new client.Socket(not({ keepAliveInitialDelay: 'x' })));
      refuse(() => new client.Socket().setTimeout(not('x')));
      refuse(() => new client.Socket().setTimeout(-1));
      refuse(() => new client.Socket().setTimeout(Number.NaN));
      refuse(() => new client.Socket().setTimeout(1, not('x')));
      refuse(() => server.createServer(not(5)));
      refuse(() => server.createServer(not({ highWaterMark: 'x' })));
      refuse(() => server.createServer().listen(not({})));
      refuse(() => server.createServer().listen(-1));
      refuse(() => server.createServer().listen(not(true)));
      refuse(() => server.createServer().listen({ port: 'abc' }));
      refuse(() => server.createServer().getConnections(not(5)));
      const twice = server.createServer().listen(0, host);
      await once(twice, 'listening');
      refuse(() => twice.listen(0, host));
      twice.close();
      await closed(twice);
      return thrown;
    },
  },
];
