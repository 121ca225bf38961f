import { randomUUID } from 'node:crypto';
import { createAsk, createBusNames, createPendingAnswers, listenForReplies } from '@hallway/bus';
import { createRedis, waitForRedis } from '@hallway/platform';
import { captureLog } from '@hallway/testkit';
import type { MessageFixture } from './message-fixture.ts';

/** Asks the message service as a gateway does. */
export async function openAsk({ config }: MessageFixture) {
  const { log } = captureLog();
  const open = (kind: 'commands' | 'subscriber') =>
    createRedis({ url: config.REDIS_URL, log, role: `test-${kind}`, kind });
  const [redis, subscriber] = [open('commands'), open('subscriber')];
  const common = {
    names: createBusNames(config.REDIS_PREFIX),
    instance: `gateway-${randomUUID()}`,
    pending: createPendingAnswers(),
  };
  await Promise.all([waitForRedis(redis), waitForRedis(subscriber)]);
  await listenForReplies({ ...common, subscriber, log });
  return {
    ask: createAsk({ ...common, redis }),
    close() {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}
