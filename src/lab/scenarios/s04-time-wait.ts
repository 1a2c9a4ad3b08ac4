// S4: TIME-WAIT (§3.6, MUST-13): how long the end that closed first waits, and what many of them cost.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const timeWait = {
  id: 's4',
  sections: ['9293 3.6', '9293 3.4.2', '9293 3.10.7.4', '6191 2'],
  handles: {
    msl: { kind: 'number', least: 500, most: 120_000, step: 500, default: 30_000, unit: 'ms' },
    connections: { kind: 'number', least: 1, most: 200, step: 1, default: 1, unit: 'count' },
    again: { kind: 'switch', default: true },
  },
  limit: 600_000,
  build(world, values) {
    const connections = numberOf(values, 'connections');
    const parameters = { msl: numberOf(values, 'msl'), timeWaitReuse: false };
    twoHosts(world, values, { parameters, serves: { ended: (socket) => socket.close() } });
    const step = settled(values);
    for (let i = 0; i < connections; i++) {
      const own = connections === 1 ? 40_000 : 0;
      opens(world, i * step, { connected: (socket) => world.after(100, () => socket.close()) }, own);
    }
    // The same pair of endpoints again, while the old connection is in TIME-WAIT at the client.
    if (values.again === true && connections === 1) {
      world.call(2 * step + 500, 'server', (server) => {
        server.connect({ address: '10.0.0.1', port: 40_000, localPort: 80 });
      });
    }
  },
} as const satisfies Scenario;
