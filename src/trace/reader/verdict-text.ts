// A verdict in one English sentence, with the frames that it rests on.

import type { ResetCause, Role, Verdict } from './verdict.ts';

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

export function verdictText(verdict: Verdict): string {
  const frames = framesText(verdict.packets);
  return `${sentence(verdict)}${frames === '' ? '' : ` (${frames})`}`;
}

function framesText(packets: readonly number[]): string {
  const known = packets.filter((frame) => frame > 0);
  if (known.length === 0) return '';
  return `packet${known.length === 1 ? '' : 's'} ${known.join(', ')}`;
}

function sentence(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'unanswered':
      return `no answer to ${count(verdict.attempts, 'SYN')}${waits(verdict.waits)}: dropped on the way, or no host there`;
    case 'refused':
      return `refused: RST ${time(verdict.after)} after the SYN, nobody listens on that port`;
    case 'half-open':
      return `half a handshake: the server's SYN,ACK, sent ${count(verdict.answers, 'time')}, was never acknowledged`;
    case 'slow-opening':
      return `opened only by SYN number ${verdict.attempts}${waits(verdict.waits)}`;
    case 'reset':
      return `reset by the ${verdict.by}: ${CAUSES[verdict.cause](verdict.by)}`;
    case 'black-hole':
      return blackHole(verdict);
    case 'unacknowledged':
      return `the ${verdict.sender} sent the same ${bytes(verdict.length)} again ${count(verdict.times, 'time')}, and no ACK came`;
    case 'never-closed':
      return `the ${verdict.by} never closed: in CLOSE-WAIT for ${time(verdict.waited)}, the ${OTHER[verdict.by]} in FIN-WAIT-2`;
    case 'zero-window':
      return zeroWindow(verdict);
    case 'loss':
      return loss(verdict);
    case 'reordering':
      return reordering(verdict);
    case 'no-window-scale':
      return `the ${verdict.by} offers no window scaling: 64 KiB windows were full ${count(verdict.full, 'time')}`;
    case 'delayed-ack':
      return `Nagle against delayed ACKs: the ${verdict.sender} waited ${count(verdict.times, 'time')} for one, ${time(verdict.total)} in all`;
    case 'fine':
      return fine(verdict.ending);
  }
}

function blackHole(verdict: Verdict & { kind: 'black-hole' }): string {
  const { sender, length, delivered, times, healed } = verdict;
  const arrives = healed > 0 ? `, until it went as ${bytes(healed)}` : ` while ${bytes(delivered)} arrived`;
  return `path-MTU black hole: ${bytes(length)} of the ${sender} were sent again ${count(times, 'time')} for nothing${arrives}`;
}

function zeroWindow(verdict: Verdict & { kind: 'zero-window' }): string {
  const { receiver, longest, total, open, slow } = verdict;
  const lasts = open ? `has been closed for ${time(longest)}` : `was closed for up to ${time(longest)}`;
  const sum = total > longest ? `, ${time(total)} in all` : '';
  const why =
    slow === 'receiver'
      ? `its application reads too slowly`
      : 'it reads slowly, and the network loses updates';
  return `the ${receiver}'s window ${lasts}${sum}: ${why}`;
}

function loss(verdict: Verdict & { kind: 'loss' }): string {
  const { sender, lost, of, stall } = verdict;
  const share = ((100 * lost) / of).toFixed(1);
  const silence = stall > 0 ? `, the longest silence ${time(stall)}` : '';
  return `loss: ${lost} of ${count(of, 'packet')} of the ${sender} were retransmissions (${share} %)${silence}`;
}

function reordering(verdict: Verdict & { kind: 'reordering' }): string {
  const { sender, late, spurious } = verdict;
  const again = spurious > 0 ? `, ${spurious} sent again for nothing` : '';
  return `reordering, not loss: ${count(late, 'packet')} of the ${sender} came late${again}`;
}

function fine(ending: 'closed' | 'open' | 'partial'): string {
  if (ending === 'closed') return 'opened and closed in order';
  return ending === 'open'
    ? 'nothing wrong; open when the capture ended'
    : 'nothing wrong in the part captured';
}

const waits = (list: readonly number[]): string =>
  list.length === 0 ? '' : `, ${list.map(time).join(', ')} apart`;

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const bytes = (n: number): string => count(n, 'byte');

function time(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} us`;
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
  return `${Number((ms / 1000).toPrecision(3))} s`;
}
