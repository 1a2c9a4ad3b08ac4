// A report as one HTML file: the table, verdicts, and a ladder for each connection, as a picture and in words. It has
// no scripts, asks for nothing from anywhere (its policy forbids both), and everything in it is escaped.

import { escapeMarkup } from '../picture/shape.ts';
import { DARK, LIGHT, ladderStyle, type Palette } from '../picture/style.ts';
import { ladderFigure } from '../picture/svg.ts';
import { firstPackets, type KeptConnection, type KeptPacket } from '../reader/kept.ts';
import { numbersOf, timesOf } from '../reader/picture.ts';
import type { CapturedConnection } from '../reader/summary.ts';
import { COLUMNS, cellsOf } from '../reader/table.ts';
import type { Messages } from '../text/messages.ts';
import { remarksOf } from './comments.ts';
import { figureOptions, pictureWithin } from './svg.ts';

export interface Report {
  /** Rows of the table, in the order in which they are shown. */
  readonly connections: readonly CapturedConnection[];
  /** Those of which there is a ladder. */
  readonly ladders: readonly KeptConnection[];
  readonly redacted: boolean;
}

/** Of one ladder; a page of more is slow. */
export const REPORT_PACKETS = 1_000;

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';');

const STYLE = [
  `:root{color-scheme:light dark;${variables(LIGHT)}}`,
  `@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}`,
  'body{margin:2rem auto;max-width:1120px;padding:0 1rem;font-family:system-ui,sans-serif;line-height:1.5;word-break:keep-all;overflow-wrap:break-word;background:var(--paper);color:var(--ink)}',
  '.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}',
  'th,td{padding:.25rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}',
  '.mark{font-weight:700}.severity-2{color:var(--warn)}.severity-3{color:var(--reset)}a{color:var(--text)}',
  ladderStyle((name) => `var(--${name})`),
].join('');

export function htmlReport({ connections, ladders, redacted }: Report, messages: Messages): string {
  const { report } = messages.exports;
  const packets = connections.reduce((sum, connection) => sum + connection.packets, 0);
  const left = connections.length - ladders.length;
  const shown = new Set(ladders.map(({ summary }) => summary.connection));
  return [
    `<!DOCTYPE html><html lang="${messages.language}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(POLICY)}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">',
    `<title>${escapeMarkup(report.title)}</title><style>${STYLE}</style></head><body><main>`,
    element('h1', report.title),
    element('p', report.summary({ connections: connections.length, packets })),
    redacted ? element('p', report.redacted) : '',
    tableOf(connections, shown, messages),
    left > 0 ? element('p', report.left({ connections: left })) : '',
    ...ladders.map((kept) => sectionOf(kept, messages)),
    '</main></body></html>\n',
  ].join('\n');
}

function tableOf(
  connections: readonly CapturedConnection[],
  shown: ReadonlySet<number>,
  { reader }: Messages,
): string {
  const head = COLUMNS.map((column) => `<th scope="col">${escapeMarkup(reader.columns[column])}</th>`);
  const rows = connections.map((connection) => {
    const { connection: number, verdict } = connection;
    const [name, ...cells] = cellsOf(connection);
    const link = shown.has(number) ? `<a href="#c${number}">${escapeMarkup(name!)}</a>` : escapeMarkup(name!);
    const figures = cells.map((cell) => element('td', cell)).join('');
    return `<tr><th scope="row">${link}</th>${figures}</tr>${verdictRow(verdict, reader.marks)}`;
  });
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

const verdictRow = (
  { severity, text }: CapturedConnection['verdict'],
  marks: Messages['reader']['marks'],
): string =>
  `<tr><td></td><td colspan="${COLUMNS.length - 1}"><span class="mark severity-${severity}">${escapeMarkup(marks[severity])}</span> ${escapeMarkup(text)}</td></tr>`;

function sectionOf(kept: KeptConnection, messages: Messages): string {
  const { connection: number, client, server, verdict } = kept.summary;
  const { exports, reader } = messages;
  const figure = ladderFigure(pictureWithin(kept, REPORT_PACKETS, messages), figureOptions(kept, messages));
  const shown = firstPackets(kept, REPORT_PACKETS);
  const times = timesOf(shown.packets);
  const rows = shown.packets.map((packet, i) => rowOf(packet, times[i]!, messages));
  const title = exports.title({ client: client.endpoint, server: server.endpoint });
  return [
    `<section><h2 id="c${number}">${escapeMarkup(`${exports.report.connection({ number })}: ${title}`)}</h2>`,
    element('p', `${reader.marks[verdict.severity]} ${verdict.text}`),
    `<div class="wide">${figure}</div>`,
    `<details><summary>${escapeMarkup(exports.report.packets)}</summary><div class="wide"><table><tbody>`,
    ...rows,
    '</tbody></table></div></details>',
    shown.omitted > 0 ? element('p', exports.omitted({ omitted: shown.omitted })) : '',
    '</section>',
  ].join('\n');
}

function rowOf(packet: KeptPacket, t: number, messages: Messages): string {
  const arrow = packet.from === 0 ? '→' : '←';
  const { segment, number } = packet;
  const cells = [String(number), t.toFixed(3), arrow, segment.flags, numbersOf(segment)];
  const remarks = remarksOf(packet, messages).join('; ');
  return `<tr>${[...cells, remarks].map((cell) => element('td', cell)).join('')}</tr>`;
}

const element = (tag: 'h1' | 'p' | 'td', text: string): string => `<${tag}>${escapeMarkup(text)}</${tag}>`;
