// What all languages have in common. English says which messages there are and what each is given; every other
// language is checked against it by the compiler.

import type { ENGLISH } from './english.ts';

/** Of everything that is said of a trace. */
export type Language = 'en' | 'ko';

/**
 * Every sentence of rules, ladder, summary and reader in one language: text, or a function of named values. Numbers
 * come as numbers, times in milliseconds: each language writes them its own way.
 */
export interface Messages extends Readonly<English> {}

type English = typeof ENGLISH;
