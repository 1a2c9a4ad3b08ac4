// Which of the page's screens is shown: the lab itself, a capture, or what happens live.

import { signal } from '@preact/signals';
import type { ReplayNotes } from '../model/capture-recipe.ts';

export const SCREENS = ['lab', 'capture', 'live'] as const;
export type ScreenName = (typeof SCREENS)[number];

export const screen = signal<ScreenName>('lab');

/** Of the replay of a capture that the lab shows, until a person has seen it; null: none. */
export const replayed = signal<ReplayNotes | null>(null);

/** `screen=capture&lang=ko`; a link to a run is one to the lab. */
export function screenOf(fragment: string): ScreenName {
  const named = new URLSearchParams(fragment).get('screen');
  return SCREENS.find((name) => name === named) ?? 'lab';
}

/** What the address of a screen other than the lab says behind its `#`. */
export const fragmentOf = (name: ScreenName, language: string): string => `screen=${name}&lang=${language}`;

/** The language that such an address names; empty: none. */
export const languageOf = (fragment: string): string => new URLSearchParams(fragment).get('lang') ?? '';
