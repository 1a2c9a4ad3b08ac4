// The screen of live connections: those of a stack that runs, as they happen.

import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { captureWords } from '../../../trace/reader/picture.ts';
import { ruleSource } from '../../../trace/rules.ts';
import type { LiveArrow, LiveConnection } from '../../model/live.ts';
import { PictureLadder } from '../capture/picture-ladder.tsx';
import { captureText } from '../capture/text.ts';
import type { Lab } from '../lab.ts';
import { ScreenHeader, type ScreenProps } from '../screen-header.tsx';
import { LiveDesk } from './desk.ts';
import '../capture/capture.css';

/** Kept while another screen is shown. */
const desk = new LiveDesk();

export function LiveScreen(props: ScreenProps): JSX.Element {
  const { lab } = props;
  const { live: text } = captureText(lab);
  useEffect(() => {
    desk.open();
    return () => desk.close();
  }, []);
  desk.news.value;
  const { all } = desk.live;
  const shown = all.get(desk.connection.value ?? -1) ?? [...all.values()].at(-1);
  return (
    <div class="screen">
      <ScreenHeader {...props} />
      <main>
        <h2>{text.title}</h2>
        <Phase lab={lab} />
        {shown !== undefined && (
          <>
            <Connections lab={lab} shown={shown} />
            <OneConnection key={shown.number} lab={lab} connection={shown} />
          </>
        )}
      </main>
    </div>
  );
}

function Phase({ lab }: { lab: Lab }): JSX.Element {
  const { live: text } = captureText(lab);
  const phase = desk.phase.value;
  desk.news.value;
  if (phase === 'none')
    return (
      <div class="drop">
        <p>{text.how}</p>
        <code>synfin serve . --private --lab -- sh</code>
        <code>synfin demo --lab</code>
      </div>
    );
  const missed = desk.missed.value;
  return (
    <p class="bar" role="status">
      {phase === 'lost' && (
        <>
          <span>{text.lost}</span>
          <button type="button" onClick={() => desk.open()}>
            {text.again}
          </button>
        </>
      )}
      {phase === 'open' && (
        <button type="button" aria-pressed={desk.paused.value} onClick={() => desk.pause(!desk.paused.value)}>
          {desk.paused.value ? text.go : text.pause}
        </button>
      )}
      {phase === 'open' && <span>{desk.live.all.size === 0 ? text.waiting : text.noEdits}</span>}
      {missed > 0 && <span>{text.missed({ events: missed })}</span>}
    </p>
  );
}

function Connections({ lab, shown }: { lab: Lab; shown: LiveConnection }): JSX.Element {
  const { live: text } = captureText(lab);
  return (
    <ul class="live-list" aria-label={text.connections}>
      {[...desk.live.all.values()].reverse().map(({ number, endpoints, state }) => (
        <li key={number}>
          <button
            type="button"
            aria-pressed={number === shown.number}
            onClick={() => {
              desk.connection.value = number;
              desk.chosen.value = -1;
            }}
          >
            {text.connection({ number, local: endpoints[0], remote: endpoints[1], state })}
          </button>
        </li>
      ))}
    </ul>
  );
}

function OneConnection({ lab, connection }: { lab: Lab; connection: LiveConnection }): JSX.Element {
  const text = captureText(lab);
  const { trace } = lab.messages.value;
  const { client, server } = trace.ladder;
  const news = desk.news.value;
  const picture = useMemo(() => connection.picture([client, server]), [connection, news, client]);
  const words = useMemo(() => captureWords(trace), [trace]);
  const chosen = connection.arrows[desk.chosen.value] ?? null;
  const sentence = (index: number): string => {
    const { arrow } = connection.arrows[index]!;
    return text.packet({
      number: index + 1 + connection.forgotten,
      after: words.time(arrow.departs ?? arrow.arrives ?? 0),
      from: picture.ends[arrow.from]!.name,
      to: picture.ends[arrow.to]!.name,
      label: arrow.label,
      detail: arrow.detail,
      states: '',
    });
  };
  return (
    <div class="beside">
      <PictureLadder
        {...{ picture, words, sentence, label: text.live.ladder, chosen: desk.chosen.value }}
        follow={!desk.paused.value && chosen === null}
        choose={(index) => {
          desk.chosen.value = index;
        }}
      />
      <aside>
        <h2>{text.why}</h2>
        {chosen === null ? <p>{text.chooseOne}</p> : <OfArrow lab={lab} chosen={chosen} />}
      </aside>
    </div>
  );
}

function OfArrow({ lab, chosen }: { lab: Lab; chosen: LiveArrow }): JSX.Element {
  const { arrow, why } = chosen;
  const { rfc, section } = why === null ? { rfc: 0, section: '' } : ruleSource(why);
  return (
    <>
      <p class="sentence">
        <strong>{arrow.label}</strong> {arrow.detail}
      </p>
      {why !== null && (
        <p class="rule">
          {lab.messages.value.trace.rules[why]}{' '}
          {rfc !== 0 && (
            <a href={`https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`} rel="noreferrer">
              RFC {rfc} §{section}
            </a>
          )}
        </p>
      )}
    </>
  );
}
