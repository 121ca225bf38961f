import { createBusNames, createDirectoryChanges } from '@hallway/bus';
import { createRedis, createTokenBuckets, type Log, type Mongo } from '@hallway/platform';
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

// A list of 500 that somebody tidies up, and nothing that keeps every service forgetting what it knows.
const blockRate = { burst: 100, perSecond: 2 };

/** What decides who may message whom, and what people do about it. `watch` keeps the facts in memory true once started. */
export function buildPolicyParts({ config, log, mongo: { connection }, redis }: PolicyPartsDeps) {
  const names = createBusNames(config.REDIS_PREFIX);
  const settings = toPolicySettings(config);
  const facts = createPolicyFacts({ reader: createFactsReader(connection) });
  const tailing = createRedis({ url: config.REDIS_URL, log, role: 'auth-directory-changes', kind: 'blocking' });
  const watch = createDirectoryWatch({ connection, redis: tailing, names, log });
  watch.subscribe(facts);
  const directory = createDirectoryReader(connection);
  const blocks = createBlocksRepository(connection);
  const changes = createDirectoryChanges({ redis, names, log });
  const blocking = { blocks, changes, buckets: createTokenBuckets(blockRate) };
  return {
    settings,
    facts,
    watch,
    explainPair: createExplainPair({ facts, directory, settings }),
    listBlocks: createListBlocks({ blocks, directory }),
    blockPerson: createBlockPerson({ ...blocking, facts, settings }),
    unblockPerson: createUnblockPerson(blocking),
  };
}

export type PolicyParts = ReturnType<typeof buildPolicyParts>;
