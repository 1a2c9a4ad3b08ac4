// P4, P5: connections opened, asked, answered and closed by kernel clients; and questions on one connection.

import type { Socket } from 'node:net';
import { output, startPeer } from './children.ts';
import { compare, type Figure, type Settings } from './figure.ts';
import { enterGround, overLoopback, overTun, PORT, serve, type Way } from './ground.ts';

/** Connections that the client keeps under way. */
const CONCURRENT = 64;
const ANSWER = Buffer.from('a');

/** Connections per second, and microseconds of this process's CPU time for each. */
async function churning(way: Way, seconds: number): Promise<readonly number[]> {
  const answer = (socket: Socket): void => {
    socket.on('data', () => socket.end(ANSWER));
    socket.on('error', () => {});
  };
  const before = process.cpuUsage();
  const text = await serve(way, answer, () =>
    output(startPeer('churn', way.address, `${PORT}`, `${seconds}`, `${CONCURRENT}`)),
  );
  const { user, system } = process.cpuUsage(before);
  const { complete, failed, ns } = JSON.parse(text);
  if (failed > 0) throw new Error(`${failed} of ${complete + failed} connections failed`);
  return [complete / (ns / 1e9), (user + system) / complete];
}

export function connections(settings: Settings): Promise<Figure[]> {
  enterGround();
  const note = `${CONCURRENT} at a time, one client process, the server closes; peer: node:net over loopback`;
  const measure = (way: () => Way) => () => churning(way(), settings.seconds);
  return compare(
    [
      { id: 'P4', unit: 'connections/s', note },
      { id: 'P4-cpu', unit: 'us/connection', note: 'CPU time of the server, kernel included' },
    ],
    settings,
    measure(overTun),
    measure(overLoopback),
  );
}

/** Microseconds, median and 99th percentile. */
async function asking(way: Way, seconds: number): Promise<readonly number[]> {
  const echo = (socket: Socket): void => {
    socket.setNoDelay(true);
    socket.on('data', (data) => socket.write(data));
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
  };
  const text = await serve(way, echo, () =>
    output(startPeer('ping', way.address, `${PORT}`, `${seconds}`, '64')),
  );
  const { p50, p99 } = JSON.parse(text);
  return [p50, p99];
}

export function latency(settings: Settings): Promise<Figure[]> {
  enterGround();
  const note = '64 bytes each way, one at a time; peer: node:net over loopback';
  const measure = (way: () => Way) => () => asking(way(), settings.seconds);
  return compare(
    [
      { id: 'P5-p50', unit: 'us', note },
      { id: 'P5-p99', unit: 'us', note },
    ],
    settings,
    measure(overTun),
    measure(overLoopback),
  );
}
