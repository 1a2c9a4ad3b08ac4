import { describe, expect, test } from 'vitest';
import { type Card, questionsOf } from '../../../src/lab/model/predict.ts';
import { recipeOf } from '../../../src/lab/model/recipe.ts';
import { run } from '../../../src/lab/model/run.ts';
import { valuesOf } from '../../../src/lab/model/scenario.ts';
import { SCENARIOS, scenarioOf } from '../../../src/lab/scenarios/all.ts';
import { CARDS, type CardId } from '../../../src/lab/scenarios/cards.ts';
import type { Handles } from './told.ts';

function asked(id: CardId, values: Handles = {}) {
  const { scenario } = CARDS[id];
  const found = scenarioOf(scenario)!;
  const recipe = { ...recipeOf(scenario), values };
  const questions = questionsOf(CARDS, scenario, run(found, recipe), valuesOf(found, recipe));
  return questions.find((question) => question.id === id);
}

/** What RFC 9293 and its relatives say, apart from what the engine does: an engine that errs fails here. */
const RIGHT: readonly (readonly [CardId, string, Handles?])[] = [
  ['synSent', 'SYN-SENT'],
  ['synTakesOne', 'x+1'],
  ['whoFirst', 'client'],
  ['bareAck', 'ESTABLISHED'],
  ['nobodyListens', 'RST,ACK', { listening: false }],
  ['thirdCarries', 'itsText'],
  ['thirdCarries', 'nothingButAck', { writes: 'after' }],
  ['synsCross', 'SYN-RECEIVED'],
  ['howMany', 'one'],
  ['notAsked', 'RST'],
  ['ghost', 'waitsForThird'],
  ['ghost', 'servesGhost', { believes: 'syn' }],
  ['ghost', 'servesGhost', { believes: 'syn', clientIs: 'gone' }],
  ['finFlags', 'FIN,ACK'],
  ['howManySegments', 'four'],
  ['howManySegments', 'three', { serverWaits: 0 }],
  ['howManySegments', 'three', { serverWaits: 0, closer: 'server' }],
  ['closeWait', 'CLOSE-WAIT'],
  ['finWait2', 'FIN-WAIT-2'],
  ['whoWaits', 'client'],
  ['whoWaits', 'server', { closer: 'server' }],
  ['acksAtOnce', 'atOnce'],
  ['stillSends', 'sendsText'],
  ['howLong', 'twoMsl'],
  ['howLong', 'twoMsl', { msl: 120_000 }],
  ['howLong', 'twoMsl', { msl: 500 }],
  ['finWait2Ends', 'CLOSED'],
  ['finBehindText', 'behindText', { closes: 'drained', connections: 1 }],
  ['finBehindText', 'behindText', { closes: 'drained', connections: 1, bytes: 20_000 }],
  ['lastAckLost', 'finAgain'],
  ['finInTimeWait', 'acksAndBeginsAnew'],
  ['finInTimeWait', 'sendsRst', { waits: false }],
  ['finsCross', 'CLOSING'],
  ['bothEnd', 'bothTimeWait'],
  ['unread', 'RST'],
  ['afterClose', 'RST', { cause: 'after-close' }],
  ['samePort', 'two'],
  ['cookieKnows', 'byCookie', { shows: 'session' }],
  ['zeroWindow', 'probes'],
  ['sillyWindow', 'saysSo'],
  ['sillyWindow', 'saysNothing', { takes: 200, reads: 500 }],
  ['howFound', 'bySack'],
  ['howFound', 'byDuplicates', { sack: false }],
  ['howFound', 'byProbe', { lost: 10 }],
  ['howFound', 'byTimeout', { lost: 10, tailLossProbe: false }],
  ['queueFull', 'dropsIt'],
  ['cookieReturns', 'ESTABLISHED', { cookies: 'overflow' }],
  ['lateText', 'acksAndDrops'],
  ['lateText', 'acksAndDrops', { waits: false }],
  ['lateText', 'delivers', { waits: false, timestamps: false }],
  ['rstInTimeWait', 'ignores'],
  ['rstInTimeWait', 'closes', { heedsReset: 'heeded' }],
  ['rebooted', 'RST'],
  ['givesUp', 'CLOSED', { what: 'crash' }],
  ['givesUp', 'CLOSED', { what: 'crash', writes: false, keepAlive: true }],
];

/** `(C06, C20)`; nothing for a card that is about no claim of the notes. */
const claimsOf = (id: CardId): string => {
  const { claims } = CARDS[id];
  return claims.length === 0 ? '' : `(${claims.join(', ')})`;
};

describe('a card', () => {
  test.each(RIGHT.map(([id, answer, values = {}]) => ({ id, answer, values, named: claimsOf(id) })))(
    '$id: $answer $named',
    ({ id, answer, values }) => {
      expect(asked(id, values)?.answer).toBe(answer);
    },
  );

  test('is in that table, whichever it is', () => {
    expect(new Set(RIGHT.map(([id]) => id))).toEqual(new Set(Object.keys(CARDS)));
  });

  test('has four different choices, and the right one is among them', () => {
    for (const [id, answer] of RIGHT) {
      expect(new Set(CARDS[id].choices).size, id).toBe(4);
      expect(CARDS[id].choices, id).toContain(answer);
    }
  });

  test('cites a rule that its moment follows, unless no rule is in it', () => {
    const silent = new Set<CardId>(['queueFull']);
    for (const [id, answer, values] of RIGHT) {
      if (silent.has(id) || answer === 'saysNothing') continue;
      expect(asked(id, values)?.rules, `${id} ${answer}`).not.toEqual([]);
    }
  });

  test('is not asked where the story gives none of its answers, nor cites a rule that is not followed', () => {
    const s1 = scenarioOf('s1')!;
    const recipe = recipeOf('s1');
    const questions = (card: Card) => questionsOf({ card }, 's1', run(s1, recipe), valuesOf(s1, recipe));
    expect(questions({ ...CARDS.synSent, answer: () => 'LAST-ACK' })).toEqual([]);
    const [abort, active] = ['9293-3.10.5-abort', '9293-3.10.1-active'] as const;
    expect(questions({ ...CARDS.synSent, rules: [abort, active] })[0]!.rules).toEqual([active]);
  });

  test('is not asked where its moment does not come', () => {
    expect(asked('bareAck', { listening: false })).toBeUndefined();
    expect(asked('nobodyListens')).toBeUndefined();
    expect(asked('howLong', { connections: 200 })).toBeDefined();
  });
});

describe('the cards', () => {
  test('have one for each claim of the notes that is loose or wrong (C06, C09, C20, C24, C26, C27, C31)', () => {
    const claims = new Set(Object.values(CARDS).flatMap(({ claims }) => [...claims] as string[]));
    for (const claim of ['C06', 'C09', 'C20', 'C24', 'C26', 'C27', 'C31']) expect(claims).toContain(claim);
  });

  test('have one for each scenario but the sandbox', () => {
    const asking = new Set<string>(Object.values(CARDS).map(({ scenario }) => scenario));
    expect(SCENARIOS.filter(({ id }) => !asking.has(id)).map(({ id }) => id)).toEqual(['s18']);
  });

  test('are asked in the order of the story', () => {
    const s2 = scenarioOf('s2')!;
    const recipe = recipeOf('s2');
    const questions = questionsOf(CARDS, 's2', run(s2, recipe), valuesOf(s2, recipe));
    expect(questions.map(({ id, at }) => [id, at])).toEqual([
      ['finFlags', 4],
      ['howManySegments', 4],
      ['closeWait', 5],
      ['finWait2', 6],
      ['whoWaits', 7],
      ['acksAtOnce', 8],
    ]);
  });
});
