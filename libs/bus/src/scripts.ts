import type { Redis } from 'ioredis';

export interface Script {
  name: string;
  keys: number;
  lua: string;
}

type RunScript = (...args: (string | number)[]) => Promise<unknown>;

/**
 * Runs a Lua script by its hash; the client loads it where a server does not know it. Scripts issued in one tick on a
 * `commands` client share one round trip.
 */
export function runScript(redis: Redis, script: Script, args: (string | number)[]): Promise<unknown> {
  const clients = redis as unknown as Record<string, RunScript | undefined>;
  if (!clients[script.name]) redis.defineCommand(script.name, { numberOfKeys: script.keys, lua: script.lua });
  const run = clients[script.name] as RunScript;
  return run.apply(redis, args);
}
