// At the end of a run of all tests: is every requirement met by one of them (docs/conformance.md), and was every
// rule of the engine followed in one? A run that fails at either fails.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule, TestRunEndReason, Vitest } from 'vitest/node';
import { RULES } from '../../src/trace/text/english/rules.ts';
import { conformance, type Proof, readDeviations, readRequirements } from './conformance.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'conformance.md');

export default class ConformanceReporter implements Reporter {
  private vitest: Vitest | null = null;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly unknown[],
    reason: TestRunEndReason,
  ): Promise<void> {
    const { config } = this.vitest!;
    const all = await this.vitest!.globTestSpecifications();
    const partial = config.testNamePattern !== undefined || modules.length < all.length;
    if (partial || errors.length > 0 || reason !== 'passed') return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped').length;
    if (skipped > 0) {
      console.log(`conformance and rule coverage are not checked: ${skipped} tests were skipped`);
      return;
    }
    const faults = [...this.checkRules(tests.flatMap((test) => test.meta().rules ?? []))];
    const proofs = tests.map((test) => ({ file: test.module.relativeModuleId, name: test.fullName }));
    faults.push(...checkDocument(proofs, config.snapshotOptions.updateSnapshot === 'all'));
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) process.exitCode = 1;
  }

  private checkRules(hit: readonly string[]): string[] {
    const followed = new Set(hit);
    const ids = Object.keys(RULES);
    const missed = ids.filter((id) => !followed.has(id));
    const share = ((ids.length - missed.length) / ids.length) * 100;
    console.log(
      `rules followed in the tests: ${ids.length - missed.length} of ${ids.length} (${share.toFixed(1)} %)`,
    );
    return missed.map((id) => `rule ${id} was followed in no test`);
  }
}

function checkDocument(proofs: readonly Proof[], update: boolean): string[] {
  const requirements = readRequirements();
  const { document, faults } = conformance(requirements, readDeviations(), proofs);
  const left = new Set(faults.map((fault) => fault.split(':')[0]));
  console.log(
    `requirements met or excused: ${requirements.filter(({ id }) => !left.has(id)).length} of ${requirements.length}`,
  );
  if (update) writeFileSync(DOCUMENT, document);
  else if (readDocument() !== document)
    return [...faults, 'docs/conformance.md is out of date: npm test -- -u'];
  return [...faults];
}

function readDocument(): string {
  try {
    return readFileSync(DOCUMENT, 'utf8');
  } catch {
    return '';
  }
}
