// S7: the RST (§3.5.2, §3.5.3, §3.10.5): eight ways to get one, and the questions that tell them apart.

import type { Programs } from '../model/program.ts';
import type { Scenario, Values } from '../model/scenario.ts';
import type { World } from '../model/world.ts';
import { CLIENT, opens, PORT, SERVER, settled, twoHosts, withSocket } from './two-hosts.ts';

export const CAUSES = [
  'closed-port',
  'old-syn',
  'abort',
  'unread',
  'after-close',
  'stopped',
  'rebooted',
  'forged',
] as const;
export type ResetCause = (typeof CAUSES)[number];

export const reset = {
  id: 's7',
  sections: ['9293 3.5.2', '9293 3.5.3', '9293 3.6.1', '9293 3.10.5', '9293 3.10.7.1', '5961 3.1'],
  handles: { cause: { kind: 'choice', choices: CAUSES, default: 'unread' } },
  experiments: {
    closedPort: { cause: 'closed-port' },
    oldSyn: { cause: 'old-syn' },
    abort: { cause: 'abort' },
    afterClose: { cause: 'after-close' },
    stopped: { cause: 'stopped' },
    rebooted: { cause: 'rebooted' },
    forged: { cause: 'forged' },
  },
  limit: 300_000,
  build(world, values) {
    const { cause } = values;
    const boot = (server: Programs): void => {
      if (cause !== 'closed-port') server.listen({ port: PORT }, {}, false, cause !== 'stopped');
    };
    twoHosts(world, values, { boot });
    if (cause !== 'old-syn') opens(world, 0);
    bringAbout(world, values);
  },
} as const satisfies Scenario;

function bringAbout(world: World, values: Values): void {
  const t = settled(values);
  const sends = withSocket('client.1', (socket) => socket.send(300));
  const closes = withSocket('server.1', (socket) => socket.close());
  switch (values.cause) {
    case 'abort':
      world.call(
        t,
        'client',
        withSocket('client.1', (socket) => socket.abort()),
        'abort',
      );
      return;
    case 'unread':
      world.call(t, 'client', sends, 'send');
      world.call(2 * t, 'server', closes, 'close');
      return;
    case 'after-close':
      world.call(t, 'server', closes, 'close');
      world.call(2 * t, 'client', sends, 'send');
      return;
    case 'stopped':
      // A program ends with connections in its queue that it never accepted.
      world.call(t, 'server', ({ listeners }) => listeners[0]?.close(), 'abort');
      return;
    case 'rebooted':
      world.crashes(t, 'server');
      world.reboots(t + 100, 'server');
      world.call(2 * t, 'client', sends, 'send');
      return;
    case 'forged':
      // Somebody who knows the next sequence number exactly, as one on the path does (RFC 5961 §3.1).
      world.forge(t, 'server', 'client', 'forged', 'R 1:1', () => world.recording.impersonate('server', 1));
      return;
    case 'old-syn':
      world.forge(0, 'client', 'server', 'old-duplicate', 'S 90:90 win 65535 <mss 1460>', () => ({
        source: world.endpoint(CLIENT, 40_000),
        destination: world.endpoint(SERVER, PORT),
        ...world.anyNumbers(),
      }));
  }
}
