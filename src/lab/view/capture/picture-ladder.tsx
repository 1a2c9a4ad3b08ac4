// A long ladder of real packets: what is in sight of it, drawn; and the same as a list of sentences for those who hear
// the page. The keyboard goes from arrow to arrow.

import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { drawBody, drawHead, frameOf, HEAD } from '../../../trace/picture/draw.ts';
import { layOut } from '../../../trace/picture/layout.ts';
import type { LadderPicture, PictureWords } from '../../../trace/picture/picture.ts';
import { LayoutWindow } from '../../../trace/picture/window.ts';
import { nodeOf } from '../shape.tsx';
import { moved, OVERSCAN, STEP, useSight } from './sight.ts';

const FOOT = 40;
/** Between packets: labels of arrows that lean towards each other stay apart, pixels. */
const ROW = 40;
/** Room for the first arrow's label, pixels. */
const ABOVE = 16;
/** Sentences around the chosen one that are there to be heard. */
const HEARD = 20;
const PAGE = 20;

export interface PictureLadderProps {
  readonly picture: LadderPicture;
  readonly words: PictureWords;
  /** An index of the picture's arrows; -1: none. */
  readonly chosen: number;
  readonly choose: (index: number) => void;
  readonly label: string;
  /** What is said of an arrow. */
  readonly sentence: (index: number) => string;
  /** Keep the foot in sight as the picture grows. */
  readonly follow?: boolean;
}

export function PictureLadder(props: PictureLadderProps): JSX.Element {
  const { picture, words, chosen, choose, label, sentence, follow = false } = props;
  const { frame, sight } = useSight();
  const layout = useMemo(() => layOut(picture, { scale: 'compressed', step: ROW }), [picture]);
  const window = useMemo(() => new LayoutWindow(layout), [layout]);
  const byId = useMemo(() => new Map(picture.arrows.map(({ id }, i) => [id, i])), [picture]);
  const top = useComputed(() => sight.value.top).value;
  const { height, width } = sight.value;
  const from = top - OVERSCAN;
  const to = top + height + OVERSCAN + STEP;
  // A picture of all its height would be painted anew in all its height.
  const first = Math.max(0, from);
  const selected = picture.arrows[chosen]?.id ?? null;
  const lines = frameOf(picture.ends.length, width);
  const body = useMemo(
    () => nodeOf(drawBody(picture, window.between(from, to), { width, words, from, to, selected })),
    [picture, window, from, to, width, words, selected],
  );
  useEffect(() => {
    const element = frame.current!;
    if (follow) element.scrollTop = element.scrollHeight;
  }, [layout, follow]);
  useReveal(frame, window, selected);

  const click = (event: Event): void => {
    const arrow = (event.target as Element).closest('[data-arrow]');
    const index = arrow === null ? undefined : byId.get(Number(arrow.getAttribute('data-arrow')));
    if (index !== undefined) choose(index);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const next = moved(event.code, chosen, picture.arrows.length, PAGE);
    if (next === null) return;
    event.preventDefault();
    choose(next);
  };
  return (
    <div class="packets">
      <svg class="packets-head" aria-hidden="true" width={lines.width} height={HEAD - 8}>
        {nodeOf(drawHead(picture, lines))}
      </svg>
      <div class="packets-frame" ref={frame}>
        <Heard {...{ picture, chosen, label, sentence, press }} />
        <div class="packets-all" style={{ height: `${layout.height + FOOT}px` }}>
          <svg
            aria-hidden="true"
            style={{ top: `${first}px` }}
            width={lines.width}
            height={Math.min(to, layout.height + FOOT) - first}
            onClick={click}
          >
            <g transform={`translate(0 ${ABOVE - first})`}>{body}</g>
          </svg>
        </div>
      </div>
    </div>
  );
}

function useReveal(
  frame: { readonly current: HTMLDivElement | null },
  window: LayoutWindow,
  selected: number | null,
): void {
  const shown = useRef<number | null>(null);
  useEffect(() => {
    const placed = selected === null ? null : window.find(selected);
    if (placed === null || shown.current === selected) return;
    shown.current = selected;
    const element = frame.current!;
    const [first, last] = [Math.min(placed.y1, placed.y2), Math.max(placed.y1, placed.y2)];
    const { scrollTop, clientHeight } = element;
    if (last > scrollTop + clientHeight - FOOT) element.scrollTop = last - clientHeight / 2;
    else if (first < scrollTop + FOOT) element.scrollTop = Math.max(0, first - clientHeight / 2);
  }, [window, selected]);
}

interface HeardProps extends Pick<PictureLadderProps, 'picture' | 'chosen' | 'label' | 'sentence'> {
  readonly press: (event: KeyboardEvent) => void;
}

function Heard({ picture, chosen, label, sentence, press }: HeardProps): JSX.Element {
  const { length } = picture.arrows;
  const first = Math.max(0, Math.min(chosen, length) - HEARD);
  const indexes = Array.from({ length: Math.min(length, first + 2 * HEARD) - first }, (_, i) => first + i);
  return (
    <div
      class="packets-list"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={chosen < 0 ? undefined : `packet-${chosen}`}
      onKeyDown={press}
    >
      {indexes.map((index) => (
        <div
          key={index}
          id={`packet-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          aria-setsize={length}
          aria-posinset={index + 1}
        >
          {sentence(index)}
        </div>
      ))}
    </div>
  );
}
