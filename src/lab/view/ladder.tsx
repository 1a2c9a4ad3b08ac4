// The ladder: what is in sight of it, drawn; and for those who do not see it, a list of sentences, one for each arrow.

import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { drawBody, drawHead, frameOf, HEAD } from '../../trace/picture/draw.ts';
import { layOut } from '../../trace/picture/layout.ts';
import { flightOfArrow, pictureOf } from '../model/picture.ts';
import type { Chosen, Lab } from './lab.ts';
import { sentenceOf } from './sentence.ts';
import { nodeOf } from './shape.tsx';
import { wordsOf } from './words.ts';

/** Drawn beyond what is in sight, pixels: scrolling shows no empty edge. */
const OVERSCAN = 400;

/** `of` the run as it is, or of the `original` without its last edit. */
export function Ladder({ lab, of }: { lab: Lab; of: 'run' | 'original' }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const width = useSignal(860);
  const scroll = useSignal({ top: 0, height: 800 });
  const picture = useComputed(() =>
    of === 'run'
      ? pictureOf(lab.story.value, lab.position.value, lab.addresses.value, wordsOf(lab.messages.value))
      : pictureOf(
          lab.original.value ?? lab.story.value,
          lab.originalPosition.value,
          lab.addresses.value,
          wordsOf(lab.messages.value),
        ),
  );
  const layout = useComputed(() => layOut(picture.value, { scale: lab.scale.value }));

  useEffect(() => {
    const element = frame.current!;
    const measure = (): void => {
      width.value = element.clientWidth;
      scroll.value = { top: element.scrollTop, height: element.clientHeight };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    measure();
    return () => observer.disconnect();
  }, []);

  const selected = of === 'run' ? arrowOf(lab.chosen.value) : null;
  const { page } = lab.messages.value;
  const { top, height } = scroll.value;
  const options = {
    width: width.value,
    words: lab.messages.value,
    from: top - HEAD - OVERSCAN,
    to: top + height + OVERSCAN,
    selected,
  };
  const frameOfAll = frameOf(picture.value.ends.length, width.value);
  useEffect(() => reveal(frame.current!, selected, layout.value), [selected, layout.value]);

  const choose = (event: Event): void => {
    const arrow = (event.target as Element).closest('[data-arrow]');
    const note = (event.target as Element).closest('[data-note]');
    if (arrow !== null)
      lab.choose({ kind: 'flight', index: flightOfArrow(Number(arrow.getAttribute('data-arrow'))) });
    else if (note !== null) lab.choose({ kind: 'moment', index: Number(note.getAttribute('data-note')) });
  };
  return (
    <div class="ladder" ref={frame}>
      <svg
        aria-hidden="true"
        width={frameOfAll.width}
        height={HEAD + layout.value.height + 40}
        {...(of === 'run' ? { onClick: choose } : {})}
      >
        {nodeOf(drawHead(picture.value, frameOfAll))}
        <g transform={`translate(0 ${HEAD})`}>{nodeOf(drawBody(picture.value, layout.value, options))}</g>
      </svg>
      {of === 'run' && <List lab={lab} label={page.ladder} />}
    </div>
  );
}

function List({ lab, label }: { lab: Lab; label: string }): JSX.Element {
  const { moments } = lab.story.value;
  const shown = lab.position.value;
  const rows = moments.slice(0, shown);
  const { chosen } = lab;
  const active = momentOf(lab, chosen.value);
  return (
    <div
      class="hidden-list"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={active === null ? undefined : `moment-${active}`}
    >
      {rows.map((moment) => (
        <div
          key={moment.index}
          id={`moment-${moment.index}`}
          role="option"
          tabIndex={-1}
          aria-selected={moment.index === active}
          aria-setsize={moments.length}
          aria-posinset={moment.index + 1}
        >
          {sentenceOf(lab.story.value, moment, lab.messages.value)}
        </div>
      ))}
    </div>
  );
}

const arrowOf = (chosen: Chosen | null): number | null =>
  chosen === null ? null : chosen.kind === 'flight' ? chosen.index * 4 : chosen.index;

const momentOf = (lab: Lab, chosen: Chosen | null): number | null =>
  chosen === null
    ? null
    : chosen.kind === 'moment'
      ? chosen.index
      : (lab.story.value.flights[chosen.index]?.moment ?? null);

/** Scroll what is chosen into sight. */
function reveal(element: HTMLElement, selected: number | null, layout: ReturnType<typeof layOut>): void {
  const placed = layout.arrows.find(({ arrow }) => arrow.id === selected);
  if (placed === undefined) return;
  const y = HEAD + placed.y2;
  if (y > element.scrollTop + element.clientHeight - 60) element.scrollTop = y - element.clientHeight / 2;
  else if (HEAD + placed.y1 < element.scrollTop + 20) element.scrollTop = Math.max(0, HEAD + placed.y1 - 80);
}
