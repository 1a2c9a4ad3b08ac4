// The language of the user who runs the process.

import { ENGLISH } from '../trace/text/english.ts';
import { KOREAN } from '../trace/text/korean.ts';
import { languageOfEnvironment } from '../trace/text/language.ts';
import type { Language, Messages } from '../trace/text/messages.ts';

const ALL: Readonly<Record<Language, Messages>> = { en: ENGLISH, ko: KOREAN };

/** By default in the language that the environment asks for. */
export const messagesIn = (language: Language = languageOfEnvironment(process.env)): Messages =>
  ALL[language];
