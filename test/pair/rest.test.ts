// Connections at rest: hosts that let every connection rest whenever it can send, time and tell the same as hosts that
// let none, whatever the link, the options and the programs do. One conversation for each seed.

import { expect, test } from 'vitest';
import type { TcpSocket } from '../../src/host/socket.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type TwoHosts, twoHosts } from '../../src/sim/network.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { FREEBSD, LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { tcpInfo } from '../../src/tcp/tcp-info.ts';
import { Draw, seedsOf, verdict } from '../support/seeds.ts';

const SEEDS = seedsOf(0, 150);
const CONNECTIONS = 3;
const STEPS = 60;

function drawParameters(draw: Draw): Parameters {
  return {
    ...draw.of(RFC9293, LINUX, LINUX, FREEBSD),
    congestionControl: draw.of('cubic', 'cubic', 'reno'),
    cwndValidation: draw.of('off', 'rfc2861', 'rfc7661'),
    timestamps: draw.chance(0.7),
    sack: draw.chance(0.7),
    windowScaling: draw.chance(0.8),
    delayedAck: draw.of(0, 40),
    mtuProbing: draw.of('off', 'black-hole', 'on'),
    userTimeoutOption: draw.chance(0.3),
    keepAlive: draw.chance(0.2),
    keepAliveIdle: draw.of(700, 5000),
    ecn: draw.of('off', 'accept', 'request', 'accurate'),
  };
}

/** Everything that anybody outside could notice, in order. */
class Conversation {
  readonly log: string[] = [];
  /** Times that a connection was seen at rest. */
  rests = 0;
  private readonly draw: Draw;
  private readonly world: TwoHosts;
  private readonly sockets: TcpSocket[] = [];

  constructor(seed: number, idleConnections: number) {
    const draw = new Draw(new Prng(seed));
    const limits = { idleConnections };
    const impairments = () => ({
      delay: draw.of(0, 1, 7.3, 40),
      jitter: draw.of(0, 0, 3),
      loss: draw.of(0, 0.02, 0.1),
      duplicate: draw.of(0, 0.05),
      reorder: draw.chance(0.3) ? { probability: 0.1, extraDelay: draw.of(1, 30) } : null,
      mark: draw.of(0, 0.1),
      rate: draw.of(Number.POSITIVE_INFINITY, 1e7),
    });
    this.draw = draw;
    this.world = twoHosts({
      seed,
      mtu: draw.of(576, 1500, 9000),
      a: impairments(),
      b: impairments(),
      filter: ({ bytes, start, end }, direction) => {
        this.note(direction, Buffer.from(bytes.subarray(start, end)).toString('latin1'));
        return 'pass';
      },
      client: { parameters: drawParameters(draw), limits },
      server: { parameters: drawParameters(draw), limits },
    });
    this.open();
  }

  private open(): void {
    const { client, server } = this.world;
    const listener = server.listen({ port: 80 });
    listener.notify = () => {
      for (let child = listener.accept(); child !== null; child = listener.accept()) this.use(child);
    };
    for (let i = 0; i < CONNECTIONS; i++) {
      this.use(client.connect({ address: '10.0.0.2', port: 80, localPort: 1000 + i }));
    }
  }

  private note(what: string, detail: string | number): void {
    this.log.push(`${this.world.clock.now()} ${what} ${detail}`);
  }

  private use(socket: TcpSocket): void {
    const name = `${socket.local.port}>${socket.remote.port}`;
    this.sockets.push(socket);
    socket.notify = (notices) => {
      this.note(`${name} told`, notices);
      for (let text = socket.receive(); text !== null; text = socket.receive()) {
        this.note(`${name} read`, text.length);
      }
    };
  }

  /** What a program, or time, does next. */
  step(): void {
    const { clock } = this.world;
    const socket = this.draw.of(...this.sockets);
    const what = this.draw.below(12);
    const amount = this.draw.of(1, 64, 1000, 1460, 20_000, 100_000);
    const alive = socket.state === 'ESTABLISHED' || socket.state === 'CLOSE-WAIT';
    if (what < 6 && alive) this.note('sent', socket.send(new Uint8Array(amount).fill(what)));
    else if (what === 6) this.note('info', JSON.stringify(tcpInfo(socket.connection.tcb, clock.now())));
    else if (what === 7) this.note('info', JSON.stringify(socket.info()));
    else if (what === 8 && alive) this.set(socket);
    clock.advance(this.draw.of(0, 0, 1, 3.7, 50, 300, 1300, 9000));
    for (const { connection } of this.sockets) if (connection.isResting) this.rests += 1;
  }

  private set(socket: TcpSocket): void {
    const { connection } = socket;
    const on = this.draw.chance(0.5);
    const ms = this.draw.of(600, 4000, 100_000);
    const settings = [
      () => socket.setKeepAlive(on, ms, 500, 3),
      () => socket.setUserTimeout(ms + 60_000),
      () => socket.setFinWait2(ms),
      () => socket.setNoDelay(on),
      () => socket.setErrorReports(on),
      () => connection.setQuickAck(on),
      () => connection.setReceiveBuffer(ms + 5000),
      () => connection.setSendBuffer(ms + 5000),
      () => connection.setNotSentLowWater(ms),
      () => connection.setWindowClamp(ms + 5000),
      () => connection.setCongestionControl(on ? 'cubic' : 'reno'),
      () => connection.setPathMtu(552),
    ];
    this.draw.of(...settings)();
  }

  end(): void {
    for (const socket of this.sockets) {
      this.note('info', JSON.stringify(socket.info()));
      if (socket.state !== 'CLOSED') socket.shutdown();
    }
    this.world.clock.advance(400_000);
    for (const socket of this.sockets) this.note(socket.state, socket.error ?? 'well');
  }
}

function converse(seed: number, idleConnections: number): Conversation {
  const conversation = new Conversation(seed, idleConnections);
  for (let i = 0; i < STEPS; i++) conversation.step();
  conversation.end();
  return conversation;
}

function compare(seed: number): string | null {
  const resting = converse(seed, 1);
  const whole = converse(seed, Number.MAX_SAFE_INTEGER);
  if (whole.rests > 0) return 'a connection rests that should not';
  if (resting.rests === 0 && resting.log.length > 1000) return 'no connection ever rests';
  const at = resting.log.findIndex((line, i) => line !== whole.log[i]);
  if (at < 0 && resting.log.length === whole.log.length) return null;
  return `line ${at} of ${whole.log.length}:\n${whole.log[at]}\nand with rests:\n${resting.log[at]}`;
}

test('a connection that has rested goes on as one that has not, packet by packet', () => {
  for (const seed of SEEDS) {
    const [fault, message] = verdict(seed, compare);
    expect(fault, message).toBeNull();
  }
});
