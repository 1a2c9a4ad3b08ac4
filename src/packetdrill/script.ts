// A packetdrill script taken apart: what the parser makes and the runner plays. Times are in milliseconds of
// script time; sequence numbers are the script's own, 0 to 2^32 - 1.

/** Where something stands in its file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Script {
  /** As it was named to the runner; for messages. */
  readonly file: string;
  /** `--name=value` lines, in order; null: written without a value. */
  readonly options: readonly ScriptOption[];
  /** The shell command before the first event. */
  readonly init: ShellAction | null;
  readonly events: readonly ScriptEvent[];
  /** The shell command behind the last event: `cleanup` in packetdrill's words. */
  readonly cleanup: ShellAction | null;
}

export interface ScriptOption {
  readonly name: string;
  readonly value: string | null;
  readonly at: Position;
}

export interface ScriptEvent {
  readonly at: Position;
  /** The lines of the script that say it, without comments. */
  readonly source: string;
  readonly time: EventTime;
  readonly action: Action;
}

/**
 * When an event is due. `absolute`: since the script began; `relative`: since the time at which the event before it
 * was scheduled; `any`: `*`. `end` equals `start` unless a range `a~b` was written.
 */
export interface EventTime {
  readonly kind: 'absolute' | 'relative' | 'any';
  readonly start: number;
  readonly end: number;
}

export type Action = TcpAction | IcmpAction | UdpAction | CallAction | ShellAction | CodeAction;

/** `in`: `<`, injected into the stack. `out`: `>`, expected to leave it. */
export type Direction = 'in' | 'out';

/** What brackets before a packet say about its IP header; null: not said. */
export interface IpInfo {
  readonly ecn: 'noecn' | 'ect0' | 'ect1' | 'ect01' | 'ce' | null;
  /** The whole traffic class byte; `ecn` is null then. */
  readonly tos: number | null;
  readonly ttl: number | null;
  readonly flowLabel: number | null;
}

export interface Ports {
  readonly source: number;
  readonly destination: number;
}

export interface TcpAction {
  readonly kind: 'tcp';
  readonly direction: Direction;
  readonly ip: IpInfo | null;
  readonly ports: Ports | null;
  /** Bits of wire/tcp.ts. With `ace` not null the bits AE, CWR, ECE are those of the ACE value. */
  readonly flags: number;
  /** `.N`: the ACE field (RFC 9768), 0 to 7; null: not written so. */
  readonly ace: number | null;
  readonly seq: number;
  /** Text bytes. */
  readonly length: number;
  /** Null: not written, which is as good as 0. */
  readonly ack: number | null;
  /** Null: not written, which only a packet of ours may do without. */
  readonly wnd: number | null;
  readonly up: number | null;
  /** In the order written; `any`: `<...>` stood there. */
  readonly options: readonly OptionItem[] | 'any';
}

export type OptionItem =
  | { readonly kind: 'nop' | 'eol' | 'sackOK' }
  | { readonly kind: 'mss' | 'wscale'; readonly value: number }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [left: number, right: number])[] }
  | { readonly kind: 'TS'; readonly val: number; readonly ecr: number }
  /** RFC 7413; `FOEXP`: the experimental kind 254. An empty cookie asks for one. */
  | { readonly kind: 'FO' | 'FOEXP'; readonly cookie: Uint8Array }
  | { readonly kind: 'md5'; readonly digest: Uint8Array }
  /** RFC 9768 §3.2.3, in the order written. */
  | { readonly kind: 'ECN'; readonly counters: readonly (readonly ['e0b' | 'ceb' | 'e1b', number])[] }
  /** Anything else, as kind and data: `gen 30 0001`; also a kind above with a length that is not its own. */
  | { readonly kind: 'unknown'; readonly number: number; readonly data: Uint8Array };

export interface IcmpAction {
  readonly kind: 'icmp';
  readonly direction: Direction;
  readonly ip: IpInfo | null;
  /** As written: `unreachable`, `packet_too_big`, `echo_request`... */
  readonly type: string;
  readonly code: string | null;
  readonly mtu: number | null;
  readonly id: number | null;
  /** What the message quotes of the packet it is about; `tcp` without numbers quotes the last segment. */
  readonly quoted:
    | { readonly protocol: 'tcp'; readonly seq: number; readonly length: number }
    | { readonly protocol: 'udp' | 'raw'; readonly length: number }
    | null;
}

export interface UdpAction {
  readonly kind: 'udp';
  readonly direction: Direction;
  readonly ip: IpInfo | null;
  readonly ports: Ports | null;
  readonly length: number;
}

export interface CallAction {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Value[];
  /**
   * When a blocking call returns (`...` time); null: it returns at once. It counts from where the event's own time
   * counts from: `+.1...0.3` ends 0.3 s after the event before it.
   */
  readonly end: EventTime | null;
  readonly result: Value;
  /** `EAGAIN`; null: not written. */
  readonly errno: string | null;
}

/** A value as written; words are looked up when it is needed, in the script's symbols first. */
export type Value =
  | { readonly kind: 'any'; readonly at: Position }
  | { readonly kind: 'number'; readonly value: number; readonly at: Position }
  | { readonly kind: 'word'; readonly name: string; readonly at: Position }
  /** `repeated`: `"..."` followed by `...`, or `"a"...`: as long as the call says. */
  | { readonly kind: 'string'; readonly value: string; readonly repeated: boolean; readonly at: Position }
  /** `A | B`. */
  | { readonly kind: 'or'; readonly parts: readonly Value[]; readonly at: Position }
  /** `[a, b]`. */
  | { readonly kind: 'list'; readonly items: readonly Value[]; readonly at: Position }
  /** `{a = 1, b}`; also `a = 1` where a value may stand, as a structure of one field. */
  | { readonly kind: 'struct'; readonly fields: readonly StructField[]; readonly at: Position }
  /** `htons(8080)`, `inet_addr("192.0.2.1")`, `sizeof(...)`. */
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly args: readonly Value[];
      readonly at: Position;
    };

export interface StructField {
  /** Null: a bare value. */
  readonly name: string | null;
  /** What stands in parentheses behind the name: `msg_iov(2) = ...`. */
  readonly count: Value | null;
  readonly value: Value;
}

export interface ShellAction {
  readonly kind: 'shell';
  readonly command: string;
  readonly at: Position;
}

/** `%{ ... }%`. */
export interface CodeAction {
  readonly kind: 'code';
  readonly text: string;
  /** Of the first character behind `%{`. */
  readonly at: Position;
}

/** A script that can't be read; `message` has no position in it. */
export class ScriptError extends Error {
  readonly file: string;
  readonly at: Position;

  constructor(file: string, at: Position, message: string) {
    super(message);
    this.name = 'ScriptError';
    this.file = file;
    this.at = at;
  }
}
