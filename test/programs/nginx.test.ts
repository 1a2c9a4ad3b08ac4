// The global fetch and undici on our TCP, and nginx on the kernel's.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../support/interop.ts';
import * as programs from './support.ts';
import { LARGE, SMALL } from './support.ts';

const CLIENT = programs.network(13);
const [PORT, SECURE_PORT] = [9180, 9143];

const configuration = (directory: string): string => `
daemon off; pid ${directory}/nginx.pid; error_log stderr warn;
worker_processes 1;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${directory}/temporary;
  client_max_body_size 0;
  ${['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
  keepalive_requests 10000;
  ssl_certificate ${directory}/cert.pem; ssl_certificate_key ${directory}/key.pem;
  ssl_protocols TLSv1.3; ssl_session_cache shared:tls:1m;
  server {
    listen ${PORT}; listen [::]:${PORT};
    listen ${SECURE_PORT} ssl http2; listen [::]:${SECURE_PORT} ssl http2;
    root ${directory}/files;
    location /echo/ { return 200 "$uri $remote_port $server_protocol\\n"; }
    location /tls { return 200 "$ssl_protocol $ssl_session_reused\\n"; }
    location /up/ { dav_methods PUT; }
    location /slow/ { alias ${directory}/files/; limit_rate 100k; }
  }
}`;

programs.describeWith(['nginx', 'openssl'], 'undici and nginx', () => {
  const directory = programs.makeDirectory();
  const files = join(directory, 'files');
  let server: programs.KernelServer;
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [CLIENT.kernels, CLIENT.kernels6]);
    mkdirSync(join(files, 'up'), { recursive: true });
    programs.write(files, 'large.bin', LARGE);
    programs.write(files, 'small.bin', SMALL);
    const config = programs.write(directory, 'nginx.conf', configuration(directory));
    server = await programs.KernelServer.start('nginx', ['-e', 'stderr', '-c', config], PORT);
  });
  afterAll(() => server.stop());

  test.each([
    ['a good network, over IPv4', CLIENT.kernels, 'large.bin', LARGE, 100, {}],
    ['a good network, over IPv6', `[${CLIENT.kernels6}]`, 'large.bin', LARGE, 100, {}],
    ['a bad network', CLIENT.kernels, 'small.bin', SMALL, 30, programs.BAD],
  ])('on %s', async (_, host, name, content, count, network) => {
    const args = [host, String(PORT), String(SECURE_PORT), name, String(count)];
    const environment = { ...network, NODE_EXTRA_CA_CERTS: cert };
    const { code, stdout, stderr } = await programs.start('undici.mjs', CLIENT, { args, environment })
      .finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const uploaded = sha256(readFileSync(join(files, 'up', 'fixed.bin')));
    expect(sha256(readFileSync(join(files, 'up', 'streamed.bin')))).toBe(uploaded);
    expect(stdout.trim().split('\n')).toEqual([
      `200 ${content.length} ${sha256(content)}`,
      `200 ${content.length} ${sha256(content)}`,
      expect.stringMatching(RegExp(`^put 20[14] 20[14] ${uploaded}$`)),
      `parallel true ${count}`,
      'kept 1',
      'pipelined true 1',
      'h2 true HTTP/2.0',
      'sessions TLSv1.3 . TLSv1.3 r',
      'range 206 1000',
      'AbortError',
      '/echo/7',
      'ECONNREFUSED',
    ]);
  });
});
