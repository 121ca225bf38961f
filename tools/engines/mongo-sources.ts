import { join } from 'node:path';
import { Refusal } from '../terminal/refusal.ts';
import { ENGINE_VARIABLES, type EngineSource } from './engine.ts';
import type { EngineMemory } from './engine-memory.ts';
import { type EngineLaunch, type EngineSetting, launchEngine } from './launch-engine.ts';
import { CannotFetch, fetchMongod, findFetchedMongod } from './mongod-download.ts';
import { findOnPath, versionOf } from './path-look-up.ts';
import { ensurePrimary, identifyMongo, withoutPassword } from './store-clients.ts';

/** MongoDB 6 is the oldest that is still in use; nothing newer is needed. */
const OLDEST_MONGOD = 6;

/** A developer's working set is small, and two stores share the machine with five services and a browser. */
const MONGOD_CACHE_GB = '0.25';
const SECANTUS_CACHE = '256M';

/**
 * Version 0.7 keeps a log of its writes for change streams, of which Hallway has none. Once it is full, at 100,000 entries, each
 * write removes the oldest and first steps over all that were removed before: minutes for one large insert, in which nobody else
 * is served. So it never is: about half a kilobyte of disk for each message of a developer's machine.
 */
const SECANTUS_KEEPS_ITS_LOG = ['--oplog-max-entries', '1000000000', '--oplog-retention-seconds', '3153600000'];

const localMongo: Pick<EngineLaunch, 'role' | 'url' | 'identify'> = {
  role: 'mongo',
  url: (port) => `mongodb://127.0.0.1:${port}/hallway?directConnection=true`,
  identify: identifyMongo,
};

/** A MongoDB that somebody else runs. It is asked once, and never stopped. */
export function createGivenMongo(url: string): EngineSource {
  return {
    kind: 'uri',
    prepare: async () => ({ available: true, why: `${ENGINE_VARIABLES.mongo.url} names it` }),
    async start(why) {
      const name = await identifyMongo(url).catch((fault: Error) => {
        throw new Refusal(
          `MONGODB_URI names ${withoutPassword(url)}, but no MongoDB answers there (${fault.message}). ` +
            'Start it, correct the address, or unset MONGODB_URI to let Hallway find an engine of its own.',
        );
      });
      return { role: 'mongo', kind: 'uri', name, url, why, pid: () => null, stop: async () => {} };
    },
  };
}

/** The mongod of this machine, in a data folder of ours. */
export function createPathMongo(setting: EngineSetting): EngineSource {
  let command = '';
  return {
    kind: 'path',
    async prepare() {
      const found = findOnPath('mongod', setting.env);
      if (found === null) return { available: false, because: 'no mongod on the PATH' };
      const version = await versionOf(found);
      if (version === null || version.major < OLDEST_MONGOD) {
        return { available: false, because: `the mongod on the PATH is ${version?.text ?? 'broken'}, too old` };
      }
      command = found;
      return { available: true, why: `${found} is on the PATH` };
    },
    start: (why) => launchEngine(setting, mongod({ kind: 'path', command, why })),
  };
}

/** A real mongod, fetched once into `.hallway`. */
export function createFetchedMongo(setting: EngineSetting, memory: EngineMemory): EngineSource {
  const folder = join(setting.stateFolder, 'mongod');
  let command = '';
  return {
    kind: 'download',
    async prepare() {
      const failure = findFetchedMongod(folder) === null ? memory.recentDownloadFailure() : null;
      // Asked for by name, it is tried again whatever happened before.
      if (failure !== null && setting.env.HALLWAY_MONGO !== 'download') return { available: false, because: failure };
      try {
        command = findFetchedMongod(folder) ?? (await fetchMongod(folder, setting.say));
        return { available: true, why: 'a real mongod, fetched into .hallway' };
      } catch (fault) {
        if (!(fault instanceof CannotFetch)) throw fault;
        memory.rememberDownloadFailure(fault.message);
        return { available: false, because: fault.message };
      }
    },
    start: (why) => launchEngine(setting, mongod({ kind: 'download', command, why })),
  };
}

function mongod(own: Pick<EngineLaunch, 'kind' | 'command' | 'why'>): EngineLaunch {
  return {
    ...localMongo,
    ...own,
    product: 'mongod',
    args: ({ port, folder }) => [
      ...['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
      // Majority writes are what the acknowledgement promises, and only a replica set has them.
      ...['--replSet', 'hallway', '--wiredTigerCacheSizeGB', MONGOD_CACHE_GB, '--quiet'],
    ],
    isReady: ensurePrimary,
  };
}

/** SecantusDB: the MongoDB wire protocol on WiredTiger, out of the private Python environment. */
export function createEmbeddedMongo(setting: EngineSetting, ensurePython: () => Promise<string>): EngineSource {
  let command = '';
  return {
    kind: 'embedded',
    async prepare() {
      try {
        command = await ensurePython();
        return { available: true, why: 'embedded' };
      } catch (fault) {
        return { available: false, because: (fault as Error).message };
      }
    },
    start: (why) =>
      launchEngine(setting, {
        ...localMongo,
        // Version 0.7 sorts its last ten thousand retryable writes at each further one, some ten milliseconds of its one core.
        // Nothing of Hallway relies on the driver's second try.
        url: (port) => `${localMongo.url(port)}&retryWrites=false`,
        kind: 'embedded',
        why,
        product: 'secantusdb',
        command,
        args: ({ port, folder }) => [
          ...['-c', 'import sys; from secantus.cli import main; sys.exit(main())'],
          ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder],
          // Without it an acknowledged write could be lost to a power cut.
          ...['--sync-on-commit', '--cache-size', SECANTUS_CACHE, ...SECANTUS_KEEPS_ITS_LOG],
        ],
        isReady: async (url) => (await identifyMongo(url)) !== '',
      }),
  };
}
