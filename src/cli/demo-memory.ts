// The demo without a kernel: two hosts of ours, a link in memory between them, real time.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { Socket as NodeSocket } from 'node:net';
import { Host } from '../host/host.ts';
import { createNet, type Net } from '../net/net.ts';
import { NodeClock } from '../node/clock.ts';
import { createLink } from '../sim/link.ts';
import { type Address, Prefix } from '../wire/address.ts';
import type { DemoOptions, DemoWorld } from './demo.ts';
import type { ClientResult } from './demo-client.ts';
import { DEMO_PORT, DemoServer } from './demo-server.ts';
import { DemoTrace } from './demo-trace.ts';
import type { Cleanup } from './exit.ts';
import { probeOf } from './tracing.ts';

/** One way, milliseconds: enough to see a segment leave before it arrives. */
const DELAY = 10;

export async function memoryWorld(options: DemoOptions, cleanup: Cleanup): Promise<DemoWorld> {
  const sides = { left: 'client', right: 'server', rightTitle: 'server' };
  const trace = new DemoTrace(options.json, sides);
  const clock = new NodeClock();
  const link = createLink({ clock, name: 'wire', delay: DELAY });
  const makeHost = (name: string, end: typeof link.a, prefix: Prefix): Net => {
    const probe = probeOf(trace.recorder, name, name === 'client' ? options.pcapng : null, cleanup);
    const host = new Host({ name, clock, random: randomBytes, probe });
    cleanup.defer(() => host.close());
    host.addInterface(end, [prefix]);
    return createNet(host);
  };
  const to = Prefix.parse('10.77.0.2/24')!;
  const client = makeHost('client', link.a, Prefix.parse('10.77.0.1/24')!);
  const server = new DemoServer(options.close);
  await server.listen(makeHost('server', link.b, to));
  return {
    trace,
    title: `Two hosts of synfin, ${DELAY} ms apart: ${to.address}:${DEMO_PORT} serves, the other connects.`,
    exchange: () => {
      const received = options.close === 'both' ? () => server.closeToo() : () => {};
      return fetchInMemory(client, to.address, received);
    },
    remarks: () => [],
  };
}

/** `received` is called in the turn in which the client has the page and closes. */
function fetchInMemory(net: Net, address: Address, received: () => void): Promise<ClientResult> {
  return new Promise((resolve) => {
    const socket = net.connect(DEMO_PORT, String(address));
    let body = '';
    const done = (error: string): void => resolve({ program: 'node:http', body, error });
    const options = {
      headers: { Host: String(address), Connection: 'keep-alive' },
      // Node's types know only its own sockets; its code asks for a stream.
      createConnection: () => socket as unknown as NodeSocket,
    };
    const request = http.get(options, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.once('error', (error) => done(error.message));
      response.once('end', () => {
        received();
        socket.end();
        done('');
      });
    });
    request.once('error', (error) => done(error.message));
  });
}
