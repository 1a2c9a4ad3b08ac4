// What a connection can be written as from the menu, and how a file is written: one that exists is left as it is.

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EXPORTERS as WRITERS, type Exporter as Writer } from '../../trace/export/exporters.ts';
import { LadderLayout } from '../../trace/ladder-layout.ts';
import type { KeptConnection } from '../../trace/reader/kept.ts';
import { rowOf } from '../../trace/reader/ladder-row.ts';
import type { CapturedConnection } from '../../trace/reader/summary.ts';
import { tableLines } from '../../trace/reader/table.ts';
import type { Messages } from '../../trace/text/messages.ts';
import type { CaptureSource, Pass } from './source.ts';

/** As those of the command line, and the ladder as text. */
export interface Exporter extends Omit<Writer, 'name'> {
  readonly name: string;
}

/** Columns of a file of text. */
const WIDTH = 100;
/** Silence from here on is drawn, milliseconds. */
const SILENCE = 1000;

export const EXPORTERS: readonly Exporter[] = [{ name: 'text', extension: 'txt', write: textOf }, ...WRITERS];

/** `web-3.txt` for the third connection of `captures/web.pcap.gz`. */
export const defaultName = (capture: string, { connection }: CapturedConnection, extension: string): string =>
  `${basename(capture).replace(/(\.(gz|pcapng|pcap|cap))+$/, '')}-${connection}.${extension}`;

/** What there is to be said of it. */
export async function exportTo(
  file: string,
  exporter: Exporter,
  row: CapturedConnection,
  source: CaptureSource,
  pass: Pass,
  messages: Messages,
): Promise<{ readonly notice: string; readonly isWritten: boolean }> {
  const say = messages.viewer;
  const kept = await source.kept(row, pass);
  if (kept === null) return { notice: say.gone, isWritten: false };
  if (pass.isAborted()) return { notice: '', isWritten: false };
  try {
    writeFileSync(file, exporter.write(kept, messages, false), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const code = String(error.code);
    const notice = code === 'EEXIST' ? say.exists({ file }) : say.notWritten({ file, code });
    return { notice, isWritten: false };
  }
  const { omitted } = kept;
  const notice = omitted > 0 ? say.partlyWritten({ file, omitted }) : say.written({ file });
  return { notice, isWritten: true };
}

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
