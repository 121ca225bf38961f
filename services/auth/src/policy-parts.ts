import { createBusNames, createDirectoryChanges } from '@hallway/bus';
import { createRedis, type Log, type Mongo } from '@hallway/platform';
import {
  createDirectoryReader,
  createDirectoryWatch,
  createFactsReader,
  createPolicyFacts,
  toPolicySettings,
} from '@hallway/policy';
import type { Redis } from 'ioredis';
import type { AuthConfig } from './config.ts';
import { createBlockPerson, createUnblockPerson } from './directory/block-person.ts';
import { createBlocksRepository } from './directory/blocks.repository.ts';
import { createExplainPair } from './directory/explain-pair.ts';
import { createListBlocks } from './directory/list-blocks.ts';

export interface PolicyPartsDeps {
  config: AuthConfig;
  log: Log;
  mongo: Mongo;
  redis: Redis;
}

/** What decides who may message whom, and what people do about it. `watch` keeps the facts in memory true once started. */
export function buildPolicyParts({ config, log, mongo: { connection }, redis }: PolicyPartsDeps) {
  const names = createBusNames(config.REDIS_PREFIX);
  const settings = toPolicySettings(config);
  const facts = createPolicyFacts({ reader: createFactsReader(connection) });
  const blocking = createRedis({ url: config.REDIS_URL, log, role: 'auth-directory-changes', kind: 'blocking' });
  const watch = createDirectoryWatch({ connection, redis: blocking, names, log });
  watch.subscribe(facts);
  const directory = createDirectoryReader(connection);
  const blocks = createBlocksRepository(connection);
  const changes = createDirectoryChanges({ redis, names, log });
  return {
    settings,
    facts,
    watch,
    explainPair: createExplainPair({ facts, directory, settings }),
    listBlocks: createListBlocks({ blocks, directory }),
    blockPerson: createBlockPerson({ blocks, facts, settings, changes }),
    unblockPerson: createUnblockPerson({ blocks, changes }),
  };
}

export type PolicyParts = ReturnType<typeof buildPolicyParts>;
