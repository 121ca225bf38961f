import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type GuardMessage =
  | { kind: 'watch'; pid: number; rank: number }
  | { kind: 'forget'; pid: number }
  | { kind: 'end' }
  | { kind: 'close' };

export interface Guard {
  /** From now on the process is ended when we are gone. Higher ranks are ended first. */
  watch(pid: number, rank: number): void;
  forget(pid: number): void;
  /** Ends all that is watched, highest rank first, and dismisses the guard. Idempotent. */
  endAll(): Promise<void>;
  /** Dismisses the guard without ending anything. Idempotent. */
  close(): Promise<void>;
}

/**
 * Makes sure that no child survives us, even after `kill -9`. The guard is its own session, so that a signal to our
 * whole group does not take it along; should it die alone, another takes its place.
 */
export function createGuard(): Guard {
  const watched = new Map<number, number>();
  let closing = false;
  let guard = launch();

  function launch(): ChildProcess {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'guard-process.ts')], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    child.unref();
    child.channel?.unref();
    child.on('error', () => {});
    child.once('exit', () => {
      if (closing) return;
      guard = launch();
      for (const [pid, rank] of watched) send({ kind: 'watch', pid, rank });
    });
    return child;
  }

  function send(message: GuardMessage): void {
    if (guard.connected) guard.send(message, () => {});
  }

  async function dismiss(message: GuardMessage): Promise<void> {
    closing = true;
    if (guard.exitCode !== null || !guard.connected) return;
    // It does not hold the event loop open, but waiting for its end does.
    guard.ref();
    const gone = once(guard, 'exit');
    send(message);
    await gone;
  }

  return {
    watch(pid, rank) {
      watched.set(pid, rank);
      send({ kind: 'watch', pid, rank });
    },
    forget(pid) {
      watched.delete(pid);
      send({ kind: 'forget', pid });
    },
    endAll: () => dismiss({ kind: 'end' }),
    close: () => dismiss({ kind: 'close' }),
  };
}
