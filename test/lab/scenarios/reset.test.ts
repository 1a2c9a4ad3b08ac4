import { describe, expect, test } from 'vitest';
import type { Story } from '../../../src/lab/model/story.ts';
import { type Fork, RESET_TREE, type ResetTree, resetOf } from '../../../src/lab/scenarios/reset-tree.ts';
import { CAUSES, type ResetCause } from '../../../src/lab/scenarios/s07-reset.ts';
import { standing, storyOf, taken } from './told.ts';

function follow(story: Story, tree: ResetTree): ResetCause {
  if (typeof tree === 'string') return tree;
  const reset = resetOf(story)!;
  return follow(story, tree.is(story, reset) ? tree.yes : tree.no);
}

const leaves = (tree: ResetTree): ResetCause[] =>
  typeof tree === 'string' ? [tree] : [...leaves(tree.yes), ...leaves(tree.no)];

const forks = (tree: ResetTree): Fork[] =>
  typeof tree === 'string' ? [] : [tree, ...forks(tree.yes), ...forks(tree.no)];

describe('S7: why did I get a RST?', () => {
  test.each(CAUSES)('%s ends in one that reaches its end and closes it (C30)', (cause) => {
    const story = storyOf('s7', { cause });
    const reset = resetOf(story)!;
    const reached = story.moments[reset.arrivals[0]!.moment!]!;
    expect(reached.events).toContainEqual(expect.objectContaining({ kind: 'state', to: 'CLOSED' }));
    expect(standing(story, reached.host, 'CLOSED')).toBe(1);
  });

  test.each(CAUSES)('%s is found by the answers that its story gives', (cause) => {
    expect(follow(storyOf('s7', { cause }), RESET_TREE)).toBe(cause);
  });

  test('the tree has each cause once, and each question parts some', () => {
    expect(leaves(RESET_TREE).sort()).toEqual([...CAUSES].sort());
    expect(new Set(forks(RESET_TREE).map(({ ask }) => ask)).size).toBe(CAUSES.length - 1);
  });

  test.each([
    ['closed-port', '9293-3.10.7.3-second'],
    ['old-syn', '9293-3.10.7.4-second-listen'],
    ['abort', '9293-3.10.5-abort'],
    ['unread', '9293-3.6.1-unread'],
    ['after-close', '9293-3.6.1-data-after-close'],
    ['stopped', '9293-3.10.5-abort'],
    ['rebooted', '9293-3.10.7.1-reset'],
    ['forged', '9293-3.10.7.4-second'],
  ] as const)('%s takes %s', (cause, rule) => {
    expect(taken(storyOf('s7', { cause }))).toContain(rule);
  });
});
