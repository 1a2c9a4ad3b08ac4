// What a person sets for every visit: the theme, and whether keys are listened to. Kept in this browser alone, where
// the browser lets a page keep anything.

import { effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = 'synfin-lab';

export class Settings {
  readonly theme = signal<Theme>('system');
  /** Single keys do something (WCAG 2.1.4: they can be switched off). */
  readonly keys = signal(true);

  constructor() {
    const kept = read();
    this.theme.value = THEMES.find((theme) => theme === kept.theme) ?? 'system';
    this.keys.value = kept.keys !== false;
    effect(() => {
      document.documentElement.dataset.theme = this.theme.value;
      write({ theme: this.theme.value, keys: this.keys.value });
    });
  }

  nextTheme(): void {
    this.theme.value = THEMES[(THEMES.indexOf(this.theme.value) + 1) % THEMES.length]!;
  }
}

function read(): { readonly theme?: unknown; readonly keys?: unknown } {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '{}');
    return typeof kept === 'object' && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

function write(kept: { readonly theme: Theme; readonly keys: boolean }): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Without storage the settings last as long as the page.
  }
}
