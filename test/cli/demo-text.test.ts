// What the demo says: both languages, whole sentences, of the same values; and the demo itself in Korean.
import { describe, expect, test } from 'vitest';
import { DEMO_TEXT, type DemoText } from '../../src/cli/demo-text.ts';
import type { Language } from '../../src/trace/text/messages.ts';
import {
  expectSpeech,
  type Leaf,
  leavesOf,
  numbersIn,
  render,
  type SamplesOf,
} from '../trace/text/speech.ts';
import { run } from './support.ts';

const fault = '-';
const TEXTS: SamplesOf<DemoText> = {
  noDevice: [{ reason: 'EPERM' }],
  inMemory: [
    { delay: 10, loss: 0, seed: 1, server: '10.77.0.2:80' },
    { delay: 150, loss: 20, seed: 7, server: '10.77.0.2:80' },
  ],
  withKernel: [{ server: '10.77.0.2:80', linux: '6.1.0' }],
  noConnection: [{ program: 'curl', error: 'EPERM' }],
  notComplete: [{ fault }],
  exchangeNotComplete: [{ fault }],
  clientSaid: [
    { error: 'EPERM', reset: true },
    { error: 'EPERM', reset: false },
  ],
  kernelSilent: [{ reason: 'EPERM' }],
  kernelSays: [
    { reported: ['LISTEN', 'CLOSED'], inferred: ['LISTEN'], agrees: false, left: 0 },
    { reported: ['TIME-WAIT'], inferred: ['TIME-WAIT'], agrees: true, left: 59_900 },
  ],
};
const FAULTS: SamplesOf<DemoText['faults']> = {
  page: [
    { came: 0, of: 140 },
    { came: 12, of: 140 },
  ],
};
const SAMPLES: Readonly<Record<string, readonly object[]>> = { ...TEXTS, 'faults.page': FAULTS.page };

const english = new Map<string, Leaf[1]>(leavesOf(DEMO_TEXT.en));

describe.each(Object.entries(DEMO_TEXT))('%s', (language, texts) => {
  test.each([...leavesOf(texts)])('%s', (path, message) => {
    if (typeof message === 'string') {
      expectSpeech(language as Language, message);
      return;
    }
    for (const values of SAMPLES[path]!) {
      const own = render(message, values);
      const model = render(english.get(path) as never, values);
      expectSpeech(language as Language, own.text, ['curl', 'EPERM']);
      expect(numbersIn(own.text)).toEqual(numbersIn(model.text));
      expect([...own.asks].sort()).toEqual([...model.asks].sort());
    }
  });
});

test('the demo in Korean', async () => {
  const { code, stdout } = await run('demo', '--memory', '--lang', 'ko');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^synfin 호스트 둘.*10\.77\.0\.2:80이 응답합니다\.\n/);
  expect(stdout).toContain('상대의 SYN을 확인 응답하고 우리 SYN을 보낸다');
  expect(stdout).toMatch(/ {2}교환 +완료\n/);
  const said = (await run('demo', '--memory', '--lang', 'ko', '--json')).stdout;
  expect(said).toBe((await run('demo', '--memory', '--json')).stdout);
});
