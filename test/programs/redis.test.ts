// ioredis on our TCP, and Redis on the kernel's.

import { afterAll, beforeAll, expect, test } from 'vitest';
import * as programs from './support.ts';

const CLIENT = programs.network(15);
const [PORT, SECURE_PORT] = [9379, 9380];

const configuration = (directory: string): string => `
bind * -::*
port ${PORT}
tls-port ${SECURE_PORT}
tls-cert-file ${directory}/cert.pem
tls-key-file ${directory}/key.pem
tls-ca-cert-file ${directory}/cert.pem
tls-auth-clients no
protected-mode no
dir ${directory}
save ""
`;

const CONVERSATION = [
  'large true 64',
  'in flight true',
  'pipeline true',
  'mget true',
  "multi [ [ null, 'OK' ], [ null, 2 ], [ null, '2' ] ]",
  'news true 1000',
  "blpop [ 'queue', 'work' ]",
];

programs.describeWith(['redis-server', 'openssl'], 'ioredis and Redis', () => {
  const directory = programs.makeDirectory();
  let server: programs.KernelServer;
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [CLIENT.kernels]);
    const config = programs.write(directory, 'redis.conf', configuration(directory));
    server = await programs.KernelServer.start('redis-server', [config], PORT);
  });
  afterAll(() => server.stop());

  test.each([
    ['a good network, over IPv4', CLIENT.kernels, 16 << 20, 10_000, {}],
    ['a good network, over IPv6', CLIENT.kernels6, 16 << 20, 10_000, {}],
    ['a bad network', CLIENT.kernels, 100_000, 1000, programs.BAD],
  ])('on %s', async (_, host, size, count, network) => {
    const args = [host, PORT, SECURE_PORT, size, count].map(String);
    const environment = { ...network, NODE_EXTRA_CA_CERTS: cert };
    const { code, stdout, stderr } = await programs.start('ioredis.mjs', CLIENT, { args, environment })
      .finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      ...CONVERSATION,
      ...CONVERSATION,
      'fifty 50',
      'Connection is closed.',
    ]);
  });
});
