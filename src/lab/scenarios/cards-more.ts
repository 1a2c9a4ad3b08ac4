// Questions about resets, ports, windows, loss, floods, late segments and hosts that are gone.

import type { RuleId } from '../../tcp/rules.ts';
import type { Card } from '../model/predict.ts';
import {
  arrivalOf,
  firstMoment,
  flightsOf,
  followsRule,
  has,
  rulesOf,
  sentFlags,
  stateAfter,
} from '../model/sight.ts';
import type { Moment, Story } from '../model/story.ts';

/** How a loss was found, by the rule that the retransmission follows. */
const FOUND: readonly (readonly [RuleId, string])[] = [
  ['8985-6.2-lost', 'bySack'],
  ['5681-3.2-fast-retransmit', 'byDuplicates'],
  ['8985-7.3-probe', 'byProbe'],
  ['6298-5.4-retransmit', 'byTimeout'],
];

const storyOf = (story: Story, { stimulus }: Moment): string => {
  if (stimulus.kind !== 'arrival') return '';
  const sent = story.moments[story.flights[stimulus.flight]!.moment ?? -1]?.stimulus;
  return sent?.kind === 'network' ? sent.story : '';
};

const sentOrNothing = (story: Story, moment: Moment): string => sentFlags(story, moment) || 'nothing';

export const MORE_CARDS = {
  unread: {
    scenario: 's7',
    claims: ['C30'],
    choices: ['FIN,ACK', 'RST', 'ACK', 'nothing'],
    rules: ['9293-3.6.1-unread'],
    before: (story) => followsRule(story, '9293-3.6.1-unread'),
    answer: sentOrNothing,
  },
  afterClose: {
    scenario: 's7',
    claims: ['C30'],
    choices: ['ACK', 'RST', 'FIN,ACK', 'nothing'],
    rules: ['9293-3.6.1-data-after-close'],
    before: (story) => followsRule(story, '9293-3.6.1-data-after-close'),
    answer: sentOrNothing,
  },
  samePort: {
    scenario: 's11',
    claims: ['C16'],
    choices: ['one', 'two', 'portInUse', 'replaced'],
    rules: ['9293-3.10.1-active'],
    before: (story) =>
      firstMoment(
        story,
        ({ connection, stimulus }) =>
          stimulus.kind === 'call' && stimulus.call === 'connect' && connection === 2 && isSharedPort(story),
      ),
    answer: (story) => (isSharedPort(story) ? 'two' : ''),
  },
  cookieKnows: {
    scenario: 's11',
    claims: ['C17'],
    choices: ['byCookie', 'byPort', 'byConnection', 'notAtAll'],
    rules: ['9293-3.10.7.4-seventh'],
    before: (story) =>
      firstMoment(
        story,
        (moment) =>
          moment.host === 'server' && moment.connection === 2 && /\nCookie: /.test(textOf(story, moment)),
      ),
    answer(story, moment) {
      const answer = story.flights.find(
        ({ connection, departed, from }) => connection === 2 && from === 'server' && departed >= moment.t,
      );
      return answer !== undefined && !latin(answer.bytes).includes('Set-Cookie') ? 'byCookie' : '';
    },
  },
  zeroWindow: {
    scenario: 's12',
    claims: ['C12'],
    choices: ['probes', 'waitsForever', 'sendsAll', 'sendsRst'],
    rules: ['9293-3.8.6.1-probe'],
    before: (story) => followsRule(story, '9293-3.8.6.1-probe'),
    answer: (story, moment) => (flightsOf(story, moment).length > 0 ? 'probes' : 'waitsForever'),
  },
  sillyWindow: {
    scenario: 's12',
    claims: ['C12'],
    choices: ['saysNothing', 'saysSo', 'asksForMore', 'sendsRst'],
    rules: ['9293-3.8.6.2.2-update'],
    before: (story) =>
      firstMoment(
        story,
        ({ stimulus, before }) =>
          stimulus.kind === 'call' && stimulus.call === 'receive' && before?.info.rcvWnd === 0,
      ),
    answer: (story, moment) => (flightsOf(story, moment).length > 0 ? 'saysSo' : 'saysNothing'),
  },
  howFound: {
    scenario: 's13',
    claims: ['C12'],
    choices: ['bySack', 'byDuplicates', 'byProbe', 'byTimeout'],
    rules: FOUND.map(([rule]) => rule),
    before: (story) =>
      firstMoment(story, (moment) =>
        flightsOf(story, moment).some(
          ({ retransmission, segment }) => retransmission && (segment?.length ?? 0) > 0,
        ),
      ),
    answer(story, moment) {
      const why = flightsOf(story, moment).find(({ retransmission }) => retransmission)?.why;
      return FOUND.find(([rule]) => rule === why)?.[1] ?? '';
    },
  },
  queueFull: {
    scenario: 's14',
    claims: [],
    choices: ['dropsIt', 'RST', 'SYN,ACK', 'evictsOldest'],
    rules: [],
    before: (story) =>
      firstMoment(
        story,
        ({ events, stimulus }) =>
          stimulus.kind === 'arrival' &&
          story.flights[stimulus.flight]!.from === 'client' &&
          events.some((event) => event.kind === 'packet-dropped' && event.reason === 'tcp-backlog'),
      ),
    answer: (story, moment) => sentFlags(story, moment) || 'dropsIt',
  },
  cookieReturns: {
    scenario: 's14',
    claims: [],
    choices: ['ESTABLISHED', 'RST', 'nothing', 'anotherSyn'],
    rules: ['4987-3.6-cookie'],
    before: (story) => followsRule(story, '4987-3.6-cookie'),
    answer: (_story, moment) => stateAfter(moment),
  },
  lateText: {
    scenario: 's16',
    claims: ['C10', 'C28'],
    choices: ['acksAndDrops', 'delivers', 'sendsRst', 'closes'],
    rules: ['7323-5.3-paws', '9293-3.10.7.4-first', '9293-3.10.7.4-seventh'],
    before: (story) => firstMoment(story, (moment) => storyOf(story, moment) === 'old-duplicate'),
    answer(story, moment) {
      if (rulesOf(story, moment).has('9293-3.10.7.4-seventh')) return 'delivers';
      return sentFlags(story, moment) === 'ACK' ? 'acksAndDrops' : '';
    },
  },
  rstInTimeWait: {
    scenario: 's16',
    claims: ['C28'],
    choices: ['ignores', 'closes', 'sendsRst', 'acksAndDrops'],
    rules: ['1337-4-rst', '9293-3.10.7.4-second-closed'],
    before: (story) =>
      firstMoment(
        story,
        (moment) => moment.before?.info.state === 'TIME-WAIT' && has(arrivalOf(story, moment), 'RST'),
      ),
    answer: (_story, moment) => (stateAfter(moment) === 'CLOSED' ? 'closes' : 'ignores'),
  },
  rebooted: {
    scenario: 's17',
    claims: ['C14'],
    choices: ['ACK', 'RST', 'SYN,ACK', 'nothing'],
    rules: ['9293-3.10.7.1-reset'],
    before: (story) => followsRule(story, '9293-3.10.7.1-reset'),
    answer: sentOrNothing,
  },
  givesUp: {
    scenario: 's17',
    claims: ['C14', 'C32'],
    choices: ['CLOSED', 'ESTABLISHED', 'TIME-WAIT', 'CLOSE-WAIT'],
    rules: ['9293-3.8.3-r2', '9293-3.8.4-dead'],
    before: (story) => followsRule(story, '9293-3.8.3-r2') ?? followsRule(story, '9293-3.8.4-dead'),
    answer: (_story, moment) => stateAfter(moment),
  },
} as const satisfies Readonly<Record<string, Card>>;

/** The client has two connections from one port. */
function isSharedPort({ lifelines }: Story): boolean {
  const ports = lifelines.flatMap(({ host, local }) => (host === 'client' ? [/\d+$/.exec(local)![0]] : []));
  return new Set(ports).size < ports.length;
}

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function textOf(story: Story, { stimulus }: Moment): string {
  return stimulus.kind === 'arrival' ? latin(story.flights[stimulus.flight]!.bytes) : '';
}
