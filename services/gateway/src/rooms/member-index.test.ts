import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemberIndex, type MemberIndex } from './member-index.ts';

describe('createMemberIndex', () => {
  it('when a person’s rooms are known, answers who is in a room', () => {
    const index = createMemberIndex();
    index.beginSnapshot('ann');
    index.beginSnapshot('bob');
    index.applySnapshot('ann', ['r1', 'r2']);
    index.applySnapshot('bob', ['r2']);
    expect([...index.membersHere('r2')]).toEqual(['ann', 'bob']);
    expect(index.isMember('r1', 'bob')).toBe(false);
  });

  it('when asked for the rooms of a person, answers them only while they are known for certain', () => {
    const index = createMemberIndex();
    expect(index.roomsOf('ann')).toBeNull();
    index.beginSnapshot('ann');
    expect(index.roomsOf('ann')).toBeNull();
    index.applySnapshot('ann', ['r1', 'r2']);
    index.removeMember('r1', 'ann');
    expect([...(index.roomsOf('ann') ?? [])]).toEqual(['r2']);
    index.distrustAll();
    expect(index.roomsOf('ann')).toBeNull();
  });

  it('when somebody is not here, keeps nothing of them', () => {
    const index = createMemberIndex();
    index.addMember('r1', 'ann');
    expect(index.applySnapshot('ann', ['r1']).gone).toEqual([]);
    expect(index.membersHere('r1').size).toBe(0);
    expect(index.has('ann')).toBe(false);
  });

  it('when an announcement comes while the answer is under way, keeps the announcement’s word', () => {
    const index = createMemberIndex();
    index.beginSnapshot('ann');
    index.addMember('new', 'ann');
    index.removeMember('old', 'ann');
    expect(index.isMember('new', 'ann')).toBe(true);
    index.applySnapshot('ann', ['old', 'kept']);
    expect(['new', 'old', 'kept'].map((room) => index.isMember(room, 'ann'))).toEqual([true, false, true]);
  });

  it('when a second answer lacks a room, says that it is gone', () => {
    const index = createMemberIndex();
    index.beginSnapshot('ann');
    index.applySnapshot('ann', ['r1', 'r2']);
    index.beginSnapshot('ann');
    expect(index.isMember('r1', 'ann')).toBe(true);
    expect(index.applySnapshot('ann', ['r2']).gone).toEqual(['r1']);
    expect(index.isMember('r1', 'ann')).toBe(false);
  });

  it('when removals went unheard while the answer was under way, does not trust it, but the next', () => {
    const index = createMemberIndex();
    index.beginSnapshot('ann');
    index.applySnapshot('ann', ['r1']);
    index.beginSnapshot('ann');
    index.distrustAll();
    expect(index.certainMembersHere('r1')).toEqual([]);
    expect(index.applySnapshot('ann', ['r1'])).toEqual({ gone: [], missed: false });
    expect(index.certainMembersHere('r1')).toEqual([]);
    index.beginSnapshot('ann');
    expect(index.applySnapshot('ann', ['r1'])).toEqual({ gone: [], missed: true });
    expect(index.certainMembersHere('r1')).toEqual(['ann']);
  });

  it('when everybody has gone, forgets every room', () => {
    const index = createMemberIndex();
    index.beginSnapshot('ann');
    index.applySnapshot('ann', ['r1']);
    index.removePerson('ann');
    expect(index.membersHere('r1').size).toBe(0);
    expect(index.people()).toEqual([]);
  });

  it('whatever comes in whatever order, agrees with a plain list of pairs', () => {
    const step = fc.tuple(fc.constantFrom(...actions), fc.constantFrom(...people), fc.constantFrom(...rooms));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const index = createMemberIndex();
        let pairs: Pair[] = [];
        for (const [action, userId, roomId] of steps) {
          pairs = expectedAfter(pairs, { action, userId, roomId, isHere: index.has(userId) });
          apply(index, { action, userId, roomId });
        }
        for (const roomId of rooms) {
          const members = people.filter((userId) => pairs.some(isPair(userId, roomId)));
          expect([...index.membersHere(roomId)].toSorted()).toEqual(members);
        }
      }),
    );
  });
});

const actions = ['arrive', 'add', 'remove', 'go'] as const;
const people = ['ann', 'bob'];
const rooms = ['r1', 'r2', 'r3'];

interface Pair {
  userId: string;
  roomId: string;
}
type Step = Pair & { action: (typeof actions)[number] };

function isPair(userId: string, roomId: string) {
  return (pair: Pair) => pair.userId === userId && pair.roomId === roomId;
}

function apply(index: MemberIndex, { action, userId, roomId }: Step): void {
  if (action === 'arrive' && !index.has(userId)) {
    index.beginSnapshot(userId);
    index.applySnapshot(userId, [roomId]);
  }
  if (action === 'add') index.addMember(roomId, userId);
  if (action === 'remove') index.removeMember(roomId, userId);
  if (action === 'go') index.removePerson(userId);
}

function expectedAfter(pairs: Pair[], { action, userId, roomId, isHere }: Step & { isHere: boolean }): Pair[] {
  if (action === 'go') return pairs.filter((pair) => pair.userId !== userId);
  const others = pairs.filter((pair) => !isPair(userId, roomId)(pair));
  if (action === 'remove') return others;
  return (action === 'add') === isHere ? [...others, { userId, roomId }] : pairs;
}
