import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { closeLanes, openStreamLanes } from './stream-lanes.ts';

/** A client as one of a Cluster that hears `MOVED` while it closes: it is disconnected, and answers nothing any more. */
class SilentRedis extends EventEmitter {
  isDisconnected = false;
  disconnect(): void {
    this.isDisconnected = true;
  }
}

function openLane() {
  const redis = new SilentRedis();
  const [lane] = openStreamLanes(redis as unknown as Redis, ['one', 'two']);
  if (!lane) throw new Error('no lane was opened');
  return { redis, lane };
}

describe('a stream lane', () => {
  it('when it is closed under a read that is never answered, rejects the read', async () => {
    const { redis, lane } = openLane();
    const read = lane.untilClosed(new Promise(() => undefined));
    closeLanes([lane]);
    await expect(read).rejects.toThrow('the stream is read no more');
    expect(redis.isDisconnected).toBe(true);
  });

  it('when a read is answered or fails, says the same', async () => {
    const { lane } = openLane();
    await expect(lane.untilClosed(Promise.resolve('entries'))).resolves.toBe('entries');
    await expect(lane.untilClosed(Promise.reject(new Error('READONLY')))).rejects.toThrow('READONLY');
    closeLanes([lane]);
  });
});
