// S17: half-open (§3.5.1, figures 9 to 11; §3.8.4): one end is gone, and the other finds out, or does not.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const halfOpen = {
  id: 's17',
  sections: ['9293 3.5.1', '9293 3.8.4', '9293 3.8.3', '9293 3.10.7.1'],
  handles: {
    what: { kind: 'choice', choices: ['reboot', 'crash', 'cut'], default: 'reboot' },
    writes: { kind: 'switch', default: true },
    keepAlive: { kind: 'switch', default: false },
    idle: { kind: 'number', least: 1000, most: 7_200_000, step: 1000, default: 10_000, unit: 'ms' },
  },
  experiments: {
    crash: { what: 'crash' },
    cut: { what: 'cut' },
    silent: { what: 'crash', writes: false },
    keepAlive: { what: 'crash', writes: false, keepAlive: true },
    probed: { writes: false, keepAlive: true },
  },
  limit: 1_200_000,
  build(world, values) {
    const idle = numberOf(values, 'idle');
    twoHosts(world, values, {
      parameters: {
        keepAlive: values.keepAlive === true,
        keepAliveIdle: idle,
        keepAliveInterval: 1000,
        keepAliveCount: 4,
      },
    });
    opens(world, 0);
    const t = settled(values);
    if (values.what === 'cut') world.cuts(t);
    else world.crashes(t, 'server');
    if (values.what === 'reboot') world.reboots(t + 500, 'server');
    if (values.writes === true) {
      world.call(t + 1000, 'client', ({ sockets }) => sockets.get('client.1')?.send(100));
    }
  },
} as const satisfies Scenario;
