// What holds for any sentence of a language, and how to walk through all of them.
import { expect } from 'vitest';
import { endingOf, type Particle, particleFor } from '../../../src/trace/text/korean/particle.ts';
import type { Language } from '../../../src/trace/text/messages.ts';

/** For each message that takes values, examples of them: the compiler says when one is missing. */
export type SamplesOf<Section> = {
  readonly [Key in keyof Section as Section[Key] extends (values: never) => string
    ? Key
    : never]: Section[Key] extends (values: infer Values) => string ? readonly Values[] : never;
};

/** A message under its path, `reader.columns.client`, with what it says: a text, or a function of values. */
export type Leaf = readonly [path: string, message: string | ((values: never) => string)];

export function* leavesOf(messages: object, path = ''): Generator<Leaf> {
  for (const [key, value] of Object.entries(messages)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'object' && value !== null) yield* leavesOf(value, here);
    else yield [here, value as Leaf[1]];
  }
}

/** The text for `values`, and which of them it asks for, those of values within values too. */
export function render(
  message: (values: never) => string,
  values: object,
): { readonly text: string; readonly asks: ReadonlySet<string> } {
  const asks = new Set<string>();
  const watched = new Proxy(values, {
    get: (target, name) => {
      if (typeof name === 'string') asks.add(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  return { text: (message as (values: object) => string)(watched), asks };
}

/** Words that stand in Korean sentences as they are: names of the protocol, its segments and states, units. */
const TERMS = new Set(
  (
    'SYN ACK FIN RST MSS CE ECE CWR ECT ACE ECN AccECN SACK RACK RTO RTT MSL MTU TCP UDP IP ICMP RFC SND UNA RCV NXT ' +
    'TIME WAIT CLOSE LISTEN CLOSED ESTABLISHED SENT LAST CLOSING ' +
    'Nagle Fast Open F D R N X seq len win cork persist send ms s µs KiB MB pcap pcapng conn follow json synfin Linux TUN PATH PNG ppm force png svg'
  ).split(' '),
);

const PAIRS: Readonly<Record<string, Particle>> = {
  ...{ 은: '은/는', 는: '은/는', 이: '이/가', 가: '이/가', 을: '을/를', 를: '을/를' },
  ...{ 와: '와/과', 과: '와/과', 으로: '으로/로', 로: '으로/로' },
};

/** `names`: what the values bring in, and may be of any language. */
export function expectSpeech(language: Language, text: string, names: readonly string[] = []): void {
  expect(text).not.toBe('');
  expect(text).not.toMatch(
    /undefined|null|NaN|\[object|[{}]|\$|\s\s|^\s*$|\s[,.;:]|은\/는|이\/가|을\/를|와\/과|으로\/로/,
  );
  if (language === 'en') expect(text).toMatch(/^[\x20-\x7e→§]*$/);
  else expectKorean(text, names);
}

function expectKorean(text: string, names: readonly string[]): void {
  const own = names.reduce((rest, name) => rest.replaceAll(name, ''), text);
  const foreign = [...own.matchAll(/[A-Za-zµ]+/g)].map(([word]) => word).filter((word) => !TERMS.has(word));
  expect(foreign).toEqual([]);
  // The copula: ACK이다, RST다.
  for (const [, word] of text.matchAll(/([A-Za-z]+)다(?=[\s,.:;)]|$)/g))
    expect(endingOf(word!)).toBe('vowel');
  for (const [, word, particle] of text.matchAll(
    /([A-Za-z0-9µ%)"’.,:-]*[A-Za-z0-9%)"’])(은|는|이|가|을|를|와|과|으로|로)(?=[\s,.:;)]|$)/g,
  )) {
    expect(word! + particle).toBe(word! + particleFor(word!, PAIRS[particle!]!));
  }
}

/** Whole numbers and decimals, in order of size; zero may be a word. */
export const numbersIn = (text: string): number[] =>
  [...text.matchAll(/\d[\d,]*(?:\.\d+)?/g)]
    .map(([number]) => Number(number.replaceAll(',', '')))
    .filter((number) => number !== 0)
    .sort((a, b) => a - b);
