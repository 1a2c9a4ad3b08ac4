// nodemailer on our TCP, and aiosmtpd on the kernel's.

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../support/interop.ts';
import * as programs from './support.ts';

const CLIENT = programs.network(12);
const PORT = 9025;

programs.describeWith(['aiosmtpd', 'openssl'], 'nodemailer and aiosmtpd', () => {
  const directory = programs.makeDirectory();
  const box = join(directory, 'box');
  let server: programs.KernelServer;
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [CLIENT.kernels]);
    const tls = ['--tlscert', cert, '--tlskey', join(directory, 'key.pem'), '--no-requiretls'];
    const options = ['-n', '-l', `0.0.0.0:${PORT}`, ...tls, '-c', 'aiosmtpd.handlers.Mailbox'];
    server = await programs.KernelServer.start('aiosmtpd', [...options, box], PORT);
  });
  afterAll(() => server.stop());

  /** The letters in the box, which is emptied. */
  function letters(): Map<string, string> {
    const found = new Map<string, string>();
    for (const name of readdirSync(join(box, 'new'))) {
      const path = join(box, 'new', name);
      const text = readFileSync(path, 'latin1');
      found.set(/^Subject: (.*)$/m.exec(text)![1]!, text);
      rmSync(path);
    }
    return found;
  }

  test.each([
    ['a good network', 16 << 20, {}],
    ['a bad network', 100_000, programs.BAD],
  ])('on %s', async (_, size, network) => {
    mkdirSync(join(box, 'new'), { recursive: true });
    const args = [CLIENT.kernels, String(PORT), String(size)];
    const environment = { ...network, NODE_EXTRA_CA_CERTS: cert };
    const program = programs.start('nodemailer.mjs', CLIENT, { args, environment });
    const { code, stdout, stderr } = await program.finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const ok = '250 OK';
    const lines = stdout.trim().split('\n');
    expect(lines).toEqual([ok, 'true', ok, expect.any(String), '40', 'ESOCKET CONN']);

    const found = letters();
    const subjects = Array.from({ length: 40 }, (_empty, i) => `number ${i}`);
    expect([...found.keys()].sort()).toEqual(['attached', 'in the clear', ...subjects].sort());
    expect(found.get('in the clear')).toContain('\nin the clear\n.\n.. in short\n');
    const base64 = /filename=a.bin\n\n([\w+/=\n]+)/.exec(found.get('attached')!)![1]!;
    expect(sha256(Buffer.from(base64, 'base64'))).toBe(lines[3]);
  });
});
