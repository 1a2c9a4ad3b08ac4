// S10: both close at once (§3.6, figure 13): two FINs cross, CLOSING, and both wait in TIME-WAIT.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const simultaneousClose = {
  id: 's10',
  sections: ['9293 3.6', '9293 3.10.7.4'],
  handles: { offset: { kind: 'number', least: 0, most: 500, step: 5, default: 20, unit: 'ms' } },
  experiments: { together: { offset: 0 }, late: { offset: 300 } },
  limit: 600_000,
  build(world, values) {
    twoHosts(world, values);
    opens(world, 0);
    const t = settled(values);
    world.call(t, 'client', ({ sockets }) => sockets.get('client.1')?.close());
    world.call(t + numberOf(values, 'offset'), 'server', ({ sockets }) => sockets.get('server.1')?.close());
  },
} as const satisfies Scenario;
