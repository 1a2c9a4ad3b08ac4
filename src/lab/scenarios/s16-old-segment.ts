// S16: a segment of an old connection (§3.4.3, §3.6; RFC 1337): with TIME-WAIT nothing comes of it; without, where its
// numbers happen to fit and no timestamp gives it away, it is taken for text of the new connection.

import { numberOf, type Scenario } from '../model/scenario.ts';
import type { World } from '../model/world.ts';
import { opens, settled, stampOf, twoHosts, withSocket } from './two-hosts.ts';

const OWN = 40_000;

export const oldSegment = {
  id: 's16',
  sections: ['9293 3.4.3', '9293 3.6', '9293 3.10.7.4', '1337 2.3', '1337 4', '7323 5.3'],
  handles: {
    waits: { kind: 'switch', default: true },
    timestamps: { kind: 'switch', default: true },
    heedsReset: { kind: 'choice', choices: ['preset', 'ignored', 'heeded'], default: 'preset' },
    arrives: { kind: 'number', least: 0, most: 5000, step: 100, default: 1000, unit: 'ms' },
  },
  experiments: {
    harm: { waits: false, timestamps: false },
    paws: { waits: false },
    assassinated: { heedsReset: 'heeded', timestamps: false },
    ignored: { timestamps: false },
  },
  limit: 60_000,
  build(world, values) {
    const waits = values.waits === true;
    const { timestamps, heedsReset } = values;
    twoHosts(world, values, {
      parameters: {
        msl: waits ? 20_000 : 1,
        timestamps: timestamps === true,
        ...(heedsReset === 'preset' ? {} : { timeWaitHeedsReset: heedsReset === 'heeded' }),
      },
      serves: { text: (socket) => socket.send(100), ended: (socket) => socket.close() },
    });
    const t = settled(values);
    opens(world, 0, { connected: (socket) => socket.send(100) }, OWN);
    world.call(
      t,
      'client',
      withSocket('client.1', (socket) => socket.close()),
      'close',
    );
    if (!waits) opens(world, 2 * t, {}, OWN);
    const late = 3 * t + numberOf(values, 'arrives');
    // In the new connection the text begins where that one's does: nobody chose it so, and nothing forbids it.
    world.forge(
      late,
      'server',
      'client',
      'old-duplicate',
      () => oldText(world, timestamps === true),
      () => world.recording.impersonate('server', waits ? 1 : 2),
    );
  },
} as const satisfies Scenario;

/** The server's first text of the old connection, with the timestamp that it bore. */
function oldText({ recording }: World, timestamps: boolean): string {
  const sent = recording.flights.find(({ from, segment }) => from === 'server' && (segment?.length ?? 0) > 0);
  return `P. 1:101(100) ack 1 win 65535${timestamps ? ` <${stampOf(sent)}>` : ''}`;
}
