// S5: CLOSE-WAIT (§3.6): a server that drains what it has to say, and one whose program never closes: a leak.

import type { Handlers } from '../model/program.ts';
import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const closeWait = {
  id: 's5',
  sections: ['9293 3.6', '9293 3.10.4', '9293 3.10.7.4'],
  handles: {
    closes: { kind: 'choice', choices: ['not', 'drained'], default: 'not' },
    bytes: { kind: 'number', least: 1, most: 60_000, step: 1000, default: 3000, unit: 'bytes' },
    connections: { kind: 'number', least: 1, most: 50, step: 1, default: 3, unit: 'count' },
  },
  experiments: {
    drains: { closes: 'drained', connections: 1 },
    drainsLong: { closes: 'drained', connections: 1, bytes: 20_000 },
    leak: { connections: 20 },
  },
  limit: 900_000,
  build(world, values) {
    const drains: Handlers = {
      ended(socket) {
        socket.send(numberOf(values, 'bytes'));
        socket.socket.close();
      },
    };
    twoHosts(world, values, { serves: values.closes === 'drained' ? drains : {} });
    const leaves: Handlers = { connected: (socket) => world.after(100, () => socket.shutdown()) };
    const closes: Handlers = { connected: (socket) => world.after(100, () => socket.close()) };
    for (let i = 0; i < numberOf(values, 'connections'); i++) {
      opens(world, i * settled(values), values.closes === 'drained' ? leaves : closes);
    }
  },
} as const satisfies Scenario;
