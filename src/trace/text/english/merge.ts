// The words of two captures of one connection.

import { grouped } from '../numbers.ts';
import { groupedCount, time } from './units.ts';

export const MERGE = {
  /** The server's clock against the client's; `uncertainty` may be Infinity, `drift` is in parts of a million. */
  clock: ({ offset, uncertainty, drift }: { offset: number; uncertainty: number; drift: number }): string => {
    const way = offset < 0 ? 'behind' : 'ahead of';
    const known = Number.isFinite(uncertainty)
      ? `give or take ${time(uncertainty)}`
      : 'or less, as packets were seen one way only';
    const drifts =
      drift === 0 ? '' : `, and ${drift > 0 ? 'gains' : 'loses'} ${Math.abs(drift).toFixed(1)} ppm`;
    return `the server's clock is ${time(Math.abs(offset))} ${way} the client's (${known})${drifts}`;
  },
  /** Packets of one end: how many arrived, were lost on the way, and left when the other end was not captured. */
  way: ({
    sender,
    arrived,
    lost,
    unseen,
    fastest,
    median,
  }: {
    sender: 'client' | 'server';
    arrived: number;
    lost: number;
    unseen: number;
    fastest: number;
    median: number;
  }): string => {
    const delays =
      arrived === 0 ? '' : `, on the way for ${time(fastest)} at least and ${time(median)} as a rule`;
    const unknown = unseen === 0 ? '' : `, ${grouped(unseen)} not seen at the other end`;
    return `from the ${sender}: ${groupedCount(arrived, 'packet')} arrived${delays}; ${grouped(lost)} lost${unknown}`;
  },
  legend:
    'left at, how long it took, #client/server number of the packet in its file; X lost on the way, ? not captured',
  noneInCommon: 'the captures have no connection in common',
  notInBoth: ({ connections }: { connections: number }): string =>
    `${groupedCount(connections, 'connection')} of the first capture ${connections === 1 ? 'is' : 'are'} not in the second, or not in full`,
  tooMany: ({ packets }: { packets: number }): string =>
    `only the first ${grouped(packets)} packets of each capture were compared`,
  oneOnly: ({ option }: { option: string }): string => `${option} is made of one capture, not of two`,
};
