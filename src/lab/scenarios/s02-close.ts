// S2: the orderly close (§3.6, figure 12): four segments, or three when the other end's FIN goes with its ACK.

import type { LabSocket, Programs } from '../model/program.ts';
import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts, withSocket } from './two-hosts.ts';

export const close = {
  id: 's2',
  sections: ['9293 3.6', '9293 3.10.4', '9293 3.10.7.4', '9293 3.10.8'],
  handles: {
    serverWaits: { kind: 'number', least: 0, most: 5000, step: 50, default: 300, unit: 'ms' },
    closer: { kind: 'choice', choices: ['client', 'server'], default: 'client' },
  },
  experiments: { three: { serverWaits: 0 }, server: { closer: 'server' } },
  limit: 600_000,
  build(world, values) {
    const waits = numberOf(values, 'serverWaits');
    const follow = { ended: (socket: LabSocket) => world.after(waits, () => socket.close()) };
    const [first, second] =
      values.closer === 'server' ? (['server', 'client'] as const) : (['client', 'server'] as const);
    const atOnce = ({ sockets }: Programs): void => {
      const socket = sockets.get(`${second}.1`);
      if (socket?.socket.ended === true) socket.closeOnce();
    };
    twoHosts(world, values, {
      ...(waits === 0 ? { eager: atOnce } : {}),
      serves: waits > 0 && second === 'server' ? follow : {},
    });
    opens(world, 0, waits > 0 && second === 'client' ? follow : {});
    world.call(
      settled(values),
      first,
      withSocket(`${first}.1`, (socket) => socket.close()),
      'close',
    );
  },
} as const satisfies Scenario;
