// Which rules the tests have made the engine follow: every probe of the tests notes them here, and each test hands
// over to the reporter what it hit (test/support/conformance-reporter.ts).

import { afterEach } from 'vitest';
import type { RuleId } from '../../src/tcp/rules.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Rules that the engine followed while this test ran. */
    rules?: readonly RuleId[];
  }
}

const hit = new Set<RuleId>();

/** The engine said that it followed `rule`. */
export function noteRule(rule: RuleId): void {
  hit.add(rule);
}

afterEach(({ task }) => {
  if (hit.size === 0) return;
  task.meta.rules = [...hit];
  hit.clear();
});
