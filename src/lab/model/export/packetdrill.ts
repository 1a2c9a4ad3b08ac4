// A run as a packetdrill script: one host under test, its program's calls and its segments; the other host's segments
// as the script's own, at the times at which they arrived.

import { decodeOptionItems } from '../../../packetdrill/option-bytes.ts';
import { printTcp, printTime } from '../../../packetdrill/print.ts';
import type { RunOptions } from '../../../packetdrill/result.ts';
import type { OptionItem } from '../../../packetdrill/script.ts';
import type { Parameters } from '../../../tcp/parameters.ts';
import { Segment } from '../../../tcp/segment.ts';
import type { CallEvent } from '../../../trace/events.ts';
import { decodeIpv4, Ipv4Header } from '../../../wire/ipv4.ts';
import { ACK, decodeTcp, RST, TCP_HEADER_LENGTH } from '../../../wire/tcp.ts';
import type { Flight, Lifeline, Moment, Story } from '../story.ts';
import { sysctlsFor } from './script-settings.ts';

/**
 * Why there is no script: the host crashes, has several connections or none, or its program writes before the
 * connection is open, which POSIX's calls can't.
 */
export type NoScript = 'crashes' | 'connections' | 'nothing' | 'early';

export interface ScriptOfRun {
  readonly text: string;
  /** With which it is to be run. */
  readonly options: RunOptions;
}

export interface ScriptRequest {
  /** The host under test. */
  readonly host: string;
  /** Of that host. */
  readonly parameters: Parameters;
  /** Lines of a comment above the script. */
  readonly comment: readonly string[];
}

/** What the numbers of the script count from. */
interface Base {
  readonly own: number;
  readonly peer: number;
}

interface Line {
  readonly t: number;
  readonly moment: number;
  readonly text: string;
}

const BACKLOG = 128;
const LISTENER = 3;
const ACCEPTED = 4;

export function packetdrillOf(story: Story, request: ScriptRequest): ScriptOfRun | NoScript {
  const { host, parameters, comment } = request;
  const lines = story.lifelines.filter((line) => line.host === host);
  const [line] = lines;
  if (line === undefined) return 'nothing';
  if (lines.length > 1) return 'connections';
  if (story.moments.some((moment) => moment.host === host && isCrash(moment))) return 'crashes';
  const base = baseOf(story, line);
  if (base === null) return 'nothing';
  if (story.moments.some((moment) => moment.host === host && isEarly(moment))) return 'early';
  const options: RunOptions = {
    // FreeBSD's sysctls say the timers of RFC 6298; Linux's can't.
    profile: parameters.rttEstimator === 'linux' ? 'linux' : 'freebsd',
    options:
      parameters.optionOrder === 'linux' && parameters.rttEstimator !== 'linux' ? 'semantic' : 'strict',
    window: 'strict',
    family: 4,
    symbols: new Map(),
  };
  const sysctls = sysctlsFor(options, parameters).map(([name, value]) => `${name}=${quoted(value)}`);
  const command = `synfin packetdrill --profile ${options.profile} --options ${options.options}`;
  const said = [
    ...comment.map((words) => `// ${words}`),
    `// ${command}`,
    ...(sysctls.length === 0 ? [] : ['', `\`sysctl -q ${sysctls.join(' ')}\``]),
    '',
    ...linesOf(story, line, base, parameters.mssClamp).map(({ t, text }) => `${printTime(t)} ${text}`),
    '',
  ];
  return { text: said.join('\n'), options };
}

const isCrash = ({ stimulus }: Moment): boolean =>
  stimulus.kind === 'edit' && (stimulus.edit.kind === 'crash' || stimulus.edit.kind === 'reboot');

/** Text is given to a connection that is not open. */
const isEarly = ({ events, before }: Moment): boolean =>
  before?.info.state === 'SYN-SENT' &&
  events.some((event) => event.kind === 'call' && event.call === 'send' && event.bytes > 0);

const quoted = (value: string): string => (value.includes(' ') ? `"${value}"` : value);

/** As the host's own TCB has it; the peer's number is 0 where it never came. */
function baseOf(story: Story, { host, connection }: Lifeline): Base | null {
  const of = story.moments.filter((moment) => moment.host === host && moment.connection === connection);
  const last = of.findLast(({ after }) => after !== null)?.after ?? null;
  return last === null ? null : { own: last.info.iss, peer: last.info.irs };
}

/** `mss`: what the program has the host offer at most, bytes; 0: what it likes. */
function linesOf(story: Story, line: Lifeline, base: Base, mss: number): Line[] {
  const { host } = line;
  const { flights, moments } = story;
  const own = moments.filter((moment) => moment.host === host);
  const unheard = flights.flatMap(({ to, arrivals, corrupted, bytes }) =>
    to !== host || corrupted
      ? []
      : arrivals
          .filter(({ moment }) => moment === null)
          .map(({ t }) => ({ t, moment: -1, text: packetLine(bytes, 'in', base) })),
  );
  const listening = line.passive ? story.listeners.filter((one) => one.host === host).slice(0, 1) : [];
  const all = [
    ...listening.map(({ t }) => ({ t, moment: -1, text: listenCalls(t, mss) })),
    ...unheard,
    ...own.flatMap((moment) =>
      textsOf(moment, flights, line, base, mss).map((text) => ({ t: moment.t, moment: moment.index, text })),
    ),
  ];
  return all.sort((a, b) => a.t - b.t || a.moment - b.moment);
}

/** What a moment is in the script: what came, what the program did of it, what left. */
function textsOf(
  moment: Moment,
  flights: readonly Flight[],
  line: Lifeline,
  base: Base,
  mss: number,
): string[] {
  const { stimulus } = moment;
  const texts: string[] = [];
  if (stimulus.kind === 'edit' || stimulus.kind === 'network') return texts;
  if (stimulus.kind === 'arrival') {
    const { corrupted, bytes } = flights[stimulus.flight]!;
    if (!corrupted) texts.push(packetLine(bytes, 'in', base));
  }
  const leaving = moment.flights.map((index) => flights[index]!);
  for (const event of moment.events) {
    if (event.kind === 'call') texts.push(...callTexts(event, line, moment.t, mss));
    else if (event.kind === 'state' && event.to === 'ESTABLISHED' && line.passive)
      texts.push(`accept(${LISTENER}, ..., ...) = ${ACCEPTED}`);
    else if (event.kind === 'segment' && event.direction === 'out') {
      const flight = leaving.shift();
      if (flight !== undefined) texts.push(packetLine(flight.bytes, 'out', base));
    }
  }
  return [...texts, ...leaving.map(({ bytes }) => packetLine(bytes, 'out', base))];
}

const then = (t: number, calls: readonly string[]): string => calls.join(`\n${printTime(t)} `);

const clamp = (mss: number): string[] =>
  mss === 0 ? [] : [`setsockopt(${LISTENER}, IPPROTO_TCP, TCP_MAXSEG, [${mss}], 4) = 0`];

const listenCalls = (t: number, mss: number): string =>
  then(t, [
    `socket(..., SOCK_STREAM, IPPROTO_TCP) = ${LISTENER}`,
    `setsockopt(${LISTENER}, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0`,
    ...clamp(mss),
    `bind(${LISTENER}, ..., ...) = 0`,
    `listen(${LISTENER}, ${BACKLOG}) = 0`,
  ]);

function callTexts({ call, bytes }: CallEvent, { passive }: Lifeline, t: number, mss: number): string[] {
  const socket = passive ? ACCEPTED : LISTENER;
  switch (call) {
    case 'connect':
      return [
        then(t, [
          `socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = ${socket}`,
          ...clamp(mss),
          `connect(${socket}, ..., ...) = -1 EINPROGRESS (Operation now in progress)`,
        ]),
      ];
    case 'send':
      return bytes === 0 ? [] : [`write(${socket}, ..., ${bytes}) = ${bytes}`];
    case 'receive':
      return bytes === 0 ? [] : [`read(${socket}, ..., ${bytes}) = ${bytes}`];
    case 'shutdown':
      return [`shutdown(${socket}, SHUT_WR) = 0`];
    case 'close':
      return [`close(${socket}) = 0`];
    case 'abort':
      return [
        then(t, [
          `setsockopt(${socket}, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0`,
          `close(${socket}) = 0`,
        ]),
      ];
    case 'listen':
    case 'flush':
      return [];
  }
}

const ip = new Ipv4Header();
const tcp = new Segment();

function packetLine(bytes: Uint8Array, direction: 'in' | 'out', base: Base): string {
  if (decodeIpv4(bytes, 0, bytes.length, ip) !== null) throw new Error('a packet of the run is no IPv4');
  const { payloadStart: start, payloadEnd: end } = ip;
  if (decodeTcp(bytes, start, end, tcp) !== null) throw new Error('a packet of the run is no TCP');
  const [sender, receiver] = direction === 'out' ? [base.own, base.peer] : [base.peer, base.own];
  // §3.10.7.1: the reset of a segment without ACK has zero there, in nobody's sequence space.
  const nobodys = (tcp.flags & (RST | ACK)) === (RST | ACK) && tcp.seq === 0;
  return printTcp({
    direction,
    ip: null,
    ports: null,
    flags: tcp.flags,
    ace: null,
    seq: nobodys ? 0 : (tcp.seq - sender) >>> 0,
    length: tcp.textLength,
    ack: (tcp.flags & ACK) === 0 ? null : (tcp.ack - receiver) >>> 0,
    wnd: tcp.wnd,
    up: tcp.up === 0 ? null : tcp.up,
    options: decodeOptionItems(bytes, start + TCP_HEADER_LENGTH, tcp.textStart).map((item) =>
      counted(item, receiver),
    ),
  });
}

/** SACK edges lie in the space of those who receive the segment. */
const counted = (item: OptionItem, base: number): OptionItem =>
  item.kind === 'sack'
    ? {
        ...item,
        blocks: item.blocks.map(([left, right]) => [(left - base) >>> 0, (right - base) >>> 0] as const),
      }
    : item;
