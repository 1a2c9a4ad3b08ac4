// A Fastify application that speaks HTTP/2 on our TCP; curl and Node's http2 on the kernel's.

import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from '../register/support.ts';
import { sha256 } from '../support/interop.ts';
import { curl } from '../support/program.ts';
import { within } from '../support/wait.ts';
import * as programs from './support.ts';
import { LARGE, LARGE_HASH, SMALL, SMALL_HASH } from './support.ts';

const GOOD = programs.network(3);
const BAD = programs.network(4);
/** Fastify has no body without a type. */
const PUT = ['-H', 'content-type: application/octet-stream', '-T', '-'];

programs.describeWith(['curl', 'openssl'], 'Fastify and HTTP/2', () => {
  const directory = programs.makeDirectory();
  const running: Running[] = [];
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [GOOD.ours, GOOD.ours6, BAD.ours]);
    programs.write(directory, 'large.bin', LARGE);
    programs.write(directory, 'small.bin', SMALL);
    const args = [directory];
    running.push(await programs.serve('fastify.mjs', GOOD, { args }));
    running.push(await programs.serve('fastify.mjs', BAD, { args, environment: programs.BAD }));
  });
  afterAll(async () => {
    for (const program of running) expect(await programs.stop(program)).toBe('');
  });

  async function fetched(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
    const { code, output, errors } = await curl(['--cacert', cert, ...args], input);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    return output;
  }

  test.each([
    ['h2 over IPv4', '2.0', () => `https://${GOOD.ours}`, '--http2'],
    ['h2 over IPv6', '2.0', () => `https://[${GOOD.ours6}]`, '--http2'],
    ['h2c with prior knowledge', '2.0', () => `http://${GOOD.ours}`, '--http2-prior-knowledge'],
    ['HTTP/1.1, which a client may still choose', '1.1', () => `https://${GOOD.ours}`, '--http1.1'],
  ])('%s: curl gets 16 MiB and puts 16 MiB', async (_, version, site, how) => {
    const ip = site().includes('[') ? GOOD.kernels6 : `::ffff:${GOOD.kernels}`;
    const protocol = site().split(':')[0];
    const who = String(await fetched([how, `${site()}/who`]));
    expect(JSON.parse(who)).toEqual({ version, ip, protocol });
    expect(sha256(await fetched([how, `${site()}/file/large.bin`]))).toBe(LARGE_HASH);
    expect(String(await fetched([how, ...PUT, `${site()}/upload`], LARGE))).toBe(LARGE_HASH);
  });

  /** The text of `path` over a stream of its own. */
  const stream = (session: ClientHttp2Session, path: string): Promise<string> =>
    text(session.request({ ':path': path }).setEncoding('utf8'));

  test('a hundred streams at once on one connection', async () => {
    const before = Number(await fetched(['--http2', `https://${GOOD.ours}/sessions`]));
    const session = connect(`https://${GOOD.ours}`, { ca: readFileSync(cert) });
    const asked = Array.from({ length: 100 }, (_, n) => stream(session, `/number/${n}`));
    const answers = await within(Promise.all(asked), 'a hundred answers');
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => `${n}\n`));
    expect(await stream(session, '/sessions')).toBe(`${before + 1}\n`);
    session.close();
  });

  test('a stream that is reset takes none of the others with it', async () => {
    const session = connect(`https://${GOOD.ours}`, { ca: readFileSync(cert) });
    const endless = session.request({ ':path': '/file/large.bin' });
    const closed = new Promise((resolve) => endless.once('close', resolve));
    endless.once('data', () => endless.close());
    await within(closed, 'the stream is closed');
    expect(await within(stream(session, '/number/7'), 'an answer')).toBe('7\n');
    session.close();
  });

  test('on a bad network, too', async () => {
    const site = `https://${BAD.ours}`;
    expect(sha256(await fetched(['--http2', `${site}/file/small.bin`]))).toBe(SMALL_HASH);
    expect(String(await fetched(['--http2', ...PUT, `${site}/upload`], SMALL))).toBe(SMALL_HASH);
  });
});
