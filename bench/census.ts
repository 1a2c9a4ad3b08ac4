// P8, P9, P10: many connections in one process, in a fresh one for each. Run by worker.ts.

import type { Host } from '../src/host/host.ts';
import type { TcpListener } from '../src/host/listener.ts';
import { createNet } from '../src/net/net.ts';
import type { VirtualClock } from '../src/sim/clock.ts';
import { CROWD_PORT, Crowd, hostBefore, QUESTION } from './crowd.ts';
import { held } from './heap.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
interface World {
  readonly clock: VirtualClock;
  readonly crowd: Crowd;
}

/** After so many connections the event loop gets its turn: sockets of src/net need it. */
const PER_TURN = 256;

/** Milliseconds from one connection to the next: no two have their times in common. */
const APART = 0.13;

async function openAll(world: World, from: number, to: number, asking = false): Promise<void> {
  const { clock, crowd } = world;
  for (let i = from; i < to; i++) {
    clock.advance(APART);
    crowd.open(i);
    if (asking) crowd.ask(i);
    if (i % PER_TURN === 0) await turn();
  }
  await turn();
}

/** The first connection pays for tables and code: it is not counted. */
async function bytesForEach(world: World, connections: number, asking = false): Promise<number> {
  await openAll(world, 0, 1, asking);
  const before = held();
  await openAll(world, 1, connections, asking);
  return (held() - before) / (connections - 1);
}

function established(host: Host, wanted: number): void {
  let count = 0;
  for (const { state } of host.sockets()) if (state === 'ESTABLISHED') count += 1;
  if (count !== wanted) throw new Error(`${count} of ${wanted} connections are ESTABLISHED`);
}

/** Bytes for an idle ESTABLISHED connection that was accepted, of a host alone. */
export async function idleOnHost(connections: number): Promise<number> {
  const crowd = new Crowd(connections);
  const { host, clock } = hostBefore(crowd, 1);
  const listener = host.listen({ port: CROWD_PORT });
  listener.notify = () => void listener.accept();
  const bytes = await bytesForEach({ clock, crowd }, connections);
  established(host, connections);
  return bytes;
}

/** Each connection's one question is answered. */
function answerOnce(listener: TcpListener): void {
  const answer = new Uint8Array(QUESTION);
  listener.notify = () => {
    const socket = listener.accept();
    if (socket === null) return;
    socket.notify = () => {
      let read = 0;
      for (let text = socket.receive(); text !== null; text = socket.receive()) read += text.length;
      if (read === 0) return;
      socket.send(answer);
      socket.notify = null;
    };
  };
}

/** The same when each connection has carried a question and its answer. */
export async function answeredOnHost(connections: number): Promise<number> {
  const crowd = new Crowd(connections);
  const { host, clock } = hostBefore(crowd, 1);
  answerOnce(host.listen({ port: CROWD_PORT }));
  const bytes = await bytesForEach({ clock, crowd }, connections, true);
  established(host, connections);
  if (crowd.received < 2 * connections) throw new Error('a question was not answered');
  return bytes;
}

/** The same with a Socket of src/net on it, which no one listens to. */
export async function idleOnNet(connections: number): Promise<number> {
  const crowd = new Crowd(connections);
  const { host, clock } = hostBefore(crowd, 1);
  let accepted = 0;
  const server = createNet(host).createServer(() => {
    accepted += 1;
  });
  await new Promise<void>((ready) => server.listen({ host: '10.0.0.1', port: CROWD_PORT }, () => ready()));
  const bytes = await bytesForEach({ clock, crowd }, connections);
  established(host, connections);
  if (accepted !== connections) throw new Error(`${accepted} of ${connections} connections were accepted`);
  return bytes;
}

/** Bytes for an entry in TIME-WAIT: the host closes as soon as it has accepted. */
export async function timeWait(connections: number): Promise<number> {
  const crowd = new Crowd(connections);
  const { host, clock } = hostBefore(crowd, connections);
  const listener = host.listen({ port: CROWD_PORT });
  listener.notify = () => listener.accept()?.close();
  const bytes = await bytesForEach({ clock, crowd }, connections);
  let count = 0;
  for (const { state } of host.sockets()) if (state === 'TIME-WAIT') count += 1;
  if (count !== connections) throw new Error(`${count} of ${connections} are in TIME-WAIT`);
  return bytes;
}

/** Bytes for a half-open connection: the peers never say more than SYN. */
export async function halfOpen(connections: number): Promise<number> {
  const crowd = new Crowd(connections);
  crowd.silent = true;
  const { host, clock } = hostBefore(crowd, 1);
  const listener = host.listen({ port: CROWD_PORT, backlog: connections });
  const bytes = await bytesForEach({ clock, crowd }, connections);
  const { pending } = listener.waiting;
  if (pending !== connections) throw new Error(`${pending} of ${connections} are half open`);
  return bytes;
}

export interface SegmentTimes {
  /** Nanoseconds for each segment: one connection open, one of many, each of many in turn. */
  readonly alone: number;
  readonly one: number;
  readonly all: number;
}

const ROUNDS = 100_000;
const SEGMENTS_PER_ROUND = 3;
/** A prime that is no divisor of any number of connections used here: every connection has its turn, far apart. */
const STRIDE = 7_368_787;

export async function segmentTimes(connections: number): Promise<SegmentTimes> {
  const crowd = new Crowd(connections);
  const { host, clock } = hostBefore(crowd, 1);
  const listener = host.listen({ port: CROWD_PORT });
  const answer = new Uint8Array(64);
  listener.notify = () => {
    const socket = listener.accept();
    if (socket === null) return;
    socket.notify = () => {
      let read = 0;
      for (let text = socket.receive(); text !== null; text = socket.receive()) read += text.length;
      if (read > 0) socket.send(answer);
    };
  };
  const time = (which: (round: number) => number): number => {
    const received = crowd.received;
    const start = process.hrtime.bigint();
    for (let i = 0; i < ROUNDS; i++) {
      crowd.ask(which(i));
      if (i % 100 === 0) clock.advance(1);
    }
    const ns = Number(process.hrtime.bigint() - start);
    if (crowd.received - received < ROUNDS) throw new Error('a question was not answered');
    return ns / (ROUNDS * SEGMENTS_PER_ROUND);
  };
  await openAll({ clock, crowd }, 0, 1);
  time(() => 0);
  const alone = time(() => 0);
  await openAll({ clock, crowd }, 1, connections);
  // The first of each is for the compiler to settle.
  time(() => 0);
  const one = time(() => 0);
  time((round) => (round * STRIDE) % connections);
  const all = time((round) => ((ROUNDS + round) * STRIDE) % connections);
  return { alone, one, all };
}
