// Applications over our TCP (claim C15): curl, through the kernel's, speaks HTTP, SMTP and FTP with servers on our
// sockets. The HTTP server is Node's own.

import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Socket } from '../../src/net/socket.ts';
import { FAMILIES, type Family, type Interop, openInterop, pattern, sha256 } from '../support/interop.ts';
import { curl, type Outcome, testWith } from '../support/program.ts';
import { describeTun } from '../support/tun.ts';
import { within } from '../support/wait.ts';
import { FtpSession, type Session, SmtpSession } from './servers.ts';

const FILE = pattern(1 << 20, 15);
const DONE = { code: 0, output: Buffer.alloc(0), errors: '' };

/** Lines of what a message may hold; those that start with periods are what SMTP has to take care of. */
const MESSAGE = Buffer.from(
  [
    '..the very first line',
    'Subject: =?utf-8?Q?=C3=A9t=C3=A9?=',
    '',
    '.',
    '..',
    '...',
    '.one',
    ' .',
    'eight bits: \x80\xa0\xe9\xff',
    '',
    ...FILE.toString('base64')
      .match(/.{1,70}/g)!
      .map((line, i) => '.'.repeat(i % 4) + line),
    '.',
    '',
  ].join('\r\n'),
  'latin1',
);

/** How the data connection of FTP is opened: the command, its family, and what makes curl give it. */
const PASSIVE = [
  ['EPSV', 'IPv4', 4, []],
  ['EPSV', 'IPv6', 6, []],
  ['PASV', 'IPv4', 4, ['--disable-epsv']],
] as const;
const ACTIVE = [
  ['EPRT', 'IPv4', 4, ['--ftp-port', '-']],
  ['EPRT', 'IPv6', 6, ['--ftp-port', '-']],
  ['PORT', 'IPv4', 4, ['--ftp-port', '-', '--disable-eprt']],
] as const;

let interop: Interop;

const site = (family: Family): string => (family === 4 ? `${interop.ours[4]}` : `[${interop.ours[6]}]`);

/** The one session that `client` has with the server on our port. */
async function visit<S extends Session>(
  family: Family,
  port: number,
  open: (control: Socket) => S,
  client: () => Promise<Outcome>,
): Promise<[Outcome, S]> {
  const server = interop.net.createServer();
  const accepted = once(server, 'connection');
  server.listen(port, `${interop.ours[family]}`);
  await within(once(server, 'listening'), `we listen on port ${port}`);
  const served = async (): Promise<S> => {
    const [control] = (await accepted) as [Socket];
    const session = open(control);
    await session.run();
    return session;
  };
  try {
    return await Promise.all([client(), within(served(), 'the client is served')]);
  } finally {
    server.close();
  }
}

/** Downloads one file, and uploads another, in a session each. */
async function exchange(family: Family, options: readonly string[]): Promise<FtpSession[]> {
  const files = new Map([['down.bin', FILE]]);
  const up = pattern(FILE.length, 16);
  const open = (control: Socket) => new FtpSession(control, interop.net, files);
  const url = `ftp://${site(family)}`;
  const [got, download] = await visit(family, 21, open, () => curl([...options, `${url}/down.bin`]));
  expect([got.code, got.errors, sha256(got.output)]).toEqual([0, '', sha256(FILE)]);
  const [put, upload] = await visit(family, 21, open, () =>
    curl([...options, '-T', '-', `${url}/up.bin`], up),
  );
  expect(put).toEqual(DONE);
  expect(sha256(files.get('up.bin')!)).toBe(sha256(up));
  return [download, upload];
}

/** What curl asks in the two sessions of `exchange`. */
const asked = (command: string): string[][] => [
  ['USER', 'PASS', 'PWD', command, 'TYPE', 'SIZE', 'RETR', 'QUIT'],
  ['USER', 'PASS', 'PWD', command, 'TYPE', 'STOR', 'QUIT'],
];

describeTun('applications', () => {
  const testCurl = testWith('curl');
  beforeAll(() => {
    interop = openInterop({ number: 8 });
  });
  afterAll(() => interop.close());

  testCurl.each(FAMILIES)('C15: %s: curl gets a page and a file by HTTP', async (_, family) => {
    const web = http.createServer((request, response) => {
      response.end(request.url === '/file' ? FILE : `you want ${request.url}`);
    });
    const server = interop.net.createServer((socket) => web.emit('connection', socket));
    server.listen(80, `${interop.ours[family]}`);
    await within(once(server, 'listening'), 'we listen');
    expect(await curl([`http://${site(family)}/page`])).toEqual({
      ...DONE,
      output: Buffer.from('you want /page'),
    });
    const file = await curl([`http://${site(family)}/file`]);
    expect([file.code, file.errors, sha256(file.output)]).toEqual([0, '', sha256(FILE)]);
    server.close();
  });

  testCurl.each(FAMILIES)('C15: %s: curl sends mail by SMTP', async (_, family) => {
    const args = ['--mail-from', 'a@client.test', '--mail-rcpt', 'b@mail.test', '--mail-rcpt', 'c@mail.test'];
    const send = () => curl([...args, '--upload-file', '-', `smtp://${site(family)}/client.test`], MESSAGE);
    const [sent, { verbs, delivered }] = await visit(family, 25, (control) => new SmtpSession(control), send);
    expect(sent).toEqual(DONE);
    expect(verbs).toEqual(['EHLO', 'MAIL', 'RCPT', 'RCPT', 'DATA', 'QUIT']);
    const to = ['TO:<b@mail.test>', 'TO:<c@mail.test>'];
    expect(delivered).toEqual([{ from: 'FROM:<a@client.test>', to, text: expect.any(Buffer) }]);
    expect(delivered[0]!.text.equals(MESSAGE), 'byte for byte').toBe(true);
  });

  testCurl.each(PASSIVE)('C15: FTP, %s over %s: curl opens the data connection', async (...parameters) => {
    const [command, , family, options] = parameters;
    const sessions = await exchange(family, options);
    expect(sessions.map(({ verbs }) => verbs)).toEqual(asked(command));
    for (const { connections } of sessions) {
      const { announced } = connections[0]!;
      expect(announced).toBeGreaterThan(1023);
      expect(connections).toEqual([{ announced, ours: announced, theirs: expect.any(Number) }]);
    }
  });

  testCurl.each(ACTIVE)('C15: FTP, %s over %s: we open the data connection', async (...parameters) => {
    const [command, , family, options] = parameters;
    const sessions = await exchange(family, options);
    expect(sessions.map(({ verbs }) => verbs)).toEqual(asked(command));
    for (const { connections } of sessions) {
      const { announced } = connections[0]!;
      expect(announced).toBeGreaterThan(1023);
      expect(connections).toEqual([{ announced, ours: 20, theirs: announced }]);
    }
  });
});
