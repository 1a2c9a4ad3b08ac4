// The static file server of `synfin serve`, over the kernel's loopback: what it serves and what it refuses.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staticFiles } from '../../src/cli/static-files.ts';

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

const top = mkdtempSync(join(tmpdir(), 'synfin-static-'));
const root = join(top, 'root');
const large = randomBytes(3_000_000);
const logged: string[] = [];
const log = (line: string): void => void logged.push(line);
const server = http.createServer(staticFiles(root, { dotfiles: false, log }));
const openServer = http.createServer(staticFiles(root, { dotfiles: true, log }));
let port = 0;
let openPort = 0;

beforeAll(async () => {
  mkdirSync(join(root, 'sub'), { recursive: true });
  mkdirSync(join(root, 'listed', 'inner'), { recursive: true });
  writeFileSync(join(top, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'index.html'), '<h1>home</h1>');
  writeFileSync(join(root, 'hello.txt'), 'hello');
  writeFileSync(join(root, 'empty.css'), '');
  writeFileSync(join(root, 'large.bin'), large);
  writeFileSync(join(root, 'listed', 'a <b>&"c".txt'), 'x');
  writeFileSync(join(root, 'listed', 'x:y'), 'x');
  writeFileSync(join(root, '한글.txt'), '안녕');
  symlinkSync(join(top, 'secret.txt'), join(root, 'out.txt'));
  symlinkSync('hello.txt', join(root, 'in.txt'));
  mkdirSync(join(root, 'listed', '.git'));
  writeFileSync(join(root, 'listed', '.git', 'config'), 'a secret');
  symlinkSync(join('listed', '.git', 'config'), join(root, 'innocent.txt'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
  await new Promise<void>((done) => openServer.listen(0, '127.0.0.1', done));
  openPort = (openServer.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  openServer.close();
  rmSync(top, { recursive: true });
});

function request(path: string, method = 'GET', to = port): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request({ port: to, path, method, agent: false }, async (response) => {
      const body = Buffer.concat(await response.toArray());
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    outgoing.on('error', reject).end();
  });
}

describe('what it serves', () => {
  test('a file, with its type and length', async () => {
    const { status, headers, body } = await request('/hello.txt?x=1');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'content-length': '5' });
    expect(body.toString()).toBe('hello');
  });

  test('HEAD: the headers alone', async () => {
    const { status, headers, body } = await request('/large.bin', 'HEAD');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '3000000',
    });
    expect(body.length).toBe(0);
  });

  test('a large file, byte for byte', async () => {
    const { body } = await request('/large.bin');
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(hash(body)).toBe(hash(large));
  });

  test('an empty file', async () => {
    const { status, headers, body } = await request('/empty.css');
    expect([status, headers['content-length'], body.length]).toEqual([200, '0', 0]);
  });

  test("a directory's index.html", async () => {
    const { headers, body } = await request('/');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body.toString()).toBe('<h1>home</h1>');
  });

  test('a directory without one: its entries, escaped', async () => {
    const { status, body } = await request('/listed/');
    const listing = body.toString();
    expect(status).toBe(200);
    expect(listing).toContain('<a href="../">../</a>');
    expect(listing).toContain('<a href="./inner/">inner/</a>');
    expect(listing).toContain('<a href="./x%3Ay">x:y</a>');
    expect(listing).toContain('./a%20%3Cb%3E%26%22c%22.txt');
    expect(listing).toContain('a &#60;b&#62;&#38;&#34;c&#34;.txt');
  });

  test('a directory without its slash: a redirect', async () => {
    const { status, headers } = await request('/sub');
    expect([status, headers.location]).toEqual([301, '/sub/']);
  });

  test('a name outside ASCII', async () => {
    expect((await request(`/${encodeURIComponent('한글.txt')}`)).body.toString()).toBe('안녕');
  });

  test('names that begin with a dot, if that is wanted', async () => {
    for (const path of ['/listed/.git/config', '/innocent.txt']) {
      expect((await request(path, 'GET', openPort)).body.toString()).toBe('a secret');
    }
    expect((await request('/listed/', 'GET', openPort)).body.toString()).toContain('./.git/');
  });

  test('a symbolic link inside the root', async () => {
    expect((await request('/in.txt')).body.toString()).toBe('hello');
  });
});

describe('what it refuses', () => {
  test.each([
    ['/../secret.txt', 404],
    ['/%2e%2e/secret.txt', 404],
    ['/..%2fsecret.txt', 404],
    ['/sub/../../../secret.txt', 404],
    ['/out.txt', 404],
    ['/missing', 404],
    ['/hello.txt/', 404],
    ['/hello.txt/x', 404],
    ['/fifo', 404],
    ['/listed/.git/config', 404],
    ['/listed/%2egit/config', 404],
    ['/listed/.git/', 404],
    ['/listed/.git', 404],
    ['/innocent.txt', 404],
    [`/${'a'.repeat(300)}`, 404],
    ['/%00', 400],
    ['/%', 400],
    ['/%ff', 400],
    ['*', 400],
  ])('%s: %i', async (path, status) => {
    const reply = await request(path);
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).not.toContain('secret');
  });

  test('names that begin with a dot are not listed', async () => {
    expect((await request('/listed/')).body.toString()).not.toContain('.git');
  });

  test('a redirect to another host', async () => {
    const { status, headers } = await request('//sub');
    expect([status, headers.location]).toEqual([301, '/sub/']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s', async (method) => {
    const { status, headers } = await request('/hello.txt', method);
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

test('a client that leaves in the middle of a file does not stop the server', async () => {
  await new Promise<void>((done) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    socket.once('data', () => socket.destroy()).once('close', () => done());
  });
  expect((await request('/hello.txt')).body.toString()).toBe('hello');
});

test('the log names method, target and status, and holds no control characters', async () => {
  logged.length = 0;
  await request('/%1b[31m');
  const raw = await new Promise<string>((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.end('GET /\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n'));
    socket.once('data', (data) => done(data.toString('latin1')));
  });
  expect(raw).toMatch(/^HTTP\/1\.1 400 /);
  expect(logged).toEqual(['GET /%1b[31m 404']);
});
