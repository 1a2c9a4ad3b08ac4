// An HTTP session is not a connection: the same session, known by its cookie, on several connections, as the capture of
// an Express application shows. curl keeps the cookie in a file, and opens a connection each time it is run.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { CaptureAnalysis } from '../../src/trace/reader/capture-analysis.ts';
import type { Connection } from '../../src/trace/reader/connection.ts';
import { formatEndpoint } from '../../src/wire/address.ts';
import { curl } from '../support/program.ts';
import * as programs from './support.ts';

const SERVER = programs.network(17);
/** SYN, SYN,ACK, ACK, text and FIN were seen. */
const FROM_SYN_TO_FIN = 31;

interface Visit {
  readonly answer: string;
  /** Where curl says that it came from. */
  readonly from: string;
}

/** The connections of a capture, with what their clients sent. */
function readCapture(file: string): Map<Connection, string> {
  const found = new Map<Connection, string>();
  const analysis = new CaptureAnalysis({
    onConnection: () => {},
    onPacket: (connection, { segment }, { from }) => {
      const { text, textStart, textLength } = segment;
      const sent = from === 0 ? Buffer.from(text.subarray(textStart, textStart + textLength)).toString() : '';
      found.set(connection, (found.get(connection) ?? '') + sent);
    },
  });
  analysis.push(readFileSync(file));
  analysis.finish();
  expect(analysis.reader.fault).toBeNull();
  return found;
}

programs.describeWith(['curl', 'openssl'], 'sessions', () => {
  const directory = programs.makeDirectory();
  const visits: Record<'ann' | 'bob', Visit[]> = { ann: [], bob: [] };
  let captured: Map<Connection, string>;

  /** `name` comes by a connection of its own, with the cookie that it was given before, if it was given one. */
  async function visit(name: keyof typeof visits): Promise<void> {
    const jar = join(directory, `${name}.jar`);
    const where = ['--write-out', '%{local_ip}:%{local_port}', `http://${SERVER.ours}/session`];
    const { code, output } = await curl(['--cookie', jar, '--cookie-jar', jar, ...where]);
    expect(code).toBe(0);
    const [answer, from] = String(output).split('\n');
    visits[name].push({ answer: answer!, from: from! });
  }

  beforeAll(async () => {
    programs.makeCertificate(directory, [SERVER.ours]);
    const trace = join(directory, 'sessions.pcapng');
    const environment = { SYNFIN_TRACE: trace };
    const program = await programs.serve('express.mjs', SERVER, { args: [directory], environment });
    await visit('ann');
    await visit('bob');
    for (let i = 0; i < 2; i++) await Promise.all([visit('ann'), visit('bob')]);
    expect(await programs.stop(program)).toBe('');
    captured = readCapture(trace);
  });

  const connectionFrom = (client: string): Connection =>
    [...captured.keys()].find((connection) => formatEndpoint(connection.client) === client)!;
  const cookieIn = (connection: Connection): string | undefined =>
    /\r\nCookie: (.*?)\r\n/i.exec(captured.get(connection)!)?.[1];

  test('C17: one session, known by its cookie, spans several connections, each from SYN to FIN', () => {
    expect(visits.ann.map(({ answer }) => answer)).toEqual(
      [1, 2, 3].map((count) => `session 1, visit ${count}`),
    );
    expect(visits.bob.map(({ answer }) => answer)).toEqual(
      [1, 2, 3].map((count) => `session 2, visit ${count}`),
    );
    for (const [session, visitor] of [visits.ann, visits.bob].entries()) {
      const connections = visitor.map(({ from }) => connectionFrom(from));
      expect(new Set(connections).size).toBe(3);
      const cookie = `session=${session + 1}`;
      expect(connections.map(cookieIn)).toEqual([undefined, cookie, cookie]);
      for (const { history } of connections) expect(history.completeness).toBe(FROM_SYN_TO_FIN);
    }
  });

  test('C16: all come to one address and port, and each answer goes to the port that asked', () => {
    expect(new Set([...captured.keys()].map(({ server }) => formatEndpoint(server)))).toEqual(
      new Set([`${SERVER.ours}:80`]),
    );
    const clients = [...captured.keys()].map(({ client }) => formatEndpoint(client));
    expect(new Set(clients).size).toBe(6);
    const asked = [...visits.ann, ...visits.bob].map(({ from }) => from);
    expect(clients.sort()).toEqual(asked.sort());
  });
});
