// The guide's place on the page. What it consists of is loaded when the page is there.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Lab } from './lab.ts';

type GuidePart = typeof import('./guide.tsx');

/** `openCapture`: what the door to captures does; without it, there is none. */
export function Coach({ lab, openCapture }: { lab: Lab; openCapture?: () => void }): JSX.Element {
  const part = useSignal<GuidePart | null>(null);
  useEffect(() => {
    void import('./guide.tsx').then((loaded) => {
      part.value = loaded;
    });
  }, []);
  const Guide = part.value?.Guide;
  return (
    <div class="coach">
      {Guide !== undefined && <Guide lab={lab} {...(openCapture === undefined ? {} : { openCapture })} />}
    </div>
  );
}
