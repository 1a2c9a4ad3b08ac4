import { afterEach, expect, test, vi } from 'vitest';
import { installed } from './program.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const MISSING = 'synfin-no-such-program';

test('a missing program is a line, and in CI an error', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv('CI', '');
  expect(installed(MISSING)).toBe(false);
  expect(said.mock.calls).toEqual([[expect.stringMatching(/^skipped: the program synfin-no-.* ENOENT\n$/)]]);
  vi.stubEnv('CI', 'true');
  expect(() => installed(MISSING)).toThrow(/synfin-no-such-program cannot run, and CI skips none: .*ENOENT/);
  expect(said).toHaveBeenCalledTimes(1);
});

test('one that is there is neither', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv('CI', 'true');
  expect(installed(process.execPath)).toBe(true);
  expect(said).not.toHaveBeenCalled();
});
