// What a moment changed in the variables of a connection (§3.3.1): only those that changed, before and after.

import type { JSX } from 'preact';
import type { ConnectionInfo } from '../../tcp/info.ts';
import type { TimerName } from '../../tcp/probe.ts';
import type { Moment, TcbView } from '../model/story.ts';
import type { LabMessages } from '../text/messages.ts';
import { hostName } from './words.ts';

/** By the RFC's names; sequence numbers count from the initial ones. */
const SHOWN: readonly (readonly [string, (info: ConnectionInfo) => number | string])[] = [
  ['SND.UNA', ({ sndUna, iss }) => (sndUna - iss) >>> 0],
  ['SND.NXT', ({ sndNxt, iss }) => (sndNxt - iss) >>> 0],
  ['SND.WND', ({ sndWnd }) => sndWnd],
  ['RCV.NXT', ({ rcvNxt, irs }) => (rcvNxt - irs) >>> 0],
  ['RCV.WND', ({ rcvWnd }) => rcvWnd],
  ['cwnd', ({ cwnd }) => Math.round(cwnd)],
  ['ssthresh', ({ ssthresh }) => (Number.isFinite(ssthresh) ? Math.round(ssthresh) : '∞')],
  ['SRTT', ({ srtt }) => `${round(srtt)} ms`],
  ['RTO', ({ rto }) => `${round(rto)} ms`],
  ['Send-Q', ({ sendQueue }) => sendQueue],
  ['Recv-Q', ({ receiveQueue }) => receiveQueue],
];

const round = (n: number): number => Math.round(n * 10) / 10;

export function Variables({
  moment,
  messages,
}: {
  moment: Moment;
  messages: LabMessages;
}): JSX.Element | null {
  const { before, after } = moment;
  if (after === null) return null;
  const rows = SHOWN.flatMap(([name, read]) => {
    const [was, is] = [before === null ? null : read(before.info), read(after.info)];
    return was === is ? [] : [{ name, was: was === null ? '' : String(was), is: String(is) }];
  });
  const timers = timersOf(moment.t, before, after, messages);
  if (rows.length + timers.length === 0) return null;
  return (
    <table class="facts">
      <caption>
        {messages.page.variables} · {hostName(moment.host, messages)}
      </caption>
      <thead>
        <tr>
          <th scope="col">{messages.page.field}</th>
          <th scope="col">{messages.page.before}</th>
          <th scope="col">{messages.page.after}</th>
        </tr>
      </thead>
      <tbody>
        {[...rows, ...timers].map(({ name, was, is }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{was}</td>
            <td>{is}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function timersOf(
  t: number,
  before: TcbView | null,
  after: TcbView,
  messages: LabMessages,
): { name: string; was: string; is: string }[] {
  const left = (view: TcbView | null, name: TimerName): string => {
    const deadline = view?.timers[name];
    return deadline === undefined ? '–' : messages.time(round(deadline - t));
  };
  const names = new Set([...Object.keys(before?.timers ?? {}), ...Object.keys(after.timers)] as TimerName[]);
  return [...names]
    .map((name) => ({ name: messages.story.timer({ name }), was: left(before, name), is: left(after, name) }))
    .filter(({ was, is }) => was !== is);
}
