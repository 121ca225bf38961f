import type { Redis } from 'ioredis';

/** Clients with a command that got no answer in time, and none that got one since. */
const silent = new WeakSet<Redis>();

/**
 * Whether Redis cannot be counted on at the moment: no connection is ready, or the last command timed out although one is, as
 * when Redis hangs. Becomes false with the next answer, for which the client itself asks. Known of `commands` and `producer`
 * clients, which are the ones whose commands have a time.
 */
export function isRedisAway(redis: Redis): boolean {
  return redis.status !== 'ready' || silent.has(redis);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out';
}

/** Watches every command of a client for `isRedisAway`. */
export function watchAnswers(redis: Redis): void {
  const send = redis.sendCommand.bind(redis);
  let probing = false;

  // Services that see `isRedisAway` may send nothing more, and nobody would notice that Redis is back.
  async function probe(): Promise<void> {
    probing = true;
    try {
      while (silent.has(redis)) await redis.ping();
    } catch (error) {
      // Without a connection nothing is asked: the next one that gets ready has been answered.
      probing = isTimeout(error);
      if (probing) setImmediate(probe);
      return;
    }
    probing = false;
  }

  // A Cluster's pipelines pass a third argument, the node: whatever comes is handed on.
  redis.sendCommand = (...args: Parameters<typeof send>) => {
    const [command] = args;
    const answer = send(...args);
    command.promise.then(
      () => silent.delete(redis),
      (error: unknown) => {
        // A refusal is an answer as well.
        if (error instanceof Error && error.name === 'ReplyError') silent.delete(redis);
        if (!isTimeout(error)) return;
        silent.add(redis);
        if (!probing) void probe();
      },
    );
    return answer;
  };
}
