// `synfin lab`: the page, whole, to its own pages and to nobody else.
import http from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Running, run } from './support.ts';

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

let running: Running;
let port = 0;

beforeAll(async () => {
  running = new Running(['lab', '--port', '0']);
  await running.says('Ctrl-C');
  port = Number(/127\.0\.0\.1:(\d+)\//.exec(running.stderr)![1]);
});

afterAll(async () => {
  running.child.kill('SIGINT');
  expect((await running.ended()).code).toBe(130);
});

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, method, agent: false };
    http
      .request(options, async (response) => {
        const body = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode!, headers: response.headers, body });
      })
      .once('error', reject)
      .end();
  });
}

describe('what is served', () => {
  test('the page, with headers that let it load nothing from elsewhere', async () => {
    const { status, headers, body } = await get('/');
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    const policy = headers['content-security-policy']!;
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    // What the page says of itself is no weaker.
    const own = /Content-Security-Policy"\s+content="([^"]*)"/.exec(body)![1]!;
    expect(policy).toBe(`${own}; frame-ancestors 'none'`);
  });

  test('every file that it names, by a path that works below any other', async () => {
    const { body } = await get('/');
    const names = [...body.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      expect(name).toMatch(/^\.\/assets\//);
      expect((await get(name.slice(1))).status).toBe(200);
    }
  });

  test.each(['/../cli.js', '/%2e%2e/cli.js', '/assets/../../cli.js', '/..%2fcli.js'])(
    'nothing beside it: %s',
    async (path) => {
      expect(await rawStatus(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}`)).toBe(404);
    },
  );

  test('no other method', async () => {
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });
});

describe('to whom', () => {
  const own = (): string => `127.0.0.1:${port}`;

  test.each(['localhost:1', 'LOCALHOST', '[::1]:8080', '127.0.0.1'])('%s is this machine', async (Host) => {
    expect((await get('/', { Host })).status).toBe(200);
  });

  test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil:80', '10.0.0.1', 'a@localhost'])(
    'a name that somebody gave to this machine is refused: "%s"',
    async (Host) => {
      expect((await get('/', { Host })).status).toBe(421);
    },
  );

  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost:1'])(
    'a page from %s gets nothing',
    async (Origin) => {
      expect((await get('/', { Origin })).status).toBe(403);
    },
  );

  test('its own page does', async () => {
    expect((await get('/', { Origin: `http://${own()}`, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
  });

  test('a page from elsewhere may link to it, and no more', async () => {
    const elsewhere = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await get('/', { ...elsewhere, 'Sec-Fetch-Mode': 'navigate' })).status).toBe(200);
    expect((await get('/', { ...elsewhere, 'Sec-Fetch-Mode': 'no-cors' })).status).toBe(403);
  });
});

test('a port that is taken: one line, exit code 1', async () => {
  const { code, stderr } = await run('lab', '--port', String(port));
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `synfin: port ${port} of 127.0.0.1 is in use: choose another, or 0 for any that is free\n`,
  });
});

test('a port that is none: exit code 2', async () => {
  expect((await run('lab', '--port', '65536')).code).toBe(2);
});

/** As no client of ours would ask. */
function rawStatus(request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`${request}\r\nConnection: close\r\n\r\n`));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.once('error', reject).once('close', () => resolve(Number(answer.split(' ', 2)[1])));
  });
}
