// What is worth a word beside a moment, for those who see it for the first time. The words are in text/guide.

import type { RuleId } from '../../tcp/rules.ts';
import { flightsOf, rulesOf } from './sight.ts';
import type { Moment, Story } from './story.ts';

/** Rules that are explained at length, the one that says most about a moment first. */
export const GUIDED = [
  '6191-2-reuse',
  '1337-4-rst',
  '4987-3.6-cookie',
  '7413-4.2.2-accepted',
  '7323-5.3-paws',
  '9293-3.6.1-unread',
  '9293-3.6.1-data-after-close',
  '9293-3.10.5-abort',
  '9293-3.8.4-dead',
  '9293-3.8.4-probe',
  '9293-3.8.3-r2',
  '9293-3.10.7.3-first',
  '9293-3.10.7.1-reset',
  '9293-3.10.7.3-second',
  '9293-3.10.7.4-second-listen',
  '9293-3.10.7.4-second-closed',
  '9293-3.10.7.4-second',
  '9293-3.10.1-active',
  '9293-3.10.7.2-third',
  '9293-3.10.7.3-fourth-established',
  '9293-3.10.7.3-fourth-simultaneous',
  '9293-3.10.7.4-fifth-established',
  '9293-3.10.7.4-eighth-close-wait',
  '9293-3.10.7.4-eighth-time-wait',
  '9293-3.10.7.4-eighth-closing',
  '9293-3.10.7.4-eighth-again',
  '9293-3.10.7.4-fifth-fin-wait-2',
  '9293-3.10.7.4-fifth-time-wait',
  '9293-3.10.7.4-fifth-closed',
  '9293-3.10.4-close',
  '9293-3.10.8-time-wait',
  'local-fin-wait-2',
  '6298-5.4-syn',
  '6298-5.4-fin',
  '6298-5.4-retransmit',
  '8985-6.2-lost',
  '8985-7.3-probe',
  '5681-3.2-fast-retransmit',
  '5681-4.2-out-of-order',
  '5681-4.2-gap',
  '9293-3.8.6.1-probe',
  '9293-3.8.6.1-answer',
  '9293-3.8.6.1-refused',
  '9293-3.8.6.2.1-override',
  '9293-3.8.6.2.2-update',
  '9293-3.10.7.4-fifth-unsent',
  '5961-4.2-challenge',
  '9293-3.10.7.4-first',
  '9293-3.7.4-nagle',
  '9293-3.8.6.3-delayed',
  '9293-3.6-fin',
  '9293-3.10.7.4-seventh',
  '9293-3.8-data',
] as const satisfies readonly RuleId[];
export type Guided = (typeof GUIDED)[number];

/** What is no rule of TCP's. */
export type Happening =
  | 'crash'
  | 'reboot'
  | 'cut'
  | 'restore'
  | 'old-duplicate'
  | 'spoofed'
  | 'forged'
  | 'backlog';

export type Word =
  | { readonly kind: 'rule'; readonly rule: Guided }
  | { readonly kind: 'happening'; readonly happening: Happening }
  | { readonly kind: 'refused'; readonly code: string }
  /** What leaves in the moment never arrives. */
  | { readonly kind: 'lost' };

export function wordsOn(story: Story, moment: Moment): Word[] {
  const happening = happeningOf(moment);
  const rules = rulesOf(story, moment);
  const rule = GUIDED.find((guided) => rules.has(guided));
  const { stimulus } = moment;
  const words: Word[] = [];
  if (stimulus.kind === 'refused') words.push({ kind: 'refused', code: stimulus.code });
  if (happening !== null) words.push({ kind: 'happening', happening });
  else if (rule !== undefined) words.push({ kind: 'rule', rule });
  if (flightsOf(story, moment).some(({ lost }) => lost !== null)) words.push({ kind: 'lost' });
  return words;
}

function happeningOf({ stimulus, events }: Moment): Happening | null {
  if (stimulus.kind === 'edit') {
    const { kind } = stimulus.edit;
    return kind === 'crash' || kind === 'reboot' || kind === 'cut' || kind === 'restore' ? kind : null;
  }
  if (stimulus.kind === 'network') {
    const { story } = stimulus;
    return story === 'old-duplicate' || story === 'spoofed' || story === 'forged' ? story : null;
  }
  const full = events.some((event) => event.kind === 'packet-dropped' && event.reason === 'tcp-backlog');
  return full ? 'backlog' : null;
}

/** States that a scenario is about the number of. */
const COUNTED: Readonly<Record<string, string>> = { s4: 'TIME-WAIT', s5: 'CLOSE-WAIT', s14: 'SYN-RECEIVED' };

export interface Count {
  readonly host: string;
  readonly state: string;
  readonly count: number;
}

/** How many connections stand in the state that `scenario` is about, after so many moments; hosts without one are left out. */
export function countsOf(scenario: string, { hosts, lifelines }: Story, shown: number): Count[] {
  const state = COUNTED[scenario];
  if (state === undefined) return [];
  const counts = hosts.map((host) => {
    const standing = lifelines.filter(
      (line) => line.host === host && line.states.findLast(({ moment }) => moment < shown)?.state === state,
    );
    return { host, state, count: standing.length };
  });
  return counts.filter(({ count }) => count > 0);
}
