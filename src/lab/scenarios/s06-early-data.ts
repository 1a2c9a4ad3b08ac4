// S6: text on the third segment of the handshake (§3.5): a program that writes at once, and the ACK that carries it.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, twoHosts } from './two-hosts.ts';

export const earlyData = {
  id: 's6',
  sections: ['9293 3.5', '9293 3.10.7.3', '9293 3.10.7.4'],
  handles: {
    writes: { kind: 'choice', choices: ['before', 'after'], default: 'before' },
    ackLost: { kind: 'switch', default: false },
    bytes: { kind: 'number', least: 1, most: 4000, step: 1, default: 200, unit: 'bytes' },
  },
  experiments: {
    after: { writes: 'after' },
    lost: { ackLost: true },
    lostAfter: { writes: 'after', ackLost: true },
  },
  limit: 300_000,
  build(world, values) {
    const bytes = numberOf(values, 'bytes');
    twoHosts(world, values, { serves: { text: (socket) => socket.send(100) } });
    if (values.ackLost === true) {
      world.loses('client', 'server', (flags, passed) => flags !== 'SYN' && passed.lost === 0);
    }
    if (values.writes === 'after') {
      opens(world, 0, { connected: (socket) => socket.send(bytes) });
      return;
    }
    opens(world, 0);
    world.call(10, 'client', ({ sockets }) => sockets.get('client.1')?.send(bytes));
  },
} as const satisfies Scenario;
