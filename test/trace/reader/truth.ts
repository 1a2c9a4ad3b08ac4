// Connections of our own engine over a bad link, captured at the client, and what both ends really went through.

import type { TcpSocket } from '../../../src/host/socket.ts';
import { tee } from '../../../src/host/tee.ts';
import { Prng } from '../../../src/lib/prng.ts';
import { twoHosts } from '../../../src/sim/network.ts';
import { isSynchronized } from '../../../src/tcp/state.ts';
import type { TraceEvent } from '../../../src/trace/events.ts';
import { PcapngExport } from '../../../src/trace/pcapng-export.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { joinBytes } from '../../wire/captures.ts';

export const STYLES = [
  ...(['client', 'server', 'both', 'half-close', 'abort', 'crossed-open'] as const),
  /** The server's machine dies, and comes back or not; the client notices when it has something to say. */
  'crash',
  /** Silence, and probes. */
  'keep-alive',
] as const;
export const DELAY = 10;

export interface Truth {
  readonly events: readonly TraceEvent[];
  /** As the client's machine saw it. */
  readonly capture: Uint8Array;
  /** When the server's machine died, milliseconds; Infinity: it did not. */
  readonly crashedAt: number;
}

export interface Impairment {
  readonly loss: number;
  readonly jitter: number;
  readonly duplicate: number;
  readonly reorder: number;
}

/** One connection from SYN to the end, or to where it got within some minutes. */
export function conversation(seed: number, impairment: Impairment): Truth {
  const dice = new Prng(seed);
  const style = STYLES[seed % STYLES.length]!;
  const recorder = new Recorder(Number.POSITIVE_INFINITY);
  const blocks: Uint8Array[] = [];
  const capture = new PcapngExport((bytes) => blocks.push(bytes), ENGLISH);
  const { client, clock, link, network, server } = twoHosts({
    seed,
    delay: DELAY,
    jitter: impairment.jitter * dice.float(),
    loss: impairment.loss * dice.float(),
    duplicate: impairment.duplicate * dice.float(),
    reorder: { probability: impairment.reorder * dice.float(), extraDelay: 5 + dice.below(40) },
    client: { probe: tee(recorder.probeFor('client'), capture) },
    server: { probe: recorder.probeFor('server') },
  });
  let crashedAt = Number.POSITIVE_INFINITY;
  const crash = (): void => {
    crashedAt = clock.now();
    server.halt();
    link.detach(link.b);
    const reboot = (): void => {
      network.host('reborn').addInterface(link.b, ['10.0.0.2/24']);
    };
    if (dice.chance(0.7)) clock.alarm(reboot, clock.now() + dice.below(3000));
  };
  const closeAt = 20 + dice.below(120);
  const behave = (socket: TcpSocket, name: 'client' | 'server'): void => {
    let left = dice.below(4) * 4000;
    let asked = false;
    const finish = (): void => {
      if (style === 'abort' && dice.chance(0.5)) socket.abort();
      else if (style === 'half-close') socket.shutdown();
      else socket.close();
    };
    const both = style === 'both' || style === 'crossed-open';
    if (style === 'keep-alive') socket.setKeepAlive(true, 1000 + dice.below(2000), 500, 4);
    if (style === 'crash' && name === 'client') {
      const speak = (): void => {
        if (isSynchronized(socket.state)) left += 500;
        act();
      };
      for (const wait of [300, 2000, 9000]) clock.alarm(speak, clock.now() + wait + dice.below(500));
    }
    const first = style === name || both || (name === 'client' && style !== 'server');
    const act = (): void => {
      while (socket.receive() !== null);
      if (isSynchronized(socket.state) && left > 0 && !asked) left -= socket.send(new Uint8Array(left));
      if (asked || !socket.ended) return;
      asked = true;
      if (dice.chance(0.3)) clock.alarm(() => socket.close(), clock.now() + dice.below(40));
      else socket.close();
    };
    socket.notify = act;
    act();
    if (!first) return;
    const patience = style === 'keep-alive' ? 10_000 : style === 'crash' ? 30_000 : 0;
    const at = clock.now() + patience + closeAt + dice.below(style === 'both' ? 15 : 30);
    clock.alarm(() => {
      if (asked) return;
      asked = true;
      finish();
    }, at);
  };
  if (style === 'crossed-open') {
    behave(client.connect({ address: '10.0.0.2', port: 2000, localPort: 1000 }), 'client');
    behave(server.connect({ address: '10.0.0.1', port: 1000, localPort: 2000 }), 'server');
  } else {
    const listener = server.listen({ port: 80 });
    listener.notify = () => {
      for (let child = listener.accept(); child !== null; child = listener.accept()) behave(child, 'server');
    };
    behave(client.connect({ address: '10.0.0.2', port: 80 }), 'client');
  }
  if (style === 'crash') clock.alarm(crash, clock.now() + 30 + dice.below(200));
  clock.advance(200_000);
  capture.flush();
  return { events: recorder.events, capture: joinBytes(...blocks), crashedAt };
}
