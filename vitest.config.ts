import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/namespace.ts'],
    setupFiles: ['test/support/rule-coverage.ts'],
    reporters: ['default', './test/support/conformance-reporter.ts'],
    testTimeout: 30_000,
    pool: 'forks',
  },
});
