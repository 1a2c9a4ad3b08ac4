// S7: the RST (§3.5.2, §3.5.3, §3.10.5): seven ways to get one.

import type { Programs } from '../model/program.ts';
import type { Scenario, Values } from '../model/scenario.ts';
import type { World } from '../model/world.ts';
import { CLIENT, opens, PORT, SERVER, settled, twoHosts } from './two-hosts.ts';

const CAUSES = ['closed-port', 'abort', 'unread', 'after-close', 'rebooted', 'backlog', 'old-ack'] as const;

export const reset = {
  id: 's7',
  sections: ['9293 3.5.2', '9293 3.5.3', '9293 3.10.5', '9293 3.6.1', '5961 3'],
  handles: { cause: { kind: 'choice', choices: CAUSES, default: 'unread' } },
  limit: 300_000,
  build(world, values) {
    const { cause } = values;
    const boot = (server: Programs): void => {
      if (cause !== 'closed-port') server.listen({ port: PORT, backlog: 1 }, {}, false, cause !== 'backlog');
    };
    twoHosts(world, values, { boot });
    opens(world, 0);
    bringAbout(world, values);
  },
} as const satisfies Scenario;

function bringAbout(world: World, values: Values): void {
  const t = settled(values);
  const client = (at: number, call: (programs: Programs) => void): void => world.call(at, 'client', call);
  switch (values.cause) {
    case 'abort':
      client(t, ({ sockets }) => sockets.get('client.1')?.abort());
      return;
    case 'unread':
      client(t, ({ sockets }) => sockets.get('client.1')?.send(300));
      world.call(2 * t, 'server', ({ sockets }) => sockets.get('server.1')?.close());
      return;
    case 'after-close':
      world.call(t, 'server', ({ sockets }) => sockets.get('server.1')?.close());
      client(2 * t, ({ sockets }) => sockets.get('client.1')?.send(300));
      return;
    case 'rebooted':
      world.crashes(t, 'server');
      world.reboots(t + 100, 'server');
      client(2 * t, ({ sockets }) => sockets.get('client.1')?.send(300));
      return;
    case 'backlog':
      opens(world, t);
      opens(world, 2 * t);
      return;
    case 'old-ack':
      // An old duplicate SYN reaches the server first: its SYN,ACK acknowledges nothing the client has sent.
      world.forge(0, 'client', 'server', 'old-duplicate', 'S 5000:5000 win 65535', () => ({
        source: world.endpoint(CLIENT, 40_000),
        destination: world.endpoint(SERVER, PORT),
        ...world.anyNumbers(),
      }));
  }
}
