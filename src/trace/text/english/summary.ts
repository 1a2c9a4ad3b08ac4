// The words of a connection's summary.

import type { Ending } from '../../summary.ts';
import { grouped, seconds } from '../numbers.ts';
import { groupedCount } from './units.ts';

type Role = 'client' | 'server';

export const SUMMARY = {
  client: 'client',
  server: 'server',
  titles: {
    handshake: 'handshake',
    roundTrip: 'round trip',
    clientSent: 'client sent',
    serverSent: 'server sent',
    close: 'close',
    exchange: 'exchange',
  },
  notMeasured: 'not measured',
  complete: 'complete',
  notComplete: 'not complete',
  notKnown: 'not known',
  sent: ({
    bytes,
    segments,
    retransmissions,
  }: {
    bytes: number;
    segments: number;
    retransmissions: number;
  }): string => {
    const again = retransmissions === 0 ? '' : `, ${grouped(retransmissions)} sent again`;
    return `${groupedCount(bytes, 'byte')} in ${groupedCount(segments, 'segment')}${again}`;
  },
  closing: ({
    ending,
    closedFirst,
    resetBy,
  }: {
    ending: Ending;
    closedFirst: Role | 'both' | null;
    resetBy: Role | null;
  }): string => {
    switch (ending) {
      case 'fin':
        return closedFirst === 'both'
          ? 'both ends at once; each FIN acknowledged'
          : `${closedFirst} first; each FIN acknowledged`;
      case 'reset':
        return `RST by the ${resetBy}`;
      case 'timeout':
        return 'given up: no answer for too long';
      case 'failed':
        return 'ended without FIN or RST';
      case 'open':
        return closedFirst === null ? 'not yet' : `${closedFirst} first; not acknowledged both ways yet`;
    }
  },
  /** `waits`: what is left of TIME-WAIT, milliseconds; null: not in it, or not known. */
  state: ({ state, waits, inferred }: { state: string; waits: number | null; inferred: boolean }): string => {
    const wait = waits === null ? '' : `, for another ${seconds(waits)} s`;
    return `${state}${wait}${inferred ? ' (inferred)' : ''}`;
  },
};
