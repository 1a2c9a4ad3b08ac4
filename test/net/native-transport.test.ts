// A pipe of Node's own as a Transport.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NativeTransport } from '../../src/net/native-transport.ts';
import { END } from '../../src/tcp/notice.ts';

const directory = mkdtempSync(join(tmpdir(), 'synfin-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('one receive takes the end that came with the last text', async () => {
  const path = join(directory, 'pipe');
  const server = createServer((socket) => socket.end('hello')).listen(path);
  await once(server, 'listening');
  const transport = new NativeTransport(path);
  const ended = new Promise<void>((resolve) => {
    transport.notify = (notices) => {
      if (notices & END) resolve();
    };
  });
  while (transport.readable === 0) await new Promise((turn) => setImmediate(turn));
  // So that the end is there, too.
  for (let i = 0; i < 10; i++) await new Promise((turn) => setImmediate(turn));
  expect(transport.receive(2)?.toString()).toBe('he');
  expect([transport.readable, transport.ended]).toEqual([3, false]);
  expect(transport.receive()?.toString()).toBe('llo');
  await ended;
  expect(transport.ended).toBe(true);
  transport.close();
  server.close();
});
