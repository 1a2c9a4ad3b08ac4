// S8: the last ACK of the close is lost (§3.6, §3.10.7.4): the FIN comes again, and TIME-WAIT begins anew.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const lostLastAck = {
  id: 's8',
  sections: ['9293 3.6', '9293 3.10.7.1', '9293 3.10.7.4', '9293 3.10.8', '6298 5'],
  handles: {
    lost: { kind: 'number', least: 0, most: 5, step: 1, default: 1, unit: 'count' },
    waits: { kind: 'switch', default: true },
  },
  experiments: { noWait: { waits: false }, thrice: { lost: 3 }, none: { lost: 0 } },
  limit: 600_000,
  build(world, values) {
    const lost = numberOf(values, 'lost');
    // Without the wait: the harm of leaving at once.
    const parameters = values.waits === true ? { msl: 30_000 } : { msl: 1 };
    twoHosts(world, values, {
      parameters,
      serves: { ended: (socket) => world.after(200, () => socket.close()) },
    });
    opens(world, 0);
    const t = settled(values);
    world.call(t, 'client', ({ sockets }) => sockets.get('client.1')?.close());
    world.loses(
      'client',
      'server',
      (flags, passed) => flags === 'ACK' && passed.fins >= 2 && passed.lost < lost,
    );
  },
} as const satisfies Scenario;
