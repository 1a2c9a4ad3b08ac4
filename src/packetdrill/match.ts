// Whether what left is what the script expects. Both are put in the script's words first, so that a difference can be
// read: `ack is 1001, not 2001`.

import { printFlags } from '../wire/print.ts';
import { ACK, CWR, FIN, PSH, RST, SYN } from '../wire/tcp.ts';
import type { LiveHeader, LiveTcp } from './live.ts';
import type { Numbers } from './numbers.ts';
import { printOptionItem } from './print.ts';
import type { IpInfo, OptionItem, TcpAction } from './script.ts';

/** How exactly packets must be what the script says. */
export interface MatchRules {
  readonly options: 'strict' | 'semantic';
  readonly window: 'strict' | 'scaled' | 'ignore';
  /** A tick of the script's timestamps, microseconds; 0: timestamps are not compared. */
  readonly tick: number;
  /** What timestamps may be off by, ms. */
  readonly tolerance: number;
}

/** Flags that a stack may set on one of the segments that stand for a large one, and not on the others. */
const PER_SEGMENT = FIN | PSH | CWR;

/**
 * Segments that follow each other, as the one of `wanted` bytes that they stand for: the script's author had a link
 * that cuts (TSO), or had not. It has the flags of the last. Null: none are there; fewer bytes if they don't fit
 * together or there are not more.
 */
export function gather(
  segments: readonly LiveTcp[],
  wanted: number,
): { readonly whole: LiveTcp; readonly used: number } | null {
  const first = segments[0];
  if (first === undefined) return null;
  let { length, flags } = first;
  let used = 1;
  let previous = first;
  for (; length < wanted; used++) {
    const next = segments[used];
    if (next === undefined || !continues(previous, next, first.length)) break;
    length += next.length;
    flags = next.flags;
    previous = next;
  }
  return { whole: used === 1 ? first : { ...first, length, flags }, used };
}

function continues(segment: LiveTcp, next: LiveTcp, size: number): boolean {
  return (
    segment.length > 0 &&
    segment.length === size &&
    next.length <= size &&
    next.length > 0 &&
    next.seq === (segment.seq + segment.length) >>> 0 &&
    next.ack === segment.ack &&
    next.wnd === segment.wnd &&
    (next.flags & ~PER_SEGMENT) === (segment.flags & ~PER_SEGMENT) &&
    next.header.trafficClass === segment.header.trafficClass &&
    next.options.length === segment.options.length &&
    next.options.every((option, i) => option.kind === segment.options[i]?.kind)
  );
}

/** A segment that left, as the script would say it. */
export function inScript(live: LiveTcp, numbers: Numbers, ip: IpInfo | null = null): TcpAction {
  const { flags, length, wnd, up } = live;
  // RFC 9293 §3.10.7.1: the reset of a segment without ACK has zero there, in nobody's sequence space.
  const zero = (flags & (RST | ACK)) === (RST | ACK) && live.seq === 0;
  return {
    kind: 'tcp',
    direction: 'out',
    ip: ip === null ? null : asked(live.header, ip),
    ports: null,
    flags,
    ace: null,
    seq: zero ? 0 : numbers.toScript(live.seq, 'ours'),
    length,
    ack: flags & ACK ? numbers.toScript(live.ack, 'peer') : null,
    wnd,
    up: up === 0 ? null : up,
    options: live.options.map((option) => optionInScript(option, numbers)),
  };
}

/** What of an IP header a script asks for. */
export function asked(header: LiveHeader, ip: IpInfo): IpInfo {
  return {
    ecn: ip.ecn === null ? null : ECN_NAMES[header.trafficClass & 3]!,
    tos: ip.tos === null ? null : header.trafficClass,
    ttl: ip.ttl === null ? null : header.hopLimit,
    flowLabel: ip.flowLabel === null ? null : header.flowLabel,
  };
}

/** RFC 3168 §5. */
const ECN_NAMES = ['noecn', 'ect1', 'ect0', 'ce'] as const;

function optionInScript(option: OptionItem, numbers: Numbers): OptionItem {
  if (option.kind === 'TS') return { ...option, val: numbers.stampToScript(option.val) };
  if (option.kind !== 'sack') return option;
  const blocks = option.blocks.map(
    ([left, right]) => [numbers.toScript(left, 'peer'), numbers.toScript(right, 'peer')] as const,
  );
  return { kind: 'sack', blocks };
}

/**
 * Learn from a segment that left what its SYN and its timestamp are in the script, then say how it differs from
 * what the script expects; an empty list: it does not. `got` is the segment in the script's words.
 */
export function compareTcp(
  want: TcpAction,
  live: LiveTcp,
  numbers: Numbers,
  rules: MatchRules,
): { readonly got: TcpAction; readonly differences: readonly string[] } {
  if (live.flags & SYN) synLeft(want, live, numbers);
  const drift = stampLeft(want, live, numbers, rules);
  const whole = inScript(live, numbers, want.ip);
  // What was not asked for would stand in the way of what differs.
  const got = want.wnd === null ? { ...whole, wnd: null } : whole;
  const list = [
    ...(want.ip === null || got.ip === null ? [] : ipDifferences(want.ip, got.ip)),
    differs('flags', printFlags(want.flags), printFlags(got.flags)),
    differs('seq', want.seq, got.seq),
    differs('the length', want.length, got.length),
    differs('ack', want.ack ?? 0, got.ack ?? 0),
    windowDifference(want, live, numbers, rules),
    differs('urg', want.up ?? 0, got.up ?? 0),
    optionsDifference(want, got, rules),
    drift,
  ];
  return { got, differences: list.filter((difference) => difference !== null) };
}

function differs(what: string, want: number | string, got: number | string): string | null {
  if (want === got) return null;
  return `${what} ${what === 'flags' ? 'are' : 'is'} ${got}, not ${want}`;
}

export function ipDifferences(want: IpInfo, got: IpInfo): (string | null)[] {
  const either = want.ecn === 'ect01' && (got.ecn === 'ect0' || got.ecn === 'ect1');
  const tell = (what: string, a: number | string | null, b: number | string | null): string | null =>
    a === null ? null : differs(what, a, b ?? 'absent');
  return [
    either ? null : tell('the ECN field', want.ecn, got.ecn),
    tell('tos', want.tos, got.tos),
    tell('ttl', want.ttl, got.ttl),
    tell('flowlabel', want.flowLabel, got.flowLabel),
  ];
}

function synLeft(want: TcpAction, live: LiveTcp, numbers: Numbers): void {
  numbers.synLeft(want.flags & SYN ? want.seq : 0, live.seq);
  numbers.liveScale = scaleOf(live.options);
  numbers.scriptScale = want.options === 'any' ? numbers.liveScale : scaleOf(want.options);
}

/** Window scale in a list of options; 0 = none. */
function scaleOf(options: readonly OptionItem[]): number {
  const option = options.find((item) => item.kind === 'wscale');
  return option?.kind === 'wscale' ? option.value : 0;
}

/** Pairs the timestamps of both; says so if the stack's has moved by another time than the script's. */
function stampLeft(want: TcpAction, live: LiveTcp, numbers: Numbers, rules: MatchRules): string | null {
  if (want.options === 'any') return null;
  const script = want.options.find((item) => item.kind === 'TS');
  const sent = live.options.find((item) => item.kind === 'TS');
  if (script?.kind !== 'TS' || sent?.kind !== 'TS') return null;
  const drift = numbers.stampDrift(script.val, sent.val);
  numbers.stampLeft(script.val, sent.val);
  const ms = (drift * rules.tick) / 1000;
  return Math.abs(ms) <= rules.tolerance
    ? null
    : `TS val is ${Math.abs(drift)} ticks ${drift < 0 ? 'behind' : 'ahead'}`;
}

function windowDifference(
  want: TcpAction,
  live: LiveTcp,
  numbers: Numbers,
  rules: MatchRules,
): string | null {
  if (want.wnd === null || rules.window === 'ignore') return null;
  const { liveScale, scriptScale } = numbers;
  const scaled = (live.flags & SYN) === 0 && numbers.peerScales;
  if (rules.window === 'strict' || !scaled || liveScale === scriptScale) {
    return differs('win', want.wnd, live.wnd);
  }
  const wanted = want.wnd * 2 ** scriptScale;
  const offered = live.wnd * 2 ** liveScale;
  if (Math.abs(wanted - offered) <= 2 ** Math.max(liveScale, scriptScale)) return null;
  return `the window is ${offered} bytes, not ${wanted}`;
}

function optionsDifference(want: TcpAction, got: TcpAction, rules: MatchRules): string | null {
  if (want.options === 'any' || got.options === 'any') return null;
  const [wanted, sent] = [want.options, got.options].map((options) => comparable(options, rules));
  return wanted!.join() === sent!.join() ? null : 'the options differ';
}

/** One text for each option, equal if and only if they are held equal. */
function comparable(options: readonly OptionItem[], rules: MatchRules): string[] {
  const keys = (list: readonly OptionItem[]): string[] => list.map((option) => optionKey(option, rules));
  if (rules.options === 'strict') return keys(options);
  return keys(options.filter(({ kind }) => kind !== 'nop' && kind !== 'eol')).sort();
}

/** A timestamp's value is compared elsewhere, if at all; a scale by the windows that it makes. */
function optionKey(option: OptionItem, rules: MatchRules): string {
  if (option.kind === 'TS') return printOptionItem({ ...option, val: 0 });
  if (option.kind === 'wscale' && rules.window !== 'strict') return option.kind;
  return printOptionItem(option);
}
