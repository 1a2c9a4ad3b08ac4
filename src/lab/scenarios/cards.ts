// The questions of the lab, scenario by scenario: first what study notes get wrong (the claims' rows say which), then
// what surprises. What each says to a person is in text/guide, by its name.

import type { Card } from '../model/predict.ts';
import { arrivalOf, entered, firstMoment, has, rulesOf, stateAfter, statesSeen } from '../model/sight.ts';
import type { Moment, Story } from '../model/story.ts';
import { CLOSE_CARDS } from './cards-close.ts';
import { MORE_CARDS } from './cards-more.ts';

const synReceived = (story: Story): Moment | null =>
  firstMoment(story, (moment) => rulesOf(story, moment).has('9293-3.10.7.2-third'));

const OPEN_CARDS = {
  synSent: {
    scenario: 's1',
    claims: ['C04', 'C06'],
    choices: ['CLOSED', 'SYN-SENT', 'LISTEN', 'ESTABLISHED'],
    rules: ['9293-3.10.1-active'],
    before: (story) => firstMoment(story, ({ stimulus }) => stimulus.kind === 'call'),
    answer: (_story, moment) => stateAfter(moment),
  },
  synTakesOne: {
    scenario: 's1',
    claims: ['C05', 'C11'],
    choices: ['x', 'x+1', 'y', 'y+1'],
    rules: ['9293-3.5-syn-ack'],
    before: synReceived,
    answer(story, moment) {
      const answer = story.flights[moment.flights[0] ?? -1]?.segment;
      const syn = arrivalOf(story, moment);
      if (answer === undefined || answer === null || answer.ack === null || syn === null) return '';
      return answer.ack === (syn.seq + 1) % 2 ** 32 ? 'x+1' : answer.ack === syn.seq ? 'x' : '';
    },
  },
  whoFirst: {
    scenario: 's1',
    claims: ['C07'],
    choices: ['client', 'server', 'together', 'nobody'],
    rules: ['9293-3.10.7.3-fourth-established'],
    before: (story) =>
      firstMoment(story, (moment) => moment.host === 'client' && has(arrivalOf(story, moment), 'SYN')),
    answer(story) {
      const [client, server] = ['client', 'server'].map((host) => openedAt(story, host));
      if (client === undefined || server === undefined) return '';
      return client === server ? 'together' : client < server ? 'client' : 'server';
    },
  },
  bareAck: {
    scenario: 's1',
    claims: ['C09'],
    choices: ['SYN-RECEIVED', 'ESTABLISHED', 'LISTEN', 'CLOSE-WAIT'],
    rules: ['9293-3.10.7.4-fifth-established'],
    before: (story) =>
      firstMoment(story, (moment) => {
        const segment = arrivalOf(story, moment);
        return moment.host === 'server' && segment?.flags === 'ACK' && segment.length === 0;
      }),
    answer: (_story, moment) => stateAfter(moment),
  },
  nobodyListens: {
    scenario: 's1',
    claims: ['C03'],
    choices: ['RST,ACK', 'SYN,ACK', 'FIN,ACK', 'nothing'],
    rules: ['9293-3.10.7.1-reset'],
    before: (story) =>
      firstMoment(
        story,
        (moment) => moment.host === 'server' && rulesOf(story, moment).has('9293-3.10.7.1-reset'),
      ),
    answer: flagsOrNothing,
  },
  thirdCarries: {
    scenario: 's6',
    claims: ['C08'],
    choices: ['itsText', 'nothingButAck', 'anotherSyn', 'nothing'],
    rules: ['9293-3.8-data', '9293-3.5-ack'],
    before: (story) =>
      firstMoment(story, (moment) => moment.host === 'client' && has(arrivalOf(story, moment), 'SYN')),
    answer(story, moment) {
      const third = story.flights[moment.flights[0] ?? -1]?.segment;
      if (third === undefined || third === null) return 'nothing';
      return third.length > 0 ? 'itsText' : 'nothingButAck';
    },
  },
  synsCross: {
    scenario: 's9',
    claims: [],
    choices: ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSED', 'LISTEN'],
    rules: ['9293-3.10.7.3-fourth-simultaneous'],
    before: (story) => firstMoment(story, (moment) => arrivalOf(story, moment)?.flags === 'SYN'),
    answer: (_story, moment) => entered(moment)[0] ?? '',
  },
  howMany: {
    scenario: 's9',
    claims: [],
    choices: ['one', 'two', 'none', 'three'],
    rules: ['9293-3.10.7.4-fifth-established'],
    before: (story) => firstMoment(story, (moment) => arrivalOf(story, moment)?.flags === 'SYN,ACK'),
    answer: (story) => NUMBERS[new Set(story.lifelines.map(({ connection }) => connection)).size] ?? '',
  },
  notAsked: {
    scenario: 's15',
    claims: ['C10'],
    choices: ['RST', 'ACK', 'SYN', 'nothing'],
    rules: ['9293-3.10.7.1-reset', '9293-3.10.7.3-first'],
    before: (story) =>
      firstMoment(story, (moment) => moment.host === 'client' && has(arrivalOf(story, moment), 'SYN')),
    answer: flagsOrNothing,
  },
  ghost: {
    scenario: 's15',
    claims: ['C10'],
    choices: ['servesGhost', 'waitsForThird', 'refuses', 'nothing'],
    rules: ['7413-4.2.2-accepted', '9293-3.10.7.2-third'],
    before: synReceived,
    answer(story, { index, host }) {
      const served = story.moments.some(
        (moment) => moment.index > index && moment.host === host && moment.stimulus.kind === 'call',
      );
      const opened = statesSeen(story, host).has('ESTABLISHED');
      return served ? 'servesGhost' : opened ? '' : 'waitsForThird';
    },
  },
} as const satisfies Readonly<Record<string, Card>>;

const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six'];

function openedAt(story: Story, host: string): number | undefined {
  return story.lifelines
    .find((line) => line.host === host)
    ?.states.find(({ state }) => state === 'ESTABLISHED')?.t;
}

function flagsOrNothing(story: Story, moment: Moment): string {
  return story.flights[moment.flights[0] ?? -1]?.segment?.flags ?? 'nothing';
}

export const CARDS = { ...OPEN_CARDS, ...CLOSE_CARDS, ...MORE_CARDS };
export type CardId = keyof typeof CARDS;

type Worded<C extends string> = C extends Uppercase<C> ? never : C;
/** The choices that are no name of a state or a flag. */
export type Choice = Worded<(typeof CARDS)[CardId]['choices'][number]>;
