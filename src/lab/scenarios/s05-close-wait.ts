// S5: CLOSE-WAIT (§3.6): a server that drains what it has to say, and one whose program never closes.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const closeWait = {
  id: 's5',
  sections: ['9293 3.6', '9293 3.10.4'],
  handles: {
    closes: { kind: 'switch', default: false },
    connections: { kind: 'number', least: 1, most: 50, step: 1, default: 3, unit: 'count' },
  },
  limit: 900_000,
  build(world, values) {
    const serves = values.closes === true ? { ended: (socket: { close(): void }) => socket.close() } : {};
    twoHosts(world, values, { serves });
    for (let i = 0; i < numberOf(values, 'connections'); i++) {
      opens(world, i * settled(values), { connected: (socket) => world.after(100, () => socket.close()) });
    }
  },
} as const satisfies Scenario;
