// What part of a long list or picture is in sight, in steps: between two steps scrolling is the browser's alone.

import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Pixels. */
export interface Sight {
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

/** What is drawn anew is drawn this much further, pixels. */
export const STEP = 256;
/** Drawn beyond what is in sight, pixels: scrolling by less shows no empty edge. */
export const OVERSCAN = 2 * STEP;

export function useSight(): {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly sight: Signal<Sight>;
} {
  const frame = useRef<HTMLDivElement>(null);
  const sight = useSignal<Sight>({ top: 0, height: 800, width: 860 });
  useEffect(() => {
    const element = frame.current!;
    const measure = (): void => {
      const top = Math.floor(element.scrollTop / STEP) * STEP;
      const { clientHeight: height, clientWidth: width } = element;
      const before = sight.peek();
      if (before.top === top && before.height === height && before.width === width) return;
      sight.value = { top, height, width };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  return { frame, sight };
}

/** Where keys lead in a list of so many; null: nowhere. By code, so that a Hangul IME does not get in the way. */
export function moved(code: string, at: number, length: number, page: number): number | null {
  const to = { ArrowDown: at + 1, KeyJ: at + 1, ArrowUp: at - 1, KeyK: at - 1 }[code];
  const far = { PageDown: at + page, PageUp: at - page, Home: 0, End: length - 1 }[code];
  const next = to ?? far;
  return next === undefined || length === 0 ? null : Math.min(Math.max(next, 0), length - 1);
}
