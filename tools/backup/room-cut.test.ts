import { Int32, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { createRoomCheck, cutAtHead } from './room-cut.ts';

const roomId = new ObjectId();
const heads = new Map([[roomId.toHexString(), 3]]);
const message = (seq: number) => ({ _id: new ObjectId(), roomId, seq: new Int32(seq) });

describe('cutAtHead', () => {
  it('when a message came after its room was read, leaves it out, and keeps all before', () => {
    expect([1, 2, 3, 4, 5].map((seq) => cutAtHead(message(seq), heads) !== null)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('when a read mark or a joining is beyond the head, moves it back there', () => {
    expect(cutAtHead({ roomId, lastReadSeq: new Int32(5) }, heads)).toMatchObject({ lastReadSeq: 3 });
    expect(cutAtHead({ roomId, joinedSeq: new Int32(4) }, heads)).toMatchObject({ joinedSeq: 3 });
    expect(cutAtHead({ roomId, lastReadSeq: new Int32(2) }, heads)).toEqual({ roomId, lastReadSeq: new Int32(2) });
  });

  it('when a room is newer than the cut, leaves out what belongs to it, and keeps what belongs to none', () => {
    expect(cutAtHead({ roomId: new ObjectId() }, heads)).toBeNull();
    expect(cutAtHead({ usernameKey: 'john' }, heads)).toEqual({ usernameKey: 'john' });
  });
});

describe('the check of rooms', () => {
  const check = (seqs: number[], mark = 0) => {
    const rooms = createRoomCheck();
    for (const seq of seqs) rooms.see('messages', message(seq));
    rooms.see('readMarks', { roomId, lastReadSeq: new Int32(mark) });
    rooms.see('rooms', { _id: roomId, lastSeq: new Int32(3) });
    return rooms.faults();
  };

  it('when numbers run from 1 to the head, finds nothing', () => expect(check([2, 1, 3], 3)).toEqual([]));

  it.each([
    ['a gap', [1, 3], 0],
    ['a missing beginning', [2, 3, 4], 0],
    ['a missing end', [1, 2], 0],
    ['nothing at all', [], 0],
    ['a mark beyond the head', [1, 2, 3], 4],
  ])('when there is %s, names the room', (_what, seqs, mark) => {
    expect(check(seqs, mark)).toEqual([expect.stringContaining(roomId.toHexString())]);
  });
});
