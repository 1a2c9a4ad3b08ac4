import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALLS, type Edit, type Recipe, readRecipe, recipeOf } from '../../src/lab/model/recipe.ts';
import { formatShared, parseShared } from '../../src/lab/model/share.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9.]{0,9}$/);
const t = fc.double({ min: 0, max: 86_400_000, noNaN: true }).map((ms) => (Object.is(ms, -0) ? 0 : ms));
const packet = { from: name, to: name, index: fc.nat(1e9) };
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constantFrom('drop', 'duplicate', 'corrupt'), ...packet }),
  fc.record({ kind: fc.constant('delay'), ...packet, ms: t }),
  fc.record({ kind: fc.constantFrom('crash', 'reboot'), t, host: name }),
  fc.record({ kind: fc.constantFrom('cut', 'restore'), t }),
  fc.record(
    {
      kind: fc.constant('call'),
      t,
      host: name,
      call: fc.constantFrom(...CALLS),
      socket: name,
      bytes: fc.nat(16 * 1024 * 1024),
      to: name,
      port: fc.integer({ min: 1, max: 65_535 }),
    },
    { requiredKeys: ['kind', 't', 'host', 'call'] },
  ),
  fc.record({
    kind: fc.constant('inject'),
    t,
    from: name,
    connection: fc.integer({ min: 1, max: 1e6 }),
    segment: fc.constantFrom('S 0:0 win 100 <mss 1460,sackOK>', 'F. 1:1 ack 1', 'P. 1:4(3) ack 1'),
  }),
) as fc.Arbitrary<Edit>;
const value = fc.oneof(fc.boolean(), fc.integer(), fc.constantFrom('RFC 9293', 'Linux'));
const recipe: fc.Arbitrary<Recipe> = fc.record({
  scenario: name,
  seed: fc.nat(0xffffffff),
  values: fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }),
  edits: fc.array(edit, { maxLength: 8 }),
});

test('a link says a recipe, and the recipe is read from it again', () => {
  fc.assert(
    fc.property(recipe, fc.constantFrom('', 'en', 'ko'), fc.option(fc.nat()), (made, language, position) => {
      const shared = { recipe: made, version: '0.1.0', language, position };
      expect(parseShared(formatShared(shared))).toEqual(shared);
    }),
  );
});

test('a link is short and legible', () => {
  const made = {
    ...recipeOf('s1'),
    edits: [{ kind: 'drop', from: 'client', to: 'server', index: 1 } as const],
  };
  expect(formatShared({ recipe: made, version: '0.1.0', language: 'ko', position: 3 })).toBe(
    's=s1&seed=1&e=drop,client,server,1&lang=ko&at=3&v=0.1.0',
  );
});

test('what is no link of ours is none, whatever it is', () => {
  for (const text of [
    '',
    's=',
    's=s1&seed=x',
    's=s1&e=',
    's=s1&e=drop,a',
    's=s1&e=crash,-1,a',
    's=s1&e=explode,1',
  ]) {
    expect(parseShared(text), text).toBeNull();
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = parseShared(text);
      if (read !== null) expect(readRecipe(read.recipe)).toEqual(read.recipe);
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      const read = readRecipe(anything);
      if (read !== null) expect(readRecipe(read)).toEqual(read);
    }),
  );
});
