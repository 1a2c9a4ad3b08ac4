// S9: both open at once (§3.5, figure 7): two SYNs cross, and one connection comes of it.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { CLIENT, SERVER, twoHosts } from './two-hosts.ts';

const PORTS = { client: 4000, server: 5000 };

export const simultaneousOpen = {
  id: 's9',
  sections: ['9293 3.5', '9293 3.10.7.3', '9293 3.10.7.4'],
  handles: { offset: { kind: 'number', least: 0, most: 500, step: 5, default: 20, unit: 'ms' } },
  experiments: { together: { offset: 0 }, late: { offset: 300 } },
  limit: 300_000,
  build(world, values) {
    twoHosts(world, values, { boot: () => {} });
    world.call(0, 'client', (client) => {
      client.connect({ address: SERVER, port: PORTS.server, localPort: PORTS.client });
    });
    world.call(numberOf(values, 'offset'), 'server', (server) => {
      server.connect({ address: CLIENT, port: PORTS.client, localPort: PORTS.server });
    });
  },
} as const satisfies Scenario;
