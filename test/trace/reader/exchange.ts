// Hand-made exchanges: one string for each packet, and what the reader says of them.

import { CaptureAnalysis } from '../../../src/trace/reader/capture-analysis.ts';
import { flagTexts } from '../../../src/trace/reader/flags.ts';
import { type CapturedConnection, summarise } from '../../../src/trace/reader/summary.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import type { Messages } from '../../../src/trace/text/messages.ts';
import { Address } from '../../../src/wire/address.ts';
import { foldChecksum, sumBytes } from '../../../src/wire/checksum.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../../src/wire/tcp.ts';
import { pcap } from '../../wire/captures.ts';
import { half, sealed, word } from './frames.ts';

/** Both wrap within a few octets. */
const CLIENT_ISN = 2 ** 32 - 2;
const SERVER_ISN = 2 ** 31 - 2;
const FLAGS: Readonly<Record<string, number>> = { S: SYN, F: FIN, R: RST, P: PSH, '.': ACK };

/** `+10 > S. 0:0 ack 1 win 500 <2,4,5,180>`: milliseconds since the last, `>` by the client; options as bytes. */
const LINE =
  /^\+(-?[\d.]+) ([<>]) ([SFRP.]+) (\d+):(\d+)(?: ack (\d+))?(?: win (\d+))?(?: ttl (\d+))?(?: id (\d+))?(?: port (\d+))?(?: isn (\d+))?(?: <([\d,]*)>)?$/;

export interface Told {
  readonly flags: readonly string[];
  readonly states: string;
}

export interface Outcome {
  readonly packets: readonly Told[];
  readonly connections: readonly CapturedConnection[];
}

export const SYN_OPTIONS = '<2,4,5,180,3,3,2,1>';
const LOCAL = Address.parse('10.0.0.1')!;
const REMOTE = Address.parse('10.0.0.2')!;

/** The packets of a capture file; windows default to 10000, unscaled. */
export function capture(lines: readonly string[]): Uint8Array {
  let time = 0;
  const records = lines.map((line) => {
    const match = LINE.exec(line);
    if (match === null) throw new Error(`not a packet: ${line}`);
    const [, wait, way, letters, from, to, ack, win, ttl, id, port, isn, options] = match;
    time += Number(wait);
    const own = way === '>' ? CLIENT_ISN : SERVER_ISN;
    const other = way === '>' ? SERVER_ISN : CLIENT_ISN;
    const flags = [...letters!].reduce((bits, letter) => bits | FLAGS[letter]!, 0);
    const optionBytes = options === undefined || options === '' ? [] : options.split(',').map(Number);
    const ports = [Number(port ?? 40_000), 80];
    const [source, destination] = way === '>' ? ports : ports.toReversed();
    const segment = [
      ...half(source!),
      ...half(destination!),
      ...word((own + Number(isn ?? 0) + Number(from)) >>> 0),
      ...word(ack === undefined ? 0 : (other + Number(ack)) >>> 0),
      ((20 + optionBytes.length) / 4) << 4,
      flags,
      ...half(Number(win ?? 10_000)),
      ...half(0),
      ...half(0),
      ...optionBytes,
      ...new Array<number>(Number(to) - Number(from)).fill(7),
    ];
    const data = packet(segment, way === '>', Number(ttl ?? 64), Number(id ?? 0));
    return { s: Math.floor(time / 1000), fraction: Math.round((time % 1000) * 1000), data };
  });
  return pcap(101, records);
}

function packet(segment: readonly number[], forth: boolean, ttl: number, id: number): Uint8Array {
  const bytes = Uint8Array.from([
    0x45,
    0,
    ...half(20 + segment.length),
    ...half(id),
    0x40,
    0,
    ttl,
    6,
    0,
    0,
    ...word((forth ? LOCAL : REMOTE).d),
    ...word((forth ? REMOTE : LOCAL).d),
    ...segment,
  ]);
  bytes.set(half(foldChecksum(sumBytes(bytes, 0, 20))), 10);
  return sealed(bytes);
}

/** What is said of each packet, and of each connection. `until`: the capture goes on for so long, milliseconds. */
export function readExchange(lines: readonly string[], until = 0, messages: Messages = ENGLISH): Outcome {
  const packets: Told[] = [];
  const connections: CapturedConnection[] = [];
  const MARKS = { observed: '', inferred: '~', assumed: '?', unknown: '-' } as const;
  const analysis: CaptureAnalysis = new CaptureAnalysis({
    onConnection: (connection) =>
      connections.push(summarise(connection, analysis.lastTime + until, analysis.epoch, messages)),
    onPacket: (_connection, _packet, { flags, dupAckOf, dupAckCount, states, confidences }) => {
      packets.push({
        flags: flagTexts(flags, { of: dupAckOf, count: dupAckCount }),
        states: [0, 1].map((end) => MARKS[confidences[end]!] + states[end]).join(' '),
      });
    },
  });
  analysis.push(capture(lines));
  analysis.finish();
  return { packets, connections };
}

/** Three packets, 20 ms; the client's MSS and the server's are 1460, windows are shifted by 2. */
export const OPENED: readonly string[] = [
  `+0 > S 0:0 ${SYN_OPTIONS}`,
  `+20 < S. 0:0 ack 1 ${SYN_OPTIONS}`,
  '+0 > . 1:1 ack 1',
];
