// S13: loss recovery (RFC 6298, 5681, 6675, 8985): which segment is lost, and how its loss is found.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { opens, settled, twoHosts } from './two-hosts.ts';

export const loss = {
  id: 's13',
  sections: ['9293 3.8.1', '6298 5', '5681 3.2', '5681 4.2', '2018 3', '8985 6.2', '8985 7.3'],
  handles: {
    segments: { kind: 'number', least: 1, most: 40, step: 1, default: 10, unit: 'segments' },
    lost: { kind: 'number', least: 0, most: 40, step: 1, default: 3, unit: 'count' },
    sack: { kind: 'switch', default: true },
    tailLossProbe: { kind: 'switch', default: true },
    congestionControl: { kind: 'choice', choices: ['cubic', 'reno'], default: 'reno' },
  },
  experiments: {
    duplicates: { sack: false },
    tail: { lost: 10 },
    timeout: { lost: 10, tailLossProbe: false },
    early: { lost: 8 },
    alone: { segments: 1, lost: 1 },
    none: { lost: 0 },
  },
  limit: 300_000,
  build(world, values) {
    const sack = values.sack === true;
    twoHosts(world, values, {
      parameters: {
        sack,
        dsack: sack,
        tailLossProbe: values.tailLossProbe === true,
        congestionControl: values.congestionControl === 'cubic' ? 'cubic' : 'reno',
        mssClamp: 500,
      },
    });
    opens(world, 0);
    const bytes = numberOf(values, 'segments') * 488;
    world.call(settled(values), 'client', ({ sockets }) => sockets.get('client.1')?.send(bytes));
    const which = numberOf(values, 'lost');
    world.loses(
      'client',
      'server',
      (_flags, passed) => which > 0 && passed.texts === which && passed.lost === 0,
    );
  },
} as const satisfies Scenario;
