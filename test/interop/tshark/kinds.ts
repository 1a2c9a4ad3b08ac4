// The kinds of difference from tshark that are meant; docs/reader.md gives the reason for each, by its id.

import type { Compared } from './compare.ts';

interface Kind {
  readonly id: string;
  /** What tshark says, and what we do. */
  readonly is: (tshark: string, ours: string) => boolean;
}

const AGAIN = /^(fast_)?retransmission$/;

export const KINDS: readonly Kind[] = [
  {
    id: 'dup-ack-with-sack',
    is: (tshark, ours) => tshark === 'window_update' && ours === 'duplicate_ack',
  },
  // The third one counts for us, and not for tshark.
  { id: 'fast-after-sack', is: (tshark, ours) => AGAIN.test(tshark) && AGAIN.test(ours) },
  { id: 'late-or-again', is: (tshark, ours) => tshark === 'out_of_order' && AGAIN.test(ours) },
  { id: 'mirrored', is: (_tshark, ours) => ours === 'mirrored' },
  { id: 'ack-of-a-gap', is: (tshark, ours) => tshark === '' && ours === 'ack_lost_segment' },
  { id: 'ports-in-use', is: (tshark) => tshark.includes('reused_ports') },
];

/** Both lists as one text each; null: they agree. '?': they differ, and nobody said why. */
export function kindOf({ tshark, ours }: Compared): string | null {
  const [theirs, own] = [tshark.join('+'), ours.join('+')];
  if (theirs === own) return null;
  return KINDS.find(({ is }) => is(theirs, own))?.id ?? '?';
}
