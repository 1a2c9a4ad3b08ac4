// The words of the reader: its table, and what it says of a file.

import type { CaptureFault } from '../../../wire/capture.ts';
import type { SynFlood } from '../../reader/flood.ts';
import type { Severity } from '../../reader/verdict.ts';

export const READER = {
  columns: {
    number: '#',
    client: 'client',
    server: 'server',
    packets: 'packets',
    clientBytes: 'bytes >',
    serverBytes: 'bytes <',
    roundTrip: 'RTT',
    duration: 'time',
    retransmissions: 'retr',
    stall: 'stall',
    state: 'state',
    history: 'history',
  },
  /** Before a verdict. */
  marks: { 0: 'ok', 1: 'note', 2: 'WARN', 3: 'FAIL' } as Readonly<Record<Severity, string>>,
  /** Before what to do about it. */
  advice: 'try:',
  /** `packets`: the first SYN and the last. */
  flood: ({ server, halfOpen, perSecond, cookies, packets }: SynFlood): string => {
    const answer = cookies ? ', and answers with SYN cookies: it holds nothing for them' : '';
    const rate = Math.round(perSecond);
    return `SYN flood: ${halfOpen} half-open connections to ${server}, ${rate} a second (packets ${packets.join(' to ')})${answer}`;
  },
  more: ({ connections }: { connections: number }): string =>
    `${connections} more connections, in no more trouble than these`,
  noSuchConnection: 'there is no such connection in the capture',
  badNumber: 'behind the captures stands the number of a connection, from 1',
  namedTwice: 'a connection is named by its number or by --conn, not both',
  noTcp: ({ file, frames }: { file: string; frames: number }): string =>
    `no TCP in ${file} (${frames} frames)`,
  unknownLink: ({ file }: { file: string }): string => `${file}: frames of a link type not known here`,
  noCapture: ({ file }: { file: string }): string => `${file} is neither pcap nor pcapng`,
  damaged: ({ file, offset, fault }: { file: string; offset: number; fault: CaptureFault }): string =>
    `${file} is damaged at offset ${offset}: ${fault}`,
  /** `code`: of zlib, of the system. */
  cutShort: ({ file, code }: { file: string; code: string }): string =>
    `${file} is damaged, and can't be unpacked to its end: ${code}`,
  unreadable: ({ file, code }: { file: string; code: string }): string => `cannot read ${file}: ${code}`,
};
