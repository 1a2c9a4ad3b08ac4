// Programs that know nothing of us: curl fetches from Node's own HTTP server on our sockets, and many clients of
// the kernel's come at once.

import { once } from 'node:events';
import http from 'node:http';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Server } from '../../src/net/server.ts';
import { collect, FAMILIES, type Interop, openInterop, pattern, sha256 } from '../support/interop.ts';
import { curl, testWith } from '../support/program.ts';
import { describeTun } from '../support/tun.ts';
import { eventually, within } from '../support/wait.ts';

const CONNECTIONS = 100;
const FILE = pattern(1 << 20, 5);

let interop: Interop;

async function listen(server: Server): Promise<void> {
  server.listen(80);
  await within(once(server, 'listening'), 'we listen');
}

describeTun('clients of the kernel', () => {
  beforeAll(() => {
    interop = openInterop({ number: 5 });
  });
  afterAll(() => interop.close());

  testWith('curl').each(FAMILIES)('%s: curl gets, posts, and reuses its connection', async (_, family) => {
    const web = http.createServer(async (request, response) => {
      if (request.method === 'POST') response.end(sha256(await collect(request)));
      else response.end(request.url === '/file' ? FILE : `you want ${request.url}`);
    });
    let connections = 0;
    const server = interop.net.createServer((socket) => {
      connections++;
      web.emit('connection', socket);
    });
    await listen(server);
    const site = family === 4 ? `http://${interop.ours[4]}` : `http://[${interop.ours[6]}]`;

    const page = await curl([`${site}/page`, `${site}/again`]);
    expect(page).toEqual({ code: 0, output: Buffer.from('you want /pageyou want /again'), errors: '' });
    expect(connections).toBe(1);
    const file = await curl([`${site}/file`]);
    expect([file.code, file.errors, sha256(file.output)]).toEqual([0, '', sha256(FILE)]);
    const posted = await curl(['--data-binary', '@-', `${site}/`], FILE);
    expect(posted).toEqual({ code: 0, output: Buffer.from(sha256(FILE)), errors: '' });
    server.close();
  });

  test.each(FAMILIES)('%s: a hundred connections of the kernel’s at once', async (_, family) => {
    const server = interop.net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.pipe(socket);
    });
    await listen(server);
    const echoes = Array.from({ length: CONNECTIONS }, async (_empty, i) => {
      const client = createConnection({ host: `${interop.ours[family]}`, port: 80, allowHalfOpen: true });
      const sent = pattern(10_000 + i, i);
      client.end(sent);
      expect(sha256(await collect(client)), `connection ${i}`).toBe(sha256(sent));
    });
    await within(Promise.all(echoes), `${CONNECTIONS} echoes`);
    server.close();
    await within(once(server, 'close'), 'every connection of the server is closed');
    await eventually(
      () => [...interop.host.sockets()].length === 0,
      () => `no connection is left; ${[...interop.host.sockets()].map(({ state }) => state).join()}`,
    );
  });
});
