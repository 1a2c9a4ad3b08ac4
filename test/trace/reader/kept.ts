// The connections of a capture with their packets, as exports are given them.

import { CaptureAnalysis } from '../../../src/trace/reader/capture-analysis.ts';
import type { Connection } from '../../../src/trace/reader/connection.ts';
import { type KeepLimits, type KeptConnection, PacketKeeper } from '../../../src/trace/reader/kept.ts';
import { summarise } from '../../../src/trace/reader/summary.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import type { Messages } from '../../../src/trace/text/messages.ts';
import { capture } from './exchange.ts';

/** In the order of their numbers. */
export function keptOf(
  bytes: Uint8Array,
  limits?: KeepLimits,
  messages: Messages = ENGLISH,
): KeptConnection[] {
  const keepers = new Map<Connection, PacketKeeper>();
  const found: KeptConnection[] = [];
  const keeperOf = (connection: Connection): PacketKeeper => {
    const keeper = keepers.get(connection) ?? new PacketKeeper(limits);
    keepers.set(connection, keeper);
    return keeper;
  };
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    onConnection: (connection) => {
      const summary = summarise(connection, analysis.lastTime, analysis.epoch, messages);
      found.push(keeperOf(connection).finish(connection, summary, analysis.epoch));
    },
    onPacket: (connection, packet, explained) => keeperOf(connection).packet(connection, packet, explained),
  });
  analysis.push(bytes);
  analysis.finish();
  return found.sort((a, b) => a.summary.connection - b.summary.connection);
}

export const keptExchange = (lines: readonly string[], limits?: KeepLimits): KeptConnection =>
  keptOf(capture(lines), limits)[0]!;
