// The connections of a capture, those in trouble first: what is in sight of ten thousand rows.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { COLUMNS, cellsOf } from '../../../trace/reader/table.ts';
import { verdictText } from '../../../trace/reader/verdict-text.ts';
import type { CaptureRow } from '../../model/capture-session.ts';
import type { CaptureText } from '../../text/capture/english.ts';
import type { LabMessages } from '../../text/messages.ts';
import { moved, OVERSCAN, useSight } from './sight.ts';

/** Of a row, pixels; style.css says the same. */
const ROW = 56;

interface TableProps {
  readonly rows: readonly CaptureRow[];
  readonly messages: LabMessages;
  readonly text: CaptureText;
  /** By its number. */
  readonly open: (connection: number) => void;
}

export function ConnectionTable({ rows, messages, text, open }: TableProps): JSX.Element {
  const { frame, sight } = useSight();
  const at = useSignal(0);
  const { top, height } = sight.value;
  const first = Math.max(0, Math.floor((top - OVERSCAN) / ROW));
  const shown = rows.slice(first, Math.ceil((top + height + OVERSCAN) / ROW) + 1);
  const { reader } = messages.trace;
  useEffect(() => {
    const element = frame.current!;
    const y = at.value * ROW;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = y + ROW - element.clientHeight;
  }, [at.value]);
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const next = moved(event.code, at.value, rows.length, Math.floor(height / ROW));
    if (next !== null) at.value = next;
    else if (event.code === 'Enter') open(rows[at.value]!.summary.connection);
    else return;
    event.preventDefault();
  };
  const click = (event: Event): void => {
    const row = (event.target as Element).closest('[data-row]');
    if (row === null) return;
    at.value = Number(row.getAttribute('data-row'));
    open(rows[at.value]!.summary.connection);
  };
  return (
    <div class="connections">
      <div class="connection connection-head" aria-hidden="true">
        {COLUMNS.map((column) => (
          <span key={column} class={`cell cell-${column}`}>
            {reader.columns[column]}
          </span>
        ))}
        <span class="cell cell-complete">{text.completeness}</span>
        <span class="cell cell-ended">{text.ended}</span>
      </div>
      <div
        class="connections-frame"
        ref={frame}
        role="listbox"
        tabIndex={0}
        aria-label={text.connections}
        aria-activedescendant={`connection-${at.value}`}
        onKeyDown={press}
        onClick={click}
      >
        <div class="connections-all" style={{ height: `${rows.length * ROW}px` }}>
          {shown.map((row, i) => (
            <Row
              key={row.summary.connection}
              {...{ row, messages, text, index: first + i, of: rows.length, active: first + i === at.value }}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface RowProps extends Pick<TableProps, 'messages' | 'text'> {
  readonly row: CaptureRow;
  readonly index: number;
  readonly of: number;
  readonly active: boolean;
}

function Row({ row, messages, text, index, of, active }: RowProps): JSX.Element {
  const { summary, verdict } = row;
  const said = verdictText(verdict, messages.trace);
  const cells = cellsOf(summary);
  const { endpoint: client } = summary.client;
  const { endpoint: server } = summary.server;
  return (
    <div
      class={`connection severity-${verdict.severity}`}
      id={`connection-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      aria-setsize={of}
      aria-posinset={index + 1}
      style={{ top: `${index * ROW}px` }}
      data-row={index}
    >
      <span class="heard">{text.row({ number: cells[0]!, client, server, verdict: said })}</span>
      {cells.map((cell, i) => (
        <span key={COLUMNS[i]} class={`cell cell-${COLUMNS[i]}`} title={cell} aria-hidden="true">
          {cell}
        </span>
      ))}
      <span class="cell cell-complete" aria-hidden="true">
        {completenessOf(summary.completeness)}
      </span>
      <span class="cell cell-ended" aria-hidden="true">
        {text.endings[endingOf(summary.completeness)]}
      </span>
      <span class="verdict" aria-hidden="true">
        <b>{messages.trace.reader.marks[verdict.severity]}</b> {said}
      </span>
    </div>
  );
}

/** Wireshark's letters for SYN, SYN-ACK, ACK, data, FIN and RST, a dot for what was not captured. */
const completenessOf = (bits: number): string =>
  [...'SAADFR'].map((letter, bit) => ((bits >> bit) & 1 ? letter : '·')).join('');

const endingOf = (bits: number): keyof CaptureText['endings'] =>
  (bits & 32) !== 0 ? 'reset' : (bits & 16) !== 0 ? 'fin' : 'open';
