// "Why did I get a RST?" as questions, each answered by what the story shows of the first RST in it. At the end of
// each way stands a cause of S7, to be run.

import { has } from '../model/sight.ts';
import type { Flight, Story } from '../model/story.ts';
import type { ResetCause } from './s07-reset.ts';

export interface Fork {
  readonly ask: ForkName;
  readonly is: (story: Story, reset: Flight) => boolean;
  readonly yes: ResetTree;
  readonly no: ResetTree;
}
export type ResetTree = Fork | ResetCause;
export type ForkName =
  | 'opening'
  | 'ownSyn'
  | 'sentByPeer'
  | 'known'
  | 'called'
  | 'unreadText'
  | 'acceptedByProgram';

export const resetOf = (story: Story): Flight | null =>
  story.flights.find(({ segment }) => has(segment, 'RST')) ?? null;

/** The end that the RST is for, in the moment that it arrives. */
const victim = (story: Story, { arrivals }: Flight) => story.moments[arrivals[0]?.moment ?? -1];

export const RESET_TREE: Fork = {
  ask: 'opening',
  is: (story, reset) => /^SYN-/.test(victim(story, reset)?.before?.info.state ?? ''),
  yes: {
    ask: 'ownSyn',
    is: (story, reset) => victim(story, reset)?.before?.info.state === 'SYN-SENT',
    yes: 'closed-port',
    no: 'old-syn',
  },
  no: {
    ask: 'sentByPeer',
    is: (_story, { why }) => why !== null,
    no: 'forged',
    yes: {
      ask: 'known',
      is: (_story, { why }) => why !== '9293-3.10.7.1-reset',
      no: 'rebooted',
      yes: {
        ask: 'called',
        is: (story, { moment }) => story.moments[moment ?? -1]?.stimulus.kind === 'call',
        no: 'after-close',
        yes: {
          ask: 'unreadText',
          is: (_story, { why }) => why === '9293-3.6.1-unread',
          yes: 'unread',
          no: {
            ask: 'acceptedByProgram',
            is: (story, { from }) => story.lifelines.some(({ host, passive }) => host === from && !passive),
            yes: 'abort',
            no: 'stopped',
          },
        },
      },
    },
  },
};
