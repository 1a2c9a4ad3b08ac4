// Which language to speak, by what an environment or a browser says of its user.

import type { Language } from './messages.ts';

export const LANGUAGES: readonly Language[] = ['en', 'ko'];

/** Of `ko_KR.UTF-8`, `ko-KR`, `ko`. English where we do not know the language, or can't be read in its encoding. */
export function languageOf(tag: string): Language {
  const [, code, encoding] = /^([a-z]{2,3})(?:[-_][^.@]*)?(?:\.([^@]*))?(?:@.*)?$/i.exec(tag) ?? [];
  const isReadable = encoding === undefined || /^utf-?8$/i.test(encoding);
  const known = LANGUAGES.find((language) => language === code?.toLowerCase());
  return known !== undefined && isReadable ? known : 'en';
}

/** Of the first of LC_ALL, LC_MESSAGES and LANG that is set and not empty (POSIX.1 §8.2). */
export function languageOfEnvironment(environment: Readonly<Record<string, string | undefined>>): Language {
  return languageOf(environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '');
}
