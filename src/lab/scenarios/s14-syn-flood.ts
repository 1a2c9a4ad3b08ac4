// S14: a SYN flood (RFC 4987): the queue is full of connections that will never be; with cookies nothing is kept for
// them, and what a SYN asked for is forgotten. It exists in this simulation alone.

import { numberOf, presetOf, type Scenario } from '../model/scenario.ts';
import { oneWay, opens, PORT, SERVER, settled } from './two-hosts.ts';

const CHOICES = ['never', 'overflow', 'always'] as const;

export const synFlood = {
  id: 's14',
  sections: ['4987 2', '4987 3.6', '9293 3.10.7.2', '9293 3.10.7.4'],
  handles: {
    cookies: { kind: 'choice', choices: CHOICES, default: 'never' },
    backlog: { kind: 'number', least: 1, most: 64, step: 1, default: 4, unit: 'count' },
    spoofed: { kind: 'number', least: 0, most: 200, step: 1, default: 8, unit: 'count' },
    every: { kind: 'number', least: 1, most: 1000, step: 1, default: 5, unit: 'ms' },
    timestamps: { kind: 'switch', default: true },
    greets: { kind: 'switch', default: false },
    ackLost: { kind: 'switch', default: false },
  },
  experiments: {
    cookies: { cookies: 'overflow' },
    options: { cookies: 'overflow', timestamps: false },
    hangs: { cookies: 'always', spoofed: 0, greets: true, ackLost: true },
    repaired: { spoofed: 0, greets: true, ackLost: true },
  },
  limit: 30_000,
  build(world, values) {
    const synCookies = CHOICES.find((choice) => choice === values.cookies) ?? 'never';
    const parameters = { ...presetOf(values), synCookies, timestamps: values.timestamps === true } as const;
    const backlog = numberOf(values, 'backlog');
    const greets = { connected: (socket: { send(bytes: number): void }) => socket.send(20) };
    world.host('client', { address: '10.0.0.1', parameters });
    world.host('server', {
      address: SERVER,
      parameters,
      boot: (server) => void server.listen({ port: PORT, backlog }, values.greets === true ? greets : {}),
    });
    world.host('attacker', { address: '10.0.2.66', parameters });
    world.link('client', 'server', { delay: oneWay(values) });
    world.link('attacker', 'server', { delay: oneWay(values) }, { server: '10.0.2.2' });
    for (let i = 0; i < numberOf(values, 'spoofed'); i++) {
      const t = i * numberOf(values, 'every');
      world.forge(t, 'attacker', 'server', 'spoofed', 'S 0:0 win 65535 <mss 1460>', () => ({
        source: world.stranger(i),
        destination: world.endpoint('10.0.2.2', PORT),
        ...world.anyNumbers(),
      }));
    }
    if (values.ackLost === true) {
      world.loses('client', 'server', (flags, passed) => flags === 'ACK' && passed.lost === 0);
    }
    opens(world, settled(values));
  },
} as const satisfies Scenario;
