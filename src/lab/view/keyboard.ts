// Keys, by where they are on the keyboard, so that a Hangul IME does not get in the way; never while something is
// typed, and not at all when a person has switched them off. One table: what a key does, and what the help says.

import type { WhatIf } from '../model/what-if.ts';
import type { LabMessages } from '../text/messages.ts';
import { goToEndpoint } from './endpoint.ts';
import type { Lab } from './lab.ts';
import { screen } from './screen.ts';
import { openShare } from './share.tsx';

/** What the page can do that the lab by itself can't. */
export interface Doings {
  readonly speak: (language: string) => Promise<void>;
  readonly copyLink: () => Promise<void>;
}

interface Key {
  /** `KeyboardEvent.code`. */
  readonly codes: readonly string[];
  /** As the help has it. */
  readonly shown: string;
  readonly name: keyof LabMessages['page']['keyNames'];
  readonly press: (lab: Lab, pressed: KeyboardEvent, doings: Doings) => void;
}

const asks = (code: string, shown: string, what: WhatIf & Key['name']): Key => ({
  codes: [code],
  shown,
  name: what,
  press: (lab) => lab.askOfChosen(what),
});

export const KEYS: readonly Key[] = [
  { codes: ['Space'], shown: 'Space', name: 'play', press: (lab) => lab.play(!lab.playing.value) },
  {
    codes: ['ArrowRight', 'ArrowLeft'],
    shown: '→ ←',
    name: 'step',
    press: (lab, { code, shiftKey }) => {
      const by = code === 'ArrowRight' ? 1 : -1;
      if (shiftKey) lab.stepState(by);
      else lab.step(by);
    },
  },
  { codes: [], shown: 'Shift → ←', name: 'state', press: () => {} },
  {
    codes: ['Home', 'End'],
    shown: 'Home End',
    name: 'ends',
    press: (lab, { code }) => lab.goTo(code === 'Home' ? 0 : lab.length.value),
  },
  {
    codes: ['ArrowDown', 'ArrowUp', 'KeyJ', 'KeyK'],
    shown: '↓ ↑, J K',
    name: 'select',
    press: (lab, { code }) => lab.select(code === 'ArrowDown' || code === 'KeyJ' ? 1 : -1),
  },
  { codes: ['Enter'], shown: 'Enter', name: 'why', press: (lab) => lab.showWhy() },
  asks('KeyX', 'X', 'drop'),
  asks('KeyL', 'L', 'late'),
  asks('KeyU', 'U', 'duplicate'),
  asks('KeyW', 'W', 'swapped'),
  asks('KeyD', 'D', 'corrupt'),
  asks('KeyC', 'C', 'crash'),
  {
    codes: ['KeyZ'],
    shown: 'Z, Shift Z',
    name: 'undo',
    press: (lab, { shiftKey }) => (shiftKey ? lab.redo() : lab.undo()),
  },
  { codes: ['KeyM'], shown: 'M', name: 'mark', press: (lab) => lab.mark() },
  {
    codes: ['KeyV'],
    shown: 'V',
    name: 'beside',
    press: (lab) => {
      lab.beside.value = !lab.beside.value;
    },
  },
  {
    codes: ['BracketLeft', 'BracketRight'],
    shown: '[ ]',
    name: 'speed',
    press: (lab, { code }) => lab.faster(code === 'BracketRight' ? 1 : -1),
  },
  { codes: ['KeyT'], shown: 'T', name: 'scale', press: (lab) => lab.nextScale() },
  {
    codes: ['KeyS'],
    shown: 'S',
    name: 'states',
    press: (lab) => {
      lab.panel.value = lab.panel.value === 'states' ? 'why' : 'states';
    },
  },
  {
    codes: ['Digit1', 'Digit2'],
    shown: '1 2',
    name: 'endpoint',
    press: (lab, { code }) => goToEndpoint(lab, code === 'Digit1' ? 1 : 2),
  },
  { codes: ['KeyE'], shown: 'E', name: 'share', press: openShare },
  {
    codes: ['KeyG'],
    shown: 'G',
    name: 'language',
    press: (lab, _pressed, { speak }) => void speak(lab.language.value === 'ko' ? 'en' : 'ko'),
  },
  { codes: ['KeyY'], shown: 'Y', name: 'link', press: (_lab, _pressed, { copyLink }) => void copyLink() },
  {
    codes: ['Slash'],
    shown: '/',
    name: 'filter',
    press: (lab, { shiftKey }) => {
      if (shiftKey) lab.dialog.value = 'keys';
      else document.getElementById('filter')?.focus();
    },
  },
  { codes: [], shown: '?', name: 'help', press: () => {} },
];

const BY_CODE = new Map(KEYS.flatMap((key) => key.codes.map((code) => [code, key] as const)));
/** What has a use for Space and Enter of its own. */
const PRESSED_ITSELF = 'button, a, summary, [role=radio], [role=tab]';
const TYPED_INTO = 'input, select, textarea, [contenteditable]';

export function listenToKeys(lab: Lab, doings: Doings): void {
  document.addEventListener('keydown', (event) => {
    if (screen.value !== 'lab' || !lab.settings.keys.value || lab.dialog.value !== null) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target instanceof Element ? event.target : document.body;
    const presses = event.code === 'Space' || event.code === 'Enter';
    if (at.closest(TYPED_INTO) !== null || at.closest('dialog') !== null) return;
    if (presses && at.closest(PRESSED_ITSELF) !== null) return;
    const key = BY_CODE.get(event.code);
    if (key === undefined) return;
    event.preventDefault();
    key.press(lab, event, doings);
  });
}
