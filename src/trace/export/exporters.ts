// What one captured connection can be written as. Whoever offers exports, on the command line, on a terminal or in a
// page, takes them from here.

import type { KeptConnection } from '../reader/kept.ts';
import type { Messages } from '../text/messages.ts';
import { htmlReport } from './html.ts';
import { connectionPcapng } from './pcapng.ts';
import { connectionQlog } from './qlog.ts';
import { connectionSvg } from './svg.ts';

export interface Exporter {
  /** As the option of `synfin read`. */
  readonly name: 'svg' | 'html' | 'pcapng' | 'qlog' | 'json';
  /** Of its files, without the dot. */
  readonly extension: string;
  /** The whole file. A connection that must keep its secrets comes out of `Redaction.connection`. */
  readonly write: (kept: KeptConnection, messages: Messages, redacted: boolean) => string | Uint8Array;
}

export const EXPORTERS: readonly Exporter[] = [
  { name: 'svg', extension: 'svg', write: connectionSvg },
  { name: 'html', extension: 'html', write: report },
  { name: 'pcapng', extension: 'pcapng', write: connectionPcapng },
  { name: 'qlog', extension: 'sqlog', write: connectionQlog },
  { name: 'json', extension: 'json', write: ({ summary }) => `${JSON.stringify(summary)}\n` },
];

function report(kept: KeptConnection, messages: Messages, redacted: boolean): string {
  return htmlReport({ connections: [kept.summary], ladders: [kept], redacted }, messages);
}
