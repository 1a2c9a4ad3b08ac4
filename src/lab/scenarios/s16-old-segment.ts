// S16: a segment of an old connection (§3.4.3, §3.6; RFC 1337): with TIME-WAIT nothing comes of it; without, it may be
// taken for text of the new one.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

const OWN = 40_000;

export const oldSegment = {
  id: 's16',
  sections: ['9293 3.4.3', '9293 3.6', '1337 3', '7323 5'],
  handles: {
    waits: { kind: 'switch', default: true },
    timestamps: { kind: 'switch', default: true },
    arrives: { kind: 'number', least: 0, most: 5000, step: 100, default: 1000, unit: 'ms' },
  },
  limit: 60_000,
  build(world, values) {
    const waits = values.waits === true;
    const timestamps = values.timestamps === true;
    twoHosts(world, values, {
      parameters: { msl: waits ? 20_000 : 1, timestamps },
      serves: { ended: (socket) => socket.close() },
    });
    const t = settled(values);
    opens(world, 0, { connected: (socket) => socket.send(100) }, OWN);
    world.call(t, 'client', ({ sockets }) => sockets.get('client.1')?.close());
    if (!waits) opens(world, 2 * t, { connected: (socket) => socket.send(100) }, OWN);
    const late = 2 * t + numberOf(values, 'arrives');
    world.forge(late, 'server', 'client', 'old-duplicate', 'P. 1:101(100) ack 101 win 65535', () =>
      world.recording.impersonate('server', 1),
    );
  },
} as const satisfies Scenario;
