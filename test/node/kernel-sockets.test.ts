import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { kernelSockets, parseSocketTable } from '../../src/node/kernel-sockets.ts';
import { formatEndpoint } from '../../src/wire/address.ts';
import { describeTun } from '../support/tun.ts';

const REST = '00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0';
const HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const table = (...lines: string[]) =>
  [HEADING, ...lines.map((line) => `   0: ${line} ${REST}`), ''].join('\n');
const brief = (text: string, littleEndian = true) =>
  parseSocketTable(text, littleEndian).map(
    ({ local, remote, state }) => `${formatEndpoint(local)} ${formatEndpoint(remote)} ${state}`,
  );

describe('the table', () => {
  test('addresses are words in the order of the machine, ports are not', () => {
    expect(brief(table('0100007F:1F90 0200000A:0050 01'))).toEqual([
      '127.0.0.1:8080 10.0.0.2:80 ESTABLISHED',
    ]);
    expect(brief(table('7F000001:1F90 0A000002:0050 01'), false)).toEqual([
      '127.0.0.1:8080 10.0.0.2:80 ESTABLISHED',
    ]);
  });

  test('IPv6, and IPv4 on a socket for both', () => {
    expect(
      brief(table('000078FD000000000000000001000000:0050 00000000000000000000000000000000:0000 0A')),
    ).toEqual(['[fd78::1]:80 [::]:0 LISTEN']);
    expect(
      brief(table('0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000200000A:1F90 08')),
    ).toEqual(['127.0.0.1:80 10.0.0.2:8080 CLOSE-WAIT']);
  });

  test('every state, in the spelling of RFC 9293', () => {
    const lines = Array.from({ length: 12 }, (_, i) => {
      const number = (i + 1).toString(16).toUpperCase().padStart(2, '0');
      return `0100007F:0001 0100007F:0002 ${number}`;
    });
    expect(parseSocketTable(table(...lines), true).map(({ state }) => state)).toEqual([
      'ESTABLISHED',
      'SYN-SENT',
      'SYN-RECEIVED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'TIME-WAIT',
      'CLOSED',
      'CLOSE-WAIT',
      'LAST-ACK',
      'LISTEN',
      'CLOSING',
      'SYN-RECEIVED',
    ]);
  });

  test('what is no socket is skipped', () => {
    expect(brief('')).toEqual([]);
    expect(
      brief(table('0100007F:0001 0100007F:0002 FF', '01007F:0001 0100007F:0002 01', 'nonsense')),
    ).toEqual([]);
  });
});

describeTun('the sockets of this kernel', () => {
  test('through a connection of its own', async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'connection');
    const client = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true });
    const [peer] = (await accepted) as [Socket];
    const stateAt = (address: string) =>
      kernelSockets().find(({ local, remote }) => [local, remote].map(formatEndpoint).join(' ') === address)
        ?.state;
    const ours = `127.0.0.1:${client.localPort} 127.0.0.1:${port}`;
    const theirs = `127.0.0.1:${port} 127.0.0.1:${client.localPort}`;
    expect(stateAt(`127.0.0.1:${port} 0.0.0.0:0`)).toBe('LISTEN');
    expect([stateAt(ours), stateAt(theirs)]).toEqual(['ESTABLISHED', 'ESTABLISHED']);

    peer.resume();
    client.resume();
    client.end();
    await once(peer, 'end');
    await vi.waitUntil(() => stateAt(ours) !== 'FIN-WAIT-1'); // the FIN's acknowledgment may be delayed
    expect([stateAt(ours), stateAt(theirs)]).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
    peer.end();
    await once(client, 'close');
    expect([stateAt(ours), stateAt(theirs)]).toEqual(['TIME-WAIT', undefined]);
    server.close();
  });
});
