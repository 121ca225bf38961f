import type { HistoryEvent } from '@hallway/testkit';
import { readLogLines } from './log-lines.ts';

interface Delivered {
  channel: string;
  userId: string;
  chatRoomId: string;
  messageId: string;
}

/** The far end of the log channel is the worker's log: each line is one notification that had its effect. */
export async function* readNotified(logFolder: string, since: number): AsyncGenerator<HistoryEvent> {
  for await (const { at, entry } of readLogLines(logFolder, since, /^worker\.log/)) {
    if (entry?.message !== 'notification delivered') continue;
    const { channel, userId, chatRoomId, messageId } = entry as unknown as Delivered;
    const told = { userId, chatRoomId, messageId, channel };
    yield { kind: 'notified', at, wallAt: at, client: 'the log channel', ...told };
  }
}
