// Fast Open and SYN cookies over a link that loses, delays and repeats: every byte arrives once, and nothing is left.

import { expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type TwoHosts, twoHosts } from '../../src/sim/network.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { Draw, seedsOf, verdict } from '../support/seeds.ts';

const CONNECTIONS = 6;
const LIMIT = 3_600_000;

const pattern = (length: number, key: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + key) & 255);

/** Reads to the end, then sends what it has read back, and ends. */
function echo(child: TcpSocket): void {
  const pieces: Uint8Array[] = [];
  let isDone = false;
  const work = (): void => {
    for (let text = child.receive(); text !== null; text = child.receive()) pieces.push(text.slice());
    if (!child.ended || isDone) return;
    isDone = true;
    for (const piece of pieces) child.send(piece);
    child.shutdown();
  };
  child.notify = work;
  work();
}

function world(seed: number, draw: Draw): TwoHosts {
  // A cookie lives in one ACK: if that one is lost and text behind it is not, the connection is refused.
  const synCookies = draw.of('never', 'never', 'always');
  const parameters: Parameters = {
    ...RFC9293,
    msl: 500,
    r2: Infinity,
    r2Syn: Infinity,
    r2SynAck: Infinity,
    synCookies,
    fastOpenWithoutCookie: draw.of('never', 'never', 'both'),
    timestamps: draw.chance(0.7),
    sack: draw.chance(0.7),
    delayedAck: draw.of(0, 200),
  };
  return twoHosts({
    seed,
    delay: draw.of(1, 30),
    loss: synCookies === 'never' ? draw.of(0, 0.05, 0.2) : 0,
    duplicate: draw.of(0, 0.1),
    host: { parameters },
  });
}

/** What is wrong; null = nothing. Connections follow one another, so that later ones have a cookie. */
function run(seed: number): string | null {
  const draw = new Draw(new Prng(seed));
  const { clock, client, server } = world(seed, draw);
  const listener = server.listen({ port: 80, backlog: draw.of(1, 4), fastOpenQueue: draw.of(0, 1, 4) });
  listener.notify = () => {
    for (let child = listener.accept(); child !== null; child = listener.accept()) echo(child);
  };
  for (let n = 0; n < CONNECTIONS; n++) {
    const data = pattern(draw.of(0, 1, 500, 1420, 1421, 6000), n);
    const socket = client.connect({ address: '10.0.0.2', port: 80, fastOpen: { data } });
    const back: number[] = [];
    socket.notify = () => {
      for (let text = socket.receive(); text !== null; text = socket.receive()) back.push(...text);
    };
    clock.advance(draw.of(0, 0, 1, 100));
    if (socket.state === 'SYN-SENT') clock.runUntil(() => socket.state !== 'SYN-SENT', LIMIT);
    socket.shutdown();
    if (!clock.runUntil(() => socket.ended, LIMIT)) return `${n}: stuck: ${JSON.stringify(socket.info())}`;
    if (socket.error !== null) return `${n}: ${socket.error}`;
    if (back.length !== data.length || back.some((byte, i) => byte !== data[i])) return `${n}: other bytes`;
  }
  clock.runUntil(() => [...client.sockets(), ...server.sockets()].length === 0, LIMIT);
  return clock.next() === Infinity ? null : `a timer is left: ${clock.next()}`;
}

test('early text and cookies: every byte arrives once, whatever the link does (7413.2, 7413.3, 7413.5, 4987.4)', () => {
  for (const seed of seedsOf(0, 150)) expect(...verdict(seed, run)).toBeNull();
}, 120_000);
