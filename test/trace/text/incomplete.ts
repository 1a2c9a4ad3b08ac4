// What the compiler says to a language that is not whole: each of these is an error, or this file does not compile.

import { KOREAN } from '../../../src/trace/text/korean.ts';
import type { Messages } from '../../../src/trace/text/messages.ts';

const { notKnown: _missing, ...lacking } = KOREAN.summary;

export const INCOMPLETE: readonly Messages['summary'][] = [
  // @ts-expect-error: a message is missing
  lacking,
  // @ts-expect-error: one that English does not have
  { ...KOREAN.summary, more: '' },
  // @ts-expect-error: it wants what it is not given
  { ...KOREAN.summary, sent: ({ octets }: { octets: number }) => `${octets}` },
];
