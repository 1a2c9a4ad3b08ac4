// The connections of a capture as a table of text, those in trouble first.

import type { Messages } from '../text/messages.ts';
import { padEnd, padStart, widthOf } from '../text/width.ts';
import type { CapturedConnection } from './summary.ts';

export const COLUMNS = [
  'number',
  'client',
  'server',
  'packets',
  'clientBytes',
  'serverBytes',
  'roundTrip',
  'duration',
  'retransmissions',
  'stall',
  'state',
  'history',
] as const satisfies readonly (keyof Messages['reader']['columns'])[];
/** Those whose text stands on the left. */
const LEFT: ReadonlySet<string> = new Set(['client', 'server', 'state', 'history']);

/** The graver first; of equals the longer silence, then the one that came first. */
export function compareTrouble(a: CapturedConnection, b: CapturedConnection): number {
  const stall = (connection: CapturedConnection): number => connection.stall?.milliseconds ?? 0;
  return (
    b.verdict.severity - a.verdict.severity ||
    (a.verdict.severity > 0 ? stall(b) - stall(a) : 0) ||
    a.connection - b.connection
  );
}

/** A row of figures for each connection, and its verdict below. */
export function tableLines(connections: readonly CapturedConnection[], { reader }: Messages): string[] {
  const header = COLUMNS.map((column) => reader.columns[column]);
  const rows = [header, ...connections.map(cellsOf)];
  const widths = header.map((_, i) => rows.reduce((most, row) => Math.max(most, widthOf(row[i]!)), 0));
  const lines = rows.map((row) => {
    const cells = row.map((cell, i) => (LEFT.has(COLUMNS[i]!) ? padEnd : padStart)(cell, widths[i]!));
    return cells.join('  ').trimEnd();
  });
  const indent = ' '.repeat(widths[0]! + 2);
  return lines.flatMap((line, i) => {
    const verdict = connections[i - 1]?.verdict;
    return verdict === undefined
      ? [line]
      : [line, `${indent}${reader.marks[verdict.severity]} ${verdict.text}`];
  });
}

/** What stands in each of COLUMNS. */
export function cellsOf(connection: CapturedConnection): string[] {
  const { client, server, stall } = connection;
  return [
    String(connection.connection),
    client.endpoint,
    server.endpoint,
    String(connection.packets),
    String(client.bytes),
    String(server.bytes),
    connection.roundTrip === null ? '-' : formatTime(connection.roundTrip),
    formatTime(connection.duration),
    String(connection.retransmissions),
    stall === null ? '-' : formatTime(stall.milliseconds),
    connection.connState,
    connection.history,
  ];
}

/** Three digits that count, and a unit. */
export function formatTime(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)}us`;
  if (ms < 1000) return `${Number(ms.toPrecision(3))}ms`;
  return ms < 1e6 ? `${Number((ms / 1000).toPrecision(3))}s` : `${Math.round(ms / 1000)}s`;
}
