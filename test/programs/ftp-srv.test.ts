// An FTP server by ftp-srv on our TCP, and curl on the kernel's: each transfer is a connection of its own, which the
// server accepts (passive) or opens (active).

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from '../register/support.ts';
import { sha256 } from '../support/interop.ts';
import { curl } from '../support/program.ts';
import * as programs from './support.ts';
import { LARGE, SMALL, SMALL_HASH } from './support.ts';

const GOOD = programs.network(8);
const BAD = programs.network(9);
/**
 * ftp-srv says that TLS may begin some turns of the event loop before it is ready for it, and takes a ClientHello that
 * comes at once for a command: on the kernel's loopback, one time in three. Here it has the time.
 */
const FAR = programs.network(18);
const [FOUR, SIX] = [`ftp://${GOOD.ours}`, `ftp://[${GOOD.ours6}]`];

programs.describeWith(['curl', 'openssl'], 'ftp-srv and curl', () => {
  const directory = programs.makeDirectory();
  const running: Running[] = [];
  let cert = '';

  beforeAll(async () => {
    cert = programs.makeCertificate(directory, [GOOD.ours, GOOD.ours6, FAR.ours, FAR.ours6]);
    programs.write(directory, 'large.bin', LARGE);
    programs.write(directory, 'small.bin', SMALL);
    mkdirSync(join(directory, 'up'));
    const faults = [{}, programs.BAD, { SYNFIN_FAULTS: 'delay=10ms' }];
    for (const [i, network] of [GOOD, BAD, FAR].entries()) {
      const options = { args: [directory, network.ours], environment: faults[i]! };
      running.push(await programs.serve('ftp-srv.cjs', network, options));
    }
  });
  afterAll(async () => {
    for (const program of running) expect(await programs.stop(program)).toBe('');
  });

  /** What curl gets, if it gets it without complaint. */
  async function fetched(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
    const { code, output, errors } = await curl(['--cacert', cert, ...args], input);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    return output;
  }

  async function exchange(site: string, how: readonly string[], text: Buffer, name: string): Promise<void> {
    const source = text === LARGE ? 'large.bin' : 'small.bin';
    expect(sha256(await fetched([...how, `${site}/${source}`]))).toBe(sha256(text));
    await fetched([...how, '-T', '-', `${site}/up/${name}`], text);
    expect(sha256(readFileSync(join(directory, 'up', name)))).toBe(sha256(text));
  }

  test.each([
    ['passive', 'EPSV', 'IPv4', FOUR, []],
    ['passive', 'EPSV', 'IPv6', SIX, []],
    ['passive', 'PASV', 'IPv4', FOUR, ['--disable-epsv']],
    ['active', 'EPRT', 'IPv4', FOUR, ['--ftp-port', '-']],
    ['active', 'EPRT', 'IPv6', SIX, ['--ftp-port', '-']],
    ['active', 'PORT', 'IPv4', FOUR, ['--ftp-port', '-', '--disable-eprt']],
    ['passive, over TLS', 'EPSV', 'IPv4', `ftp://${FAR.ours}`, ['--ssl-reqd']],
    ['passive, over TLS', 'EPSV', 'IPv6', `ftp://[${FAR.ours6}]`, ['--ssl-reqd']],
  ])('%s, %s over %s: 16 MiB down and 16 MiB up', async (mode, command, family, site, how) => {
    await exchange(site, how, LARGE, `${mode} ${command} ${family}`.replaceAll(/\W/g, ''));
  });

  test('a listing, the rest of a file, and ten files in one session', async () => {
    const names = String(await fetched(['--list-only', `${FOUR}/`]))
      .trim()
      .split(/\r?\n/);
    expect(names.sort()).toEqual(['cert.pem', 'key.pem', 'large.bin', 'small.bin', 'up']);
    const rest = await fetched(['--continue-at', '16000000', `${FOUR}/large.bin`]);
    expect(rest.equals(LARGE.subarray(16_000_000))).toBe(true);
    const again = Array.from({ length: 10 }, () => `${FOUR}/small.bin`);
    expect((await fetched(again)).equals(Buffer.concat(again.map(() => SMALL)))).toBe(true);
  });

  test('twenty sessions at once', async () => {
    const sessions = Array.from({ length: 20 }, () => fetched([`${FOUR}/small.bin`]));
    for (const output of await Promise.all(sessions)) expect(sha256(output)).toBe(SMALL_HASH);
  });

  test('on a bad network, too, passive and active', async () => {
    await exchange(`ftp://${BAD.ours}`, [], SMALL, 'bad-passive');
    await exchange(`ftp://${BAD.ours}`, ['--ftp-port', '-'], SMALL, 'bad-active');
  });
});
