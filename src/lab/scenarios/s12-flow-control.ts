// S12: flow control (§3.8.6): a reader that is slow, a window that closes, probes, and the update that opens it.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

/** More than a person steps through. */
const MOST_READS = 200;

export const flowControl = {
  id: 's12',
  sections: ['9293 3.8.6', '9293 3.8.6.1', '9293 3.8.6.2.1', '9293 3.8.6.2.2', '9293 3.8.6.3'],
  handles: {
    buffer: { kind: 'number', least: 1000, most: 65_535, step: 500, default: 4000, unit: 'bytes' },
    bytes: { kind: 'number', least: 1000, most: 60_000, step: 1000, default: 12_000, unit: 'bytes' },
    reads: { kind: 'number', least: 100, most: 20_000, step: 100, default: 2500, unit: 'ms' },
    takes: { kind: 'number', least: 100, most: 65_535, step: 100, default: 4000, unit: 'bytes' },
    updateLost: { kind: 'switch', default: false },
  },
  experiments: {
    updateLost: { updateLost: true },
    silly: { takes: 200, reads: 500, bytes: 6000 },
    never: { reads: 20_000 },
  },
  limit: 300_000,
  build(world, values) {
    const [buffer, bytes, reads, takes] = ['buffer', 'bytes', 'reads', 'takes'].map((name) =>
      numberOf(values, name),
    );
    twoHosts(world, values, { parameters: { receiveBuffer: buffer!, receiveBufferMax: 0 }, reading: false });
    const t = settled(values);
    opens(world, 0);
    world.call(t, 'client', ({ sockets }) => sockets.get('client.1')?.send(bytes!));
    const times = Math.min(Math.ceil(bytes! / takes!) + 1, MOST_READS);
    for (let i = 1; i <= times; i++) {
      world.call(t + i * reads!, 'server', ({ sockets }) => sockets.get('server.1')?.read(takes));
    }
    if (values.updateLost === true) {
      world.loses(
        'server',
        'client',
        (flags, passed) => flags === 'ACK' && passed.opened === 1 && passed.lost === 0,
      );
    }
  },
} as const satisfies Scenario;
