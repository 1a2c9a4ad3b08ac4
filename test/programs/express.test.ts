// An Express application on our TCP, and curl on the kernel's.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect, sha256 } from '../support/interop.ts';
import { curl } from '../support/program.ts';
import { eventually, within } from '../support/wait.ts';
import * as programs from './support.ts';
import { LARGE, LARGE_HASH, SMALL, SMALL_HASH } from './support.ts';

const GOOD = programs.network(1);
const BAD = programs.network(2);
const numbers = Array.from({ length: 200 }, (_, i) => i);

programs.describeWith(['curl', 'openssl'], 'Express and curl', () => {
  const directory = programs.makeDirectory();
  const running: Awaited<ReturnType<typeof programs.serve>>[] = [];
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [GOOD.ours, GOOD.ours6, BAD.ours]);
    programs.write(directory, 'large.bin', LARGE);
    programs.write(directory, 'small.bin', SMALL);
    const args = [directory];
    const environment = programs.BAD;
    running.push(await programs.serve('express.mjs', GOOD, { args }));
    running.push(await programs.serve('express.mjs', BAD, { args, environment }));
  });
  afterAll(async () => {
    for (const program of running) expect(await programs.stop(program)).toBe('');
  });

  /** What curl gets, if it gets it without complaint. */
  async function fetched(args: readonly string[], input?: Uint8Array): Promise<string> {
    const { code, output, errors } = await curl(args, input);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    return String(output);
  }

  async function hashOf(args: readonly string[]): Promise<string> {
    const { code, output, errors } = await curl(args);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    return sha256(output);
  }

  /** The numbers that come from these, each fetched over a connection of its own, 50 at a time. */
  async function inParallel(urls: readonly string[]): Promise<number[]> {
    // Whatever it is told, it has a meter for these on its standard error.
    const { code, output } = await curl(['--parallel', '--parallel-immediate', ...urls]);
    expect(code).toBe(0);
    const lines = String(output).trim().split('\n');
    return lines.map(Number).sort((a, b) => a - b);
  }

  test.each([
    ['HTTP over IPv4', () => `http://${GOOD.ours}`],
    ['HTTP over IPv6', () => `http://[${GOOD.ours6}]`],
    ['HTTPS over IPv4', () => `https://${GOOD.ours}`],
    ['HTTPS over IPv6', () => `https://[${GOOD.ours6}]`],
  ])('%s: JSON, 16 MiB down and 16 MiB up', async (_, site) => {
    const trust = ['--cacert', cert];
    const json = ['--json', '{"a":[1,"é"]}', `${site()}/json`];
    const from = site().includes('[') ? GOOD.kernels6 : `::ffff:${GOOD.kernels}`;
    expect(JSON.parse(await fetched([...trust, ...json]))).toEqual({ got: { a: [1, 'é'] }, from });
    expect(await hashOf([...trust, `${site()}/large.bin`])).toBe(LARGE_HASH);
    expect(await fetched([...trust, '-T', '-', `${site()}/upload`], LARGE)).toBe(LARGE_HASH);
  });

  test('200 requests over one connection, and 50 at a time over as many', async () => {
    const urls = numbers.map((n) => `http://${GOOD.ours}/number/${n}`);
    const opened = ['--write-out', '%{num_connects} opened\n'];
    const lines = (await fetched([...opened, ...urls])).trim().split('\n');
    expect(lines).toEqual(numbers.flatMap((n) => [`${n}`, `${n === 0 ? 1 : 0} opened`]));
    expect(await inParallel(urls)).toEqual(numbers);
  });

  test('requests that do not wait for their answers get them in order', async () => {
    const client = connect(80, GOOD.ours);
    const request = (n: number, more = ''): string => `GET /number/${n} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    client.write(numbers.map((n) => request(n, n === 199 ? 'Connection: close\r\n' : '')).join(''));
    const answers = await within(text(client), 'the answers');
    expect([...answers.matchAll(/\r\n\r\n(\d+)\n/g)].map(([, n]) => Number(n))).toEqual(numbers);
  });

  test('what is written in pieces comes in pieces', async () => {
    const client = spawn('curl', ['-q', '-sN', '--noproxy', '*', `http://${GOOD.ours}/pieces`]);
    const closed = once(client, 'close');
    const pieces: string[] = [];
    client.stdout.on('data', (piece) => pieces.push(String(piece)));
    await eventually(
      () => pieces.length > 0,
      () => 'a piece',
    );
    expect(await fetched([`http://${GOOD.ours}/next`])).toBe('true');
    await within(closed, 'the rest');
    expect(pieces).toEqual(['the first\n', 'the last\n']);
  });

  test('a client that turns away stops an endless answer, and is counted once', async () => {
    const client = spawn('curl', ['-q', '-s', '--noproxy', '*', `http://${GOOD.ours}/endless`]);
    let got = 0;
    client.stdout.on('data', (piece: Buffer) => {
      got += piece.length;
    });
    await eventually(
      () => got > 1 << 20,
      () => `a MiB, of which ${got} came`,
    );
    client.kill('SIGKILL');
    await within(once(client, 'close'), 'curl ends');
    let aborted = '';
    while (aborted !== '1') aborted = await fetched([`http://${GOOD.ours}/aborted`]);
  });

  test('a TLS session is resumed by the next connection', async () => {
    const agent = new Agent({ ca: readFileSync(cert), maxCachedSessions: 1 });
    const options: RequestOptions = { host: GOOD.ours, path: '/tls', agent };
    const said: string[] = [];
    for (const _ of ['first', 'second']) {
      const [response] = await within(once(get(options), 'response'), 'an answer');
      said.push(String(await collect(response)));
    }
    expect(said).toEqual(['https full\n', 'https resumed\n']);
  });

  test('on a bad network, too: down, up, and 20 requests at once', async () => {
    const trust = ['--cacert', cert];
    expect(await hashOf([...trust, `https://${BAD.ours}/small.bin`])).toBe(SMALL_HASH);
    expect(await fetched([...trust, '-T', '-', `https://${BAD.ours}/upload`], SMALL)).toBe(SMALL_HASH);
    const urls = numbers.slice(0, 20).map((n) => `http://${BAD.ours}/number/${n}`);
    expect(await inParallel(urls)).toEqual(numbers.slice(0, 20));
  });
});
