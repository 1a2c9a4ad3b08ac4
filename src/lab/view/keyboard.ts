// Keys, by where they are on the keyboard, so that a Hangul IME does not get in the way; never while something is typed.

import { goToEndpoint } from './endpoint.ts';
import type { Lab } from './lab.ts';
import { openShare } from './share.tsx';

export function listenToKeys(lab: Lab): void {
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const action = actionOf(lab, event);
    if (action === null) return;
    event.preventDefault();
    action();
  });
}

function actionOf(lab: Lab, { code, shiftKey }: KeyboardEvent): (() => void) | null {
  switch (code) {
    case 'ArrowRight':
      return () => (shiftKey ? lab.stepState(1) : lab.step(1));
    case 'ArrowLeft':
      return () => (shiftKey ? lab.stepState(-1) : lab.step(-1));
    case 'Space':
      return () => lab.play(!lab.playing.value);
    case 'Home':
      return () => lab.goTo(0);
    case 'End':
      return () => lab.goTo(Number.MAX_SAFE_INTEGER);
    case 'Digit1':
    case 'Digit2':
      return () => goToEndpoint(lab, code === 'Digit1' ? 1 : 2);
    case 'KeyE':
      return openShare;
    case 'KeyZ':
      return () => (shiftKey ? lab.redo() : lab.undo());
    default:
      return null;
  }
}
