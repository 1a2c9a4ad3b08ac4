// S11: ports and sockets (§3.3, §3.9.1): one listener, many connections; one client port, two servers.

import { numberOf, presetOf, type Scenario } from '../model/scenario.ts';
import { oneWay, PORT } from './two-hosts.ts';

export const ports = {
  id: 's11',
  sections: ['9293 3.3.1', '9293 3.9.1.1', '6056 3'],
  handles: {
    connections: { kind: 'number', least: 1, most: 20, step: 1, default: 3, unit: 'count' },
    samePort: { kind: 'switch', default: true },
  },
  limit: 300_000,
  build(world, values) {
    const parameters = presetOf(values);
    world.host('server', {
      address: '10.0.0.2',
      parameters,
      boot: (server) => void server.listen({ port: PORT }, { text: (socket) => socket.send(20) }),
    });
    world.host('client', { address: '10.0.0.1', parameters });
    world.host('other', {
      address: '10.0.1.3',
      parameters,
      boot: (other) => void other.listen({ port: PORT }, { text: (socket) => socket.send(30) }),
    });
    world.link('client', 'server', { delay: oneWay(values) });
    world.link('client', 'other', { delay: oneWay(values) }, { client: '10.0.1.1' });
    const asks = { connected: (socket: { send(bytes: number): void }) => socket.send(10) };
    for (let i = 0; i < numberOf(values, 'connections'); i++) {
      const own = i === 0 && values.samePort === true ? { localPort: 40_000 } : {};
      world.call(i * 50, 'client', (client) => {
        client.connect({ address: '10.0.0.2', port: PORT, ...own }, asks);
      });
    }
    if (values.samePort !== true) return;
    world.call(25, 'client', (client) => {
      client.connect({ address: '10.0.1.3', port: PORT, localPort: 40_000 }, asks);
    });
  },
} as const satisfies Scenario;
