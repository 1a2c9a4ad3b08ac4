// English.

import { EXPORTS } from './english/exports.ts';
import { LADDER } from './english/ladder.ts';
import { MERGE } from './english/merge.ts';
import { READER } from './english/reader.ts';
import { RULES } from './english/rules.ts';
import { SUMMARY } from './english/summary.ts';
import { VERDICTS } from './english/verdicts.ts';
import { VIEWER } from './english/viewer.ts';
import type { Language } from './messages.ts';

/** Everything that is said of a trace, in English. */
export const ENGLISH = {
  language: 'en' as Language,
  /** @hidden */
  rules: RULES,
  /** @hidden */
  ladder: LADDER,
  /** @hidden */
  summary: SUMMARY,
  /** @hidden */
  reader: READER,
  /** @hidden */
  verdicts: VERDICTS,
  /** @hidden */
  exports: EXPORTS,
  /** @hidden */
  merge: MERGE,
  /** @hidden */
  viewer: VIEWER,
};
