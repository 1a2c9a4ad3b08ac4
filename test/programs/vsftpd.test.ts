// basic-ftp on our TCP, and vsftpd on the kernel's: a connection for each transfer and each listing.

import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../support/interop.ts';
import * as programs from './support.ts';

const CLIENT = programs.network(14);
const PORT = 9021;

/** In one process for each session, as whoever runs it; anybody may do anything in `up`. */
const configuration = (directory: string): string => `
listen_ipv6=YES
listen_port=${PORT}
background=NO
run_as_launching_user=YES
secure_chroot_dir=${directory}/root
seccomp_sandbox=NO
connect_from_port_20=NO
anonymous_enable=YES
no_anon_password=YES
ftp_username=nobody
anon_root=${directory}/root
anon_umask=022
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
ssl_enable=YES
allow_anon_ssl=YES
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file=${directory}/cert.pem
rsa_private_key_file=${directory}/key.pem
`;

programs.describeWith(['vsftpd', 'openssl'], 'basic-ftp and vsftpd', () => {
  const directory = programs.makeDirectory();
  const up = join(directory, 'root', 'up');
  let server: programs.KernelServer;
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [CLIENT.kernels]);
    mkdirSync(up, { recursive: true });
    chmodSync(up, 0o777);
    const config = programs.write(directory, 'vsftpd.conf', configuration(directory));
    server = await programs.KernelServer.start('vsftpd', [config], PORT);
  });
  afterAll(() => server.stop());

  test.each([
    ['in the clear, over IPv4', CLIENT.kernels, 16 << 20, 'epsv', 'EPSV', {}],
    ['in the clear, by PASV', CLIENT.kernels, 16 << 20, 'pasv', 'PASV', {}],
    ['in the clear, over IPv6', CLIENT.kernels6, 16 << 20, 'epsv', 'EPSV', {}],
    [
      'over TLS, whose session the data connections resume',
      CLIENT.kernels,
      16 << 20,
      'tls',
      'AUTH TLS PROT P EPSV',
      {},
    ],
    ['on a bad network', CLIENT.kernels, 100_000, 'epsv', 'EPSV', programs.BAD],
  ])('%s', async (_, host, size, how, commands, network) => {
    const args = [host, String(PORT), String(size), how];
    const environment = { ...network, NODE_EXTRA_CA_CERTS: cert };
    const { code, stdout, stderr } = await programs.start('basic-ftp.mjs', CLIENT, { args, environment })
      .finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const kept = readFileSync(join(up, 'kept.bin'));
    rmSync(join(up, 'kept.bin'));
    const names = Array.from({ length: 3 }, (_empty, i) => `${i}.txt`);
    expect(stdout.trim().split('\n')).toEqual([
      'before []',
      `size ${size} ${sha256(kept)}`,
      'same true',
      'rest true',
      `four ${[...names, 'one.bin'].join(' ')}`,
      "after [ 'kept.bin' ]",
      'missing 550',
      commands,
    ]);
  });
});
