// S4: TIME-WAIT (§3.6, MUST-13): how long the end that closed first waits, what many of them cost, and what a SYN for
// the same two endpoints meets meanwhile (MAY-2, RFC 6191).

import type { LabSocket } from '../model/program.ts';
import { numberOf, type Scenario, type Values } from '../model/scenario.ts';
import type { World } from '../model/world.ts';
import { opens, settled, stampOf, twoHosts } from './two-hosts.ts';

const OWN = 40_000;
/** Between two of many connections, ms. */
const APART = 20;
const FIRST_PORT = 50_000;

export const timeWait = {
  id: 's4',
  sections: ['9293 3.4.2', '9293 3.6', '9293 3.10.7.4', '9293 3.10.8', '6191 2', '6056 3'],
  handles: {
    msl: { kind: 'number', least: 500, most: 120_000, step: 500, default: 30_000, unit: 'ms' },
    closer: { kind: 'choice', choices: ['client', 'server'], default: 'client' },
    again: { kind: 'choice', choices: ['not', 'new', 'old'], default: 'not' },
    reuse: { kind: 'switch', default: false },
    connections: { kind: 'number', least: 1, most: 200, step: 1, default: 1, unit: 'count' },
    ports: { kind: 'number', least: 1, most: 1000, step: 1, default: 1000, unit: 'count' },
  },
  experiments: {
    rfc: { msl: 120_000 },
    again: { closer: 'server', again: 'new' },
    old: { closer: 'server', again: 'old' },
    busy: { again: 'new' },
    reuse: { again: 'new', reuse: true },
    crowd: { connections: 200 },
    noPorts: { connections: 60, ports: 50 },
  },
  limit: 600_000,
  build(world, values) {
    const [connections, ports] = [numberOf(values, 'connections'), numberOf(values, 'ports')];
    const closes = (socket: LabSocket): void => socket.close();
    const closesFirst = (socket: LabSocket): void => {
      if (connections > 1 || socket.name === 'server.1') socket.close();
    };
    const serverFirst = values.closer === 'server';
    twoHosts(world, values, {
      parameters: { msl: numberOf(values, 'msl'), timeWaitReuse: values.reuse === true },
      limits: { firstEphemeralPort: FIRST_PORT, lastEphemeralPort: FIRST_PORT + ports - 1 },
      serves: serverFirst ? { connected: closesFirst } : { ended: closes },
    });
    const follows = serverFirst
      ? { ended: closes }
      : { connected: (socket: LabSocket) => world.after(100, () => socket.close()) };
    for (let i = 0; i < connections; i++) opens(world, i * APART, follows, connections === 1 ? OWN : 0);
    if (connections === 1) comesAgain(world, values);
  },
} as const satisfies Scenario;

/** While the old connection is in TIME-WAIT: the next one of the same endpoints, or the old one's SYN once more. */
function comesAgain(world: World, values: Values): void {
  const t = 3 * settled(values) + 1000;
  if (values.again === 'new') opens(world, t, {}, OWN);
  if (values.again !== 'old') return;
  world.forge(
    t,
    'client',
    'server',
    'old-duplicate',
    () => `S 0:0 win 65535 <mss 1460,${stampOf(world.recording.flights[0])}>`,
    () => world.recording.impersonate('client', 1),
  );
}
