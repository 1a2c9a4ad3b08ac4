// A verdict in one sentence.

import type { ResetCause, Role, Verdict, VerdictOf } from '../../reader/verdict.ts';
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

const REASONS: Readonly<Record<VerdictOf<'unreachable'>['reason'], string>> = {
  net: 'there is no route',
  host: 'the host does not answer on its link',
  protocol: 'TCP is not spoken there',
  port: 'a firewall refuses the port',
  prohibited: 'a filter forbids it',
  'time-exceeded': 'the hop limit ran out: a routing loop, or too long a path',
  other: 'it could not be delivered',
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
    unreachable: ({ sender, reason, reporter, opening }: VerdictOf<'unreachable'>): string =>
      `${opening ? 'refused' : `the ${sender} is not heard any more`}: ICMP of ${reporter} says that ${REASONS[reason]}`,
    'old-connection': (_: VerdictOf<'old-connection'>): string =>
      'the server answers the SYN by an ACK: it still knows an older connection of these ports',
    'path-mtu': ({ sender, mtu, reporter, arrived }: VerdictOf<'path-mtu'>): string => {
      const limit = mtu > 0 ? `above ${bytes(mtu)}` : 'so large';
      const then = arrived ? 'and went on with smaller ones' : 'and nothing smaller arrived';
      return `path MTU: the ${sender} heard by ICMP of ${reporter} that packets ${limit} do not pass, ${then}`;
    },
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
    loss: ({ sender, lost, of, stall, forNothing, ambiguous }: VerdictOf<'loss'>): string => {
      const waste =
        forNothing > 0 ? `, ${count(forNothing, 'time')} for nothing: the original had arrived` : '';
      const doubt =
        ambiguous > 0
          ? `; without timestamps nobody knows which copy ${count(ambiguous, 'ACK')} answered`
          : '';
      const silence = (stall > 0 ? `, the longest silence ${time(stall)}` : '') + waste + doubt;
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
    'time-wait-reuse': ({ by, after }: VerdictOf<'time-wait-reuse'>): string =>
      `opened ${time(after)} after a connection of the same ports had closed: the ${by}, first to close then, was in TIME-WAIT`,
    'slow-answer': ({ waited }: VerdictOf<'slow-answer'>): string =>
      `neither the network nor a window: the server's application took up to ${time(waited)} to answer`,
    fine: ({ ending }: VerdictOf<'fine'>): string => {
      if (ending === 'closed') return 'opened and closed in order';
      return ending === 'open'
        ? 'nothing wrong; open when the capture ended'
        : 'nothing wrong in the part captured';
    },
  },
  /** What to do about it; of a connection with nothing wrong nothing. */
  advice: {
    unanswered:
      'Check that the host is up and that no filter on the way drops the SYN: capture at the server.',
    refused: 'Check that the service runs, and listens on that address and port (ss -ltn).',
    'half-open':
      'Capture at the client: its ACK is lost, its route back differs, or the SYN was forged (a SYN flood).',
    unreachable:
      'Ask who runs the device that sent the ICMP message: a route or a filter there is the cause.',
    'old-connection':
      'Let the client wait or take another port; find out why the server never heard that the older one ended.',
    'path-mtu': 'Nothing, if smaller packets went on; else let the sender hear ICMP, or lower its MSS.',
    'slow-opening': 'Look for loss on the way, and for a full accept queue at the server (ss -ltn, Recv-Q).',
    'black-hole':
      'Let ICMP "too big" through at the firewalls, lower the MSS there, or switch on packetization-layer probing.',
    unacknowledged:
      'Find where the path was cut: capture at both ends; shorten timeouts if this takes too long.',
    'never-closed': 'The application there has read the end, and does not close: find the socket that leaks.',
    'zero-window': 'Let the application read faster, or give it a larger receive buffer.',
    loss: 'Look for full queues, duplex errors or bad radio on the way; SACK and timestamps make recovery cheaper.',
    reordering: 'Find what spreads one flow over several paths; RACK and D-SACK let senders live with it.',
    'no-window-scale': 'Switch window scaling on at both ends, and look for devices that remove the option.',
    'delayed-ack': 'Write the whole message at once, or set TCP_NODELAY.',
    'time-wait-reuse':
      'Nothing; with timestamps that is safe. Clients that keep connections open need fewer ports.',
    'slow-answer': "Look at the server's application, its disk and its database: TCP only waited.",
  } satisfies Readonly<Record<Exclude<Verdict['kind'], 'fine' | 'reset'>, string>>,
  resets: {
    middlebox: 'Look at firewalls, load balancers and proxies on the way: one of them ends connections.',
    'gave-up': 'Find where the path was cut; who gave up did what it should.',
    'unknown-connection':
      'Look for a restart, a fail-over, or a device that forgets idle connections; use keep-alives.',
    'data-after-close':
      'The peer should stop sending after the end, or this end should read to the end before it closes.',
    'keep-alive':
      'The peer was gone, or a device forgot the connection: shorten the interval of keep-alives.',
    'after-close': 'Mostly harmless; read to the end before closing, and set no SO_LINGER of zero.',
    abort: "Look into that application's log at this time; unread text at close gives the same RST.",
  } satisfies Readonly<Record<ResetCause, string>>,
};
