import { createMongo, createRedis, type Log } from '@hallway/platform';
import type { MessageConfig } from './config.ts';

/** Every connection of the service, each for one kind of work. Nothing is opened twice. */
export function openConnections({ config, log }: { config: MessageConfig; log: Log }) {
  const open = (role: string, kind: 'commands' | 'blocking' | 'subscriber') =>
    createRedis({ url: config.REDIS_URL, log, role: `message-${role}`, kind });
  const redis = open('commands', 'commands');
  const blockingCommands = open('command-reader', 'blocking');
  const blockingRequests = open('request-reader', 'blocking');
  const blockingEndings = open('session-endings', 'blocking');
  const blockingDirectory = open('directory-changes', 'blocking');
  const subscriber = open('replies', 'subscriber');
  const queue = createRedis({ url: config.QUEUE_REDIS_URL, log, role: 'message-queue', kind: 'producer' });
  const mongo = createMongo({ uri: config.MONGODB_URI, appName: 'hallway-message', log });
  return {
    redis,
    blockingCommands,
    blockingRequests,
    blockingEndings,
    blockingDirectory,
    subscriber,
    queue,
    mongo,
    async close(): Promise<void> {
      const blocking = [blockingCommands, blockingRequests, blockingEndings, blockingDirectory];
      for (const client of [redis, ...blocking, subscriber, queue]) client.disconnect();
      await mongo.close();
    },
  };
}

export type Connections = ReturnType<typeof openConnections>;
