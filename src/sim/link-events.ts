// What a memory link tells its observer, asks its filter and counts.

import type { Packet } from '../wire/packet.ts';

/** From which end of a link to which. */
export type Direction = 'a->b' | 'b->a';

/** Why a link lost a packet. */
export type LossReason =
  | 'loss'
  | 'burst-loss'
  | 'queue-full'
  | 'cut'
  | 'filter'
  | 'too-big'
  /** Nobody was attached where it arrived. */
  | 'unattached'
  /** The link was removed. */
  | 'removed';

/** What happened to one packet. `index` counts the packets offered in its direction, from 0. */
export interface LinkEvent {
  readonly kind: 'sent' | 'delayed' | 'duplicated' | 'corrupted' | 'marked' | 'lost' | 'delivered';
  readonly link: string;
  readonly direction: Direction;
  readonly index: number;
  /** Now, milliseconds. */
  readonly at: number;
  /** When the packet arrives, milliseconds; Infinity if it never will. */
  readonly due: number;
  /** Why, if it is lost. */
  readonly reason: LossReason | null;
  /** Valid during the call; its bytes are used again afterwards. */
  readonly packet: Packet;
}

/** Hears of every packet of a link. */
export type LinkObserver = (event: LinkEvent) => void;

/** What a filter wants: `delay` holds the packet back by so many milliseconds, others overtaking it. */
export type Verdict = 'pass' | 'drop' | 'duplicate' | 'corrupt' | { readonly delay: number };

/** Exact faults, on top of the random ones; see `LinkEvent` for `index`. It only looks: no sending from inside. */
export type LinkFilter = (packet: Packet, direction: Direction, index: number) => Verdict;

/** Packets by what became of them: offered + duplicated = delivered + all of `lost` + in flight. */
export interface PathCounters {
  offered: number;
  delivered: number;
  duplicated: number;
  corrupted: number;
  /** Marked as having met congestion. */
  marked: number;
  /** Held back by reordering or by the filter. */
  delayed: number;
  readonly lost: Record<LossReason, number>;
}

export function pathCounters(): PathCounters {
  return {
    offered: 0,
    delivered: 0,
    duplicated: 0,
    corrupted: 0,
    marked: 0,
    delayed: 0,
    lost: {
      loss: 0,
      'burst-loss': 0,
      'queue-full': 0,
      cut: 0,
      filter: 0,
      'too-big': 0,
      unattached: 0,
      removed: 0,
    },
  };
}
