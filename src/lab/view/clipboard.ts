// What a person copies. Not every page may: without https or loopback the browser has no clipboard for it.

import type { Lab } from './lab.ts';

export async function copy(text: string, lab: Lab): Promise<void> {
  const { page } = lab.messages.value;
  try {
    await navigator.clipboard.writeText(text);
    lab.spoken.value = page.copied;
  } catch {
    lab.spoken.value = page.notCopied;
  }
}
