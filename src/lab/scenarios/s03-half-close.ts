// S3: half-close (§3.6): the client has sent all; the server goes on sending until it has, too.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

const PIECES = 3;

export const halfClose = {
  id: 's3',
  sections: ['9293 3.6', '9293 3.10.4', '9293 3.10.7.4', '9293 3.7.4'],
  handles: {
    bytes: { kind: 'number', least: 1, most: 1400, step: 1, default: 400, unit: 'bytes' },
    pause: { kind: 'number', least: 0, most: 2000, step: 50, default: 300, unit: 'ms' },
  },
  experiments: { atOnce: { pause: 0 }, linux: { preset: 'Linux' } },
  limit: 600_000,
  build(world, values) {
    const [bytes, pause] = [numberOf(values, 'bytes'), numberOf(values, 'pause')];
    twoHosts(world, values, {
      serves: {
        ended(socket) {
          for (let piece = 1; piece <= PIECES; piece++) world.after(piece * pause, () => socket.send(bytes));
          world.after((PIECES + 1) * pause, () => socket.close());
        },
      },
    });
    opens(world, 0);
    world.call(settled(values), 'client', ({ sockets }) => sockets.get('client.1')?.send('GET /\n'));
    world.call(settled(values) + 50, 'client', ({ sockets }) => sockets.get('client.1')?.shutdown());
  },
} as const satisfies Scenario;
