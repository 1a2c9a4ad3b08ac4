// S1: the three-way handshake (§3.5, figure 6), and what becomes of it when something is missing.

import type { Scenario } from '../model/scenario.ts';
import { opens, PORT, twoHosts } from './two-hosts.ts';

export const open = {
  id: 's1',
  sections: ['9293 3.5', '9293 3.10.1', '9293 3.10.7.1', '9293 3.10.7.2', '9293 3.10.7.3', '6298 5'],
  handles: {
    listening: { kind: 'switch', default: true },
    loses: { kind: 'choice', choices: ['nothing', 'SYN', 'SYN,ACK', 'ACK'], default: 'nothing' },
  },
  experiments: {
    lostSyn: { loses: 'SYN' },
    lostSynAck: { loses: 'SYN,ACK' },
    lostAck: { loses: 'ACK' },
    nobody: { listening: false },
  },
  limit: 300_000,
  build(world, values) {
    twoHosts(world, values, {
      boot: (server) => {
        if (values.listening === true) server.listen({ port: PORT });
      },
    });
    const { loses } = values;
    const [from, to] =
      loses === 'SYN,ACK' ? (['server', 'client'] as const) : (['client', 'server'] as const);
    world.loses(from, to, (flags, passed) => flags === loses && passed.lost === 0);
    opens(world, 0);
  },
} as const satisfies Scenario;
