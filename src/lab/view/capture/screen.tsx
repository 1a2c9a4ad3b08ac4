// The screen of captures: a file, its connections, the packets of one of them, and that one in the lab.

import { batch, useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { KeptConnection } from '../../../trace/reader/kept.ts';
import { capturePicture, captureWords, detailOf, timesOf } from '../../../trace/reader/picture.ts';
import { compareTrouble } from '../../../trace/reader/table.ts';
import { verdictText } from '../../../trace/reader/verdict-text.ts';
import type { ReplayNotes } from '../../model/capture-recipe.ts';
import type { Lab } from '../lab.ts';
import { replayed, screen } from '../screen.ts';
import { ScreenHeader, type ScreenProps } from '../screen-header.tsx';
import { ConnectionTable } from './connection-table.tsx';
import { CaptureDesk } from './desk.ts';
import { PacketWhy } from './packet-why.tsx';
import { PictureLadder } from './picture-ladder.tsx';
import { captureText } from './text.ts';
import './capture.css';

/** Kept while another screen is shown. */
const desk = new CaptureDesk();

export function CaptureScreen(props: ScreenProps): JSX.Element {
  const { lab } = props;
  const text = captureText(lab);
  desk.onReplay = ({ recipe, notes }) => replay(lab, recipe, notes);
  useEffect(() => {
    document.addEventListener('dragover', keep);
    document.addEventListener('drop', take);
    return () => {
      document.removeEventListener('dragover', keep);
      document.removeEventListener('drop', take);
    };
  }, []);
  return (
    <div class="screen">
      <ScreenHeader {...props} />
      <main>
        <h2>{text.title}</h2>
        <Failure lab={lab} />
        {desk.progress.value !== null ? <Reading lab={lab} /> : <Shown lab={lab} />}
      </main>
    </div>
  );
}

/** The browser would open the file in place of the page. */
const keep = (event: DragEvent): void => event.preventDefault();

function take(event: DragEvent): void {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) desk.open(file);
}

function Shown({ lab }: { lab: Lab }): JSX.Element {
  if (desk.kept.value !== null) return <OneConnection lab={lab} kept={desk.kept.value} />;
  return desk.table.value === null ? <Empty lab={lab} /> : <AllConnections lab={lab} />;
}

function Failure({ lab }: { lab: Lab }): JSX.Element | null {
  const why = desk.failure.value;
  if (why === null) return null;
  const text = captureText(lab);
  return (
    <p class="notice failure" role="alert">
      {why === 'crashed' ? text.crashed : text.failed[why]}
    </p>
  );
}

function Empty({ lab }: { lab: Lab }): JSX.Element {
  const text = captureText(lab);
  return (
    <div class="drop">
      <p>{text.drop}</p>
      <label class="file">
        {text.choose}
        <input
          type="file"
          accept=".pcap,.pcapng,.cap,.gz"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file !== undefined) desk.open(file);
          }}
        />
      </label>
      <p class="faint">{text.stays}</p>
    </div>
  );
}

function Reading({ lab }: { lab: Lab }): JSX.Element {
  const text = captureText(lab);
  const { bytes, frames, connections } = desk.progress.value!;
  const size = desk.file.value?.size ?? 0;
  const percent = size === 0 ? 0 : Math.floor((100 * bytes) / size);
  const said = text.reading({ percent, frames, connections });
  return (
    <div class="drop">
      <progress max={100} value={percent} aria-label={said} />
      <p>{said}</p>
      <button type="button" onClick={() => desk.close()}>
        {text.cancel}
      </button>
    </div>
  );
}

function AllConnections({ lab }: { lab: Lab }): JSX.Element {
  const text = captureText(lab);
  const messages = lab.messages.value;
  const { rows, more, counts, damagedAt, cut } = desk.table.value!;
  const sorted = useMemo(() => [...rows].sort((a, b) => compareTrouble(a.summary, b.summary)), [rows]);
  const file = desk.file.value?.name ?? '';
  return (
    <>
      <p>
        {text.about({ file, connections: rows.length + more, frames: counts.frames })}{' '}
        <button type="button" onClick={() => desk.close()}>
          {text.anotherFile}
        </button>
      </p>
      {damagedAt !== null && <p class="notice">{text.damaged({ offset: damagedAt })}</p>}
      {cut && <p class="notice">{text.cut}</p>}
      {rows.length === 0 ? (
        <p>{text.none({ frames: counts.frames })}</p>
      ) : (
        <ConnectionTable {...{ rows: sorted, messages, text }} open={(number) => desk.choose(number)} />
      )}
      {more > 0 && <p>{messages.trace.reader.more({ connections: more })}</p>}
    </>
  );
}

function OneConnection({ lab, kept }: { lab: Lab; kept: KeptConnection }): JSX.Element {
  const text = captureText(lab);
  const messages = lab.messages.value;
  const { ladder } = messages.trace;
  const picture = useMemo(() => capturePicture(kept, messages.trace), [kept, messages]);
  const words = useMemo(() => captureWords(messages.trace), [messages]);
  const times = useMemo(() => timesOf(kept.packets), [kept]);
  const row = useComputed(() =>
    desk.table.value?.rows.find(({ summary }) => summary.connection === kept.summary.connection),
  ).value;
  const ends = [ladder.client, ladder.server] as const;
  const sentence = (index: number): string => {
    const packet = kept.packets[index]!;
    const { from, segment, confidences, states } = packet;
    return text.packet({
      number: packet.number,
      after: words.time(times[index]!),
      from: ends[from],
      to: ends[from === 0 ? 1 : 0],
      label: segment.flags,
      detail: detailOf(packet),
      states: ([0, 1] as const)
        .flatMap((end) =>
          confidences[end] === 'unknown'
            ? []
            : [`${ends[end]} ${states[end]} (${text.confidence[confidences[end]]}).`],
        )
        .join(' '),
    });
  };
  return (
    <>
      <p class="bar">
        <button type="button" onClick={() => desk.back()}>
          {text.back}
        </button>
        <button type="button" class="primary" disabled={desk.replaying.value} onClick={() => desk.replay()}>
          {desk.replaying.value ? text.replaying : text.replay}
        </button>
        <span>{row === undefined ? '' : verdictText(row.verdict, messages.trace)}</span>
      </p>
      <div class="beside">
        <PictureLadder
          {...{ picture, words, sentence, label: text.ladder, chosen: desk.chosen.value }}
          choose={(index) => {
            desk.chosen.value = index;
          }}
        />
        <aside>
          <PacketWhy {...{ kept, messages, text, packet: kept.packets[desk.chosen.value] ?? null }} />
        </aside>
      </div>
    </>
  );
}

/** The connection becomes what the lab shows, and the lab is shown. */
function replay(lab: Lab, recipe: Lab['recipe']['value'], notes: ReplayNotes): void {
  batch(() => {
    lab.begin(recipe.scenario);
    lab.recipe.value = recipe;
    lab.goTo(0);
    replayed.value = notes;
    screen.value = 'lab';
  });
}
