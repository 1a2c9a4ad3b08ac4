// The demo without a kernel: two hosts of ours, a link in memory between them, virtual time. Everything that
// happens follows from the options.
import http from 'node:http';
import type { Socket as NodeSocket } from 'node:net';
import type { Host } from '../host/host.ts';
import { createNet, type Net } from '../net/net.ts';
import { messagesIn } from '../node/language.ts';
import type { VirtualClock } from '../sim/clock.ts';
import { Network } from '../sim/network.ts';
import { type Address, Prefix } from '../wire/address.ts';
import type { DemoOptions, DemoWorld } from './demo.ts';
import type { ClientResult } from './demo-client.ts';
import { allAcknowledged, DEMO_PORT, DemoServer } from './demo-server.ts';
import { DEMO_TEXT } from './demo-text.ts';
import { DemoTrace } from './demo-trace.ts';
import type { Cleanup } from './exit.ts';
import { ADDRESS, KERNEL } from './options.ts';
import { probeOf } from './tracing.ts';

/** The longest that an exchange may last, virtual milliseconds: every timer of TCP but TIME-WAIT has given up. */
const LIMIT = 3_600_000;

/** How often the event loop must turn without a trace of anything until the programs are taken to be waiting. */
const STILL = 4;

export async function memoryWorld(options: DemoOptions, cleanup: Cleanup): Promise<DemoWorld> {
  const { close, seed, delay, loss, json, pcapng } = options;
  const sides = { left: 'client', right: 'server', rightTitle: 'server' };
  const messages = messagesIn(options.lang);
  const trace = new DemoTrace({ ...sides, json: json === true, time: 'virtual', messages });
  const network = new Network({ seed });
  const { clock } = network;
  const makeHost = (name: string, capture: string | undefined): Host => {
    const host = network.host(name, { probe: probeOf(trace.recorder, name, capture, messages, cleanup, 0) });
    cleanup.defer(() => host.close());
    return host;
  };
  const [ours, theirs] = [makeHost('client', pcapng), makeHost('server', undefined)];
  const link = network.link(
    { host: ours, addresses: [KERNEL] },
    { host: theirs, addresses: [ADDRESS] },
    { name: 'wire', delay, loss: loss / 100 },
  );
  trace.recorder.watch(link, { a: 'client', b: 'server' });
  const acknowledged = (): boolean => allAcknowledged(theirs);
  const server = new DemoServer({ close, clock, dated: false, acknowledged });
  await server.listen(createNet(theirs));
  const { address } = Prefix.parse(ADDRESS)!;
  const until = (over: () => boolean): Promise<void> => drive(clock, trace, over);
  const endpoint = `${address}:${DEMO_PORT}`;
  return {
    trace,
    title: DEMO_TEXT[messages.language].inMemory({ delay, loss, seed, server: endpoint }),
    server,
    now: () => clock.now(),
    exchange: () => {
      const received = close === 'both' ? () => server.closeToo() : () => {};
      return exchange(createNet(ours), address, received, until);
    },
    until,
    remarks: () => [],
  };
}

/** Moves time on, alarm by alarm, whenever the programs wait; until `over()`, or nothing more can happen. */
async function drive(clock: VirtualClock, trace: DemoTrace, over: () => boolean): Promise<void> {
  const limit = clock.now() + LIMIT;
  for (;;) {
    let seen = trace.events;
    for (let still = 0; still < STILL; still++) {
      await new Promise((turn) => setImmediate(turn));
      if (trace.events > seen) still = -1;
      seen = trace.events;
    }
    if (over() || clock.next() > limit) return;
    clock.step();
  }
}

async function exchange(
  net: Net,
  address: Address,
  received: () => void,
  until: (over: () => boolean) => Promise<void>,
): Promise<ClientResult> {
  const fetched: Fetched = { body: '', error: '', over: false };
  fetchInMemory(net, address, received, fetched);
  await until(() => fetched.over);
  return { program: 'node:http', body: fetched.body, error: fetched.error };
}

/** What the client has by now. */
interface Fetched {
  body: string;
  error: string;
  /** It has heard that there is no more to come. */
  over: boolean;
}

/** `received` is called in the turn in which the client has the page and closes. */
function fetchInMemory(net: Net, address: Address, received: () => void, fetched: Fetched): void {
  const socket = net.connect(DEMO_PORT, String(address));
  const failed = ({ message }: Error): void => {
    if (!fetched.over) fetched.error = message;
    fetched.over = true;
  };
  const options = {
    headers: { Host: String(address), Connection: 'keep-alive' },
    // Node's types know only its own sockets; its code asks for a stream.
    createConnection: () => socket as unknown as NodeSocket,
  };
  const request = http.get(options, (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      fetched.body += text;
    });
    response.once('error', failed);
    response.once('end', () => {
      received();
      socket.end();
      fetched.over = true;
    });
  });
  request.once('error', failed);
}
