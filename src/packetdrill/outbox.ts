// What the stack has sent and the script has not looked at yet, oldest first.

import type { Flow } from './flows.ts';
import type { Live, LiveFault, LiveIcmp, LiveTcp, LiveUdp } from './live.ts';
import { gather } from './match.ts';

export class Outbox {
  /** The first packet that is none; null: there was none. */
  fault: LiveFault | null = null;
  private readonly waiting: Live[] = [];

  add(live: Live): void {
    if (live.kind === 'fault') this.fault ??= live;
    else this.waiting.push(live);
  }

  /** Whether a packet of this kind waits, of `flow` if it is TCP's. */
  holds(kind: Live['kind'], flow: Flow): boolean {
    return this.waiting.some((live) => live.kind === kind && (live.kind !== 'tcp' || flow.sent(live)));
  }

  /**
   * Take what `flow` sent first, as one segment of `wanted` bytes if several make it up. Null: there is nothing, or
   * more of it may come; `final`: nothing more will come, take what there is.
   */
  takeTcp(flow: Flow, wanted: number, final: boolean): LiveTcp | null {
    const isOf = (live: Live): live is LiveTcp => live.kind === 'tcp' && flow.sent(live);
    const segments = this.waiting.filter(isOf);
    const found = gather(segments, wanted);
    if (found === null) return null;
    const { whole, used } = found;
    const mayGrow = whole.length > 0 && whole.length < wanted && used === segments.length;
    if (mayGrow && !final) return null;
    for (const segment of segments.slice(0, used)) this.remove(segment);
    return whole;
  }

  takeIcmp(): LiveIcmp | null {
    return this.takeFirst((live): live is LiveIcmp => live.kind === 'icmp');
  }

  takeUdp(): LiveUdp | null {
    return this.takeFirst((live): live is LiveUdp => live.kind === 'udp');
  }

  private takeFirst<T extends Live>(fits: (live: Live) => live is T): T | null {
    const found = this.waiting.find(fits);
    if (found === undefined) return null;
    this.remove(found);
    return found;
  }

  private remove(live: Live): void {
    this.waiting.splice(this.waiting.indexOf(live), 1);
  }
}
