// S15: an old duplicate SYN (§3.5, figure 8): why two steps are not enough. With `believes: syn` the server takes the
// SYN's word, by Fast Open without a cookie (RFC 7413): as near as the engine comes to a handshake of two steps, and
// no ordinary setting. Its program then serves a connection that nobody asked for.

import { numberOf, type Scenario } from '../model/scenario.ts';
import { CLIENT, opens, PORT, SERVER, twoHosts } from './two-hosts.ts';

const OWN = 40_000;
/** The old SYN has left by then, ms. */
const GONE = 1;

export const oldSyn = {
  id: 's15',
  sections: ['9293 3.5', '9293 3.10.7.1', '9293 3.10.7.3', '9293 3.10.7.4', '7413 4.2.2'],
  handles: {
    believes: { kind: 'choice', choices: ['third', 'syn'], default: 'third' },
    clientIs: { kind: 'choice', choices: ['there', 'gone'], default: 'there' },
    arrives: { kind: 'choice', choices: ['alone', 'first'], default: 'alone' },
    after: { kind: 'number', least: 0, most: 500, step: 5, default: 50, unit: 'ms' },
  },
  experiments: {
    twoSteps: { believes: 'syn' },
    ghost: { believes: 'syn', clientIs: 'gone' },
    gone: { clientIs: 'gone' },
    race: { arrives: 'first' },
  },
  limit: 300_000,
  build(world, values) {
    const early = values.believes === 'syn';
    twoHosts(world, values, {
      parameters: early ? { fastOpenServer: true, fastOpenWithoutCookie: 'server' } : {},
      boot: (server) => {
        const options = { port: PORT, fastOpenQueue: early ? 16 : 0 };
        server.listen(options, { text: (socket) => socket.send(200) });
      },
    });
    // As it was sent long ago: with a request in it, where SYNs may carry one.
    const old = early ? 'S 90:150(60) win 65535 <mss 1460>' : 'S 90:90 win 65535 <mss 1460>';
    world.forge(0, 'client', 'server', 'old-duplicate', old, () => ({
      source: world.endpoint(CLIENT, OWN),
      destination: world.endpoint(SERVER, PORT),
      ...world.anyNumbers(),
    }));
    if (values.clientIs === 'gone') world.crashes(GONE, 'client');
    else if (values.arrives === 'first') opens(world, numberOf(values, 'after'), {}, OWN);
  },
} as const satisfies Scenario;
