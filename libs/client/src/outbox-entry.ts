import { findContentProblem } from '@hallway/contracts';
import { createError } from './faults.ts';
import type { OutboxEntry } from './types.ts';

type Draft = Pick<OutboxEntry, 'userId' | 'chatRoomId' | 'content' | 'order'> & { now: number };

/** A new message, ready to be kept. Throws `HallwayError` on content that can never be sent. */
export function createOutboxEntry({ now, ...draft }: Draft): OutboxEntry {
  const content = draft.content.replaceAll('\r\n', '\n');
  const problem = findContentProblem(content);
  if (problem !== null) {
    throw createError('VALIDATION_FAILED', `The message ${problem}.`, [{ path: '/content', message: problem }]);
  }
  return {
    ...draft,
    content,
    clientMessageId: createClientMessageId(),
    messageType: 'text',
    createdAt: new Date(now).toISOString(),
    failed: null,
  };
}

/** 128 random bits as hex. `crypto.randomUUID` would be shorter, and is missing on pages without TLS. */
export function createClientMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
