// What a script runs in: one host of ours with one interface, whose wire is the script, in virtual time.

import { Host } from '../host/host.ts';
import { Prng } from '../lib/prng.ts';
import { VirtualClock } from '../sim/clock.ts';
import { TcpError } from '../tcp/errors.ts';
import type { State } from '../tcp/state.ts';
import type { Endpoint } from '../wire/address.ts';
import { type Departure, ScriptLink } from './link.ts';
import type { Settings } from './settings.ts';
import { UnsupportedError } from './unsupported.ts';

/** The clock's time when the script begins: not zero, which would hide an unset time. */
const START = 1_000_000;
/** Alarms due within half a microsecond are due now: sums of decimal fractions are not exact. */
const SAME_INSTANT = 0.0005;
/** A stack that fires so often without time moving has lost its way. */
const MAX_FIRINGS = 10_000;

export class World {
  readonly settings: Settings;
  readonly clock = new VirtualClock({ start: START, maxFiringsPerInstant: MAX_FIRINGS });
  readonly link: ScriptLink;
  readonly host: Host;

  /**
   * `departed` is given each packet that the stack sends, at once.
   * @throws UnsupportedError for addresses, an MTU or limits that no host of ours can have
   */
  constructor(settings: Settings, departed: (departure: Departure) => void) {
    this.settings = settings;
    settings.fix();
    const { clock } = this;
    this.link = new ScriptLink(settings.mtu, () => clock.now(), departed);
    const { fastOpenKeys: fastOpenKey, parameters, limits } = settings;
    try {
      const random = seededBytes();
      this.host = new Host({ name: 'script', clock, random, parameters, limits, fastOpenKey });
      const via = this.host.addInterface(this.link, [settings.prefix]);
      this.host.addRoute(settings.family === 4 ? '0.0.0.0/0' : '::/0', via, settings.gateway);
    } catch (error) {
      if (!(error instanceof TcpError)) throw error;
      throw new UnsupportedError(`no host can be made as the script wants it: ${error.message}`);
    }
  }

  /** Milliseconds since the script began. */
  get time(): number {
    return scriptTime(this.clock.now());
  }

  /**
   * Go to the next thing that is due by `limit`, in ms since the script began, and have it happen. False: nothing
   * is, and it is `limit` now.
   */
  step(limit: number): boolean {
    const { clock } = this;
    if (clock.next() <= START + limit + SAME_INSTANT) return clock.step();
    clock.advance(Math.max(0, START + limit - clock.now()));
    return false;
  }

  /** The state of the connection between these two; null: there is none. */
  stateOf(local: Endpoint, remote: Endpoint): State | null {
    for (const socket of this.host.sockets()) {
      if (sameEndpoint(socket.local, local) && sameEndpoint(socket.remote, remote)) return socket.state;
    }
    return null;
  }
}

/** A time of the clock, as ms since the script began, in whole microseconds. */
export function scriptTime(time: number): number {
  return Math.round((time - START) * 1000) / 1000;
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address.equals(b.address);
}

/** The same in each run: initial sequence numbers and ephemeral ports don't depend on chance. */
function seededBytes(): (bytes: number) => Uint8Array {
  const prng = new Prng(0);
  return (bytes) => Uint8Array.from({ length: bytes }, () => prng.below(256));
}
