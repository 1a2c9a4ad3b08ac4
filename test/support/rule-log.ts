// Probes that remember which rules the engine said it followed.

import type { HostProbe } from '../../src/host/probe.ts';
import type { Probe } from '../../src/tcp/probe.ts';
import type { RuleId } from '../../src/tcp/rules.ts';
import type { Segment } from '../../src/tcp/segment.ts';
import type { State } from '../../src/tcp/state.ts';
import type { Tcb } from '../../src/tcp/tcb.ts';
import { noteRule } from './rule-coverage.ts';

export class RuleLog implements Probe {
  private readonly rules: RuleId[] = [];

  has(rule: RuleId): boolean {
    return this.rules.includes(rule);
  }

  list(): string {
    return this.rules.join(' ');
  }

  segmentArrives(): void {}
  timerSet(): void {}
  timerFired(): void {}
  userCall(): void {}

  segmentSent(_tcb: Tcb, seg: Segment): void {
    this.note(seg.why);
  }

  segmentDropped(_tcb: Tcb, _seg: Segment, why: RuleId): void {
    this.note(why);
  }

  stateChange(_tcb: Tcb, _from: State, _to: State, why: RuleId): void {
    this.note(why);
  }

  rule(_tcb: Tcb, why: RuleId): void {
    this.note(why);
  }

  private note(rule: RuleId): void {
    this.rules.push(rule);
    noteRule(rule);
  }
}

/** For a whole host. */
export class HostRules extends RuleLog implements HostProbe {
  packetSent(): void {}
  packetReceived(): void {}
  packetDropped(): void {}
}
