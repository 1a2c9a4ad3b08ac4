// `synfin read client.pcap server.pcap`: what both captures together tell.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capture, OPENED } from '../trace/reader/exchange.ts';
import { run } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-read-two-'));
const file = (name: string): string => join(root, name);

/** The client's second text is lost, and sent again; the server's clock is 1000 s ahead. */
const CLIENT = [
  ...OPENED,
  '+5 > P. 1:101 ack 1',
  '+1 > P. 101:201 ack 1',
  '+20 < . 1:1 ack 101',
  '+300 > P. 101:201 ack 1',
  '+20 < . 1:1 ack 201',
];
const SERVER = [
  '+1000010 > S 0:0 <2,4,5,180,3,3,2,1>',
  '+0 < S. 0:0 ack 1 <2,4,5,180,3,3,2,1>',
  '+20 > . 1:1 ack 1',
  '+5 > P. 1:101 ack 1',
  '+0 < . 1:1 ack 101',
  '+321 > P. 101:201 ack 1',
  '+0 < . 1:1 ack 201',
  '+1000 < . 1:1 ack 201 win 20000',
];

beforeAll(() => {
  writeFileSync(file('client.pcap'), capture(CLIENT));
  writeFileSync(file('server.pcap'), capture(SERVER));
  writeFileSync(file('other.pcap'), capture(['+0 > S 0:0 port 50000', '+20 < S. 0:0 ack 1 port 50000']));
});

afterAll(() => rmSync(root, { recursive: true }));

describe('two captures', () => {
  test('clocks and losses, in either order of the files', async () => {
    const { code, stdout, stderr } = await run('read', file('client.pcap'), file('server.pcap'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      '#1/1  10.0.0.1:40000 > 10.0.0.2:80\n' +
        "  the server's clock is 1000 s ahead of the client's (give or take 10 ms)\n" +
        '  from the client: 4 packets arrived, on the way for 10 ms at least and 10 ms as a rule; 1 lost\n' +
        '  from the server: 3 packets arrived, on the way for 10 ms at least and 10 ms as a rule; 0 lost, 1 not seen at the other end\n',
    );
    expect((await run('read', file('server.pcap'), file('client.pcap'))).stdout).toBe(stdout);
  });

  test('of one connection every packet, with its time on the way', async () => {
    const { stdout } = await run('read', file('client.pcap'), file('server.pcap'), '1');
    expect(stdout).toMatch(/ 0\.000 +10ms +> SYN +#1\/1 seq 0/);
    expect(stdout).toMatch(/ 26\.000 +X +> PSH,ACK +#5 seq 101 ack 1 len 100/);
    const korean = await run(
      'read',
      '--lang',
      'ko',
      file('client.pcap'),
      file('server.pcap'),
      '--conn',
      ':80',
    );
    expect(korean.stdout).toContain('서버의 시계는 클라이언트보다 1000초 빠르다 (오차 10 ms)');
    expect(korean.stdout).toContain('#5 seq 101');
  });

  test('as JSON, and without addresses', async () => {
    const { stdout } = await run('read', file('client.pcap'), file('server.pcap'), '--json', '--redact');
    expect(JSON.parse(stdout)).toMatchObject({
      connections: [1, 1],
      clock: { drift: 0 },
      ways: [{ lost: 1 }, { lost: 0 }],
    });
    expect(stdout).not.toMatch(/10\.0\.0\.[12]:/);
  });

  test('exports: sloped arrows, and the lost one crossed out', async () => {
    const names = ['svg', 'mermaid', 'html'].flatMap((name) => [`--${name}`, file(`both.${name}`)]);
    expect(await run('read', file('client.pcap'), file('server.pcap'), ...names)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const text = (name: string): string => readFileSync(file(name), 'utf8');
    expect(text('both.svg').match(/class="arrow [^"]*lost/g)).toHaveLength(1);
    expect(text('both.mermaid')).toMatch(/^sequenceDiagram\n(?:.*\n)*.*e0-xe1: PSH,ACK/);
    expect(text('both.html')).toContain('give or take');
  });

  test.each([
    ['none in common', ['client.pcap', 'other.pcap'], [], 1, /no connection in common/],
    ['no such connection', ['client.pcap', 'server.pcap'], ['2'], 1, /no such connection/],
    [
      'an export of one capture',
      ['client.pcap', 'server.pcap'],
      ['--pcapng', '-'],
      2,
      /--pcapng is made of one capture/,
    ],
    ['no such file', ['client.pcap', 'nope'], [], 1, /cannot read .*nope: ENOENT/],
  ] as const)('%s', async (_name, files, options, code, complaint) => {
    const result = await run('read', ...files.map(file), ...options);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(complaint);
  });
});
