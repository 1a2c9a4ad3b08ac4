// P11: what a host, and Node's streams on top of it, allocate for each segment that crosses a link in memory. Run by
// worker.ts, with room for all garbage.

import { createNet } from '../src/net/net.ts';
import { twoHosts } from '../src/sim/network.ts';
import { LINUX } from '../src/tcp/presets.ts';
import { type Figure, figure } from './figure.ts';
import { allocated } from './heap.ts';

const PORT = 80;
const CHUNK = new Uint8Array(1 << 16);
const BYTES = 8e6;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Counter {
  received: number;
}

type World = ReturnType<typeof twoHosts>;
type Sink = (world: World, counter: Counter) => Promise<void> | void;

const hostSink: Sink = ({ server }, counter) => {
  const listener = server.listen({ port: PORT });
  listener.notify = () => {
    const socket = listener.accept();
    if (socket === null) return;
    socket.notify = () => {
      for (let text = socket.receive(); text !== null; text = socket.receive())
        counter.received += text.length;
    };
  };
};

const netSink: Sink = ({ server }, counter) => {
  const listening = createNet(server).createServer((socket) => {
    socket.on('data', (data: Uint8Array) => {
      counter.received += data.length;
    });
  });
  return new Promise((ready) => listening.listen({ host: '10.0.0.2', port: PORT }, () => ready()));
};

/** Bytes of heap for each packet that the server received or sent. */
async function bytesPerSegment(sink: Sink): Promise<number> {
  const world = twoHosts({ delay: 0.05, host: { parameters: LINUX } });
  const { clock, client, server } = world;
  const counter = { received: 0 };
  await sink(world, counter);
  const sender = client.connect({ address: '10.0.0.2', port: PORT });
  sender.notify = () => {
    while (sender.state === 'ESTABLISHED' && sender.send(CHUNK) === CHUNK.length);
  };
  const run = async (until: number): Promise<void> => {
    while (counter.received < until) {
      for (let i = 0; i < 50; i++) clock.step();
      await turn();
    }
  };
  const packets = (): number => server.counters.packetsReceived + server.counters.packetsSent;
  await run(4 * BYTES);
  globalThis.gc?.();
  const [heap, from] = [allocated(), packets()];
  await run(5 * BYTES);
  return (allocated() - heap) / (packets() - from);
}

export async function streamAllocation(runs: number): Promise<Figure[]> {
  const hosts: number[] = [];
  const streams: number[] = [];
  for (let i = 0; i < runs; i++) {
    const host = await bytesPerSegment(hostSink);
    hosts.push(host);
    streams.push((await bytesPerSegment(netSink)) - host);
  }
  const unit = 'bytes/segment';
  return [
    figure({ id: 'P11-hosts', unit, note: 'bulk: both hosts, the link in memory, and the loop' }, hosts),
    figure({ id: 'P11-streams', unit, note: "bulk: what Node's streams at the receiver add" }, streams),
  ];
}
