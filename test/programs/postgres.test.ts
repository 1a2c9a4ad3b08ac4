// pg on our TCP, and PostgreSQL on the kernel's.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as programs from './support.ts';

const CLIENT = programs.network(16);
const PORT = 9432;

programs.describeWith(['postgres', 'openssl'], 'pg and PostgreSQL', () => {
  const directory = programs.makeDirectory();
  let server: programs.KernelServer;
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [CLIENT.kernels]);
    const data = join(directory, 'data');
    const how = ['--no-sync', '--auth=trust', '--encoding=UTF8', '--locale=C'];
    programs.runInstalled('initdb', ['-D', data, '-U', 'synfin', ...how]);
    programs.write(data, 'pg_hba.conf', 'host all all all trust\n');
    const settings = {
      listen_addresses: '*',
      port: PORT,
      unix_socket_directories: directory,
      fsync: 'off',
      ssl: 'on',
      ssl_cert_file: cert,
      ssl_key_file: join(directory, 'key.pem'),
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    server = await programs.KernelServer.start('postgres', ['-D', data, ...options], PORT);
  });
  // It waits for nobody then.
  afterAll(() => server.stop('SIGINT'));

  test.each([
    ['in the clear, over IPv4', CLIENT.kernels, 100_000, 16 << 20, 'clear', {}],
    ['in the clear, over IPv6', CLIENT.kernels6, 100_000, 16 << 20, 'clear', {}],
    ['by TLS', CLIENT.kernels, 100_000, 16 << 20, 'tls', {}],
    ['by TLS on a bad network', CLIENT.kernels, 5000, 100_000, 'tls', programs.BAD],
  ])('%s', async (_, host, rows, size, how, network) => {
    const args = [host, PORT, rows, size, how].map(String);
    const environment = { ...network, NODE_EXTRA_CA_CERTS: cert };
    const { code, stdout, stderr } = await programs.start('pg.mjs', CLIENT, { args, environment }).finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      `encrypted ${how === 'tls'}`,
      `rows ${rows} true`,
      `cursor ${rows}`,
      `large ${size} true`,
      'duplicate 23505 1000',
      'pool true 20',
      'news it is late',
      'cancelled 57014',
      `ECONNREFUSED connect ECONNREFUSED ${host}:1`,
    ]);
  });
});
