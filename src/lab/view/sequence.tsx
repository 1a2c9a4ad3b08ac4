// Sequence numbers: both ends' sequence spaces at the moment that is shown, and one direction over time. A mark of the
// graph that is clicked on is chosen.

import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { drawRuler, RULER_HEIGHT, type Ruler, rulerStyle } from '../../trace/picture/ruler.ts';
import { drawGraph, graphHeight, graphStyle } from '../../trace/picture/time-sequence.ts';
import { directionsOf, graphOf } from '../model/graph.ts';
import { type SequenceSpace, spacesOf } from '../model/sequence-space.ts';
import type { LabMessages } from '../text/messages.ts';
import { graphWordsOf } from './graph-words.ts';
import type { Lab } from './lab.ts';
import { nodeOf } from './shape.tsx';
import './panels.css';

const GRAPH_HEIGHT = 300;

const color = (name: string): string => `var(--${name})`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(rulerStyle(color) + graphStyle(color));
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

export function Sequence({ lab }: { lab: Lab }): JSX.Element {
  const { sequence } = lab.messages.value.panels;
  const frame = useRef<HTMLElement>(null);
  const width = useSignal(280);
  const spaces = useComputed(() => spacesOf(lab.story.value, lab.position.value));
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = Math.max(Math.floor(entry!.contentRect.width), 200);
    });
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <section class="sequence" ref={frame} aria-label={sequence.title}>
      <h2>{sequence.title}</h2>
      {spaces.value.length === 0 && <p class="hint">{sequence.nothing}</p>}
      {spaces.value.slice(-MOST_SPACES).map((space) => (
        <Space key={`${space.host} ${space.connection}`} space={space} lab={lab} width={width.value} />
      ))}
      <Graph lab={lab} width={width.value} />
    </section>
  );
}

/** Both ends of the last connections: a flood has hundreds. */
const MOST_SPACES = 8;

function Space({ space, lab, width }: { space: SequenceSpace; lab: Lab; width: number }): JSX.Element {
  const { sequence } = lab.messages.value.panels;
  const { host, connection } = space;
  const rulers = [
    { key: 'send', name: sequence.sends({ host }), ruler: sendRuler(space, lab.messages.value) },
    ...(space.receive === null
      ? []
      : [
          {
            key: 'receive',
            name: sequence.receives({ host }),
            ruler: receiveRuler(space, lab.messages.value),
          },
        ]),
  ];
  return (
    <section aria-label={sequence.space({ host, connection })}>
      <h3>{sequence.space({ host, connection })}</h3>
      {rulers.map(({ key, name, ruler }) => (
        <div key={key}>
          <h4>{name}</h4>
          <svg
            aria-hidden="true"
            width={width}
            height={RULER_HEIGHT}
            class={key === 'send' ? '' : 'receiving'}
          >
            {nodeOf(drawRuler(ruler, width))}
          </svg>
          <ul class="ruler-legend">
            {[...ruler.parts, ...ruler.blocks.map((block) => ({ number: '▬', ...block }))].map(
              ({ number, from, label }) => (
                <li key={`${number} ${from}`}>
                  <span class="swatch">{number}</span> {label}
                </li>
              ),
            )}
          </ul>
          <p class="unseen">{ruler.edges.map((edge) => `${edge.name} ${edge.at}`).join(', ')}</p>
        </div>
      ))}
    </section>
  );
}

function sendRuler({ una, nxt, sendEnd, sacked }: SequenceSpace, messages: LabMessages): Ruler {
  const { sequence } = messages.panels;
  const end = Math.max(sendEnd, nxt);
  const part = (number: number, name: string, from: number, to: number) => ({
    number,
    from,
    to,
    label: Number.isFinite(to) ? sequence.count({ name, count: to - from }) : name,
  });
  return {
    parts: [
      part(1, sequence.acked, 0, una),
      part(2, sequence.inFlight, una, nxt),
      part(3, sequence.usable, nxt, end),
      part(4, sequence.beyond, end, Number.POSITIVE_INFINITY),
    ],
    edges: [
      { name: 'SND.UNA', at: una },
      { name: 'SND.NXT', at: nxt },
      { name: 'SND.UNA+SND.WND', at: sendEnd },
    ],
    blocks: sacked.map(([from, to]) => ({ from, to, label: `${sequence.sacked}: ${from}–${to}` })),
  };
}

function receiveRuler({ receive }: SequenceSpace, messages: LabMessages): Ruler {
  const { sequence } = messages.panels;
  const { nxt, end, held } = receive!;
  return {
    parts: [
      { number: 1, from: 0, to: nxt, label: sequence.count({ name: sequence.received, count: nxt }) },
      { number: 2, from: nxt, to: end, label: sequence.count({ name: sequence.window, count: end - nxt }) },
      { number: 3, from: end, to: Number.POSITIVE_INFINITY, label: sequence.beyond },
    ],
    edges: [
      { name: 'RCV.NXT', at: nxt },
      { name: 'RCV.NXT+RCV.WND', at: end },
    ],
    blocks: held.map(([from, to]) => ({ from, to, label: `${sequence.held}: ${from}–${to}` })),
  };
}

function Graph({ lab, width }: { lab: Lab; width: number }): JSX.Element {
  const messages = lab.messages.value;
  const { sequence } = messages.panels;
  const { story, position } = lab;
  const wanted = useSignal('');
  const directions = directionsOf(story.value, position.value);
  const name = ({ host, connection }: (typeof directions)[number]): string => `${host} ${connection}`;
  const chosen = directions.find((one) => name(one) === wanted.value) ?? directions[0];
  if (chosen === undefined) return <p class="hint">{sequence.graphNothing}</p>;
  const graph = graphOf(story.value, position.value, chosen, graphWordsOf(messages));
  const selected = lab.chosen.value?.kind === 'flight' ? lab.chosen.value.index : null;
  const options = { width, height: GRAPH_HEIGHT, legend: sequence.legend, time: messages.time, selected };
  const choose = (event: Event): void => {
    const mark = (event.target as Element).closest('[data-flight]');
    if (mark !== null) lab.choose({ kind: 'flight', index: Number(mark.getAttribute('data-flight')) });
  };
  return (
    <section aria-label={sequence.graph({ from: chosen.host })}>
      <h3>{sequence.graph({ from: chosen.host })}</h3>
      {directions.length > 1 && (
        <label class="in-line">
          {sequence.direction}{' '}
          <select value={name(chosen)} onChange={(event) => (wanted.value = event.currentTarget.value)}>
            {directions.map((one) => (
              <option key={name(one)} value={name(one)}>
                {sequence.sends({ host: one.host })} ({one.connection})
              </option>
            ))}
          </select>
        </label>
      )}
      <svg aria-hidden="true" width={width} height={graphHeight(GRAPH_HEIGHT)} onClick={choose}>
        {nodeOf(drawGraph(graph, options))}
      </svg>
    </section>
  );
}
