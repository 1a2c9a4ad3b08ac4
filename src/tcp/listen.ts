// §3.10.7.2 SEGMENT ARRIVES in LISTEN: RST first, then ACK, then SYN, then the rest. There is no TCB yet.

import { ACK, RST, SYN } from '../wire/tcp.ts';
import type { Segment } from './segment.ts';

/** `open`: it makes a connection (openPassive). `reset`: it is owed a RST (resetFor). */
export function arrivesInListen(seg: Segment): 'drop' | 'reset' | 'open' {
  if ((seg.flags & RST) !== 0) return 'drop';
  if ((seg.flags & ACK) !== 0) return 'reset';
  return (seg.flags & SYN) !== 0 ? 'open' : 'drop';
}
