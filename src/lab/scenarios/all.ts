// The scenarios in the order in which a learner takes them.

import type { Scenario } from '../model/scenario.ts';
import { open } from './open.ts';

export const SCENARIOS = [open] as const satisfies readonly Scenario[];

export type ScenarioId = (typeof SCENARIOS)[number]['id'];

export const scenarioOf = (id: string): Scenario | null => SCENARIOS.find((one) => one.id === id) ?? null;
