import { expect, test, vi } from 'vitest';
import { ENGLISH } from '../../../src/lab/text/english.ts';
import { Lab } from '../../../src/lab/view/lab.ts';

// The page's settings live in the document; nothing else of a Lab does.
vi.stubGlobal('document', { documentElement: { dataset: {} } });

test('an experiment begins at the beginning, without what was turned and edited before, and can be undone', () => {
  const lab = new Lab('0', 'en', ENGLISH, 's=s2&seed=3&h.rtt=10&e=drop,client,server,1&at=4');
  lab.experiment({ closer: 'server' });
  expect(lab.recipe.value).toEqual({ scenario: 's2', seed: 1, values: { closer: 'server' }, edits: [] });
  expect(lab.position.value).toBe(0);
  expect(lab.story.value.moments[4]).toMatchObject({ host: 'server', stimulus: { call: 'close' } });
  lab.undo();
  expect(lab.recipe.value).toMatchObject({ seed: 3, values: { rtt: 10 } });
  expect(lab.recipe.value.edits).toHaveLength(1);
});
