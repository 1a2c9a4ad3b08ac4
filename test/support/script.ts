// The test script: one connection, packetdrill's notation, time that moves only by `after`. `in` and `out` are
// said from the connection's side; `out` is exact: these segments, and then silence. A failure prints the
// conversation. Initial sequence numbers sit just below 2^31 and 2^32, so that every test wraps.

import { Connection } from '../../src/tcp/connection.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import type { Probe } from '../../src/tcp/probe.ts';
import type { RuleId } from '../../src/tcp/rules.ts';
import { copyText, Segment } from '../../src/tcp/segment.ts';
import { add, diff, leq, type Seq, seq, unsigned } from '../../src/tcp/seq.ts';
import type { State } from '../../src/tcp/state.ts';
import { isRunning, Timer } from '../../src/tcp/timers.ts';
import { Address } from '../../src/wire/address.ts';
import { parseSegment, printSegment } from '../../src/wire/print.ts';
import { ACK } from '../../src/wire/tcp.ts';
import { RuleLog } from './rule-log.ts';

export const OUR_ISS = seq(0x7ffffffa);
export const PEER_ISS = seq(0xfffffffa);

export interface ScriptOptions {
  /** Over RFC9293 without options: no window scale, timestamps, SACK or ECN, unless named here. */
  readonly parameters?: Partial<Parameters>;
  readonly family?: 4 | 6;
  readonly mtu?: number;
  readonly superSegment?: number;
  readonly probe?: Probe;
}

const BARE: Parameters = {
  ...RFC9293,
  windowScaling: false,
  timestamps: false,
  sack: false,
  dsack: false,
  frto: false,
  cwndValidation: 'off',
  ecn: 'off',
  congestionControl: 'reno',
  mtuProbing: 'off',
};

/** The byte that stands at relative sequence number `n` of a stream: tells misplaced text at a glance. */
export const patternAt = (n: number): number => (n * 31 + (n >>> 8) * 7 + 5) & 0xff;

export function pattern(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => patternAt(from + i));
}

export class Script {
  now = 1_000_000;
  readonly rules = new RuleLog();
  private readonly options: ScriptOptions;
  private readonly log: string[] = [];
  private readonly segment = new Segment();
  private current: Connection | null = null;
  private written = 1;
  private consumed = 1;
  private notices = 0;
  /** What left and was not looked at yet. */
  private readonly sent: { text: string; full: string }[] = [];

  constructor(options: ScriptOptions = {}) {
    this.options = options;
  }

  get connection(): Connection {
    if (this.current === null) throw new Error('the script has opened nothing yet');
    return this.current;
  }

  /** Active OPEN. */
  connect(): this {
    this.log.push('connect()');
    this.current = Connection.connect(this.openOptions(), this.now);
    return this.settle();
  }

  /** LISTEN: the next `in` is the SYN that makes the connection. */
  listen(): this {
    this.log.push('listen()');
    return this;
  }

  /** A segment arrives. Numbers count from the ISNs; a window of 65535 unless it says so. */
  in(text: string): this {
    this.log.push(`  < ${text}`);
    const seg = this.read(text);
    if (this.current === null) this.current = Connection.accept(this.openOptions(), seg, this.now);
    else this.current.arrives(seg, this.now);
    return this.settle();
  }

  /** Several segments arrive in one batch: nothing leaves until the last has been looked at (MUST-59). */
  batch(...texts: string[]): this {
    for (const text of texts) {
      this.log.push(`  < ${text}`);
      this.connection.arrives(this.read(text), this.now);
    }
    return this.settle();
  }

  /** Exactly these leave, in this order, and nothing more. What a line does not say is not compared: window, options, codepoint. */
  out(...expected: string[]): this {
    const sent = this.sent.splice(0);
    for (let i = 0; i < Math.max(expected.length, sent.length); i++) {
      const want = expected[i];
      const got = sent[i];
      if (want === undefined) this.fail(`unexpected segment: ${got?.full}`);
      else if (got === undefined) this.fail(`expected ${want}, and nothing left`);
      else if (!covers(want, got)) this.fail(`expected ${want}\n     got ${got.full}`);
    }
    return this;
  }

  quiet(): this {
    return this.out();
  }

  state(expected: State): this {
    if (this.connection.state !== expected) {
      this.fail(`expected state ${expected}, it is ${this.connection.state}`);
    }
    return this;
  }

  /** Time passes; every deadline on the way is met. Milliseconds. */
  after(ms: number): this {
    const end = this.now + ms;
    this.log.push(`+${ms} ms`);
    while (this.current !== null && this.current.deadline <= end) {
      const deadline = Math.max(this.current.deadline, this.now);
      this.now = deadline;
      this.current.expire(deadline);
      this.settle();
      if (this.current.deadline <= deadline) this.fail(`the timer at ${deadline} did not move`);
    }
    this.now = end;
    return this;
  }

  /** SEND `n` bytes of the pattern; all of them must be taken. */
  write(n: number): this {
    this.log.push(`write(${n})`);
    const taken = this.connection.send(pattern(this.written, n), this.now);
    if (taken !== n) this.fail(`send took ${taken} of ${n} bytes`);
    this.written += n;
    return this.settle();
  }

  /** SEND `n` bytes, of which `taken` are taken. */
  writePart(n: number, taken: number): this {
    this.log.push(`write(${n})`);
    const got = this.connection.send(pattern(this.written, n), this.now);
    if (got !== taken) this.fail(`send took ${got} of ${n} bytes, not ${taken}`);
    this.written += got;
    return this.settle();
  }

  /** RECEIVE everything that waits: it is the next `n` bytes of the peer's pattern. */
  reads(n: number): this {
    this.log.push(`read() = ${n}`);
    let got = 0;
    for (
      let text = this.connection.receive(this.now);
      text !== null;
      text = this.connection.receive(this.now)
    ) {
      for (const byte of text) {
        const want = patternAt(this.consumed);
        if (byte !== want) this.fail(`byte ${this.consumed} is ${byte}, not ${want}`);
        this.consumed += 1;
      }
      got += text.length;
    }
    if (got !== n) this.fail(`read ${got} bytes, not ${n}`);
    return this.settle();
  }

  /** RECEIVE at most `n` bytes in one call. */
  readSome(n: number): this {
    this.log.push(`read(${n})`);
    const text = this.connection.receive(this.now, n);
    this.consumed += text === null ? 0 : text.length;
    return this.settle();
  }

  shutdown(): this {
    this.log.push('shutdown()');
    this.connection.shutdown(this.now);
    return this.settle();
  }

  close(): this {
    this.log.push('close()');
    this.connection.close(this.now);
    return this.settle();
  }

  abort(): this {
    this.log.push('abort()');
    this.connection.abort(this.now);
    return this.settle();
  }

  /** Any other call of the connection. */
  do(what: (connection: Connection, now: number) => void): this {
    this.log.push(`do(${what.toString().slice(0, 60)})`);
    what(this.connection, this.now);
    return this.settle();
  }

  /** All of these notice bits have come since the last look; they are taken. */
  told(bits: number): this {
    if ((this.notices & bits) !== bits) this.fail(`notices are ${this.notices}, not all of ${bits}`);
    this.notices &= ~bits;
    return this;
  }

  /** None of these notice bits has come. */
  untold(bits: number): this {
    if ((this.notices & bits) !== 0)
      this.fail(`notices are ${this.notices}: ${this.notices & bits} too many`);
    return this;
  }

  error(expected: string | null): this {
    if (this.connection.error !== expected) {
      this.fail(`expected error ${expected}, it is ${this.connection.error}`);
    }
    return this;
  }

  /** The engine said that it followed this rule. */
  followed(rule: RuleId): this {
    if (!this.rules.has(rule)) this.fail(`rule ${rule} was not followed; ${this.rules.list()} were`);
    return this;
  }

  /** The last segments that left, printed in full; they are taken. */
  takeSent(): string[] {
    return this.sent.splice(0).map((segment) => segment.full);
  }

  fail(message: string): never {
    throw new Error(`${message}\n\n${this.log.join('\n')}\n`);
  }

  private openOptions() {
    const six = this.options.family === 6;
    const address = (host: string): Address => Address.parse(six ? `fd00::${host}` : `10.0.0.${host}`)!;
    const mtu = this.options.mtu ?? 1500;
    return {
      id: 1,
      local: { address: address('1'), port: 4000 },
      remote: { address: address('2'), port: 80 },
      iss: OUR_ISS,
      timestampOffset: 0,
      parameters: { ...BARE, ...this.options.parameters },
      mtu,
      superSegment: this.options.superSegment ?? mtu,
      probe: this.options.probe ?? this.rules,
    };
  }

  private read(text: string): Segment {
    const parsed = parseSegment(text);
    const seg = new Segment();
    seg.sourcePort = 80;
    seg.destinationPort = 4000;
    seg.flags = parsed.flags;
    seg.seq = add(PEER_ISS, parsed.seq);
    seg.ack = (parsed.flags & ACK) === 0 ? seq(0) : add(OUR_ISS, parsed.ack ?? 0);
    seg.wnd = parsed.wnd ?? 65_535;
    seg.up = parsed.up;
    seg.ecn = parsed.ecn ?? 0;
    seg.text = pattern(parsed.seq, parsed.length);
    seg.textLength = parsed.length;
    if (parsed.options !== null) {
      const { sackBlocks, ...rest } = parsed.options;
      Object.assign(seg, rest);
      for (let i = 0; i < sackBlocks.length; i++) seg.sackBlocks[i] = add(OUR_ISS, sackBlocks[i] as number);
    }
    return seg;
  }

  /** Drain output, take the notices, check what must always hold. */
  private settle(): this {
    const { connection, segment } = this;
    for (let n = 0; connection.output(segment, this.now); n++) {
      if (n > 10_000) this.fail('output never ends');
      const relative = { seq: OUR_ISS, ack: PEER_ISS };
      const full = printSegment(segment, relative, 'full', segment.ecn === 0 ? null : segment.ecn);
      this.sent.push({ text: printSegment(segment, relative, 'brief'), full });
      this.log.push(`  > ${full}   [${segment.why}]`);
      this.checkText();
    }
    this.notices |= connection.takeNotices();
    this.checkInvariants();
    return this;
  }

  private checkText(): void {
    const { segment } = this;
    const text = new Uint8Array(segment.textLength);
    if (segment.textLength > 0) copyText(segment, text, 0);
    const from = unsigned(seq(diff(segment.seq, OUR_ISS)));
    const wrong = text.findIndex((byte, i) => byte !== patternAt(from + i));
    if (wrong >= 0) this.fail(`byte ${from + wrong} left as ${text[wrong]}, not ${patternAt(from + wrong)}`);
  }

  private checkInvariants(): void {
    const { tcb } = this.connection;
    if (!leq(tcb.snd.una, tcb.snd.nxt)) this.fail('SND.UNA lies beyond SND.NXT');
    if (tcb.state === 'CLOSED') {
      if (this.connection.deadline !== Number.POSITIVE_INFINITY) this.fail('a timer runs in CLOSED');
      return;
    }
    const inFlight = tcb.snd.una !== tcb.snd.nxt;
    if (inFlight && !isRunning(tcb, Timer.retransmission) && !isRunning(tcb, Timer.persist)) {
      this.fail('something is in flight and no timer runs');
    }
    const past: Seq = add(tcb.snd.una, Math.max(tcb.snd.maxWnd, tcb.snd.wnd) + 1);
    if (tcb.state !== 'SYN-SENT' && tcb.state !== 'SYN-RECEIVED' && diff(tcb.snd.nxt, past) > 0) {
      this.fail('SND.NXT lies beyond every window that was offered');
    }
  }
}

/** Does what left have everything that `want` says? Window, options and ECN codepoint only where they are written. */
function covers(want: string, got: { text: string; full: string }): boolean {
  const a = parseSegment(want);
  const b = parseSegment(got.full);
  if (a.flags !== b.flags || a.seq !== b.seq || a.length !== b.length || a.up !== b.up) return false;
  if ((a.flags & ACK) !== 0 && a.ack !== b.ack) return false;
  if (a.wnd !== null && a.wnd !== b.wnd) return false;
  if (a.ecn !== null && a.ecn !== (b.ecn ?? 0)) return false;
  return a.options === null || sameOptions(want, got.full);
}

const optionsOf = (text: string): string => (/<([^>]*)>/.exec(text)?.[1] ?? '').replaceAll(/,?\s*nop,?/g, '');

function sameOptions(want: string, got: string): boolean {
  const list = (text: string): string[] =>
    optionsOf(text)
      .split(',')
      .map((option) => option.trim())
      .sort();
  return JSON.stringify(list(want)) === JSON.stringify(list(got));
}

/** An ESTABLISHED connection, opened by us; the peer's MSS is 1000. Both ISNs are behind: the next octets are 1. */
export function established(options: ScriptOptions = {}): Script {
  return new Script(options)
    .connect()
    .out('S 0:0')
    .in('S. 0:0 ack 1 win 65535 <mss 1000>')
    .out('. 1:1 ack 1')
    .state('ESTABLISHED');
}

/** An ESTABLISHED connection, opened by the peer. */
export function accepted(options: ScriptOptions = {}): Script {
  return new Script(options)
    .listen()
    .in('S 0:0 win 65535 <mss 1000>')
    .out('S. 0:0 ack 1')
    .in('. 1:1 ack 1')
    .quiet()
    .state('ESTABLISHED');
}
