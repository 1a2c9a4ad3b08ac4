// P13: SYNs from addresses that nobody has. In memory with honest clients beside them, in virtual time; and from a
// TUN device of its own, which the kernel forwards. Run by worker.ts.

import type { Host } from '../src/host/host.ts';
import { Prng } from '../src/lib/prng.ts';
import { openTun } from '../src/node/tun.ts';
import { createLink } from '../src/sim/link.ts';
import { Network } from '../src/sim/network.ts';
import { CONNECTED } from '../src/tcp/notice.ts';
import { LINUX } from '../src/tcp/presets.ts';
import type { Packet } from '../src/wire/packet.ts';
import { SYN } from '../src/wire/tcp.ts';
import { Forge, ipv4 } from './forge.ts';
import { held } from './heap.ts';

const PORT = 80;
/** The network of the forged sources (RFC 2544's, for benchmarks), a prefix of 15 bits. */
const SOURCES = ipv4(198, 18, 0, 0);
const HOST_BITS = 17;

/** The next SYN, each from another address and port. */
function forger(destination: number, port: number, headroom: number): () => Packet {
  const forge = new Forge(destination, port, headroom);
  const prng = new Prng(1);
  return () => {
    const source = SOURCES | (2 + prng.below(2 ** HOST_BITS - 4));
    return forge.write(source, 1024 + prng.below(64_000), prng.uint32() | 0, 0, SYN);
  };
}

export interface Flood {
  readonly attempted: number;
  readonly served: number;
  /** Bytes that the process held more at the end than after a fifth of the time. */
  readonly grown: number;
  /** Nanoseconds of this process for each SYN, honest clients included. */
  readonly perSyn: number;
}

const NO_RECEIVER = { receive: () => {}, flush: () => {}, writable: () => {}, down: () => {} };

/** An honest client every 10 ms: opens, asks, is answered, closes. */
function honestClient(client: Host, served: () => void): void {
  const socket = client.connect({ address: '10.0.0.2', port: PORT });
  socket.notify = (notices) => {
    if ((notices & CONNECTED) !== 0) socket.send(new Uint8Array(64));
    let read = 0;
    for (let text = socket.receive(); text !== null; text = socket.receive()) read += text.length;
    if (read === 0) return;
    served();
    socket.close();
  };
}

function echoServer(server: Host): void {
  const listener = server.listen({ port: PORT });
  listener.notify = () => {
    const socket = listener.accept();
    if (socket === null) return;
    socket.notify = () => {
      for (let text = socket.receive(); text !== null; text = socket.receive()) socket.send(text);
      if (socket.ended) socket.close();
    };
  };
}

/** `rate` SYNs a second for `seconds` of virtual time. */
export function floodInMemory(rate: number, seconds: number): Flood {
  const network = new Network({ seed: 1 });
  const { clock } = network;
  const server = network.host('server', { parameters: LINUX });
  const client = network.host('client', { parameters: LINUX });
  const ends = [
    { host: client, addresses: ['10.0.0.1/24'] },
    { host: server, addresses: ['10.0.0.2/24'] },
  ] as const;
  network.link(...ends, { delay: 5 });
  const wild = createLink({ clock, name: 'wild', delay: 5, queuePackets: Number.POSITIVE_INFINITY });
  server.addInterface(wild.b, ['10.9.0.2/24']);
  wild.a.attach(NO_RECEIVER);
  echoServer(server);
  const syn = forger(ipv4(10, 9, 0, 2), PORT, 0);
  let attempted = 0;
  let served = 0;
  let early = 0;
  const start = process.hrtime.bigint();
  for (let ms = 0; ms < seconds * 1000; ms++) {
    for (let i = 0; i < rate / 1000; i++) wild.a.transmit(syn());
    if (ms % 10 === 0) {
      attempted += 1;
      honestClient(client, () => {
        served += 1;
      });
    }
    clock.advance(1);
    if (ms === Math.floor(seconds * 200)) early = held();
  }
  const perSyn = Number(process.hrtime.bigint() - start) / (rate * seconds);
  const grown = held() - early;
  clock.advance(10_000);
  return { attempted, served, grown, perSyn };
}

/** Send `rate` SYNs a second to `OURS` for `seconds` through a TUN device; how many that were. */
export async function flood(rate: number, seconds: number): Promise<number> {
  const tun = openTun({ name: 'flood0', addresses: ['198.18.0.1/15'], vnet: false });
  const syn = forger(ipv4(10, 78, 0, 2), 5001, tun.headroom);
  const start = performance.now();
  let sent = 0;
  for (;;) {
    const now = performance.now() - start;
    if (now >= seconds * 1000) break;
    const due = Math.floor((now * rate) / 1000);
    while (sent < due) {
      tun.transmit(syn());
      sent += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  tun.close();
  return sent;
}
