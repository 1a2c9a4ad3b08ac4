// What a connection can be written as from the menu.

import { LadderLayout } from '../../trace/ladder-layout.ts';
import type { KeptConnection } from '../../trace/reader/kept.ts';
import { rowOf } from '../../trace/reader/ladder-row.ts';
import { tableLines } from '../../trace/reader/table.ts';
import type { Messages } from '../../trace/text/messages.ts';

export interface Exporter {
  readonly name: string;
  /** Of its files, without the dot. */
  readonly extension: string;
  /** The whole file. */
  readonly write: (kept: KeptConnection, messages: Messages, redacted: boolean) => string | Uint8Array;
}

/** Columns of a file of text. */
const WIDTH = 100;
/** Silence from here on is drawn, milliseconds. */
const SILENCE = 1000;

export const EXPORTERS: readonly Exporter[] = [
  { name: 'text', extension: 'txt', write: textOf },
  { name: 'json', extension: 'json', write: ({ summary }) => `${JSON.stringify(summary)}\n` },
];

/** The ladder as `synfin read` prints it, and what is said of the connection. */
function textOf({ summary, packets }: KeptConnection, messages: Messages): string {
  const { ladder } = messages;
  const layout = new LadderLayout(WIDTH, false);
  const lines = [
    ...layout.words(ladder.legend, '   '),
    ...layout.header('', [ladder.client, summary.client.endpoint], [ladder.server, summary.server.endpoint]),
    ...layout.words(ladder.captureLegend.split(' '), ' '),
  ];
  const start = packets[0]?.time ?? 0;
  for (const [i, packet] of packets.entries()) {
    const silence = packet.time - (packets[i - 1] ?? packet).time;
    if (silence >= SILENCE) lines.push(layout.gap(ladder.silence({ ms: silence })));
    lines.push(...layout.row(rowOf(packet, start, messages)));
  }
  return `${[...lines, '', ...tableLines([summary], messages)].join('\n')}\n`;
}
