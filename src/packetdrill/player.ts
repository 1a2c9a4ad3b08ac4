// The events of a script, one after another. What the script does happens at its time; what it expects of the stack
// is taken in the order in which it left, and must have left in time.

import { ACK, SYN } from '../wire/tcp.ts';
import { CodeBlocks } from './code.ts';
import { type Found, type PacketAction, takeExpected } from './expected.ts';
import { ScriptFailure } from './failure.ts';
import { Flows } from './flows.ts';
import { History } from './history.ts';
import { closingReset, icmpPackets, tcpPackets, udpPackets } from './inject.ts';
import { readDeparture } from './live.ts';
import { Outbox } from './outbox.ts';
import { printPacket, printTime } from './print.ts';
import { Process } from './process.ts';
import type { RunFail, RunOptions, RunResult } from './result.ts';
import { RunningCall } from './running-call.ts';
import type { CallAction, CodeAction, Script, ScriptEvent, ShellAction } from './script.ts';
import type { Settings } from './settings.ts';
import { printSocket } from './socket-listing.ts';
import { asksForSockets, stateCommand } from './state-commands.ts';
import { type Due, offTime, Timeline } from './timeline.ts';
import { UnsupportedError } from './unsupported.ts';
import { scriptTime, World } from './world.ts';

/** How long `*` waits, ms: longer than any timer of TCP's. */
const LONGEST_WAIT = 24 * 3_600_000;
/** How long the rest of a packet may be in coming when its beginning has left, ms. */
const REST = 1000;
/** How long after its time a packet that did not come is looked for, to say how late it is. */
const LATE = 10_000;
/** Alarms that one script may have fire: the longest ones need some thousands. */
const MAX_STEPS = 500_000;

export class Player {
  private readonly script: Script;
  private readonly settings: Settings;
  private readonly options: RunOptions;
  private readonly world: World;
  private readonly process: Process;
  private readonly flows: Flows;
  private readonly timeline: Timeline;
  private readonly outbox = new Outbox();
  private readonly history = new History();
  private readonly code = new CodeBlocks();
  /** The call on packetdrill's helper thread, which blocks while other events happen. */
  private blocking: RunningCall | null = null;
  private steps = 0;

  constructor(script: Script, options: RunOptions, settings: Settings) {
    this.script = script;
    this.settings = settings;
    this.options = options;
    this.world = new World(settings, (departure) => {
      const live = readDeparture(departure);
      this.outbox.add(live);
      this.history.sent(live);
    });
    this.process = new Process(this.world);
    this.flows = new Flows(this.world);
    this.timeline = new Timeline(settings.tolerance);
  }

  /** The verdict. @throws ScriptError, UnsupportedError */
  play(): RunResult {
    let current = this.script.events[0]!;
    try {
      for (const event of this.script.events) {
        current = event;
        this.happen(event);
      }
      this.finishBlocking();
      if (this.script.cleanup !== null) this.shell(this.script.cleanup);
      return { result: 'pass' };
    } catch (error) {
      if (error instanceof ScriptFailure) return this.failure(error.event ?? current, error);
      if (error instanceof UnsupportedError && error.at === null) {
        return { result: 'skip', reason: error.message, line: current.at.line };
      }
      throw error;
    } finally {
      this.close();
    }
  }

  private happen(event: ScriptEvent): void {
    const { action } = event;
    const due = this.timeline.due(event.time, this.world.time);
    const expects = 'direction' in action && action.direction === 'out';
    const at = expects ? this.expect(action, due) : this.act(event, due);
    this.timeline.passed(due, at);
    this.refuseFault();
  }

  /** What the script does itself. Returns when it did. */
  private act(event: ScriptEvent, due: Due): number {
    const { action } = event;
    this.advance(due.from);
    if (action.kind === 'call' && action.end !== null) this.finishBlocking();
    const at = this.world.time;
    if (offTime(due, at) > 0) {
      throw new ScriptFailure(`due at ${printTime(due.from)}, but it is ${printTime(at)} already`);
    }
    switch (action.kind) {
      case 'tcp':
      case 'icmp':
      case 'udp':
        this.inject(action);
        break;
      case 'call':
        this.call(event, action);
        break;
      case 'shell':
        this.shell(action);
        break;
      case 'code':
        this.run(action);
        break;
    }
    this.pollBlocking();
    return at;
  }

  private inject(action: PacketAction): void {
    const { flows, history, settings, world } = this;
    history.said(world.time, printPacket(action));
    if (action.kind === 'tcp') {
      const flow = flows.arriving(action.ports, (action.flags & (SYN | ACK)) === SYN);
      const { mss, tsEcrScaled: scaledEcho } = settings;
      world.link.deliver(tcpPackets(action, flow, { mss, scaledEcho }));
      return;
    }
    const flow = action.kind === 'udp' ? flows.arriving(action.ports, false) : flows.current();
    const packets =
      action.kind === 'udp' ? udpPackets(action, flow) : icmpPackets(action, flow, history.lastOf(flow));
    world.link.deliver(packets);
  }

  private call(event: ScriptEvent, action: CallAction): void {
    const { flows, history, process, timeline, world } = this;
    history.said(world.time, event.source.slice(event.source.indexOf(action.name)));
    const end = action.end === null ? null : timeline.due(action.end, world.time);
    const call = new RunningCall(event, process.begin(action), end);
    const opens = action.name === 'connect' || action.name.startsWith('send');
    flows.opened(process.endpointUnderTest(), opens);
    if (action.name === 'listen') flows.listened();
    if (end !== null) this.blocking = call;
    // Without an end it may still wait for time to pass, as poll() does.
    else if (!this.waitFor(call, world.time + LONGEST_WAIT)) throw call.late();
  }

  private shell(action: ShellAction): void {
    const { command, at } = action;
    const { process, settings } = this;
    this.history.said(this.world.time, `\`${command}\``);
    if (!asksForSockets(command)) {
      const reason = settings.shell(command);
      if (reason !== null) throw new UnsupportedError(reason, at);
      return;
    }
    const outcome = stateCommand(command, settings, () => process.socketLines());
    if (typeof outcome === 'string') throw new UnsupportedError(outcome, at);
    if (outcome === 0) return;
    const sockets = process.socketLines().map(printSocket).join(', ');
    throw new ScriptFailure(`its exit status is ${outcome}; sockets: ${sockets || 'none'}`, { at });
  }

  private run(action: CodeAction): void {
    const { failure, printed } = this.code.run(action.text, action.at, (name) => this.process.tcpInfo(name));
    for (const line of printed) this.history.said(this.world.time, `print: ${line}`);
    if (failure !== null) throw new ScriptFailure(failure.message, { at: failure.at });
  }

  /** A packet that must leave. Returns when it did, ms since the script began. */
  private expect(want: PacketAction, due: Due): number {
    const { world } = this;
    const limit = due.to === Number.POSITIVE_INFINITY ? world.time + LONGEST_WAIT : due.to + due.slack;
    const flow = this.flows.leaving(want.kind === 'icmp' ? null : want.ports);
    this.await(limit, () => this.outbox.holds(want.kind, flow) || null);
    const rest = Math.min(limit, world.time + REST);
    const found = this.await(rest, () => this.look(want, false)) ?? this.look(want, true);
    if (found === null) throw this.missing(want, due, limit);
    const { got, differences, live } = found;
    if (differences.length > 0) {
      throw new ScriptFailure(differences.join('; '), {
        expected: printPacket(want),
        actual: printPacket(got),
      });
    }
    const at = scriptTime(live.time);
    if (offTime(due, at) === 0) return at;
    throw offBy(want, due, got, at);
  }

  /** Nothing has left by `limit`: what leaves next may be what the script wants, but late. */
  private missing(want: PacketAction, due: Due, limit: number): ScriptFailure {
    // Whether a call still returns in time no longer matters.
    this.blocking = null;
    const next = this.await(limit + LATE, () => this.look(want, true));
    if (next?.differences.length === 0) return offBy(want, due, next.got, scriptTime(next.live.time));
    const reason = `nothing has left by ${printTime(limit)}`;
    return new ScriptFailure(reason, { expected: printPacket(want) });
  }

  private look(want: PacketAction, final: boolean): Found | null {
    const { flows, options, outbox, settings } = this;
    const { strictSegments, tolerance, tsTick: tick } = settings;
    const rules = { options: options.options, window: options.window, tick, tolerance, strictSegments };
    return takeExpected(want, outbox, flows, rules, final);
  }

  /** Let time pass until `look` finds something, at most until `limit`. */
  private await<T>(limit: number, look: () => T | null): T | null {
    for (;;) {
      this.refuseFault();
      const found = look();
      if (found !== null) return found;
      if (!this.step(limit)) return look();
    }
  }

  /** Whatever the script asks for, the stack must send packets that are some. */
  private refuseFault(): void {
    const { fault } = this.outbox;
    if (fault !== null) throw new ScriptFailure(`at ${printTime(scriptTime(fault.time))}: ${fault.reason}`);
  }

  private advance(time: number): void {
    while (this.step(time));
  }

  /** False: nothing more happens until `limit`, and that is now. */
  private step(limit: number): boolean {
    if (++this.steps > MAX_STEPS)
      throw new ScriptFailure(`${MAX_STEPS} timers have expired: it goes on for ever`);
    const more = this.world.step(limit);
    this.pollBlocking();
    return more;
  }

  private pollBlocking(): void {
    if (this.blocking?.returned(this.world.time) === true) this.blocking = null;
  }

  /** A blocking call must have returned when the next one begins, and when the script ends. */
  private finishBlocking(): void {
    const call = this.blocking;
    if (call === null || call.end === null) return;
    const limit = call.end.to + call.end.slack;
    while (this.blocking !== null && this.step(limit));
    if (this.blocking !== null) throw call.late();
  }

  /** False: the call has not returned by `limit`. */
  private waitFor(call: RunningCall, limit: number): boolean {
    for (;;) {
      if (call.returned(this.world.time)) return true;
      if (!this.step(limit)) return call.returned(this.world.time);
    }
  }

  /** Nothing of a script outlives it. */
  private close(): void {
    const { flows, history, world } = this;
    for (const flow of flows.all) {
      const last = history.lastOf(flow);
      if (last !== null) world.link.deliver([closingReset(flow, last)]);
    }
    world.host.close();
  }

  private failure(event: ScriptEvent, failure: ScriptFailure): RunFail {
    return {
      result: 'fail',
      line: failure.at?.line ?? event.at.line,
      column: failure.at?.column ?? null,
      reason: failure.message,
      source: event.source,
      expected: failure.expected,
      actual: failure.actual,
      conversation: this.history.lines(this.flows),
    };
  }
}

function offBy(want: PacketAction, due: Due, got: PacketAction, at: number): ScriptFailure {
  const off = offTime(due, at);
  return new ScriptFailure(`it left at ${printTime(at)}, ${Math.abs(off)} ms ${off < 0 ? 'early' : 'late'}`, {
    expected: `${printTime(due.from)} ${printPacket(want)}`,
    actual: `${printTime(at)} ${printPacket(got)}`,
  });
}
