// The ladder, or two of them with one axis of time: what is in sight, drawn. Where there is no room to draw, the list
// of sentences that is otherwise for those who hear the page is what everyone sees.

import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { drawBody, drawHead, frameOf, HEAD } from '../../trace/picture/draw.ts';
import { type LadderLayout, layOut } from '../../trace/picture/layout.ts';
import type { LadderPicture } from '../../trace/picture/picture.ts';
import { arrowOfFlight, flightOfArrow, momentOfNote, noteId, pictureOf } from '../model/picture.ts';
import { acknowledgedBy } from '../model/segment-fields.ts';
import type { Story } from '../model/story.ts';
import type { Chosen, Lab } from './lab.ts';
import { List } from './list.tsx';
import { nodeOf } from './shape.tsx';
import { wordsOf } from './words.ts';

/** Drawn beyond what is in sight, pixels: scrolling shows no empty edge. */
const OVERSCAN = 400;
/** Above the first event and below the last, pixels. */
const TOP = 12;
const FOOT = 40;
/** With less than this for a ladder there is a list instead, pixels. */
const NARROW = 420;

/** What is in sight, pixels. */
interface Sight {
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

export function Ladders({ lab }: { lab: Lab }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const sight = useSignal<Sight>({ top: 0, height: 800, width: 860 });
  const whole = useComputed(() => completePicture(lab, lab.story.value));
  const original = useComputed(() => {
    const story = lab.beside.value ? lab.original.value : null;
    return story === null ? null : completePicture(lab, story);
  });
  useEffect(() => watch(frame.current!, (seen) => (sight.value = seen)), []);

  const isList = sight.value.width < NARROW;
  const two = original.value !== null && !isList;
  const width = two ? sight.value.width / 2 : sight.value.width;
  const { page } = lab.messages.value;
  return (
    <div class={`ladders${two ? ' two' : ''}${isList ? ' as-list' : ''}`} ref={frame}>
      {two && (
        <Ladder
          lab={lab}
          of="original"
          title={page.original}
          sight={sight.value}
          width={width}
          whole={original.value!}
          beside={whole.value}
        />
      )}
      {!isList && (
        <Ladder
          lab={lab}
          of="run"
          title={two ? page.branch : null}
          sight={sight.value}
          width={width}
          whole={whole.value}
          beside={original.value}
        />
      )}
      <List lab={lab} label={page.ladder} seen={isList} />
    </div>
  );
}

const completePicture = (lab: Lab, story: Story): LadderPicture =>
  pictureOf(story, story.moments.length, lab.addresses.value, wordsOf(lab.messages.value));

function watch(element: HTMLElement, see: (sight: Sight) => void): () => void {
  const measure = (): void =>
    see({ top: element.scrollTop, height: element.clientHeight, width: element.clientWidth });
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  element.addEventListener('scroll', measure, { passive: true });
  measure();
  return () => {
    observer.disconnect();
    element.removeEventListener('scroll', measure);
  };
}

interface LadderProps {
  readonly lab: Lab;
  /** The run as it is, or the `original` without its last edit. */
  readonly of: 'run' | 'original';
  readonly title: string | null;
  readonly sight: Sight;
  readonly width: number;
  readonly whole: LadderPicture;
  readonly beside: LadderPicture | null;
}

function Ladder({ lab, of, title, sight, width, whole, beside }: LadderProps): JSX.Element {
  const own = useRef<SVGSVGElement>(null);
  const hovered = useSignal<number | null>(null);
  const isRun = of === 'run';
  const story = isRun ? lab.story.value : (lab.original.value ?? lab.story.value);
  const shown = isRun ? lab.position.value : lab.originalPosition.value;
  const picture = pictureOf(story, shown, lab.addresses.value, wordsOf(lab.messages.value));
  const layout = layOut(picture, {
    scale: lab.scale.value,
    whole,
    ...(beside === null ? {} : { beside }),
  });
  const selected = isRun ? idOf(lab.chosen.value) : null;
  const frame = frameOf(picture.ends.length, width);
  useEffect(() => {
    const arrived = lab.packet.value === undefined ? null : arrowOfFlight(lab.packet.value.index);
    if (isRun) reveal(own.current!, layout, [selected, arrived]);
  }, [selected, shown, lab.recipe.value, lab.scale.value]);
  const body = drawBody(picture, layout, {
    width,
    words: lab.messages.value,
    from: sight.top - HEAD - OVERSCAN,
    to: sight.top + sight.height + OVERSCAN,
    selected,
    spokenOf: isRun ? spokenOf(lab, hovered.value) : new Set(),
    faded: isRun ? fadedOf(lab) : new Set(),
    differsFrom: beside === null ? null : differenceAt(lab, story, layout),
  });
  const handlers = {
    onClick: (event: Event) => choose(lab, event.target as Element),
    onPointerOver: ({ target }: Event) => (hovered.value = flightAt(target as Element)),
    onPointerLeave: () => (hovered.value = null),
  };
  return (
    <div class="ladder">
      <svg class="ladder-head" aria-hidden="true" width={frame.width} height={HEAD - TOP}>
        {title !== null && (
          <text class="ladder-title" x={8} y={22}>
            {title}
          </text>
        )}
        {nodeOf(drawHead(picture, frame))}
      </svg>
      <svg
        class="ladder-body"
        ref={own}
        aria-hidden="true"
        width={frame.width}
        height={TOP + layout.height + FOOT}
        {...(isRun ? handlers : {})}
      >
        <g transform={`translate(0 ${TOP})`}>{nodeOf(body)}</g>
      </svg>
    </div>
  );
}

const idOf = (chosen: Chosen | null): number | null =>
  chosen === null ? null : chosen.kind === 'flight' ? arrowOfFlight(chosen.index) : noteId(chosen.index);

function flightAt(target: Element): number | null {
  const arrow = target.closest('[data-arrow]');
  return arrow === null ? null : flightOfArrow(Number(arrow.getAttribute('data-arrow')));
}

function choose(lab: Lab, target: Element): void {
  const flight = flightAt(target);
  const note = target.closest('[data-note]');
  if (flight !== null) lab.choose({ kind: 'flight', index: flight });
  else if (note !== null)
    lab.choose({ kind: 'moment', index: momentOfNote(Number(note.getAttribute('data-note'))) });
}

/** What the ACK under the pointer acknowledges, else what the chosen one does; and what is marked. */
function spokenOf(lab: Lab, hovered: number | null): Set<number> {
  const { chosen, marked, packet } = lab;
  const story = lab.story.value;
  const flight = hovered === null ? packet.value : story.flights[hovered];
  const told = flight === undefined ? [] : acknowledgedBy(story, flight).map(({ index }) => index);
  const came = chosen.value?.kind === 'moment' && packet.value !== undefined ? [packet.value.index] : [];
  return new Set([...told, ...came, ...marked.value].map(arrowOfFlight));
}

function fadedOf(lab: Lab): Set<number> {
  const found = lab.found.value;
  if (found === null) return new Set();
  return new Set(
    lab.rows.value.flatMap(({ flight }, i) =>
      flight === null || found.has(i) ? [] : [arrowOfFlight(flight)],
    ),
  );
}

/** The height from which on the two differ, where that is shown already. */
function differenceAt(lab: Lab, story: Story, layout: LadderLayout): number | null {
  const first = lab.comparison.value?.first ?? null;
  if (first === null || lab.position.value <= first) return null;
  const t = story.moments[first]?.t ?? story.end;
  return layout.ticks.find((tick) => tick.t >= t)?.y ?? null;
}

/** Scroll what is chosen into sight. */
function reveal(body: SVGSVGElement, layout: LadderLayout, ids: readonly (number | null)[]): void {
  const scroller = body.closest('.ladders');
  const arrow = layout.arrows.find(({ arrow: { id } }) => ids.includes(id));
  const note = layout.notes.find(({ note: { id } }) => ids.includes(id));
  if (scroller === null || (arrow === undefined && note === undefined)) return;
  const [first, last] = arrow === undefined ? [note!.y, note!.y] : [arrow.y1, arrow.y2];
  const { scrollTop, clientHeight } = scroller;
  if (HEAD + last > scrollTop + clientHeight - FOOT) scroller.scrollTop = last - clientHeight / 2;
  else if (first < scrollTop + FOOT / 2) scroller.scrollTop = Math.max(0, first - 2 * FOOT);
}
