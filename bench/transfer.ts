// P6, P7, P14: two hosts of ours in one process, over a link in memory, in virtual time. Run by worker.ts.

import { type TwoHostsOptions, twoHosts } from '../src/sim/network.ts';
import { LINUX } from '../src/tcp/presets.ts';
import { held } from './heap.ts';

const CHUNK = new Uint8Array(1 << 16);
/** Of a link that is as good as it can be, ms each way: time has to pass, or no timer ever would. */
const DELAY = 0.05;

/** A stream from the client to the server that has no end; `received` counts what was read. */
function stream(options: TwoHostsOptions) {
  const world = twoHosts({ ...options, host: { parameters: LINUX } });
  const counter = { received: 0 };
  const listener = world.server.listen({ port: 80 });
  listener.notify = () => {
    const socket = listener.accept();
    if (socket === null) return;
    socket.notify = () => {
      for (let text = socket.receive(); text !== null; text = socket.receive())
        counter.received += text.length;
    };
  };
  const sender = world.client.connect({ address: '10.0.0.2', port: 80 });
  sender.notify = () => {
    while (sender.state === 'ESTABLISHED' && sender.send(CHUNK) === CHUNK.length);
  };
  return { clock: world.clock, counter };
}

export interface Laps {
  /** Gbit/s of each lap. */
  readonly rates: readonly number[];
  /** Bytes that the process held more after the last lap than after the first. */
  readonly grown: number;
}

/** `laps` times `bytes`, one after another on the same connection. */
export function laps(superSegments: boolean, bytes: number, count: number): Laps {
  const wire = superSegments ? { superSegment: 65_535, checksumOffload: true } : {};
  const { clock, counter } = stream({ delay: DELAY, mtu: 1500, ...wire });
  const rates: number[] = [];
  let afterFirst = 0;
  for (let lap = 1; lap <= count; lap++) {
    const start = process.hrtime.bigint();
    const from = counter.received;
    while (counter.received < lap * bytes) if (!clock.step()) throw new Error('the stream has stopped');
    rates.push(((counter.received - from) * 8) / Number(process.hrtime.bigint() - start));
    if (lap === 1) afterFirst = held();
  }
  return { rates, grown: held() - afterFirst };
}

/** Mbit/s that reach the application in `seconds` of virtual time, from the SYN on. */
export function longPath(seconds: number): number {
  const rate = 100_000_000;
  const rtt = 100;
  const queueBytes = (rate / 8000) * rtt;
  const { clock, counter } = stream({ rate, delay: rtt / 2, queueBytes, queuePackets: Infinity });
  clock.advance(seconds * 1000);
  return (counter.received * 8) / (seconds * 1e6);
}
