import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    // Two cores is the smallest machine that runs this.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          // Property tests generate a lot, and a busy machine may take its time.
          testTimeout: 30_000,
          include: ['**/*.test.{ts,tsx}'],
          exclude: [
            ...[...never, '**/*.int.test.ts', 'tests/{system,browser}/**'],
            ...['tests/chaos/chaos.test.ts', 'tests/chaos/mutation/mutation-check.test.ts'],
          ],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/test/**/*.int.test.ts', 'tests/authorization/**/*.int.test.ts'],
          exclude: never,
          globalSetup: ['libs/testkit/src/engines-setup.ts'],
          // A test waits for conditions with bounds of their own; this one ends what hangs.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/system/**/*.test.ts'],
          globalSetup: ['tests/stack/stack-setup.ts'],
          exclude: never,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['tests/chaos/chaos.test.ts', 'tests/chaos/mutation/mutation-check.test.ts'],
          exclude: never,
          fileParallelism: false,
          // A scenario is a few seconds of faults, up to a minute until everything is at rest, and the start of its clients.
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: ['tests/stack/stack-setup.ts'],
          exclude: never,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
