// S1: the three-way handshake (§3.5, figure 6), and what becomes of it when something is missing.

import { numberOf, presetOf, type Scenario } from '../model/scenario.ts';

export const open = {
  id: 's1',
  sections: [
    { rfc: 9293, section: '3.5' },
    { rfc: 9293, section: '3.10.1' },
    { rfc: 9293, section: '3.10.7.2' },
    { rfc: 9293, section: '3.10.7.3' },
    { rfc: 6298, section: '5' },
  ],
  handles: { listening: { kind: 'switch', default: true } },
  limit: 300_000,
  build(world, values) {
    const parameters = presetOf(values);
    world.host('client', { address: '10.0.0.1', parameters });
    world.host('server', {
      address: '10.0.0.2',
      parameters,
      boot: (server) => {
        if (values.listening === true) server.listen({ port: 80 });
      },
    });
    world.link('client', 'server', { delay: numberOf(values, 'rtt') / 2 });
    world.call(0, 'client', (client) => client.connect({ address: '10.0.0.2', port: 80 }));
  },
} as const satisfies Scenario;
