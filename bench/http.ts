// N1, N2: requests that Node's own http answers on connections of synfin's over TUN, and over loopback on node:net's.

import { createServer as createHttpServer } from 'node:http';
import { output, startPeer } from './children.ts';
import { compare, type Figure, type Settings } from './figure.ts';
import { enterGround, overLoopback, overTun, PORT, serve, type Way } from './ground.ts';

/** Connections that the client keeps under way. */
const CONCURRENT = 64;

/** Requests per second, and microseconds of this process's CPU time for each. */
async function requests(way: Way, seconds: number, keepAlive: boolean): Promise<readonly number[]> {
  const http = createHttpServer((_request, response) => response.end('hello'));
  const before = process.cpuUsage();
  const text = await serve(
    way,
    (socket) => http.emit('connection', socket),
    () =>
      output(startPeer('http', way.address, `${PORT}`, `${seconds}`, `${CONCURRENT}`, keepAlive ? '1' : '0')),
  );
  const { user, system } = process.cpuUsage(before);
  const { complete, failed, ns } = JSON.parse(text);
  if (failed > 0) throw new Error(`${failed} of ${complete + failed} requests failed`);
  return [complete / (ns / 1e9), (user + system) / complete];
}

export async function httpRequests(settings: Settings): Promise<Figure[]> {
  enterGround();
  const clients = `${CONCURRENT} at a time, one client process`;
  const note = (what: string): string => `${what}, ${clients}; peer: node:net over loopback`;
  const run = (id: string, unit: string, what: string, keepAlive: boolean): Promise<Figure[]> => {
    const measure = (way: () => Way) => () => requests(way(), settings.seconds, keepAlive);
    const lines = [
      { id, unit: `${unit}s/s`, note: note(what) },
      { id: `${id}-cpu`, unit: `us/${unit}`, note: 'CPU time of the server, kernel included' },
    ];
    return compare(lines, settings, measure(overTun), measure(overLoopback));
  };
  return [
    ...(await run('N1', 'request', 'keep-alive', true)),
    ...(await run('N2', 'connection', 'connection: close', false)),
  ];
}
