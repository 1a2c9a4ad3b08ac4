import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RuleId } from '../../src/tcp/rules.ts';
import { formatRule, RULES } from '../../src/trace/rules.ts';

const IDS = [
  ...readFileSync(new URL('../../src/tcp/rules.ts', import.meta.url), 'utf8').matchAll(
    /'((?:\d{4}|local)-[^']+)'/g,
  ),
].map((match) => match[1]!);

describe('RULES', () => {
  test('says something about every rule of the engine, and about nothing else', () => {
    expect(IDS.length).toBeGreaterThan(50);
    expect(Object.keys(RULES).sort()).toEqual([...new Set(IDS)].sort());
  });

  test.each(Object.entries(RULES))('%s: short, plain, once', (id, rule) => {
    expect(rule.text.length).toBeGreaterThan(10);
    expect(rule.text.length).toBeLessThanOrEqual(60);
    expect(rule.text).not.toMatch(/\.$|\s\s|[^\x20-\x7e]/);
    expect(id.startsWith(rule.rfc === 0 ? 'local-' : `${rule.rfc}-${rule.section}`)).toBe(true);
    expect(Object.values(RULES).filter(({ text }) => text === rule.text)).toHaveLength(1);
  });

  test('names RFC and section', () => {
    expect(formatRule('9293-3.10.7.4-first-rst')).toBe('RFC 9293 §3.10.7.4');
    expect(formatRule('6298-5.4-syn')).toBe('RFC 6298 §5.4');
    expect(formatRule('local-link-down')).toBe('no RFC');
    expect(RULES['9293-3.5-syn' satisfies RuleId]).toMatchObject({ rfc: 9293, section: '3.5' });
  });
});
