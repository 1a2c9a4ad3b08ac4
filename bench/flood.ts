// P13: honest clients while 100,000 forged SYNs arrive each second.

import type { Socket } from 'node:net';
import type { Host } from '../src/host/host.ts';
import { inWorker, output, startPeer } from './children.ts';
import { compare, type Figure, type Settings } from './figure.ts';
import type { Flood } from './flooder.ts';
import { overTun, PORT, serve, sharedHost, sysctl } from './ground.ts';
import { held } from './heap.ts';

const RATE = 100_000;
const CONCURRENT = 4;

export async function synFlood(settings: Settings): Promise<Figure[]> {
  return [...(await inMemory(settings)), ...(await throughTun(settings))];
}

function inMemory(settings: Settings): Promise<Figure[]> {
  const seconds = settings.full ? 60 : 3;
  const note = `${RATE.toLocaleString('en')} SYN/s for ${seconds} virtual seconds, 100 clients/s`;
  return compare(
    [
      { id: 'P13-memory-served', unit: '%', note },
      { id: 'P13-memory-growth', unit: 'MB', note: 'held at the end, above what was held after a fifth' },
      { id: 'P13-memory-syn', unit: 'ns/SYN', note: 'all of the simulation' },
    ],
    { ...settings, runs: 1 },
    async () => {
      const result = await inWorker<Flood>(['--expose-gc'], 'flood-in-memory', RATE, seconds);
      return [(100 * result.served) / result.attempted, result.grown / 1e6, result.perSyn];
    },
  );
}

/** SYNs that were answered by a cookie, or dropped; the few that the backlog holds half open are not among them. */
const answered = ({ counters }: Host): number =>
  counters.synCookiesSent + counters.dropped['tcp-accept-queue'] + counters.dropped['reply-queue-full'];

function throughTun(settings: Settings): Promise<Figure[]> {
  const host = sharedHost();
  // The kernel is the router between the flood and us.
  sysctl('ip_forward', '1');
  const seconds = Math.max(2, settings.seconds);
  const answer = (socket: Socket): void => {
    socket.on('data', () => socket.end('a'));
    socket.on('error', () => {});
  };
  const note = `kernel clients, ${CONCURRENT} at a time; the flood is forwarded by the kernel`;
  return compare(
    [
      { id: 'P13-tun-served', unit: '%', note },
      { id: 'P13-tun-growth', unit: 'MB', note: 'held after the flood, above what was held before' },
      { id: 'P13-tun-rate', unit: 'SYN/s', note: 'that arrived, of 100,000 sent' },
      { id: 'P13-tun-clients', unit: 'connections/s', note: 'served meanwhile' },
    ],
    settings,
    () =>
      serve(overTun(), answer, async () => {
        const before = held();
        const already = answered(host);
        const flood = inWorker<number>([], 'flood', RATE, seconds + 1);
        const clients = output(
          startPeer('churn', overTun().address, `${PORT}`, `${seconds}`, `${CONCURRENT}`),
        );
        const [, text] = await Promise.all([flood, clients]);
        const { complete, failed, ns } = JSON.parse(text);
        const arrived = answered(host) - already - complete;
        return [
          (100 * complete) / (complete + failed),
          (held() - before) / 1e6,
          arrived / (seconds + 1),
          complete / (ns / 1e9),
        ];
      }),
  );
}
