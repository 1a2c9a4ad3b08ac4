// Node's own http, client and server, over our sockets.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Socket } from '../../src/net/socket.ts';
import { type MemoryWorld, memoryWorld } from './worlds.ts';

interface Site {
  readonly world: MemoryWorld;
  readonly port: number;
  /** Connections that the server accepted so far. */
  readonly sockets: Socket[];
  /** Made through `agent`, or on a connection of its own. */
  request(options?: http.RequestOptions): http.ClientRequest;
}

async function site(handler: http.RequestListener, options = {}): Promise<Site> {
  const world = memoryWorld(options);
  const web = http.createServer(handler);
  const sockets: Socket[] = [];
  const server = world.server.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    web.emit('connection', socket);
  });
  server.listen(80, world.serverAddress);
  await once(server, 'listening');
  const createConnection = () => world.client.connect(80, world.serverAddress);
  const request = (given: http.RequestOptions = {}) =>
    http.request({ host: world.serverAddress, createConnection, ...given });
  return { world, port: 80, sockets, request };
}

async function read(message: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function answer(request: http.ClientRequest): Promise<{ status: number | undefined; body: Buffer }> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, body: await read(response) };
}

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

/** 1 MiB in which every byte's place can be told. */
const MEBIBYTE = Buffer.from(
  Uint32Array.from({ length: 1 << 18 }, (_, i) => Math.imul(i, 2_654_435_761)).buffer,
);

describe('http', () => {
  test('GET', async () => {
    const { world, request } = await site((incoming, response) => response.end(`you want ${incoming.url}`));
    const got = await world.run(answer(request({ path: '/index.html' }).end()));
    expect([got.status, String(got.body)]).toEqual([200, 'you want /index.html']);
  });

  test('POST of 1 MiB, and as much back', async () => {
    const { world, request } = await site(async (incoming, response) => {
      const body = await read(incoming);
      response.setHeader('x-sha256', sha256(body));
      response.end(body);
    });
    const post = request({ method: 'POST' });
    const headers = once(post, 'response').then(([response]) => (response as http.IncomingMessage).headers);
    const got = await world.run(answer(post.end(MEBIBYTE)));
    expect(sha256(got.body)).toBe(sha256(MEBIBYTE));
    expect((await headers)['x-sha256']).toBe(sha256(MEBIBYTE));
  });

  test('keep-alive: several requests on one connection', async () => {
    const { world, sockets, request } = await site((incoming, response) => response.end(incoming.url));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    Object.assign(agent, { createConnection: () => world.client.connect(80, world.serverAddress) });
    const bodies: string[] = [];
    for (const path of ['/1', '/2', '/3']) {
      const got = answer(request({ agent, path, createConnection: undefined }).end());
      bodies.push(String((await world.run(got)).body));
    }
    expect([bodies, sockets.length]).toEqual([['/1', '/2', '/3'], 1]);
    agent.destroy();
  });

  test('pipelined requests are answered in order', async () => {
    const { world } = await site((incoming, response) => {
      setTimeout(() => response.end(`<${incoming.url}>`), incoming.url === '/1' ? 5 : 0);
    });
    const client = world.client.connect(80, world.serverAddress);
    const paths = ['/1', '/2', '/3'];
    client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
    let text = '';
    const all = new Promise<void>((done) => {
      client.on('data', (data) => {
        text += data;
        if (text.includes('</3>')) done();
      });
    });
    await world.run(all);
    expect(text.match(/<[^>]*>/g)).toEqual(['</1>', '</2>', '</3>']);
    client.destroy();
  });

  test('a client that aborts: the server hears of it', async () => {
    const { world, request } = await site((_incoming, response) => {
      response.write('the beginning');
    });
    const get = request();
    get.end();
    const [response] = (await world.run(once(get, 'response'))) as [http.IncomingMessage];
    const failure = once(response, 'error');
    await world.run(once(response, 'data'));
    get.destroy();
    expect((await world.run(failure))[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  test('a server that aborts while the client sends: the request fails', async () => {
    const { world, request } = await site((incoming) => {
      incoming.once('data', () => (incoming.socket as unknown as Socket).resetAndDestroy());
    });
    const post = request({ method: 'POST' });
    post.write(MEBIBYTE);
    expect((await world.run(once(post, 'error')))[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  test('nobody listens: the error of the request is that of the socket', async () => {
    const { world } = await site(() => {});
    const createConnection = () => world.client.connect(81, world.serverAddress);
    const get = http.request({ createConnection }).end();
    expect((await world.run(once(get, 'error')))[0]).toMatchObject({
      message: 'connect ECONNREFUSED 10.0.0.2:81',
      code: 'ECONNREFUSED',
    });
  });
});
