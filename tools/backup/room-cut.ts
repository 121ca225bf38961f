import type { Document } from 'mongodb';

/** How far each room is in the backup, by its id. */
export type RoomHeads = Map<string, number>;

/**
 * Cuts what belongs to a room where the room was read, because a backup of a running system is read over minutes: messages up
 * to the head that the room had, which are all there since a head moves last; read marks and the places where people joined no
 * further; nothing of rooms that came later. Null for what lies behind the cut. Pure.
 */
export function cutAtHead(document: Document, heads: RoomHeads): Document | null {
  if (document.roomId === undefined || document.roomId === null) return document;
  const head = heads.get(String(document.roomId));
  if (head === undefined) return null;
  if (document.seq !== undefined && Number(document.seq) > head) return null;
  const beyond = ['lastReadSeq', 'joinedSeq'].filter((name) => Number(document[name] ?? 0) > head);
  return { ...document, ...Object.fromEntries(beyond.map((name) => [name, head])) };
}

interface Seen {
  count: number;
  highest: number;
  lowest: number;
}

/** Looks whether the messages of every room are numbered 1, 2, 3 … up to its head, and no mark is beyond it. */
export function createRoomCheck() {
  const heads: RoomHeads = new Map();
  const seen = new Map<string, Seen>();
  const marks = new Map<string, number>();

  function seeMessage(roomId: string, seq: number): void {
    const { count, highest, lowest } = seen.get(roomId) ?? { count: 0, highest: 0, lowest: seq };
    seen.set(roomId, { count: count + 1, highest: Math.max(highest, seq), lowest: Math.min(lowest, seq) });
  }

  return {
    heads,
    see(collection: string, document: Document): void {
      if (collection === 'rooms') heads.set(String(document._id), Number(document.lastSeq ?? 0));
      const roomId = String(document.roomId);
      if (collection === 'messages') seeMessage(roomId, Number(document.seq));
      if (collection === 'readMarks') {
        marks.set(roomId, Math.max(marks.get(roomId) ?? 0, Number(document.lastReadSeq)));
      }
    },
    /** One readable line for each room that is not whole. No two messages have one number: the unique index sees to that. */
    faults(): string[] {
      const rooms = [...heads].flatMap(([roomId, head]) => {
        const { count, highest, lowest } = seen.get(roomId) ?? { count: 0, highest: 0, lowest: 1 };
        const isWhole = count === head && highest === head && lowest === 1;
        return isWhole
          ? []
          : [`room ${roomId} has ${count} messages from ${lowest} to ${highest}, and its head is ${head}`];
      });
      const strays = [...seen.keys()].filter((id) => !heads.has(id)).map((id) => `messages of ${id}, which is no room`);
      const ahead = [...marks].flatMap(([roomId, mark]) =>
        mark > (heads.get(roomId) ?? 0) ? [`room ${roomId} is read up to ${mark}, beyond its head`] : [],
      );
      return [...rooms, ...strays, ...ahead];
    },
  };
}
