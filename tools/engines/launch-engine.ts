import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../ports/open-ports.ts';
import type { Guard } from '../processes/guard.ts';
import { createProcessLog } from '../processes/process-log.ts';
import { createSupervisedProcess, type ProcessEvent, WillNotStart } from '../processes/supervised-process.ts';
import { ensureFolder } from '../project/ensure-folder.ts';
import type { Engine, EngineKind, EngineLifetime, EngineRole } from './engine.ts';

/** What every source needs to know about the run that it serves. */
export interface EngineSetting {
  /** `.hallway` of the project. */
  stateFolder: string;
  lifetime: EngineLifetime;
  env: NodeJS.ProcessEnv;
  guard: Guard;
  /** Something that a person should read, while the engines are looked for. */
  say: (line: string) => void;
  onEvent: (role: EngineRole, event: ProcessEvent) => void;
  /** The port of the last run, where there was one: drivers and a replica set remember addresses. */
  lastPort: (role: EngineRole) => number | undefined;
}

export interface EngineLaunch {
  role: EngineRole;
  kind: EngineKind;
  why: string;
  /** Of the data folder; two products never share one. */
  product: string;
  command: string;
  args: (place: { port: number; folder: string }) => string[];
  url: (port: number) => string;
  isReady: (url: string) => Promise<boolean>;
  identify: (url: string) => Promise<string>;
}

/** Engines outlive the services that use them. */
const RANK = 0;

/** Recovery after a hard stop included. */
const READY_WITHIN_MS = 60_000;

/** WiredTiger writes a checkpoint on its way out. */
const STOP_WITHIN_MS = 15_000;

/** Starts a server of ours on the loopback interface and answers when it serves. Rejects, leaving nothing, otherwise. */
export async function launchEngine(setting: EngineSetting, launch: EngineLaunch): Promise<Engine> {
  const { role, kind, why } = launch;
  const throwaway = setting.lifetime === 'throwaway';
  const folder = dataFolder(setting, launch.product);
  const port = await findFreePort(throwaway ? undefined : setting.lastPort(role));
  const url = launch.url(port);
  const log = createProcessLog(logPath(setting, folder, role), () => {});
  const server = createSupervisedProcess({
    plan: {
      name: launch.product,
      command: launch.command,
      args: launch.args({ port, folder }),
      cwd: folder,
      env: setting.env,
      isReady: () => launch.isReady(url),
      readyWithinMs: READY_WITHIN_MS,
      stopWithinMs: STOP_WITHIN_MS,
      rank: RANK,
    },
    guard: setting.guard,
    log,
    restart: !throwaway,
    onEvent: (event) => setting.onEvent(role, event),
  });

  async function stop(options: { hasten?: boolean } = {}): Promise<void> {
    // Nobody will read throwaway data again, so there is nothing to write out.
    await server.stop({ hasten: throwaway || options.hasten === true });
    if (throwaway) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  try {
    await server.start();
    return { role, kind, why, url, name: await launch.identify(url), pid: server.pid, stop };
  } catch (fault) {
    await stop({ hasten: true });
    const last = log.tail().at(-1)?.trim().slice(0, 200);
    throw new WillNotStart(`${(fault as Error).message}${last === undefined ? '' : ` ("${last}")`}`);
  }
}

function dataFolder({ lifetime, stateFolder }: EngineSetting, product: string): string {
  if (lifetime === 'throwaway') return mkdtempSync(join(tmpdir(), `hallway-${product}-`));
  const folder = join(stateFolder, 'data', product);
  ensureFolder(folder);
  return folder;
}

function logPath({ lifetime, stateFolder }: EngineSetting, folder: string, role: EngineRole): string {
  return lifetime === 'throwaway' ? join(folder, 'server.log') : join(stateFolder, 'logs', `${role}.log`);
}
