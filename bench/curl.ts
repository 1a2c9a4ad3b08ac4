// Whole files to and from curl, to the byte: a figure for the sum of it all.

import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNet } from '../src/net/net.ts';
import { output, start } from './children.ts';
import { compare, type Figure, type Settings } from './figure.ts';
import { OURS, PORT, sharedHost } from './ground.ts';

const FILE_BYTES = 256 << 20;

/** 256 MiB to and from curl; the hashes must be equal or there is no figure. */
export async function curlTransfers(settings: Settings): Promise<Figure[]> {
  const host = sharedHost();
  const dir = mkdtempSync(join(tmpdir(), 'synfin-bench-'));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  process.on('exit', remove);
  const file = join(dir, 'random');
  const chunk = randomBytes(1 << 20);
  const hash = createHash('sha256');
  const fd = openSync(file, 'w');
  for (let i = 0; i < FILE_BYTES / chunk.length; i++) {
    chunk.writeUInt32LE(i);
    writeSync(fd, chunk);
    hash.update(chunk);
  }
  closeSync(fd);
  const expected = hash.digest('hex');
  let uploaded = '';
  const http = createHttpServer((request, response) => {
    if (request.method === 'GET') {
      for (let i = 0; i < FILE_BYTES / chunk.length; i++) {
        const copy = Buffer.from(chunk);
        copy.writeUInt32LE(i);
        response.write(copy);
      }
      response.end();
      return;
    }
    const received = createHash('sha256');
    request.on('data', (data) => received.update(data));
    request.on('end', () => {
      uploaded = received.digest('hex');
      response.end('done');
    });
  });
  const server = createNet(host).createServer((socket) => http.emit('connection', socket));
  await new Promise<void>((ready) => server.listen({ host: OURS, port: PORT }, ready));
  const curl = async (...args: string[]): Promise<number> => {
    const began = process.hrtime.bigint();
    await output(start('curl', '-sS', '--fail', ...args, `http://${OURS}:${PORT}/`));
    return (FILE_BYTES * 8) / Number(process.hrtime.bigint() - began);
  };
  const download = async (): Promise<number> => {
    const target = join(dir, 'down');
    const rate = await curl('-o', target);
    const sum = (await output(start('sha256sum', target))).split(' ')[0];
    if (sum !== expected) throw new Error(`curl downloaded ${sum}, not ${expected}`);
    return rate;
  };
  const upload = async (): Promise<number> => {
    const rate = await curl('-T', file);
    if (uploaded !== expected) throw new Error(`curl uploaded ${uploaded}, not ${expected}`);
    return rate;
  };
  try {
    const note = '256 MiB, SHA-256 equal';
    const line = (id: string) => [{ id, unit: 'Gbit/s', note }];
    return [
      ...(await compare(line('curl-download'), settings, async () => [await download()])),
      ...(await compare(line('curl-upload'), settings, async () => [await upload()])),
    ];
  } finally {
    server.close();
    remove();
    process.off('exit', remove);
  }
}
