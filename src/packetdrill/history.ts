// What happened between the script and the stack so far, for the report of a failure. Lines are made when they are
// asked for: a SYN is in the script's numbers only after the script has said them.

import { SYN } from '../wire/tcp.ts';
import type { Flow, Flows } from './flows.ts';
import type { Live, LiveTcp } from './live.ts';
import { inScript } from './match.ts';
import { actualIcmp, actualUdp } from './match-datagram.ts';
import { printPacket, printTime } from './print.ts';
import { scriptTime } from './world.ts';

export class History {
  private readonly entries: (string | Live)[] = [];

  /** The script did something at `time`, ms since it began. */
  said(time: number, what: string): void {
    this.entries.push(`${printTime(time)} ${what}`);
  }

  sent(live: Live): void {
    this.entries.push(live);
  }

  /** The last segment of a connection that left; null: none has. */
  lastOf(flow: Flow): LiveTcp | null {
    const isOf = (entry: string | Live): entry is LiveTcp =>
      typeof entry !== 'string' && entry.kind === 'tcp' && flow.sent(entry);
    return this.entries.findLast(isOf) ?? null;
  }

  lines(flows: Flows): string[] {
    return this.entries.map((entry) => {
      if (typeof entry === 'string') return entry;
      return `${printTime(scriptTime(entry.time))} ${describe(entry, flows)}`;
    });
  }
}

function describe(live: Live, flows: Flows): string {
  switch (live.kind) {
    case 'tcp': {
      const numbers = (flows.of(live) ?? flows.current()).numbers;
      // A SYN that the script never came to is at zero, where scripts mostly have it.
      if (live.flags & SYN) numbers.synLeft(0, live.seq);
      return printPacket(inScript(live, numbers));
    }
    case 'icmp':
      return printPacket(actualIcmp(live, null, flows.current().numbers));
    case 'udp':
      return printPacket(actualUdp(live, null));
    case 'fault':
      return `> a packet that is none: ${live.reason}`;
  }
}
