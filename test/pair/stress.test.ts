// Two hosts under everything at once: drawn parameters, links and applications, one draw for each seed. What was
// sent arrives, whatever the buffers and the line are like, and nothing is left of it.

import { expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import type { Impairments } from '../../src/sim/faults.ts';
import { type TwoHosts, type TwoHostsOptions, twoHosts } from '../../src/sim/network.ts';
import { CONNECTED } from '../../src/tcp/notice.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { Address } from '../../src/wire/address.ts';
import { App, type AppPlan, serverAddress } from '../support/pair.ts';
import { Draw, seedsOf, verdict } from '../support/seeds.ts';

const SEEDS = seedsOf(0, 400);
/** Longer than a peer can be silent: RTO and persist back off to 60 s, and two packets in a row may be lost. */
const PATIENCE = 200_000;
/** Virtual ms and alarms for a whole run: several times what any of thousands of seeds took. */
const LIMIT = 1_000_000;
const MOST_STEPS = 50_000;

/** An application that may be slow: `most` bytes each time, `every` ms; 0 = whatever there is, at once. */
interface Plan extends AppPlan {
  readonly most: number;
  readonly every: number;
}

interface Scenario {
  readonly seed: number;
  readonly family: 4 | 6;
  /** Both connect, nobody listens (§3.5). */
  readonly simultaneous: boolean;
  readonly link: TwoHostsOptions;
  readonly parameters: { readonly client: Parameters; readonly server: Parameters };
  readonly plans: { readonly client: Plan; readonly server: Plan };
}

/** Bytes. In half of all runs no buffer is tiny, so that there is much to move. */
const BUFFERS = [1, 2, 7, 100, 535, 1000, 1460, 1461, 3000, 4096, 20_000, 65_535, 65_536, 200_000, 1 << 20];
const LARGER_BUFFERS = BUFFERS.filter((bytes) => bytes >= 1000);

function drawParameters(draw: Draw, buffers: readonly number[]): Parameters {
  return {
    ...draw.of(RFC9293, LINUX),
    msl: 1000,
    rtoMax: 60_000,
    // Nobody gives up here.
    r2: Infinity,
    r2Syn: Infinity,
    r2SynAck: Infinity,
    synRetries: Infinity,
    synAckRetries: Infinity,
    dataRetries: Infinity,
    congestionControl: draw.of('cubic', 'reno'),
    delayedAck: draw.of(0, 40, 200),
    nagle: draw.chance(0.5),
    timestamps: draw.chance(0.5),
    sack: draw.chance(0.5),
    windowScaling: draw.chance(0.5),
    receiveBuffer: draw.of(...buffers),
    sendBuffer: draw.of(...buffers),
    mssClamp: draw.of(0, 0, 0, 40, 48, 100, 536, 1000),
    mtuProbing: draw.of('off', 'black-hole', 'on'),
    baseMss: draw.of(48, 536, 1024),
    userTimeoutOption: draw.chance(0.3),
    ecn: draw.of('off', 'accept', 'request', 'accurate', 'accurate'),
  };
}

function drawImpairments(draw: Draw, isBad: boolean): Partial<Impairments> {
  return {
    delay: draw.of(0, 1, 10, 100),
    jitter: draw.of(0, 0, 0, 10),
    loss: isBad ? draw.of(0, 0.01, 0.05) : 0,
    duplicate: isBad ? draw.of(0, 0.05) : 0,
    reorder: isBad && draw.chance(0.3) ? { probability: 0.05, extraDelay: draw.of(1, 30, 300) } : null,
    corrupt: isBad ? draw.of(0, 0.02) : 0,
    rate: draw.of(Infinity, Infinity, 1e6, 1e7),
    queuePackets: draw.of(1000, 10, 3),
    queueFull: draw.of('drop', 'refuse'),
    mark: draw.of(0, 0, 0.1, 1),
  };
}

/** Small buffers and small steps get less to do: what counts is how the streams end and stall. */
function drawPlan(draw: Draw, most: number): Plan {
  const isLong = most > 5000;
  const every = draw.of(0, 0, 1, 50, 1000);
  return {
    bytes: draw.chance(0.2) ? 0 : draw.below(most),
    closing: draw.of('when-sent', 'when-sent', 'after-peer'),
    write: draw.of(isLong ? 50 : 1, 100, 3000, 40_000),
    most: every === 1000 ? Infinity : draw.of(isLong ? 500 : 1, 100, Infinity),
    every,
  };
}

function drawScenario(seed: number): Scenario {
  const draw = new Draw(new Prng(seed));
  const mtu = draw.of(68, 69, 100, 296, 576, 1280, 1500, 1501, 9000, 65_535);
  const isBad = draw.chance(0.8);
  const buffers = draw.of(BUFFERS, LARGER_BUFFERS);
  const client = drawParameters(draw, buffers);
  const server = drawParameters(draw, buffers);
  const smallest = Math.min(client.receiveBuffer, client.sendBuffer, server.receiveBuffer, server.sendBuffer);
  const most = smallest < 10 ? 60 : smallest < 1000 ? 5000 : 40_000;
  const clientPlan = drawPlan(draw, most);
  const serverPlan = drawPlan(draw, most);
  const bothWait = clientPlan.closing === 'after-peer' && serverPlan.closing === 'after-peer';
  return {
    seed,
    family: mtu >= 1280 && draw.chance(0.3) ? 6 : 4,
    simultaneous: draw.chance(0.15),
    link: {
      mtu,
      superSegment: draw.chance(0.3) ? 65_535 : mtu,
      superSegments: draw.of('whole', 'cut'),
      checksumOffload: draw.chance(0.3),
      a: drawImpairments(draw, isBad),
      b: drawImpairments(draw, isBad),
    },
    parameters: { client, server },
    plans: { client: bothWait ? { ...clientPlan, closing: 'when-sent' } : clientPlan, server: serverPlan },
  };
}

/** Both hosts with their applications; the server's exists once there is a connection. */
class Stress {
  readonly world: TwoHosts;
  readonly client: App;
  server: App | null = null;
  private readonly scenario: Scenario;

  constructor(scenario: Scenario) {
    const { seed, link, parameters, plans } = scenario;
    this.scenario = scenario;
    this.world = twoHosts({
      ...link,
      seed,
      client: { parameters: parameters.client },
      server: { parameters: parameters.server },
    });
    if (!scenario.simultaneous) this.listen();
    const socket = this.world.client.connect({
      address: serverAddress(scenario.family),
      port: 80,
      localPort: 1000,
    });
    this.client = this.app(new App(socket, plans.client, 2 * seed, 2 * seed + 1), plans.client);
    if (scenario.simultaneous) this.connectBack();
  }

  get isOver(): boolean {
    return this.client.isOver && this.server?.isOver === true;
  }

  /** Grows whenever something was achieved. */
  get progress(): number {
    const { client, server } = this;
    return [client, server].reduce((sum, app) => sum + (app?.received ?? 0) + (app?.states.length ?? 0), 0);
  }

  private listen(): void {
    const { world, scenario } = this;
    const listener = world.server.listen({ port: 80 });
    listener.notify = () => {
      for (let child = listener.accept(); child !== null; child = listener.accept()) {
        if (this.server !== null) throw new Error('one connection, accepted twice');
        const app = new App(child, scenario.plans.server, 2 * scenario.seed + 1, 2 * scenario.seed);
        this.server = this.app(app, scenario.plans.server);
        app.notices |= CONNECTED;
        app.pump();
      }
    };
  }

  private connectBack(): void {
    const { world, scenario } = this;
    const address = Address.parse(scenario.family === 4 ? '10.0.0.1' : 'fd00::1')!;
    const socket = world.server.connect({ address, port: 1000, localPort: 80 });
    const app = new App(socket, scenario.plans.server, 2 * scenario.seed + 1, 2 * scenario.seed);
    this.server = this.app(app, scenario.plans.server);
  }

  /** Slow the application down, if that is its plan. */
  private app(app: App, { most, every }: Plan): App {
    const { socket } = app;
    const { clock } = this.world;
    if (every === 0) return app;
    app.reading = false;
    let isDue = false;
    const readLater = (): void => {
      if (isDue || socket.readable === 0) return;
      isDue = true;
      clock.alarm(readNow, clock.now() + every);
    };
    const readNow = (): void => {
      isDue = false;
      app.read(most);
      app.pump();
      readLater();
    };
    const work = socket.notify!;
    socket.notify = (notices) => {
      work(notices);
      readLater();
    };
    readLater();
    return app;
  }
}

/** Run until both ends are done with the connection. What went wrong; null = nothing. */
function converge(stress: Stress): string | null {
  const { clock } = stress.world;
  let progress = 0;
  let since = 0;
  for (let steps = 0; !stress.isOver; steps++) {
    if (!clock.step()) return 'nothing left to happen';
    if (steps > MOST_STEPS || clock.now() > LIMIT) return `not done after ${steps} steps, ${clock.now()} ms`;
    if (stress.progress !== progress) since = clock.now();
    progress = stress.progress;
    if (clock.now() - since > PATIENCE) return `a stall since ${since} ms`;
  }
  // TIME-WAIT, retransmissions that come too late, and slow readers with full buffers.
  clock.advance(1_000_000);
  return null;
}

function faultOf({ world, client, server }: Stress, { plans }: Scenario): string | null {
  for (const [name, app, bytes] of [
    ['client', client, plans.server.bytes],
    ['server', server!, plans.client.bytes],
  ] as const) {
    if (app.socket.error !== null) return `${name} failed: ${app.socket.error}`;
    if (app.wrongAt >= 0) return `${name} read a wrong byte at ${app.wrongAt}`;
    if (app.received !== bytes || !app.ended) return `${name} received ${app.received} of ${bytes}`;
  }
  const left = [...world.client.sockets(), ...world.server.sockets()].map((socket) => socket.state);
  if (left.length > 0) return `sockets left: ${left}`;
  const { aToB, bToA } = world.link;
  if (aToB.inFlight + bToA.inFlight > 0) return 'packets left on the way';
  return world.clock.next() === Infinity ? null : `an alarm left for ${world.clock.next()} ms`;
}

function run(seed: number): string | null {
  const scenario = drawScenario(seed);
  const stress = new Stress(scenario);
  const fault = converge(stress) ?? faultOf(stress, scenario);
  if (fault === null) return null;
  const state = (app: App | null): string => (app === null ? 'none' : `${app.states} (${app.received})`);
  const ends = `client ${state(stress.client)}; server ${state(stress.server)}`;
  return `${fault}\n${ends}\n${JSON.stringify(scenario, null, 1)}`;
}

test('whatever the hosts, the line and the applications are like, both streams arrive', () => {
  for (const seed of SEEDS) expect(...verdict(seed, run)).toBeNull();
}, 120_000);
