// S11: ports and sockets (§3.3.1, §3.9.1.1): one listener, many connections; one client port, two servers; and a session
// of HTTP, known by its cookie, over several connections.

import type { LabSocket } from '../model/program.ts';
import { numberOf, presetOf, type Scenario, type Values } from '../model/scenario.ts';
import type { World } from '../model/world.ts';
import { oneWay, opens, PORT, SERVER, settled } from './two-hosts.ts';

const OTHER = '10.0.1.3';
const OWN = 40_000;

export const ports = {
  id: 's11',
  sections: ['9293 3.3.1', '9293 3.9.1.1', '9293 3.10.1', '6056 3', '6265 4.1'],
  handles: {
    shows: { kind: 'choice', choices: ['ports', 'session'], default: 'ports' },
    connections: { kind: 'number', least: 1, most: 20, step: 1, default: 2, unit: 'count' },
    samePort: { kind: 'switch', default: true },
  },
  experiments: { session: { shows: 'session', connections: 3 }, many: { connections: 8, samePort: false } },
  limit: 300_000,
  build(world, values) {
    const parameters = presetOf(values);
    const answers = values.shows === 'session' ? website() : (socket: LabSocket) => socket.send(20);
    world.host('server', {
      address: SERVER,
      parameters,
      boot: (server) => void server.listen({ port: PORT }, { text: answers }),
    });
    world.host('client', { address: '10.0.0.1', parameters });
    world.host('other', {
      address: OTHER,
      parameters,
      boot: (other) => void other.listen({ port: PORT }, { text: answers }),
    });
    world.link('client', 'server', { delay: oneWay(values) });
    world.link('client', 'other', { delay: oneWay(values) }, { client: '10.0.1.1' });
    if (values.shows === 'session') browses(world, values);
    else connects(world, values);
  },
} as const satisfies Scenario;

function connects(world: World, values: Values): void {
  const same = values.samePort === true;
  const asks = { connected: (socket: LabSocket) => socket.send(10) };
  for (let i = 0; i < numberOf(values, 'connections'); i++)
    opens(world, i * 50, asks, same && i === 0 ? OWN : 0);
  if (!same) return;
  world.call(25, 'client', (client) => {
    client.connect({ address: OTHER, port: PORT, localPort: OWN }, asks);
  });
}

/** One connection for each request, as HTTP/1.0 has it: what makes them one session is the cookie. */
function browses(world: World, values: Values): void {
  let cookie = '';
  for (let i = 0; i < numberOf(values, 'connections'); i++) {
    opens(world, i * 2 * settled(values), {
      connected: (socket) => socket.send(`GET /${i + 1} HTTP/1.0\r\n${cookie}\r\n`),
      text: (_socket, text) => {
        const given = /Set-Cookie: (\S+)/.exec(text);
        if (given !== null) cookie = `Cookie: ${given[1]}\r\n`;
      },
      ended: (socket) => socket.close(),
    });
  }
}

/** A server that knows its visitors by the cookie that it gave them (RFC 6265 §4.1). */
function website(): (socket: LabSocket, text: string) => void {
  const visits = new Map<string, number>();
  return (socket, text) => {
    const known = /Cookie: (id=\d+)/.exec(text)?.[1];
    const id = known ?? `id=${visits.size + 1}`;
    const visit = (visits.get(id) ?? 0) + 1;
    visits.set(id, visit);
    socket.send(`HTTP/1.0 200 OK\r\n${known === undefined ? `Set-Cookie: ${id}\r\n` : ''}\r\nvisit ${visit}`);
    socket.close();
  };
}
