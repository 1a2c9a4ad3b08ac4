// `synfin read client.pcap server.pcap`: connections that both captures have, seen from both ends.
import { randomBytes } from 'node:crypto';
import { mergedReport } from '../../trace/export/html.ts';
import { mergedMermaid } from '../../trace/export/mermaid.ts';
import { mergedSvg } from '../../trace/export/svg.ts';
import { passageLines, summariseMerged, summaryLines } from '../../trace/merge/lines.ts';
import { type MergedConnection, mergeConnections, type Side } from '../../trace/merge/merge.ts';
import { CaptureAnalysis } from '../../trace/reader/capture-analysis.ts';
import type { Connection } from '../../trace/reader/connection.ts';
import { KEEP_LIMITS, PacketKeeper } from '../../trace/reader/kept.ts';
import { summarise } from '../../trace/reader/summary.ts';
import { formatEndpoint } from '../../wire/address.ts';
import { CommandError, EXIT } from '../exit.ts';
import { EXPORT_NAMES, type ExportContext, type ExportName, openSinks, PNG_PACKETS } from './exports.ts';
import { renderersFor, renderPng } from './png.ts';
import { STDOUT } from './sink.ts';

/** Of each capture; some 1 KiB each. */
const MOST_PACKETS = 500_000;
/** They hold the packets of one capture. */
const OF_ONE_CAPTURE: readonly ExportName[] = ['pcapng', 'qlog'];

type Feed = (file: string, analysis: CaptureAnalysis) => Promise<void>;
type Wanted = (connection: Connection) => boolean;

interface KeptAll {
  readonly sides: readonly Side[];
  /** There were more packets than are kept. */
  readonly cut: boolean;
}

/** `wanted`: the connection of the first capture that is shown; null: all. */
export async function readTwo(
  [file, other]: readonly [string, string],
  wanted: Wanted | null,
  json: boolean,
  context: ExportContext,
  feed: Feed,
): Promise<number> {
  const { options, messages } = context;
  const single = OF_ONE_CAPTURE.find((name) => options[name] !== undefined);
  if (single !== undefined) {
    throw new CommandError(messages.merge.oneOnly({ option: `--${single}` }), EXIT.usage);
  }
  const sinks = openSinks(context);
  const renderers = options.png === undefined ? [] : renderersFor(messages);
  const first = await keepAll(file, onlyFirst(wanted), context, feed);
  const second = await keepAll(other, isAmong(first), context, feed);
  const merged = pairsOf(first.sides, second.sides).map((one) => redacted(one, context));
  const takesOutput = EXPORT_NAMES.some((name) => options[name] === STDOUT);
  if (sinks.size === 0 || (json && !takesOutput)) tell(merged, wanted !== null, json, context);
  for (const [name, sink] of sinks) {
    if (merged.length === 0) break;
    sink.write(await written(name, merged, renderers, context));
    await sink.close();
  }
  return complain(first, second, merged, context);
}

/** Of a filter that several fit, the first one that does. */
function onlyFirst(wanted: Wanted | null): Wanted {
  let chosen: Connection | null = null;
  return (connection) => {
    if (wanted === null) return true;
    if (chosen === null && wanted(connection)) chosen = connection;
    return connection === chosen;
  };
}

/** Between the endpoints of one of these, whichever is taken for the client. */
function isAmong({ sides }: KeptAll): Wanted {
  const known = new Set<string>();
  for (const { summary } of sides.map(({ kept }) => kept)) {
    known.add(`${summary.client.endpoint} ${summary.server.endpoint}`);
    known.add(`${summary.server.endpoint} ${summary.client.endpoint}`);
  }
  return ({ client, server }) => known.has(`${formatEndpoint(client)} ${formatEndpoint(server)}`);
}

/** Headers alone: what was said is of no concern. */
async function keepAll(
  file: string,
  wanted: Wanted,
  { messages }: ExportContext,
  feed: Feed,
): Promise<KeptAll> {
  const keepers = new Map<Connection, PacketKeeper>();
  const kept: Side['kept'][] = [];
  let packets = 0;
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    key: randomBytes(16),
    onConnection: (connection) => {
      const keeper = keepers.get(connection);
      keepers.delete(connection);
      const summary = summarise(connection, analysis.lastTime, analysis.epoch, messages);
      if (keeper !== undefined) kept.push(keeper.finish(connection, summary, analysis.origin));
    },
    onPacket: (connection, packet, explained) => {
      if (!wanted(connection)) return;
      const keeper = keepers.get(connection) ?? new PacketKeeper({ ...KEEP_LIMITS, text: false });
      keepers.set(connection, keeper);
      if (packets++ < MOST_PACKETS) keeper.packet(connection, packet, explained);
      else keeper.skip();
    },
  });
  await feed(file, analysis);
  const sides = kept
    .filter((each) => each.packets.length > 0)
    .sort((a, b) => a.summary.connection - b.summary.connection)
    .map((each) => ({ kept: each, end: analysis.lastTime }));
  return { sides, cut: packets > MOST_PACKETS };
}

/** Each connection of the first capture with the one of the second that it is, if there is one. */
function pairsOf(first: readonly Side[], second: readonly Side[]): MergedConnection[] {
  const left = new Map<string, Side[]>();
  for (const side of second) {
    const { client, server } = side.kept.summary;
    const key = [client.endpoint, server.endpoint].sort().join(' ');
    left.set(key, [...(left.get(key) ?? []), side]);
  }
  return first.flatMap((side) => {
    const { client, server } = side.kept.summary;
    const candidates = left.get([client.endpoint, server.endpoint].sort().join(' ')) ?? [];
    for (const [i, candidate] of candidates.entries()) {
      const merged = mergeConnections(side, candidate);
      if (merged === null) continue;
      candidates.splice(i, 1);
      return [merged];
    }
    return [];
  });
}

/** What is shown of it has endpoints in its summaries only. */
function redacted(merged: MergedConnection, { redaction }: ExportContext): MergedConnection {
  if (redaction === null) return merged;
  const { client, server } = merged;
  return {
    ...merged,
    client: { ...client, summary: redaction.summary(client.summary) },
    server: { ...server, summary: redaction.summary(server.summary) },
  };
}

function tell(
  all: readonly MergedConnection[],
  isOne: boolean,
  json: boolean,
  { messages }: ExportContext,
): void {
  for (const merged of all) {
    const summary = summariseMerged(merged);
    const lines = json ? [JSON.stringify(summary)] : summaryLines(summary, messages);
    if (isOne && !json) lines.push('', ...passageLines(merged, messages));
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

async function written(
  name: ExportName,
  all: readonly MergedConnection[],
  renderers: ReturnType<typeof renderersFor>,
  { messages, redaction, cleanup }: ExportContext,
): Promise<string | Uint8Array> {
  if (name === 'html') return mergedReport(all, redaction !== null, messages);
  const [merged] = all;
  if (merged === undefined || all.length > 1) {
    const named = { option: `--${name}`, connections: all.length };
    throw new CommandError(messages.exports.needsOne(named), EXIT.usage);
  }
  if (name === 'mermaid') return mergedMermaid(merged, messages);
  if (name === 'svg') return mergedSvg(merged, messages);
  return renderPng(mergedSvg(merged, messages, PNG_PACKETS), renderers, messages, cleanup);
}

/** What could not be shown, on stderr; and how the command ends. */
function complain(
  first: KeptAll,
  second: KeptAll,
  merged: readonly MergedConnection[],
  { messages }: ExportContext,
): number {
  const { merge, reader } = messages;
  const missing = first.sides.length - merged.length;
  const say = (text: string): void => void process.stderr.write(`synfin: ${text}\n`);
  if (first.cut || second.cut) say(merge.tooMany({ packets: MOST_PACKETS }));
  if (first.sides.length === 0) say(reader.noSuchConnection);
  else if (merged.length === 0) say(merge.noneInCommon);
  else if (missing > 0) say(merge.notInBoth({ connections: missing }));
  return merged.length > 0 ? EXIT.ok : EXIT.failed;
}
