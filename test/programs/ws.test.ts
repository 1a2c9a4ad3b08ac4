// WebSockets by the package ws: its server on our TCP and its client on the kernel's, and the other way round.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Door, Running } from '../register/support.ts';
import * as programs from './support.ts';

const SERVED = programs.network(5);
const BADLY = programs.network(6);
const VISITING = programs.network(7);
const MIB = 1 << 20;

/** What the client says of `host`, to which it comes from `from`, if all is well. */
const story = (from: string, size: number): string[] => [
  `hello ${from}`,
  'pong here',
  'pong are you there',
  ...[size, 0, MIB, 1, 65_536].map((count) => `${count} true`),
  'closed 3000',
  'closed 4000 as you wish',
  '20 of 20',
  '',
];

programs.describeWith(['openssl'], 'ws', () => {
  const directory = programs.makeDirectory();
  const running: Running[] = [];

  beforeAll(async () => {
    const addresses = [SERVED, BADLY, VISITING].flatMap((net) => [net.ours, net.ours6, net.kernels]);
    programs.makeCertificate(directory, addresses);
    const args = [directory];
    running.push(await programs.serve('ws-server.mjs', SERVED, { args }));
    running.push(await programs.serve('ws-server.mjs', BADLY, { args, environment: programs.BAD }));
    running.push(await programs.serve('ws-server.mjs', VISITING, { args, door: 'none' }));
  });
  afterAll(async () => {
    for (const program of running) expect(await programs.stop(program)).toBe('');
  });

  async function visit(url: string, door: Door, size: number, environment = {}): Promise<string[]> {
    const options = { door, args: [url, String(size)], environment };
    const trust = { NODE_EXTRA_CA_CERTS: `${directory}/cert.pem`, ...environment };
    const client = programs.start('ws-client.mjs', VISITING, { ...options, environment: trust });
    const { code, stderr, stdout } = await client.finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.split('\n');
  }

  test.each([
    ['ws', 'IPv4', `ws://${SERVED.ours}:9080`, `::ffff:${SERVED.kernels}`],
    ['ws', 'IPv6', `ws://[${SERVED.ours6}]:9080`, SERVED.kernels6],
    ['wss', 'IPv4', `wss://${SERVED.ours}:9443`, `::ffff:${SERVED.kernels}`],
    ['wss', 'IPv6', `wss://[${SERVED.ours6}]:9443`, SERVED.kernels6],
  ])('%s over %s: the server is ours', async (_, __, url, from) => {
    expect(await visit(url, 'none', 16 * MIB)).toEqual(story(from, 16 * MIB));
  });

  test.each([
    ['ws', `ws://${VISITING.kernels}:9080`],
    ['wss', `wss://${VISITING.kernels}:9443`],
  ])('%s: the client is ours', async (_, url) => {
    expect(await visit(url, 'import', 16 * MIB)).toEqual(story(`::ffff:${VISITING.ours}`, 16 * MIB));
  });

  test('on a bad network, on either side of it', async () => {
    const visits = [
      visit(`wss://${BADLY.ours}:9443`, 'none', 1000),
      visit(`wss://${VISITING.kernels}:9443`, 'import', 1000, programs.BAD),
    ];
    expect(await Promise.all(visits)).toEqual([
      story(`::ffff:${BADLY.kernels}`, 1000),
      story(`::ffff:${VISITING.ours}`, 1000),
    ]);
  });
});
