// Korean: plain style (-다) in what describes a trace, polite style (-니다) in what is said to the user. Terms are
// those of docs/glossary.md.

import { EXPORTS } from './korean/exports.ts';
import { LADDER } from './korean/ladder.ts';
import { MERGE } from './korean/merge.ts';
import { READER } from './korean/reader.ts';
import { RULES } from './korean/rules.ts';
import { SUMMARY } from './korean/summary.ts';
import { VERDICTS } from './korean/verdicts.ts';
import { VIEWER } from './korean/viewer.ts';
import type { Messages } from './messages.ts';

/** Everything that is said of a trace, in Korean. */
export const KOREAN: Messages = {
  language: 'ko',
  rules: RULES,
  ladder: LADDER,
  summary: SUMMARY,
  reader: READER,
  verdicts: VERDICTS,
  exports: EXPORTS,
  merge: MERGE,
  viewer: VIEWER,
};
