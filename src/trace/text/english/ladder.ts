// The words of the ladder, and of the comments in a capture.

import type { DropReason } from '../../../host/probe.ts';
import type { TimerName } from '../../../tcp/probe.ts';
import type { CongestionEvent } from '../../events.ts';
import type { IcmpReason } from '../../reader/icmp.ts';
import { seconds } from '../numbers.ts';
import { count } from './units.ts';

const ICMP: Readonly<Record<IcmpReason, string>> = {
  net: 'network unreachable',
  host: 'host unreachable',
  protocol: 'protocol unreachable',
  port: 'port unreachable',
  prohibited: 'administratively prohibited',
  'too-big': 'too big',
  'time-exceeded': 'time exceeded',
  other: 'not delivered',
};

export const LADDER = {
  legend: [
    'seq=relative(absolute)',
    'len=bytes/segments in one',
    'win=bytes, scaled after SYN',
    '~ inferred',
    '(STATE) as before',
    'R sent again',
    'X lost',
    '§ RFC 9293 unless another is named',
  ] as readonly string[],
  captureLegend:
    '~ inferred, ? assumed: an arrival that nothing shows yet; #N number of the packet in the file',
  client: 'client',
  server: 'server',
  /** Above the right lifeline, where it has no name. */
  peer: 'peer',
  noRfc: 'no RFC',
  /** Stands before the rule's words. */
  dropped: 'dropped: ',
  /** Said with a rule where the arriving segment has no FIN: the FIN came earlier, out of order. */
  lateFin: 'the gap is filled: the FIN that waited behind it counts now',
  noOptions: 'no options',
  marked: 'CE: marked on the way',
  urgentPointer: ({ urgent }: { urgent: number }): string => `urgent pointer ${urgent}`,
  /** `mtu`: 0 = not said. */
  icmp: ({ from, reason, mtu }: { from: string; reason: IcmpReason; mtu: number }): string =>
    `ICMP from ${from}: ${ICMP[reason]}${mtu > 0 ? `, MTU ${mtu}` : ''}`,
  silence: ({ ms }: { ms: number }): string => `${seconds(ms)} s pass`,
  timeWaitLasts: ({ ms }: { ms: number }): string => `TIME-WAIT lasts ${seconds(ms)} s from here`,
  timerFires: ({ timer }: { timer: TimerName }): string => `* ${timer} timer fires`,
  send: ({ bytes }: { bytes: number }): string => `send(${count(bytes, 'byte')})`,
  held: ({ link, reason }: { link: string; reason: string }): string => `held on ${link}: ${reason}`,
  lost: ({ link, reason }: { link: string; reason: string }): string => `X lost on ${link}: ${reason}`,
  /** A packet of which nothing more is known. */
  bytes: ({ bytes }: { bytes: number }): string => `${bytes} bytes`,
  packetDropped: ({ reason, bytes }: { reason: DropReason; bytes: number }): string =>
    `dropped: ${reason}, ${bytes} bytes`,
  strayDropped: ({ reason, bytes }: { reason: DropReason; bytes: number }): string =>
    `packet dropped: ${reason}, ${bytes} bytes`,
  /** In a capture's comment. */
  dropReason: ({ reason }: { reason: DropReason }): string => `dropped: ${reason}`,
  /** `names`: ends of the ladder that nothing was heard of; `hosts`: those that were heard of instead. */
  absent: ({
    names,
    events,
    hosts,
  }: {
    names: readonly string[];
    events: number;
    hosts: readonly string[];
  }): string =>
    `no event of ${names.join(' or ')}; ${count(events, 'event')} of ` +
    `host${hosts.length === 1 ? '' : 's'} ${hosts.join(', ')}, which this ladder does not show`,
  changes: {
    recovery: 'fast recovery',
    marked: 'congestion marked',
    timeout: 'timeout',
    recovered: 'recovered',
  } as Readonly<Record<CongestionEvent['change'], string>>,
};
