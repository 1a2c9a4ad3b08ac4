// What the screens of captures and of live connections say, in English.

import type { ReplayNotes } from '../../model/capture-recipe.ts';
import type { CaptureFailure } from '../../model/capture-session.ts';

/** What an analysis flag says, and the section that it is about; empty: none. */
export interface FlagText {
  readonly text: string;
  readonly section: string;
}

/** By Wireshark's names, as `flagNameOf` has them. */
const FLAGS = {
  Retransmission: {
    text: 'These numbers were sent before. The sender had no acknowledgment of them in time.',
    section: '6298 5',
  },
  'Fast Retransmission': {
    text: 'Sent again before the timer fired: duplicate ACKs asked for it.',
    section: '5681 3.2',
  },
  'Spurious Retransmission': {
    text: 'Sent again for nothing: the other end had acknowledged it already.',
    section: '6298 5',
  },
  'Out-Of-Order': { text: 'It was overtaken by segments that were sent after it.', section: '9293 3.10.7.4' },
  'Previous segment not captured': {
    text: 'Numbers are missing before it: lost on the way here, or not captured.',
    section: '',
  },
  'ACKed unseen segment': {
    text: 'It acknowledges what was never captured: the capture has a gap.',
    section: '',
  },
  'Dup ACK': { text: 'It repeats an acknowledgment: something after a gap has arrived.', section: '5681 2' },
  'Keep-Alive': { text: 'A question whether the other end is still there.', section: '9293 3.8.4' },
  'Keep-Alive ACK': { text: 'It is still there.', section: '9293 3.8.4' },
  ZeroWindow: { text: 'Its receiver has no room: the program there does not read.', section: '9293 3.8.6' },
  ZeroWindowProbe: { text: 'A question whether there is room again.', section: '9293 3.8.6.1' },
  ZeroWindowProbeAck: { text: 'There is no room yet.', section: '9293 3.8.6.1' },
  'Window Full': {
    text: 'With it the sender has used all the room that was offered.',
    section: '9293 3.8.6',
  },
  'Window Update': { text: 'There is room again.', section: '9293 3.8.6' },
  'Port numbers reused': { text: 'An earlier connection had the same ports.', section: '6191 2' },
  'SYN with TFO Cookie': { text: 'It brings a cookie, and may bring text.', section: '7413 4.2' },
  'SYN-ACK accepting TFO data': { text: 'The text of the SYN was taken.', section: '7413 4.2' },
  'SYN-ACK ignoring TFO data': { text: 'The text of the SYN was not taken.', section: '7413 4.2' },
  'Mirrored duplicate': {
    text: 'The same packet captured twice; nothing was sent again.',
    section: '',
  },
  'Bad checksum': {
    text: 'Its checksum is wrong. Where the sender itself was captured, its hardware may not have written it yet.',
    section: '9293 3.1',
  },
  'Time goes backwards': { text: 'The clock of the capture was set back.', section: '' },
  'Super-segment (offload)': {
    text: 'Longer than the other end allows: the hardware cuts it up, or has put it together.',
    section: '',
  },
} as const satisfies Readonly<Record<string, FlagText>>;

export type FlagName = keyof typeof FLAGS;

export const ENGLISH = {
  title: 'Captures',
  drop: 'Drop a pcap or pcapng file here, gzipped or not',
  choose: 'Choose a file',
  stays: 'It is read in this browser, and does not leave this machine.',
  reading: ({
    percent,
    frames,
    connections,
  }: {
    percent: number;
    frames: number;
    connections: number;
  }): string =>
    `${percent} % read: ${frames.toLocaleString('en')} frames, ${connections.toLocaleString('en')} connections`,
  cancel: 'Cancel',
  failed: {
    magic: 'This is neither pcap nor pcapng.',
    unreadable: 'Nothing of this file can be read.',
    gone: 'The connection is not there any more: read the file again.',
    replay: 'This connection can not be replayed.',
  } satisfies Readonly<Record<CaptureFailure, string>> as Readonly<Record<CaptureFailure, string>>,
  crashed: 'Reading the file failed.',
  connections: 'Connections, those in trouble first',
  none: ({ frames }: { frames: number }): string => `There is no TCP in its ${frames} frames.`,
  about: ({ file, connections, frames }: { file: string; connections: number; frames: number }): string =>
    `${file}: ${connections.toLocaleString('en')} connections in ${frames.toLocaleString('en')} frames`,
  damaged: ({ offset }: { offset: number }): string =>
    `The file is damaged at offset ${offset}; what comes before is shown.`,
  cut: 'The file ends too early; what comes before is shown.',
  /** A row, for those who hear the page. */
  row: ({
    number,
    client,
    server,
    verdict,
  }: {
    number: string;
    client: string;
    server: string;
    verdict: string;
  }): string => `Connection ${number}, ${client} to ${server}. ${verdict}`,
  completeness: 'complete',
  ended: 'ended',
  endings: { fin: 'FIN', reset: 'RST', open: 'open' },
  back: 'All connections',
  anotherFile: 'Another file',
  ladder: 'Packets of this connection',
  replay: 'Replay in the lab',
  replaying: 'Making a recipe of it…',
  why: 'Why',
  chooseOne: 'Choose a packet.',
  packet: ({ number, after, from, to, label, detail, states }: Packet): string =>
    `Packet ${number}, at ${after}: ${from} sends ${label} to ${to}, ${detail}. ${states}`,
  confidence: {
    observed: 'what it sent shows it',
    inferred: 'it follows from what was seen',
    assumed: 'taken for granted',
    unknown: 'not known',
  },
  near: {
    client: 'Captured at the client: its departures and arrivals have these times.',
    server: 'Captured at the server: its departures and arrivals have these times.',
    unknown: 'Where it was captured is not known: arrows begin where a packet was seen.',
  },
  flags: FLAGS as Readonly<Record<string, FlagText>>,
  replayed: 'This is a replay of a capture, as near as can be:',
  understood: 'Understood',
  notes: (notes: ReplayNotes): string[] => [
    'The text is other bytes of the same length; ports and sequence numbers are the sandbox’s.',
    'Both ends have Linux’s manners, which the capture does not tell; acknowledgments and pace are theirs.',
    ...(notes.placeAssumed ? ['Where it was captured is not known: the client is supposed.'] : []),
    ...(notes.handshakeMissing
      ? ['The handshake was not captured: round-trip time and options are supposed.']
      : []),
    ...(notes.joinedWithin > 0 ? [`Writes less than ${notes.joinedWithin} ms apart are one.`] : []),
    ...(notes.callsLeftOut > 0 ? [`${notes.callsLeftOut} later calls are left out.`] : []),
    ...(notes.losses > 0
      ? [`${notes.losses} retransmissions are losses here, as edits that can be undone.`]
      : []),
    ...(notes.lossesLeftOut > 0
      ? [`${notes.lossesLeftOut} further retransmissions are not reproduced.`]
      : []),
    ...(notes.omitted > 0 ? [`${notes.omitted} later packets are left out.`] : []),
  ],
  live: {
    title: 'Live connections',
    waiting: 'Connected. Nothing has happened yet: fetch something.',
    how: 'Live connections need a stack that runs. Start one, and open the address that it prints:',
    lost: 'The stack has ended, or this page was too slow for it.',
    again: 'Connect again',
    pause: 'Pause',
    go: 'Go on',
    missed: ({ events }: { events: number }): string => `${events} earlier events are not kept.`,
    connections: 'Connections',
    ladder: 'Segments of this connection',
    connection: ({
      number,
      local,
      remote,
      state,
    }: {
      number: number;
      local: string;
      remote: string;
      state: string;
    }): string => `Connection ${number}, ${local} and ${remote}: ${state}`,
    noEdits: 'What happens here is real: it can be watched, and not changed.',
  },
};

interface Packet {
  readonly number: number;
  readonly after: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly detail: string;
  readonly states: string;
}

export type CaptureText = typeof ENGLISH;
