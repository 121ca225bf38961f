import { startStack } from './start-stack.ts';

/** One stack for all files of a run; its origin is in HALLWAY_TEST_ORIGIN, its logs are in HALLWAY_TEST_LOGS. Files that break things start their own. */
export async function setup(): Promise<() => Promise<void>> {
  const stack = await startStack({ env: { NOTIFY_AFTER_SECONDS: '2' } });
  process.env.HALLWAY_TEST_ORIGIN = stack.origin;
  process.env.HALLWAY_TEST_LOGS = stack.logFolder;
  return async () => {
    const code = await stack.stop();
    if (code !== 0) throw new Error(`The stack stopped with exit code ${code}:\n${stack.output()}`);
  };
}
