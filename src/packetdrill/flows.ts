// Which connection a packet of the script belongs to. One is under test: packets without ports are of that one.

import { type Endpoint, SocketAddress } from '../wire/address.ts';
import type { LiveTcp } from './live.ts';
import { Numbers } from './numbers.ts';
import type { Ports } from './script.ts';
import { sameEndpoint, type World } from './world.ts';

/** The port of the script's first client; each that follows has the next. */
const FIRST_CLIENT_PORT = 49_153;

/** One connection, or the attempt at one. */
export class Flow {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly numbers = new Numbers();

  constructor(local: Endpoint, remote: Endpoint) {
    this.local = local;
    this.remote = remote;
  }

  /** Whether a packet that left is of this connection. */
  sent(live: LiveTcp): boolean {
    const { header } = live;
    return (
      live.sourcePort === this.local.port &&
      live.destinationPort === this.remote.port &&
      this.local.address.equals(header.source) &&
      this.remote.address.equals(header.destination)
    );
  }
}

export class Flows {
  readonly all: Flow[] = [];
  private readonly world: World;
  private underTest: Flow | null = null;
  /** Someone listens since the last connection began: the next SYN begins another. */
  private listening = false;
  private clients = 0;
  private active: { readonly local: Endpoint; readonly remote: Endpoint } | null = null;

  constructor(world: World) {
    this.world = world;
  }

  /** A call that makes a listener succeeded. */
  listened(): void {
    this.listening = true;
  }

  /** `endpoints` are those of the connection that the program got last; `opening`: its call may just have opened it. */
  opened(endpoints: { readonly local: Endpoint; readonly remote: Endpoint } | null, opening: boolean): void {
    if (endpoints === null) return;
    const { active } = this;
    const same =
      active !== null &&
      sameEndpoint(active.local, endpoints.local) &&
      sameEndpoint(active.remote, endpoints.remote);
    const begins = opening && this.world.stateOf(endpoints.local, endpoints.remote) === 'SYN-SENT';
    if (same && !begins) return;
    this.active = endpoints;
    this.underTest = this.between(endpoints.local, endpoints.remote);
    if (!begins) return;
    this.listening = false;
    this.underTest.numbers.renew();
  }

  /** Whose packet the script injects. */
  arriving(ports: Ports | null, beginsConnection: boolean): Flow {
    const flow = this.target(ports, beginsConnection);
    if (beginsConnection) {
      const state = this.world.stateOf(flow.local, flow.remote);
      if (state === null || state === 'TIME-WAIT') flow.numbers.renew();
      this.underTest = flow;
    }
    return flow;
  }

  /** Whose packet the script expects. */
  leaving(ports: Ports | null): Flow {
    if (ports !== null) return this.byPorts(ports.source, ports.destination);
    return this.current();
  }

  /** The connection that a packet which left is of; null: of none that the script knows. */
  of(live: LiveTcp): Flow | null {
    return this.all.find((flow) => flow.sent(live)) ?? null;
  }

  /** The connection under test; one without a SYN if there was none yet. */
  current(): Flow {
    this.underTest ??= this.nextClient();
    return this.underTest;
  }

  private target(ports: Ports | null, beginsConnection: boolean): Flow {
    if (ports !== null) return this.byPorts(ports.destination, ports.source);
    if (!beginsConnection || !this.listening) return this.current();
    this.listening = false;
    return this.nextClient();
  }

  private nextClient(): Flow {
    return this.byPorts(this.world.settings.bindPort, FIRST_CLIENT_PORT + this.clients++);
  }

  private byPorts(local: number, remote: number): Flow {
    const { settings } = this.world;
    return this.between(new SocketAddress(settings.local, local), new SocketAddress(settings.remote, remote));
  }

  private between(local: Endpoint, remote: Endpoint): Flow {
    const known = this.all.find(
      (flow) => sameEndpoint(flow.local, local) && sameEndpoint(flow.remote, remote),
    );
    if (known !== undefined) return known;
    const flow = new Flow(local, remote);
    this.all.push(flow);
    return flow;
  }
}
