import { readdirSync } from 'node:fs';
import type { Stage } from '../scenario.ts';
import { createLiveHeaps } from './live-heap.ts';

// A forced collection holds a process up for a moment: too often would be a fault of its own.
const sampleEveryMs = 30_000;

/** Marks what each process holds after a collection, and how many files it has open: `heap:<name>:<pid>`, `files:<name>:<pid>`. */
export function sampleProcesses({ system, mark }: Pick<Stage, 'system' | 'mark'>) {
  const { gateways, messageServices, stack } = system;
  const names = [...gateways, ...messageServices, 'worker', 'auth', 'front-door'];
  const readLiveHeap = createLiveHeaps();
  let stopped = false;
  let wake: () => void = () => undefined;

  async function sampleOne(name: string): Promise<void> {
    const pid = stack.pidOf(name);
    const mb = await readLiveHeap({ name, pid, logFolder: stack.logFolder });
    if (mb !== null) mark(`heap:${name}:${pid}`, mb);
    const files = countFiles(pid);
    if (files !== null) mark(`files:${name}:${pid}`, files);
  }

  function sleep(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, sampleEveryMs);
    wake = resolve;
    return promise.finally(() => clearTimeout(timer));
  }

  async function run(): Promise<void> {
    while (!stopped) {
      for (const name of names) await sampleOne(name);
      if (!stopped) await sleep();
    }
    for (const name of names) await sampleOne(name);
  }

  const running = run();
  return {
    /** Takes the last samples. */
    async stop(): Promise<void> {
      stopped = true;
      wake();
      await running;
    },
  };
}

/** Null where the process is gone, or this is no Linux. */
function countFiles(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
}
