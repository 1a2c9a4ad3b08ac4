// The words of the reader on a terminal: what keys do, headings, and what is said at the screen's edges.

import { grouped, seconds } from '../numbers.ts';
import { groupedCount, time } from './units.ts';

export const VIEWER = {
  title: { help: 'Keys', exports: 'Export', compare: 'Two packets side by side' },
  /** What a key does, in the footer. */
  actions: {
    open: 'open',
    details: 'details',
    back: 'back',
    quit: 'quit',
    help: 'help',
    filter: 'filter',
    sort: 'sort',
    reverse: 'reverse',
    mark: 'mark',
    colours: 'colours',
    export: 'export',
    flagged: 'flagged',
    neighbour: 'packet',
    write: 'write',
  },
  /** The same at length, on the page of help. */
  help: {
    move: 'up and down',
    page: 'a page up, a page down',
    ends: 'to the first, to the last',
    open: 'open what is selected: the ladder of a connection, the details of a packet',
    back: 'back; from the first screen, quit',
    quit: 'quit, from anywhere',
    filter: 'show only connections in which every word occurs: an address, a port, a state, a verdict',
    sort: 'sort by the next column, by the one before',
    reverse: 'turn the order round',
    mark: 'mark a packet; a second one is compared with it',
    flagged: 'to the next packet, to the one before, that has an analysis flag',
    neighbour: 'the next packet, the one before',
    colours: 'colour by kind, by end, only trouble, not at all',
    export: 'write the connection to a file',
    redraw: 'draw the screen again',
    suspend: 'suspend',
  },
  sections: {
    segment: 'Segment',
    analysis: 'Analysis',
    reasons: 'Reasons',
    states: 'States',
    variables: 'Variables, as far as the capture shows',
    bytes: 'Bytes',
  },
  sorts: {
    trouble: 'trouble',
    number: 'number',
    packets: 'packets',
    bytes: 'bytes',
    roundTrip: 'round-trip time',
    duration: 'duration',
    retransmissions: 'retransmissions',
    stall: 'longest stall',
  },
  colourings: { kind: 'by kind', end: 'by end', trouble: 'only trouble', none: 'no colours' },
  verdict: 'verdict',
  connections: ({ shown, all }: { shown: number; all: number }): string =>
    shown === all
      ? groupedCount(all, 'connection')
      : `${grouped(shown)} of ${groupedCount(all, 'connection')}`,
  /** Beside those that are shown: of no more than so many the figures are kept. */
  left: ({ connections }: { connections: number }): string => `${grouped(connections)} more are not listed`,
  sortedBy: ({ by }: { by: string }): string => `sorted by ${by}`,
  coloured: ({ how }: { how: string }): string => `colours: ${how}`,
  noneMatches: 'no connection matches the filter',
  nothingFlagged: 'no more flagged packets that way',
  position: ({ at, of }: { at: number; of: number }): string => `packet ${grouped(at)} of ${grouped(of)}`,
  marked: ({ number }: { number: number }): string => `#${number} is marked; mark another one to compare`,
  packet: ({ number }: { number: number }): string => `Packet #${number}`,
  /** `sinceFirst`: since the connection's first packet; `sinceLast`: since the one before. */
  times: ({ sinceFirst, sinceLast }: { sinceFirst: number; sinceLast: number }): string =>
    `${time(sinceFirst)} after the first packet, ${time(sinceLast)} after the one before`,
  sent: { client: 'client to server', server: 'server to client' },
  noFlags: 'nothing remarkable',
  noReason: 'its flags do not tell',
  stays: ({ state }: { state: string }): string => `${state}, as before`,
  unknownState: 'not known',
  bytesShown: ({ shown, length }: { shown: number; length: number }): string =>
    shown === length
      ? `${groupedCount(length, 'byte')} of IP packet`
      : `${grouped(shown)} of ${groupedCount(length, 'byte')} of IP packet were captured`,
  timeApart: ({ ms }: { ms: number }): string => `${time(ms)} apart`,
  numbersApart: ({ seq }: { seq: number }): string => `SEG.SEQ differs by ${grouped(seq)}`,
  otherDirection: 'SEG.SEQ is not compared: they go in different directions',
  fileName: ({ format }: { format: string }): string => `Write ${format} to:`,
  written: ({ file }: { file: string }): string => `${file} is written`,
  partlyWritten: ({ file, omitted }: { file: string; omitted: number }): string =>
    `${file} is written without the last ${groupedCount(omitted, 'packet')}`,
  exists: ({ file }: { file: string }): string => `${file} exists, and is left as it is`,
  notWritten: ({ file, code }: { file: string; code: string }): string => `cannot write ${file}: ${code}`,
  gone: 'the capture has changed: the packet is no longer there',
  /** At the end, and above the table. */
  rate: (read: { megabytes: number; packets: number; ms: number }): string =>
    `${grouped(Math.round(read.megabytes))} MB, ${groupedCount(read.packets, 'packet')} in ${seconds(read.ms)} s: ` +
    `${grouped(Math.round((1000 * read.megabytes) / read.ms))} MB/s`,
  /** Of what `--follow` prints. */
  follow: {
    missing: ({ bytes }: { bytes: number }): string => `${groupedCount(bytes, 'byte')} not captured`,
    missingFrom: {
      client: ({ bytes }: { bytes: number }): string =>
        `${groupedCount(bytes, 'byte')} of the client were not captured`,
      server: ({ bytes }: { bytes: number }): string =>
        `${groupedCount(bytes, 'byte')} of the server were not captured`,
    },
    nothing: 'the connection carried no text',
    apart: '--follow prints text: it does not go with --json',
  },
};
