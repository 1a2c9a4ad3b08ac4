import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RuleId } from '../../src/tcp/rules.ts';
import { formatRule, ruleSource } from '../../src/trace/rules.ts';
import { ENGLISH } from '../../src/trace/text/english.ts';
import { KOREAN } from '../../src/trace/text/korean.ts';
import { widthOf } from '../../src/trace/text/width.ts';

const IDS = [
  ...readFileSync(new URL('../../src/tcp/rules.ts', import.meta.url), 'utf8').matchAll(
    /'((?:\d{4}|local)-[^']+)'/g,
  ),
].map((match) => match[1]!);

describe.each([ENGLISH, KOREAN])('the rules in $language', ({ language, rules }) => {
  test('say something about every rule of the engine, and about nothing else', () => {
    expect(IDS.length).toBeGreaterThan(50);
    expect(Object.keys(rules).sort()).toEqual([...new Set(IDS)].sort());
  });

  test.each(Object.entries(rules))('%s: short, plain, once', (_, text) => {
    expect(widthOf(text)).toBeGreaterThan(10);
    expect(widthOf(text)).toBeLessThanOrEqual(60);
    expect(text).not.toMatch(language === 'en' ? /\.$|\s\s|[^\x20-\x7e]/ : /\.$|\s\s|[^\x20-\x7e가-힣]/);
    expect(Object.values(rules).filter((other) => other === text)).toHaveLength(1);
  });
});

test.each(Object.keys(ENGLISH.rules) as RuleId[])('%s names its RFC and section', (id) => {
  const { rfc, section } = ruleSource(id);
  expect(id.startsWith(rfc === 0 ? 'local-' : `${rfc}-${section}`)).toBe(true);
});

test('RFC and section in words', () => {
  expect(formatRule('9293-3.10.7.4-first-rst', ENGLISH)).toBe('RFC 9293 §3.10.7.4');
  expect(formatRule('6298-5.4-syn', KOREAN)).toBe('RFC 6298 §5.4');
  expect(formatRule('local-link-down', ENGLISH)).toBe('no RFC');
  expect(formatRule('local-link-down', KOREAN)).toBe('RFC 없음');
  expect(ruleSource('9293-3.5-syn')).toEqual({ rfc: 9293, section: '3.5' });
});
