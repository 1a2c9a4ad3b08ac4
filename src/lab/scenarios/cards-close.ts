// Questions about how connections end: the orderly close, half-close, TIME-WAIT, CLOSE-WAIT, and both at once.

import type { Card } from '../model/predict.ts';
import { numberOf } from '../model/scenario.ts';
import {
  arrivalOf,
  entered,
  firstMoment,
  flightsOf,
  followsRule,
  has,
  rulesOf,
  sentFlags,
  stateAfter,
  statesSeen,
} from '../model/sight.ts';
import type { Moment, Story } from '../model/story.ts';

const firstClose = (story: Story): Moment | null =>
  firstMoment(story, (moment) => entered(moment).includes('FIN-WAIT-1'));

/** That arrives in CLOSE-WAIT's end, in the closer's. */
const finArrives = (story: Story): Moment | null => followsRule(story, '9293-3.10.7.4-eighth-close-wait');
const timeWaitBegins = (story: Story): Moment | null => followsRule(story, '9293-3.10.7.4-eighth-time-wait');

const COUNTS: Readonly<Record<number, string>> = { 2: 'two', 3: 'three', 4: 'four', 6: 'six' };

export const CLOSE_CARDS = {
  finFlags: {
    scenario: 's2',
    claims: ['C18'],
    choices: ['FIN', 'FIN,ACK', 'RST', 'ACK'],
    rules: ['9293-3.6-fin', '9293-3.10.4-close'],
    before: firstClose,
    answer: sentFlags,
  },
  howManySegments: {
    scenario: 's2',
    claims: ['C31'],
    choices: ['two', 'three', 'four', 'six'],
    rules: ['9293-3.10.4-close'],
    before: firstClose,
    answer(story, { t }) {
      const sent = story.flights.filter(({ departed, retransmission }) => departed >= t && !retransmission);
      return COUNTS[sent.length] ?? '';
    },
  },
  closeWait: {
    scenario: 's2',
    claims: ['C19', 'C20'],
    choices: ['CLOSE-WAIT', 'TIME-WAIT', 'LAST-ACK', 'CLOSED'],
    rules: ['9293-3.10.7.4-eighth-close-wait'],
    before: finArrives,
    answer: (_story, moment) => entered(moment)[0] ?? '',
  },
  finWait2: {
    scenario: 's2',
    claims: ['C19', 'C20'],
    choices: ['TIME-WAIT', 'FIN-WAIT-2', 'CLOSING', 'CLOSED'],
    rules: ['9293-3.10.7.4-fifth-fin-wait-2'],
    before: (story) => {
      const moment = followsRule(story, '9293-3.10.7.4-fifth-fin-wait-2');
      return moment === null || has(arrivalOf(story, moment), 'FIN') ? null : moment;
    },
    answer: (_story, moment) => stateAfter(moment),
  },
  whoWaits: {
    scenario: 's2',
    claims: ['C20', 'C25'],
    choices: ['client', 'server', 'both', 'nobody'],
    rules: ['9293-3.6-fin'],
    before: (story) => firstMoment(story, (moment) => entered(moment).includes('LAST-ACK')),
    answer(story) {
      const waits = story.hosts.filter((host) => statesSeen(story, host).has('TIME-WAIT'));
      return waits.length === 2 ? 'both' : (waits[0] ?? 'nobody');
    },
  },
  acksAtOnce: {
    scenario: 's2',
    claims: ['C26'],
    choices: ['atOnce', 'afterOneMsl', 'afterTwoMsl', 'never'],
    rules: ['9293-3.10.7.4-eighth', '9293-3.10.7.4-eighth-time-wait'],
    before: timeWaitBegins,
    answer: (story, moment) => (sentFlags(story, moment) === 'ACK' ? 'atOnce' : ''),
  },
  stillSends: {
    scenario: 's3',
    claims: ['C13', 'C21'],
    choices: ['sendsText', 'refusesCall', 'sendsRst', 'nothing'],
    rules: ['9293-3.8-data'],
    before: (story) =>
      firstMoment(
        story,
        ({ host, stimulus }) => host === 'server' && stimulus.kind === 'call' && stimulus.call === 'send',
      ),
    answer(story, moment) {
      const sent = flightsOf(story, moment)[0]?.segment ?? null;
      if (sent === null) return 'nothing';
      return has(sent, 'RST') ? 'sendsRst' : sent.length > 0 ? 'sendsText' : '';
    },
  },
  howLong: {
    scenario: 's4',
    claims: ['C27'],
    choices: ['oneMsl', 'twoMsl', 'always60', 'always240'],
    rules: ['9293-3.10.7.4-eighth-time-wait'],
    before: timeWaitBegins,
    answer(_story, { t, after }, values) {
      const msl = numberOf(values, 'msl');
      const lasts = (after?.timers['time-wait'] ?? t) - t;
      return lasts === 2 * msl ? 'twoMsl' : lasts === msl ? 'oneMsl' : '';
    },
  },
  finWait2Ends: {
    scenario: 's5',
    claims: ['C32'],
    choices: ['TIME-WAIT', 'CLOSED', 'LAST-ACK', 'FIN-WAIT-2'],
    rules: ['local-fin-wait-2'],
    before: (story) =>
      firstMoment(story, ({ stimulus }) => stimulus.kind === 'timer' && stimulus.timer === 'fin-wait-2'),
    answer: (_story, moment) => stateAfter(moment),
  },
  finBehindText: {
    scenario: 's5',
    claims: ['C22', 'C24'],
    choices: ['behindText', 'beforeText', 'rstInstead', 'never'],
    rules: ['9293-3.8-data', '9293-3.6-fin'],
    before: (story) =>
      firstMoment(
        story,
        ({ host, stimulus, before }) =>
          host === 'server' &&
          stimulus.kind === 'call' &&
          stimulus.call === 'close' &&
          before?.info.state === 'CLOSE-WAIT' &&
          before.info.sendQueue > 0,
      ),
    answer(story) {
      const own = story.flights.filter(({ from }) => from === 'server');
      const fin = own.findIndex(({ segment }) => has(segment, 'FIN'));
      if (fin < 0) return own.some(({ segment }) => has(segment, 'RST')) ? 'rstInstead' : 'never';
      const later = own.slice(fin + 1).some(({ segment }) => segment !== null && segment.length > 0);
      return later ? 'beforeText' : 'behindText';
    },
  },
  lastAckLost: {
    scenario: 's8',
    claims: ['C23', 'C29'],
    choices: ['finAgain', 'closes', 'sendsRst', 'waitsForever'],
    rules: ['6298-5.4-fin', '8985-7.3-probe'],
    before: (story) =>
      firstMoment(story, ({ host, stimulus, flights }) => {
        const sent = story.flights[flights[0] ?? -1];
        const again = sent?.retransmission === true && has(sent.segment, 'FIN');
        return host === 'server' && stimulus.kind === 'timer' && again;
      }),
    answer: (story, moment) => (sentFlags(story, moment).startsWith('FIN') ? 'finAgain' : ''),
  },
  finInTimeWait: {
    scenario: 's8',
    claims: ['C28', 'C29'],
    choices: ['acksAndBeginsAnew', 'ignores', 'sendsRst', 'closes'],
    rules: ['9293-3.10.7.4-eighth-again', '9293-3.10.7.1-reset'],
    before: (story) =>
      firstMoment(story, (moment) => {
        const { stimulus } = moment;
        const again = stimulus.kind === 'arrival' && story.flights[stimulus.flight]!.retransmission;
        return moment.host === 'client' && again && has(arrivalOf(story, moment), 'FIN');
      }),
    answer(story, moment) {
      if (sentFlags(story, moment) === 'RST') return 'sendsRst';
      return rulesOf(story, moment).has('9293-3.10.7.4-eighth-again') ? 'acksAndBeginsAnew' : '';
    },
  },
  finsCross: {
    scenario: 's10',
    claims: ['C31'],
    choices: ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'FIN-WAIT-2'],
    rules: ['9293-3.10.7.4-eighth-closing'],
    before: (story) => followsRule(story, '9293-3.10.7.4-eighth-closing'),
    answer: (_story, moment) => entered(moment)[0] ?? '',
  },
  bothEnd: {
    scenario: 's10',
    claims: ['C31'],
    choices: ['bothTimeWait', 'deadlock', 'oneTimeWait', 'reset'],
    rules: ['9293-3.10.7.4-fifth-time-wait'],
    before: (story) => followsRule(story, '9293-3.10.7.4-fifth-time-wait'),
    answer(story) {
      const waits = story.hosts.filter((host) => statesSeen(story, host).has('TIME-WAIT')).length;
      return waits === 2 ? 'bothTimeWait' : waits === 1 ? 'oneTimeWait' : '';
    },
  },
} as const satisfies Readonly<Record<string, Card>>;
