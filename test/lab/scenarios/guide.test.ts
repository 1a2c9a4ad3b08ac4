import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countsOf, GUIDED, wordsOn } from '../../../src/lab/model/guide.ts';
import { SCENARIOS } from '../../../src/lab/scenarios/all.ts';
import { ENGLISH_GUIDE } from '../../../src/lab/text/guide/english.ts';
import { KOREAN_GUIDE } from '../../../src/lab/text/guide/korean.ts';
import { KOREAN } from '../../../src/lab/text/korean.ts';
import { storyOf } from './told.ts';

const runs = SCENARIOS.flatMap(({ id, experiments }) =>
  [{}, ...Object.values(experiments)].map((values) => storyOf(id, values)),
);

describe('the guide', () => {
  test('has nothing to say that no scenario shows', () => {
    const said = new Set<string>(
      runs.flatMap((story) =>
        story.moments.flatMap((moment) =>
          wordsOn(story, moment).map((word) =>
            word.kind === 'rule' ? word.rule : word.kind === 'happening' ? word.happening : word.kind,
          ),
        ),
      ),
    );
    const silent = [...GUIDED, ...Object.keys(ENGLISH_GUIDE.happenings)].filter((word) => !said.has(word));
    // A person mends a cable; no scenario does.
    expect(silent).toEqual(['restore']);
    expect(said).toContain('refused');
    expect(said).toContain('lost');
  });

  test('says something of each step of the first minute, and of its branch', () => {
    for (const story of [storyOf('s1'), storyOf('s1', { loses: 'ACK' })]) {
      expect(story.moments.filter((moment) => wordsOn(story, moment).length === 0)).toEqual([]);
    }
  });

  test('says something of every change of state, whichever scenario it is', () => {
    for (const story of runs) {
      for (const moment of story.moments) {
        if (moment.events.some(({ kind }) => kind === 'state')) {
          expect(wordsOn(story, moment), `${story.hosts} ${moment.index}`).not.toEqual([]);
        }
      }
    }
  });

  test('counts what leaks, waits or fills the queue, as far as the story is shown', () => {
    const leak = storyOf('s5', { connections: 20 });
    expect(countsOf('s5', leak, 0)).toEqual([]);
    expect(countsOf('s5', leak, leak.moments.length)).toEqual([
      { host: 'server', state: 'CLOSE-WAIT', count: 20 },
    ]);
    expect(countsOf('s1', leak, leak.moments.length)).toEqual([]);
  });
});

/** Every text of a catalogue; functions are asked with something for each value. */
function* texts(of: unknown): Generator<string> {
  if (typeof of === 'string') yield of;
  else if (typeof of === 'function')
    yield String(
      of({
        answer: 'ACK',
        right: 1,
        of: 2,
        count: 3,
        host: 'server',
        state: 'CLOSED',
        code: 'EPIPE',
        title: 'S2',
      }),
    );
  else if (typeof of === 'object' && of !== null) for (const value of Object.values(of)) yield* texts(value);
}

describe('in Korean', () => {
  test('no word stands that the glossary has another one for', () => {
    const rows = readFileSync('docs/glossary.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const wrong = rows
      .flatMap((row) =>
        row
          .split('|')[3]!
          .split(',')
          .map((word) => word.trim()),
      )
      .filter((word) => /[가-힣]/.test(word));
    const said = [
      ...texts(KOREAN_GUIDE),
      ...texts(KOREAN.scenarios),
      ...texts(KOREAN.handles),
      ...texts(KOREAN.page.choices),
    ];
    for (const word of wrong)
      expect(
        said.filter((text) => text.includes(word)),
        word,
      ).toEqual([]);
  });

  test('sentences to the user are polite, and particles go with how ACK, TIME-WAIT and RST are read', () => {
    for (const text of texts(KOREAN_GUIDE)) {
      expect(text).not.toMatch(
        /ACK[를는가와]|TIME-WAIT[을은이과](?![가-힣])|RST[을은이과](?![가-힣])|SYN[를는가와]|FIN[를는가와]/,
      );
    }
    for (const text of [...Object.values(KOREAN_GUIDE.rules), ...Object.values(KOREAN_GUIDE.happenings)]) {
      expect(text).toMatch(/(니다|\)|까요|요|암살|프로브|초)[.?]?$|때까지\.|다고\./);
    }
  });

  test('every text of English has one of its own', () => {
    const [english, korean] = [[...texts(ENGLISH_GUIDE)], [...texts(KOREAN_GUIDE)]];
    expect(korean.length).toBe(english.length);
    const worded = english.filter((text) => /[a-z]{4}(?!\()/.test(text) && !text.endsWith('()'));
    expect(korean.filter((text) => worded.includes(text))).toEqual([]);
  });
});
