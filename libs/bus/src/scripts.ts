import type { Redis } from 'ioredis';

export interface Script {
  keys: number;
  lua: string;
  /** It changes nothing, and a user that may only read its keys may run it; the server holds it to that. */
  readOnly?: true;
}

/**
 * Runs a Lua script; `args` are its keys, then its arguments. Scripts issued in one tick on a `commands` client share one
 * round trip. The text travels each time: a command that is defined on the client by name breaks a round trip that other
 * commands of the same tick have already opened, and their answers with it (redis/ioredis#1931).
 */
export function runScript(redis: Redis, script: Script, args: (string | number)[]): Promise<unknown> {
  if (script.readOnly) return redis.eval_ro(script.lua, script.keys, ...args);
  return redis.eval(script.lua, script.keys, ...args);
}
