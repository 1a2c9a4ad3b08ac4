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

export const STYLES = ['client', 'server', 'both', 'half-close', 'abort', 'crossed-open'] as const;
export const DELAY = 10;

export interface Truth {
  readonly events: readonly TraceEvent[];
  /** As the client's machine saw it. */
  readonly capture: Uint8Array;
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
  const { client, clock, server } = twoHosts({
    seed,
    delay: DELAY,
    jitter: impairment.jitter * dice.float(),
    loss: impairment.loss * dice.float(),
    duplicate: impairment.duplicate * dice.float(),
    reorder: { probability: impairment.reorder * dice.float(), extraDelay: 5 + dice.below(40) },
    client: { probe: tee(recorder.probeFor('client'), capture) },
    server: { probe: recorder.probeFor('server') },
  });
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
    const at = clock.now() + closeAt + dice.below(style === 'both' ? 15 : 30);
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
  clock.advance(200_000);
  capture.flush();
  return { events: recorder.events, capture: joinBytes(...blocks) };
}
