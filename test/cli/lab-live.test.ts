// `--lab`: connections of a running stack, as a page on this machine hears of them; and what keeps that bounded.
import http from 'node:http';
import { describe, expect, test } from 'vitest';
import { LiveStream } from '../../src/cli/lab-stream.ts';
import type { TraceEvent } from '../../src/trace/events.ts';
import { describeTun } from '../support/tun.ts';
import { eventually } from '../support/wait.ts';
import { Running } from './support.ts';

const EVENT = (id: number, fill = ''): TraceEvent =>
  ({
    kind: 'call',
    id,
    t: id,
    host: `synfin${fill}`,
    connection: 1,
    call: 'OPEN',
    bytes: 0,
  }) as unknown as TraceEvent;

interface Listening {
  text: string;
  closed: boolean;
  readonly stop: () => void;
  readonly status: number;
}

function hear(port: number, headers: Record<string, string> = {}, paused = false): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: '/live', headers, agent: false },
      (response) => {
        const listening: Listening = {
          text: '',
          closed: false,
          stop: () => request.destroy(),
          status: response.statusCode!,
        };
        response.on('error', () => {});
        response.on('close', () => {
          listening.closed = true;
        });
        if (!paused)
          response.setEncoding('utf8').on('data', (text: string) => {
            listening.text += text;
          });
        resolve(listening);
      },
    );
    request.on('error', reject);
  });
}

async function serving(): Promise<{ stream: LiveStream; port: number; close: () => void }> {
  const stream = new LiveStream();
  const server = http.createServer((request, response) => {
    if (!stream.answer(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  const close = (): void => {
    stream.close();
    server.close();
    server.closeAllConnections();
  };
  return { stream, port, close };
}

describe('the stream', () => {
  test('what came before is told first, as far as it is kept', async () => {
    const { stream, port, close } = await serving();
    for (let id = 1; id <= 4_001; id++) stream.event(EVENT(id));
    const page = await hear(port);
    stream.event(EVENT(5_000));
    await eventually(
      () => page.text.includes('"id":5000'),
      () => 'the last event',
    );
    expect(page.text).toMatch(/^event: missed\ndata: 2000\n\ndata: \{[^\n]*"id":2001,/);
    expect(page.text.match(/"id":4001,/g)).toHaveLength(1);
    page.stop();
    close();
  });

  test('a page that does not read is dropped, and nobody waits for it', async () => {
    const { stream, port, close } = await serving();
    const [slow, quick] = [await hear(port, {}, true), await hear(port)];
    expect(stream.watchers).toBe(2);
    const fill = 'x'.repeat(1 << 16);
    let heard = 0;
    await eventually(
      () => {
        heard = quick.text.length;
        for (let i = 0; i < 16; i++) stream.event(EVENT(i, fill));
        quick.text = '';
        return stream.watchers === 1;
      },
      () => `the end of the slow one, while ${heard} characters were heard`,
    );
    stream.event(EVENT(1_000_000));
    await eventually(
      () => quick.text.includes('"id":1000000'),
      () => 'the last event',
    );
    expect(quick.closed).toBe(false);
    slow.stop();
    quick.stop();
    close();
  });

  test('so many pages, and no more', async () => {
    const { port, close } = await serving();
    const pages = await Promise.all(Array.from({ length: 8 }, () => hear(port)));
    expect((await hear(port)).status).toBe(503);
    for (const page of pages) page.stop();
    close();
  });
});

const portOf = (said: string): number => Number(/127\.0\.0\.1:(\d+)\/#screen=live/.exec(said)?.[1]);

describe('demo --lab', () => {
  test('in memory: the exchange, and then its connection for whoever looks', async () => {
    const running = new Running(['demo', '--memory', '--lab', '--lab-port', '0']);
    await eventually(
      () => running.stdout.includes('#screen=live'),
      () => 'the address',
    );
    const page = await hear(portOf(running.stdout));
    await eventually(
      () => page.text.includes('"to":"TIME-WAIT"'),
      () => 'its last state',
    );
    expect((await hear(portOf(running.stdout), { Host: 'evil.example' })).status).toBe(421);
    expect((await hear(portOf(running.stdout), { Origin: 'http://evil.example' })).status).toBe(403);
    page.stop();
    running.child.kill('SIGINT');
    expect((await running.ended()).code).toBe(130);
  });
});

describeTun('serve --private --lab', () => {
  test('the lab is outside of the private network, and hears of what happens inside', async () => {
    const curl = 'curl -q -sS --noproxy "*" http://10.77.0.2/';
    const program = ['sh', '-c', `read line; ${curl}; read line`];
    const running = new Running(['serve', '.', '--private', '--lab', '--lab-port', '0', '--', ...program]);
    await running.says('#screen=live');
    const page = await hear(portOf(running.stderr));
    running.write('\n');
    await eventually(
      () => page.text.includes('"remote":"10.77.0.1:') && page.text.includes('"to":"ESTABLISHED"'),
      () => page.text,
    );
    expect((await running.finish('\n')).code).toBe(0);
    await eventually(
      () => page.closed,
      () => 'the end of the stream',
    );
  });

  test('a port that is taken is said outside, before anything is started', async () => {
    const taken = http.createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as { port: number };
    const running = new Running([
      'serve',
      '.',
      '--private',
      '--lab',
      '--lab-port',
      String(port),
      '--',
      'true',
    ]);
    const { code, stderr } = await running.finish();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `synfin: port ${port} of 127.0.0.1 is in use: choose another, or 0 for any that is free\n`,
    });
    taken.close();
  });
});
