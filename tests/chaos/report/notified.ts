import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { HistoryEvent } from '@hallway/testkit';

interface Delivered {
  time: string;
  message: string;
  channel: string;
  userId: string;
  chatRoomId: string;
  messageId: string;
}

/** The far end of the log channel is the worker's log: each line is one notification that had its effect. */
export async function readNotified(path: string, since: number): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (!line.includes('"notification delivered"')) continue;
    const { time, channel, userId, chatRoomId, messageId } = JSON.parse(line) as Delivered;
    const wallAt = Date.parse(time);
    if (wallAt < since) continue;
    events.push({
      kind: 'notified',
      at: wallAt,
      wallAt,
      client: 'the log channel',
      userId,
      chatRoomId,
      messageId,
      channel,
    });
  }
  return events;
}
