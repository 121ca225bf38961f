import { digestContent, type HistoryEvent, type Invariant } from '@hallway/testkit';
import {
  addRow,
  clientsOf,
  type History,
  headOf,
  type RoomStory,
  renderHistory,
  renumber,
  toSeen,
} from './correct-history.ts';

/**
 * One thing that went wrong in a correct history. `corrupt` answers null where the history has nothing that could go wrong
 * in this way; `pick` chooses among what could.
 */
export interface Corruption {
  breaks: Invariant;
  what: string;
  corrupt: (stories: RoomStory[], pick: Pick) => History | null;
}

export type Pick = <T>(from: T[]) => T | undefined;

type Kind<K extends HistoryEvent['kind']> = Extract<HistoryEvent, { kind: K }>;

const ofKind = <K extends HistoryEvent['kind']>({ events }: History, kind: K) =>
  events.filter((event): event is Kind<K> => event.kind === kind);

/** Changes the story, from which everything else follows. */
function inStory(change: (story: RoomStory, pick: Pick) => unknown): Corruption['corrupt'] {
  return (stories, pick) => {
    const fitting = pick(stories.filter((story) => change(structuredClone(story), pick) !== null));
    if (!fitting) return null;
    change(fitting, pick);
    return renderHistory(stories);
  };
}

/** Changes what was written down of a correct story. Null from `change` means that there is nothing to change. */
function inLog(
  change: (history: History, deps: { stories: RoomStory[]; pick: Pick }) => unknown,
): Corruption['corrupt'] {
  return (stories, pick) => {
    const history = renderHistory(stories);
    return change(history, { stories, pick }) === null ? null : history;
  };
}

const now = (history: History) => ({
  at: history.events.length * 10,
  wallAt: 1_700_000_000_000 + history.events.length * 10,
});

const sendsIn = (stories: RoomStory[], endings: string[]) =>
  stories.flatMap((story) =>
    story.sends.filter((send) => endings.includes(send.ending)).map((send) => ({ story, send })),
  );

function pickView(history: History, pick: Pick, atLeast = 1) {
  return pick(ofKind(history, 'final').filter((view) => view.messages.length >= atLeast)) ?? null;
}

/** Takes a message of one of these endings out of a view. */
function dropFromView(endings: string[]) {
  return inLog((history, { stories, pick }) => {
    const ids = new Set(sendsIn(stories, endings).map(({ send }) => send.row?.id));
    const view = pick(
      ofKind(history, 'final').filter((one) => one.messages.some(({ messageId }) => ids.has(messageId ?? ''))),
    );
    if (!view) return null;
    const dropped = pick(view.messages.filter(({ messageId }) => ids.has(messageId ?? '')));
    view.messages = view.messages.filter((message) => message !== dropped);
    return view;
  });
}

/** Shows a message to somebody that is not stored. */
function showUnstored(endings: string[]) {
  return inLog((history, { stories, pick }) => {
    const chosen = pick(sendsIn(stories, endings));
    if (!chosen) return null;
    const { story, send } = chosen;
    const userId = pick(story.members) ?? '';
    const { by: senderId, clientMessageId, digest } = send;
    const message = { seq: headOf(story) + 1, messageId: 'phantom', senderId, clientMessageId, digest };
    const [client = ''] = clientsOf(userId);
    history.events.push({ ...now(history), kind: 'received', client, userId, chatRoomId: story.id, message });
    return message;
  });
}

function receive(history: History, story: RoomStory, userId: string): Kind<'received'> | null {
  const row = story.rows.find((one) => !one.isVoid);
  if (!row) return null;
  const [client = ''] = clientsOf(userId);
  const event = {
    ...now(history),
    kind: 'received' as const,
    client,
    userId,
    chatRoomId: story.id,
    message: toSeen(row),
  };
  history.events.push(event);
  return event;
}

export const corruptions: Corruption[] = [
  { breaks: 'I1', what: 'a final view lacks an acknowledged message', corrupt: dropFromView(['ok', 'retried']) },
  {
    breaks: 'I1',
    what: 'a message is acknowledged and never stored',
    corrupt: inLog((history, { pick }) => {
      const failed = pick(ofKind(history, 'fail'));
      if (!failed) return null;
      return Object.assign(failed, { kind: 'ok', seq: 1, messageId: 'never-stored' });
    }),
  },
  {
    breaks: 'I1',
    what: 'an acknowledged message is stored with another content',
    corrupt: inLog((history, { stories, pick }) => {
      const chosen = pick(sendsIn(stories, ['ok', 'retried']));
      const row = history.dump.messages.find(({ id }) => id === chosen?.send.row?.id);
      return row ? Object.assign(row, { digest: digestContent('something else') }) : null;
    }),
  },
  {
    breaks: 'I1',
    what: 'a catch-up says it is complete and skips its first message',
    corrupt: inLog((history, { pick }) => {
      const resumed = pick(ofKind(history, 'resumed').filter(({ complete, seqs }) => complete && seqs.length > 0));
      return resumed ? resumed.seqs.shift() : null;
    }),
  },
  {
    breaks: 'I2',
    what: 'a catch-up brings a message twice',
    corrupt: inLog((history, { pick }) => {
      const resumed = pick(ofKind(history, 'resumed').filter(({ complete, seqs }) => complete && seqs.length > 0));
      return resumed ? resumed.seqs.push(resumed.seqs.at(-1) ?? 0) : null;
    }),
  },
  {
    breaks: 'I4',
    what: 'a catch-up is in the wrong order',
    corrupt: inLog((history, { pick }) => {
      const resumed = pick(ofKind(history, 'resumed').filter(({ complete, seqs }) => complete && seqs.length > 1));
      return resumed ? resumed.seqs.reverse() : null;
    }),
  },
  {
    breaks: 'I1',
    what: 'a client that took part has no final view',
    corrupt: inLog((history, { pick }) => {
      const view = pick(ofKind(history, 'final'));
      if (!view) return null;
      const { client, chatRoomId } = view;
      history.events = history.events.filter(
        (event) => !(event.kind === 'final' && event.client === client && event.chatRoomId === chatRoomId),
      );
      return view;
    }),
  },
  {
    breaks: 'I2',
    what: 'a message is stored twice and shown twice',
    corrupt: inStory((story, pick) => {
      const row = pick(story.rows.filter((one) => !one.isVoid));
      if (!row) return null;
      const { senderId, clientMessageId, digest } = row;
      return addRow(story, { senderId, clientMessageId, digest, isVoid: false });
    }),
  },
  {
    breaks: 'I2',
    what: 'a final view shows a message twice',
    corrupt: inLog((history, { pick }) => {
      const view = pickView(history, pick);
      const message = view && pick(view.messages);
      return message ? view.messages.splice(view.messages.indexOf(message), 0, { ...message }) : null;
    }),
  },
  {
    breaks: 'I2',
    what: 'a final view shows a stored message and draws it as unsent too',
    corrupt: inLog((history, { pick }) => {
      const view = pickView(history, pick);
      const message = view && pick(view.messages);
      return message ? view.messages.push({ ...message, seq: null, messageId: null }) : null;
    }),
  },
  {
    breaks: 'I2',
    what: 'a stored message is seen under a second id',
    corrupt: inLog((history, { pick }) => {
      const received = pick(ofKind(history, 'received'));
      if (!received) return null;
      history.events.push({ ...received, message: { ...received.message, messageId: 'second-id' } });
      return received;
    }),
  },
  {
    breaks: 'I3',
    what: 'a number is taken by nobody',
    corrupt: inStory((story, pick) => {
      const from = pick(story.rows.map((row) => row.seq));
      return from === undefined ? null : renumber(story, (seq) => (seq < from ? seq : seq + 1));
    }),
  },
  {
    breaks: 'I3',
    what: 'two messages have one number',
    corrupt: inLog((history, { stories, pick }) => {
      const story = pick(stories.filter(({ rows }) => rows.some(({ isVoid }) => isVoid)));
      const voided = story?.rows.find(({ isVoid }) => isVoid);
      if (!story || !voided) return null;
      return history.dump.messages.push({ ...voided, id: 'second-void', clientMessageId: 'void-second' });
    }),
  },
  {
    breaks: 'I4',
    what: 'a final view has two messages in the wrong order',
    corrupt: inLog((history, { pick }) => {
      const view = pickView(history, pick, 2);
      return view ? view.messages.reverse() : null;
    }),
  },
  {
    breaks: 'I4',
    what: 'a live message comes with another number than it has',
    corrupt: inLog((history, { pick }) => {
      const received = pick(ofKind(history, 'received'));
      return received ? Object.assign(received.message, { seq: received.message.seq + 1 }) : null;
    }),
  },
  {
    breaks: 'I4',
    what: 'a send is acknowledged with another number than it has',
    corrupt: inLog((history, { pick }) => {
      const ok = pick(ofKind(history, 'ok').filter(({ op }) => op === 'send'));
      return ok ? Object.assign(ok, { seq: ok.seq + 1 }) : null;
    }),
  },
  {
    breaks: 'I5',
    what: 'two messages of one client are stored in the wrong order',
    corrupt: inStory((story, pick) => {
      const sent = story.sends.filter(({ ending }) => ending === 'ok');
      const pairs = sent.flatMap((a, place) =>
        sent.slice(place + 1).map((b) => [a.row, b.row, a.by === b.by] as const),
      );
      const [a, b] = pick(pairs.filter(([, , same]) => same)) ?? [];
      if (!a || !b) return null;
      [a.seq, b.seq] = [b.seq, a.seq];
      return story.rows.sort((one, other) => one.seq - other.seq);
    }),
  },
  { breaks: 'I6', what: 'a refused message is seen', corrupt: showUnstored(['fail']) },
  {
    breaks: 'I6',
    what: 'a refused message is stored and shown',
    corrupt: inStory((story, pick) => {
      const send = pick(story.sends.filter(({ ending }) => ending === 'fail'));
      if (!send) return null;
      const { by: senderId, clientMessageId, digest } = send;
      return addRow(story, { senderId, clientMessageId, digest, isVoid: false });
    }),
  },
  {
    breaks: 'I6',
    what: 'a message that nobody sent is seen',
    corrupt: inLog((history, { pick }) => {
      const received = pick(ofKind(history, 'received'));
      if (!received) return null;
      const forged = { ...received.message, messageId: 'forged', clientMessageId: 'forged' };
      return history.events.push({ ...received, message: forged });
    }),
  },
  {
    breaks: 'I6',
    what: 'a live message reaches somebody who is no member',
    corrupt: inLog((history, { stories, pick }) => {
      const story = pick(stories.filter(({ rows }) => rows.some(({ isVoid }) => !isVoid)));
      return story ? receive(history, story, 'stranger') : null;
    }),
  },
  {
    breaks: 'I6',
    what: 'a removed member receives something 7 s later',
    corrupt: inLog((history, { stories, pick }) => {
      const story = pick(stories.filter(({ rows }) => rows.some(({ isVoid }) => !isVoid)));
      const userId = story?.members[0];
      if (!story || !userId) return null;
      const [client = ''] = clientsOf(userId);
      history.dump.memberships = history.dump.memberships.filter(
        (one) => one.chatRoomId !== story.id || one.userId !== userId,
      );
      history.events.push({ ...now(history), kind: 'accessEnded', client, userId, chatRoomId: story.id });
      const received = receive(history, story, userId);
      if (received) received.wallAt += 7000;
      return received;
    }),
  },
  {
    breaks: 'I6',
    what: 'a client receives something 7 s after its session ended',
    corrupt: inLog((history, { stories, pick }) => {
      const story = pick(stories.filter(({ rows }) => rows.some(({ isVoid }) => !isVoid)));
      const userId = story?.members[0];
      if (!story || !userId) return null;
      const [client = ''] = clientsOf(userId);
      history.events.push({ ...now(history), kind: 'accessEnded', client, userId, chatRoomId: null });
      const received = receive(history, story, userId);
      if (received) received.wallAt += 7000;
      return received;
    }),
  },
  {
    breaks: 'I6',
    what: 'a number that no message took is shown as a message',
    corrupt: inLog((history, { pick }) => {
      const voided = pick(history.dump.messages.filter(({ isVoid }) => isVoid));
      const views = ofKind(history, 'final').filter(({ chatRoomId }) => chatRoomId === voided?.chatRoomId);
      const view = pick(views);
      if (!voided || !view) return null;
      // Where it stands in order, so that nothing else is wrong with it.
      const isLater = ({ seq }: { seq: number | null }) => seq !== null && seq > voided.seq;
      const parts = views.filter(({ client }) => client === view.client);
      const part = parts.find(({ messages }) => messages.some(isLater)) ?? parts.at(-1);
      const later = part?.messages.filter(isLater).length ?? 0;
      return part?.messages.splice(part.messages.length - later, 0, toSeen(voided));
    }),
  },
  {
    breaks: 'I7',
    what: 'a final badge is one too high',
    corrupt: inLog((history, { pick }) => {
      const view = pick(ofKind(history, 'final'));
      if (!view) return null;
      for (const one of ofKind(history, 'final')) {
        if (one.client === view.client && one.chatRoomId === view.chatRoomId) one.unread += 1;
      }
      return view;
    }),
  },
  {
    breaks: 'I7',
    what: 'a badge is wrong for a moment',
    corrupt: inLog((history, { pick }) => {
      const shown = pick(ofKind(history, 'read'));
      return shown ? Object.assign(shown, { unread: shown.unread + 1 }) : null;
    }),
  },
  {
    breaks: 'I7',
    what: 'a read mark falls back below what was acknowledged',
    corrupt: inLog((history, { pick }) => {
      const marks = history.dump.readMarks;
      const ok = pick(ofKind(history, 'ok').filter(({ op }) => op === 'markRead'));
      const mark = marks.find(({ userId, chatRoomId }) => userId === ok?.userId && chatRoomId === ok.chatRoomId);
      if (!mark) return null;
      mark.lastReadSeq -= 1;
      for (const view of ofKind(history, 'final')) {
        if (view.userId !== mark.userId || view.chatRoomId !== mark.chatRoomId) continue;
        Object.assign(view, { lastReadSeq: view.lastReadSeq - 1, unread: view.unread + 1 });
      }
      return mark;
    }),
  },
  {
    breaks: 'I7',
    what: 'a read mark is beyond the head',
    corrupt: inLog((history, { pick }) => {
      const mark = pick(history.dump.readMarks);
      return mark ? Object.assign(mark, { lastReadSeq: 1000 }) : null;
    }),
  },
  {
    breaks: 'I7',
    what: 'the head of a room stays behind its last message',
    corrupt: inLog((history, { pick }) => {
      const room = pick(history.dump.rooms.filter(({ lastSeq }) => lastSeq > 0));
      return room ? Object.assign(room, { lastSeq: room.lastSeq - 1 }) : null;
    }),
  },
  {
    breaks: 'I8',
    what: 'a person is notified twice of one message',
    corrupt: inLog((history, { pick }) => {
      const notified = pick(ofKind(history, 'notified'));
      return notified ? history.events.push({ ...notified }) : null;
    }),
  },
  {
    breaks: 'I8',
    what: 'a notification is recorded twice',
    corrupt: inLog(({ dump }, { pick }) => {
      const row = pick(dump.notifications);
      return row ? dump.notifications.push({ ...row }) : null;
    }),
  },
  {
    breaks: 'I9',
    what: 'a message of unknown outcome is stored and missing in a view',
    corrupt: dropFromView(['unknown-stored']),
  },
  {
    breaks: 'I9',
    what: 'a message whose sender was still trying is stored and missing in a view',
    corrupt: dropFromView(['pending-stored']),
  },
  {
    breaks: 'I9',
    what: 'a message of unknown outcome is seen and not stored',
    corrupt: showUnstored(['unknown-absent', 'pending-absent']),
  },
];
