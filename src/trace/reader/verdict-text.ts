// A verdict in one sentence, with the frames that it rests on.

import type { Messages } from '../text/messages.ts';
import type { Verdict, VerdictOf } from './verdict.ts';

export function verdictText(verdict: Verdict, { verdicts }: Messages): string {
  const packets = verdict.packets.filter((frame) => frame > 0);
  const rests = packets.length === 0 ? '' : verdicts.packets({ packets });
  return sentence(verdict, verdicts.sentences) + rests;
}

/** What to do about it; '': nothing. */
export function adviceText(verdict: Verdict, { verdicts }: Messages): string {
  if (verdict.kind === 'fine') return '';
  if (verdict.kind === 'reset') return verdict.severity === 0 ? '' : verdicts.resets[verdict.cause];
  return verdicts.advice[verdict.kind];
}

type Sentences = { readonly [Kind in Verdict['kind']]: (verdict: VerdictOf<Kind>) => string };

/** The sentence of its kind takes it: that a verdict's type goes with its kind is more than the compiler follows. */
const sentence = (verdict: Verdict, sentences: Sentences): string =>
  (sentences[verdict.kind] as (verdict: Verdict) => string)(verdict);
