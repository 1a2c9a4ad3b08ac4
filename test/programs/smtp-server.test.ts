// A mail server by nodemailer's smtp-server on our TCP, and curl on the kernel's.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from '../register/support.ts';
import { pattern, sha256 } from '../support/interop.ts';
import { curl } from '../support/program.ts';
import { within } from '../support/wait.ts';
import * as programs from './support.ts';

const GOOD = programs.network(10);
const BAD = programs.network(11);

/** Lines of text, some of which begin with periods, `size` bytes or a little less. */
function letter(size: number, seed: number): Buffer {
  const words = pattern((size * 3) >> 2, seed).toString('base64');
  const lines = words.match(/.{1,70}/g)!.map((line, i) => (i % 9 === 0 ? `.${line}` : line));
  return Buffer.from(`Subject: ${seed}\r\n\r\n${lines.join('\r\n')}\r\n`);
}

programs.describeWith(['curl', 'openssl'], 'smtp-server and curl', () => {
  const directory = programs.makeDirectory();
  const running: Running[] = [];
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [GOOD.ours, GOOD.ours6, BAD.ours]);
    const args = [directory];
    running.push(await programs.serve('smtp-server.mjs', GOOD, { args }));
    running.push(await programs.serve('smtp-server.mjs', BAD, { args, environment: programs.BAD }));
  });
  afterAll(async () => {
    for (const program of running) expect(await programs.stop(program)).toBe('');
  });

  /** Has curl send it from `from`; resolves to what the server says of it. */
  async function send(server: Running, how: readonly string[], from: string, text: Buffer): Promise<string> {
    const to = ['--mail-rcpt', 'b@mail.test', '--mail-rcpt', 'c@mail.test'];
    const args = ['--cacert', cert, '--mail-from', from, ...to, '--upload-file', '-', ...how];
    const { code, errors } = await curl(args, text);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    await within(server.says(`\n${from} to `), 'the server has it');
    return server.stdout.split('\n').find((line) => line.startsWith(`${from} `))!;
  }

  const said = (from: string, how: string, text: Buffer): string =>
    `${from} to b@mail.test,c@mail.test ${how}: ${text.length} ${sha256(text)}`;

  const LOGIN = ['--user', 'ann:swordfish'];
  test.each([
    ['SMTP over IPv4', 'in the clear, anonymous', [`smtp://${GOOD.ours}`]],
    ['SMTP over IPv6', 'in the clear, anonymous', [`smtp://[${GOOD.ours6}]`]],
    ['STARTTLS over IPv4', 'by TLS, ann', ['--ssl-reqd', ...LOGIN, `smtp://${GOOD.ours}`]],
    ['STARTTLS over IPv6', 'by TLS, ann', ['--ssl-reqd', ...LOGIN, `smtp://[${GOOD.ours6}]`]],
    ['SMTPS', 'by TLS, anonymous', [`smtps://${GOOD.ours}`]],
  ])('%s: a short letter, and one of 16 MiB', async (name, how, args) => {
    for (const size of [100, 16 << 20]) {
      const from = `${size}.${name.replaceAll(' ', '.')}@client.test`;
      const text = letter(size, size);
      expect(await send(running[0]!, args, from, text)).toBe(said(from, how, text));
    }
  });

  test('twenty clients at once', async () => {
    const letters = Array.from({ length: 20 }, (_, i) => letter(10_000 * i + 100, i));
    const sent = letters.map((text, i) =>
      send(running[0]!, [`smtp://${GOOD.ours}`], `${i}@client.test`, text),
    );
    expect(await Promise.all(sent)).toEqual(
      letters.map((text, i) => said(`${i}@client.test`, 'in the clear, anonymous', text)),
    );
  });

  test('a wrong password is refused', async () => {
    const args = [
      '--ssl-reqd',
      '--user',
      'ann:guess',
      '--mail-from',
      'd@client.test',
      '--mail-rcpt',
      'b@mail.test',
    ];
    const { code } = await curl(
      ['--cacert', cert, ...args, '-T', '-', `smtp://${GOOD.ours}`],
      letter(100, 1),
    );
    expect(code, 'CURLE_LOGIN_DENIED').toBe(67);
  });

  test('on a bad network, too', async () => {
    const text = letter(256 << 10, 7);
    const how = ['--ssl-reqd', `smtp://${BAD.ours}`];
    expect(await send(running[1]!, how, 'bad@client.test', text)).toBe(
      said('bad@client.test', 'by TLS, anonymous', text),
    );
  });
});
