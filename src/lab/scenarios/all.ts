// The scenarios in the order in which a learner takes them.

import type { COMMON_HANDLES, Scenario } from '../model/scenario.ts';
import { open } from './s01-open.ts';
import { close } from './s02-close.ts';
import { halfClose } from './s03-half-close.ts';
import { timeWait } from './s04-time-wait.ts';
import { closeWait } from './s05-close-wait.ts';
import { earlyData } from './s06-early-data.ts';
import { reset } from './s07-reset.ts';
import { lostLastAck } from './s08-lost-last-ack.ts';
import { simultaneousOpen } from './s09-simultaneous-open.ts';
import { simultaneousClose } from './s10-simultaneous-close.ts';
import { ports } from './s11-ports.ts';
import { flowControl } from './s12-flow-control.ts';
import { loss } from './s13-loss.ts';
import { synFlood } from './s14-syn-flood.ts';
import { oldSyn } from './s15-old-syn.ts';
import { oldSegment } from './s16-old-segment.ts';
import { halfOpen } from './s17-half-open.ts';
import { sandbox } from './s18-sandbox.ts';

export const SCENARIOS = [
  open,
  close,
  oldSyn,
  lostLastAck,
  timeWait,
  closeWait,
  halfClose,
  earlyData,
  reset,
  simultaneousOpen,
  simultaneousClose,
  ports,
  flowControl,
  loss,
  oldSegment,
  synFlood,
  halfOpen,
  sandbox,
] as const satisfies readonly Scenario[];

export type ScenarioId = (typeof SCENARIOS)[number]['id'];

/** Every handle of every scenario. */
export type HandleName = keyof typeof COMMON_HANDLES | HandleOf<(typeof SCENARIOS)[number]>;

type HandleOf<S> = S extends { readonly handles: infer H } ? keyof H : never;

export const scenarioOf = (id: string): Scenario | null => SCENARIOS.find((one) => one.id === id) ?? null;
