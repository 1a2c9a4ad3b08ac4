// S2: the orderly close (§3.6, figure 12): four segments, or three when the server closes at once.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const close = {
  id: 's2',
  sections: ['9293 3.6', '9293 3.10.4', '9293 3.10.7.4'],
  handles: {
    serverWaits: { kind: 'number', least: 0, most: 5000, step: 50, default: 300, unit: 'ms' },
    closer: { kind: 'choice', choices: ['client', 'server'], default: 'client' },
  },
  limit: 600_000,
  build(world, values) {
    const waits = numberOf(values, 'serverWaits');
    const follow = { ended: (socket: { close(): void }) => world.after(waits, () => socket.close()) };
    const first = values.closer === 'server' ? 'server' : 'client';
    twoHosts(world, values, { serves: first === 'client' ? follow : {} });
    opens(world, 0, first === 'server' ? follow : {});
    world.call(settled(values), first, ({ sockets }) => sockets.get(`${first}.1`)?.close());
  },
} as const satisfies Scenario;
