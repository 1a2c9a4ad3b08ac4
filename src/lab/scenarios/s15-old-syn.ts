// S15: an old duplicate SYN (§3.5, figure 8): why two steps are not enough.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { CLIENT, opens, PORT, SERVER, twoHosts } from './two-hosts.ts';

const OWN = 40_000;

export const oldSyn = {
  id: 's15',
  sections: ['9293 3.5', '9293 3.10.7.1', '9293 3.10.7.3', '9293 3.10.7.4'],
  handles: {
    arrives: { kind: 'choice', choices: ['alone', 'first'], default: 'alone' },
    after: { kind: 'number', least: 0, most: 500, step: 5, default: 50, unit: 'ms' },
  },
  limit: 300_000,
  build(world, values) {
    twoHosts(world, values);
    world.forge(0, 'client', 'server', 'old-duplicate', 'S 90:90 win 65535 <mss 1460>', () => ({
      source: world.endpoint(CLIENT, OWN),
      destination: world.endpoint(SERVER, PORT),
      ...world.anyNumbers(),
    }));
    if (values.arrives === 'first') opens(world, numberOf(values, 'after'), {}, OWN);
  },
} as const satisfies Scenario;
