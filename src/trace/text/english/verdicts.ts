// A verdict in one sentence.

import type { ResetCause, Role, VerdictOf } from '../../reader/verdict.ts';
import { percentage } from '../numbers.ts';
import { count, time } from './units.ts';

const OTHER: Readonly<Record<Role, Role>> = { client: 'server', server: 'client' };

const CAUSES: Readonly<Record<ResetCause, (by: Role) => string>> = {
  middlebox: (by) => `its hop limit is not that of the ${by}: a device between them sent it`,
  'gave-up': (by) => `the ${by} gave up after retransmissions without an answer`,
  'unknown-connection': (by) => `the ${by} knows no such connection (any more): restarted, or timed out`,
  'data-after-close': (by) => `the ${by} had closed, and text came that nobody reads any more`,
  'keep-alive': () => 'keep-alives were not answered',
  'after-close': () => 'the closing had begun: text left unread, or a close without patience',
  abort: (by) => `the ${by}'s application aborted, or closed with text unread`,
};

const bytes = (n: number): string => count(n, 'byte');

const waitsOf = (waits: readonly number[]): string =>
  waits.length === 0 ? '' : `, ${waits.map(time).join(', ')} apart`;

export const VERDICTS = {
  /** Behind a sentence: the frames that it rests on, one at least. */
  packets: ({ packets }: { packets: readonly number[] }): string =>
    ` (packet${packets.length === 1 ? '' : 's'} ${packets.join(', ')})`,
  sentences: {
    unanswered: ({ attempts, waits }: VerdictOf<'unanswered'>): string =>
      `no answer to ${count(attempts, 'SYN')}${waitsOf(waits)}: dropped on the way, or no host there`,
    refused: ({ after }: VerdictOf<'refused'>): string =>
      `refused: RST ${time(after)} after the SYN, nobody listens on that port`,
    'half-open': ({ answers }: VerdictOf<'half-open'>): string =>
      `half a handshake: the server's SYN,ACK, sent ${count(answers, 'time')}, was never acknowledged`,
    'slow-opening': ({ attempts, waits }: VerdictOf<'slow-opening'>): string =>
      `opened only by SYN number ${attempts}${waitsOf(waits)}`,
    reset: ({ by, cause }: VerdictOf<'reset'>): string => `reset by the ${by}: ${CAUSES[cause](by)}`,
    'black-hole': ({ sender, length, delivered, times, healed }: VerdictOf<'black-hole'>): string => {
      const arrives =
        healed > 0 ? `, until it went as ${bytes(healed)}` : ` while ${bytes(delivered)} arrived`;
      return `path-MTU black hole: ${bytes(length)} of the ${sender} were sent again ${count(times, 'time')} for nothing${arrives}`;
    },
    unacknowledged: ({ sender, length, times }: VerdictOf<'unacknowledged'>): string =>
      `the ${sender} sent the same ${bytes(length)} again ${count(times, 'time')}, and no ACK came`,
    'never-closed': ({ by, waited }: VerdictOf<'never-closed'>): string =>
      `the ${by} never closed: in CLOSE-WAIT for ${time(waited)}, the ${OTHER[by]} in FIN-WAIT-2`,
    'zero-window': ({ receiver, longest, total, open, slow }: VerdictOf<'zero-window'>): string => {
      const lasts = open ? `has been closed for ${time(longest)}` : `was closed for up to ${time(longest)}`;
      const sum = total > longest ? `, ${time(total)} in all` : '';
      const why =
        slow === 'receiver'
          ? 'its application reads too slowly'
          : 'it reads slowly, and the network loses updates';
      return `the ${receiver}'s window ${lasts}${sum}: ${why}`;
    },
    loss: ({ sender, lost, of, stall }: VerdictOf<'loss'>): string => {
      const silence = stall > 0 ? `, the longest silence ${time(stall)}` : '';
      return `loss: ${lost} of ${count(of, 'packet')} of the ${sender} were retransmissions (${percentage(lost, of)} %)${silence}`;
    },
    reordering: ({ sender, late, spurious }: VerdictOf<'reordering'>): string => {
      const again = spurious > 0 ? `, ${spurious} sent again for nothing` : '';
      return `reordering, not loss: ${count(late, 'packet')} of the ${sender} came late${again}`;
    },
    'no-window-scale': ({ by, full }: VerdictOf<'no-window-scale'>): string =>
      `the ${by} offers no window scaling: 64 KiB windows were full ${count(full, 'time')}`,
    'delayed-ack': ({ sender, times, total }: VerdictOf<'delayed-ack'>): string =>
      `Nagle against delayed ACKs: the ${sender} waited ${count(times, 'time')} for one, ${time(total)} in all`,
    fine: ({ ending }: VerdictOf<'fine'>): string => {
      if (ending === 'closed') return 'opened and closed in order';
      return ending === 'open'
        ? 'nothing wrong; open when the capture ended'
        : 'nothing wrong in the part captured';
    },
  },
};
