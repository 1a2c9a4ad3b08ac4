// The packet that a script expects next, among what the stack has sent.

import type { Flows } from './flows.ts';
import type { Live } from './live.ts';
import { compareTcp, type MatchRules } from './match.ts';
import { compareIcmp, compareUdp } from './match-datagram.ts';
import type { Outbox } from './outbox.ts';
import type { IcmpAction, TcpAction, UdpAction } from './script.ts';

export type PacketAction = TcpAction | IcmpAction | UdpAction;

/** A packet that was found where one was expected, as the script would say it, and what is wrong with it. */
export interface Found {
  readonly live: Live;
  readonly got: PacketAction;
  readonly differences: readonly string[];
}

export interface ExpectedRules extends MatchRules {
  /** Each segment is compared alone, as it left. */
  readonly strictSegments: boolean;
}

/**
 * Take the first packet that may be it: of the same connection, or of the same kind. Null: none has left, or more
 * of it may come; `final`: what has left is all that there is.
 */
export function takeExpected(
  want: PacketAction,
  outbox: Outbox,
  flows: Flows,
  rules: ExpectedRules,
  final: boolean,
): Found | null {
  switch (want.kind) {
    case 'tcp': {
      const flow = flows.leaving(want.ports);
      const live = outbox.takeTcp(flow, rules.strictSegments ? 0 : want.length, final);
      return live === null ? null : { live, ...compareTcp(want, live, flow.numbers, rules) };
    }
    case 'icmp': {
      const live = outbox.takeIcmp();
      return live === null ? null : { live, ...compareIcmp(want, live, flows.current().numbers) };
    }
    case 'udp': {
      const live = outbox.takeUdp();
      return live === null ? null : { live, ...compareUdp(want, live) };
    }
  }
}
