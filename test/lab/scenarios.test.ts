import { describe, expect, test } from 'vitest';
import { type Recipe, recipeOf, type Value } from '../../src/lab/model/recipe.ts';
import { run } from '../../src/lab/model/run.ts';
import { scenarioOf } from '../../src/lab/scenarios/all.ts';
import { toldOf } from './story.ts';

/** The story of a scenario with these handles, from its event `from` on. */
function told(id: string, values: Readonly<Record<string, Value>> = {}, from = 0): string[] {
  const recipe: Recipe = { ...recipeOf(id), values };
  return toldOf(run(scenarioOf(id)!, recipe)).slice(from);
}

describe('S2: the orderly close', () => {
  test('has four segments and each state of figure 12 (C18, C19, C23, C25)', () => {
    expect(told('s2', {}, 4)).toEqual([
      '500 client close() -> FIN-WAIT-1 sends FIN,ACK',
      '600 server gets FIN,ACK -> CLOSE-WAIT sends ACK',
      '700 client gets ACK -> FIN-WAIT-2',
      '900 server close() -> LAST-ACK sends FIN,ACK',
      '1000 client gets FIN,ACK -> TIME-WAIT sends ACK',
      '1100 server gets ACK -> CLOSED',
      '241000 client time-wait timer -> CLOSED',
    ]);
  });

  test('goes the other way round when the server closes first', () => {
    expect(told('s2', { closer: 'server' }, 4)[0]).toBe('500 server close() -> FIN-WAIT-1 sends FIN,ACK');
  });
});

describe('S9: simultaneous open', () => {
  test('both are in SYN-SENT, then in SYN-RECEIVED, and one connection comes of it (figure 7)', () => {
    expect(told('s9')).toEqual([
      '0 client connect() -> SYN-SENT sends SYN',
      '20 server connect() -> SYN-SENT sends SYN',
      '100 server gets SYN -> SYN-RECEIVED sends SYN,ACK again',
      '120 client gets SYN -> SYN-RECEIVED sends SYN,ACK again',
      '200 client gets SYN,ACK -> ESTABLISHED',
      '220 server gets SYN,ACK -> ESTABLISHED',
    ]);
  });
});

describe('S10: simultaneous close', () => {
  test('both go by CLOSING to TIME-WAIT (figure 13; C31)', () => {
    expect(told('s10', {}, 4)).toEqual([
      '500 client close() -> FIN-WAIT-1 sends FIN,ACK',
      '520 server close() -> FIN-WAIT-1 sends FIN,ACK',
      '600 server gets FIN,ACK -> CLOSING sends ACK',
      '620 client gets FIN,ACK -> CLOSING sends ACK',
      '700 client gets ACK -> TIME-WAIT',
      '720 server gets ACK -> TIME-WAIT',
      '240700 client time-wait timer -> CLOSED',
      '240720 server time-wait timer -> CLOSED',
    ]);
  });
});

describe('S15: an old duplicate SYN', () => {
  test('comes to nothing: the client refuses what it never asked for (figure 8)', () => {
    expect(told('s15')).toEqual([
      '0 client [old-duplicate] sends SYN',
      '100 server gets SYN -> LISTEN, SYN-RECEIVED sends SYN,ACK',
      '200 client gets SYN,ACK sends RST',
      '300 server gets RST -> CLOSED',
    ]);
  });
});
