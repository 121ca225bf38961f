import type { Mutation } from './mutation.ts';

const catchUp = 'services/message/src/messages/list-messages.ts';
const timeline = 'libs/client/src/timeline-state.ts';
const claims = 'services/worker/src/notifications/notification-claims.ts';

const incomplete = { invariant: 'I1', message: 'An answer that said it was complete lacks a message.' } as const;

/** The eight of the test design. Where one guard holds what another lets through, all of them are taken away together. */
export const mutations: Mutation[] = [
  {
    id: 'no-dedup',
    title: 'No dedup',
    breaks:
      'A send that comes again is stored again. Two guards go: repeats are not looked up before they are numbered, and the ' +
      'index over the clientMessageId is not unique.',
    patches: [
      {
        file: 'services/message/src/messages/split-repeats.ts',
        find: 'const doubtful = submitted.filter(({ command, redelivered }) => redelivered || command.mayBeRepeat);',
        replace: 'const doubtful = submitted.slice(0, 0);',
      },
      {
        file: 'services/message/src/messages/messages.repository.ts',
        find: 'createIndex({ roomId: 1, senderId: 1, clientMessageId: 1 }, { unique: true });',
        replace: 'createIndex({ roomId: 1, senderId: 1, clientMessageId: 1 });',
      },
    ],
    scenario: 'cut-connections',
    caughtBy: [{ invariant: 'I2', message: 'A message is stored twice.' }],
  },
  {
    id: 'ack-before-write',
    title: 'Ack before write',
    breaks: 'Messages are acknowledged at once and written half a second later, as a write-behind buffer would do it.',
    patches: [
      {
        file: 'services/message/src/messages/store-messages.ts',
        find: 'const { refused } = await messages.insertBatch(documents);',
        replace: `const refused: MessageDocument[] = [];
      setTimeout(() => void messages.insertBatch(documents).catch(() => undefined), 500);`,
      },
    ],
    scenario: 'killed-writer',
    caughtBy: [
      { invariant: 'I1', message: 'An acknowledged message is not stored as it was sent.' },
      { invariant: 'I3', message: 'Numbers of a room are taken by no message.' },
    ],
  },
  {
    id: 'skip-replay-tail',
    title: 'Skip replay tail',
    breaks:
      'What a client missed is replayed without its last message, and called complete. Two places go: the range ends one ' +
      'early, and the answer does not notice.',
    patches: [
      {
        file: catchUp,
        find: 'return { after: afterSeq, upTo: Math.min(lastSeq, afterSeq + limits.catchUpMessages) };',
        replace: 'return { after: afterSeq, upTo: Math.min(lastSeq - 1, afterSeq + limits.catchUpMessages) };',
      },
      {
        file: catchUp,
        find: 'return afterSeq === undefined ? range.after === 0 : range.upTo >= lastSeq;',
        replace: 'return afterSeq === undefined ? range.after === 0 : range.upTo >= lastSeq - 1;',
      },
    ],
    scenario: 'cut-connections',
    caughtBy: [incomplete],
  },
  {
    id: 'arrival-order',
    title: 'Arrival order',
    breaks:
      'The SDK shows messages in the order in which they come. Three places go: what is behind a gap is placed at once, ' +
      'what comes late is put at the end, and the head is the largest number that was seen.',
    patches: [
      {
        file: timeline,
        find: 'const ahead = messages.filter((message) => message.seq > (state.head ?? 0));',
        replace: 'const ahead = messages.filter(({ seq }) => !state.placed.some((known) => known.seq === seq));',
      },
      {
        file: timeline,
        find: 'const run = held.findIndex((message, index) => message.seq !== head + 1 + index);',
        replace: 'const run = -1 as number;',
      },
      {
        file: timeline,
        find: 'head: head + next.length,',
        replace: 'head: Math.max(head, ...next.map((message) => message.seq)),',
      },
    ],
    scenario: 'cut-connections',
    caughtBy: [{ invariant: 'I4', message: 'A final view is not in the order of seq.' }],
  },
  {
    id: 'cursor-off-by-one',
    title: 'Cursor off by one',
    breaks: 'What a client missed is replayed from one message too late, because the bound is taken for inclusive.',
    patches: [
      {
        file: catchUp,
        find: 'return { after: afterSeq, upTo: Math.min(lastSeq, afterSeq + limits.catchUpMessages) };',
        replace: 'return { after: afterSeq + 1, upTo: Math.min(lastSeq, afterSeq + limits.catchUpMessages) };',
      },
    ],
    scenario: 'cut-connections',
    caughtBy: [incomplete],
  },
  {
    id: 'lost-max',
    title: 'Lost `$max`',
    breaks:
      'A read mark of long ago takes the place of a newer one. Three guards go: the use case lets a lower mark through, the ' +
      'worker takes it for news, and MongoDB sets it where it should only raise it.',
    patches: [
      {
        file: 'services/message/src/read-marks/mark-read.ts',
        find: 'const lastReadSeq = Math.max(present, Math.min(upToSeq ?? lastSeq, lastSeq));',
        replace: 'const lastReadSeq = Math.min(upToSeq ?? lastSeq, lastSeq);',
      },
      {
        file: 'services/message/src/read-marks/mark-read.ts',
        find: 'if (lastReadSeq > present) {',
        replace: 'if (lastReadSeq !== present) {',
      },
      {
        file: 'services/worker/src/read-marks/sort-marks.ts',
        find: 'const isHigher = !now || now.lastReadSeq < mark.lastReadSeq;',
        replace: 'const isHigher = !now || now.lastReadSeq !== mark.lastReadSeq;',
      },
      {
        file: 'services/worker/src/read-marks/read-marks.repository.ts',
        find: 'update: { $max: { lastReadSeq, readAt: new Date(readAt) } },',
        replace: 'update: { $set: { lastReadSeq, readAt: new Date(readAt) } },',
      },
    ],
    scenario: 'old-news',
    caughtBy: [{ invariant: 'I7', message: 'A read mark is below one that was acknowledged.' }],
  },
  {
    id: 'double-push',
    title: 'Double push',
    breaks:
      'A notification that is planned again is delivered again. Two guards go: a claim is answered although the record says ' +
      'that it was sent, and sending begins whoever holds the claim.',
    patches: [
      {
        file: claims,
        find: 'await settleAbandoned(notification);\n      return null;',
        replace: 'await settleAbandoned(notification);\n      return claimId;',
      },
      { file: claims, find: 'return begun.modifiedCount === 1;', replace: 'return begun.acknowledged;' },
    ],
    scenario: 'old-news',
    caughtBy: [{ invariant: 'I8', message: 'A person was notified twice of one message.' }],
  },
  {
    id: 'non-member-fan-out',
    title: 'Non-member fan-out',
    breaks: 'A gateway brings each message to everybody who is connected to it.',
    patches: [
      {
        file: 'services/gateway/src/events/fan-out.ts',
        find: 'const inboxes = members.map(socketRooms.user);',
        replace: 'const inboxes = index.people().map(socketRooms.user);',
      },
    ],
    scenario: 'old-news',
    caughtBy: [{ invariant: 'I6', message: 'Somebody who is no member saw something of a room.' }],
  },
];
