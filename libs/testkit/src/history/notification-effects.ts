import type { DatabaseDump } from './database-dump.ts';
import type { PersonNotified } from './history-event.ts';
import type { Report } from './violations.ts';

/** I8: at most one effect for a person, message and channel, both in the far end's log and in the database. */
export function createNotificationEffects(dump: DatabaseDump, report: Report) {
  const effects = new Map<string, PersonNotified>();

  return {
    add(event: PersonNotified): void {
      const { userId, messageId, channel, chatRoomId } = event;
      const key = `${userId} ${messageId} ${channel}`;
      const first = effects.get(key);
      if (!first) {
        effects.set(key, event);
        return;
      }
      const evidence = { userId, messageId, channel, chatRoomId, firstAt: first.wallAt, againAt: event.wallAt };
      report({ invariant: 'I8', message: 'A person was notified twice of one message.', evidence });
    },

    finish(): void {
      const keys = new Set<string>();
      for (const { userId, messageId, channel } of dump.notifications) {
        const key = `${userId} ${messageId} ${channel}`;
        const evidence = { userId, messageId, channel };
        if (keys.has(key)) report({ invariant: 'I8', message: 'A notification is recorded twice.', evidence });
        keys.add(key);
      }
    },
  };
}
