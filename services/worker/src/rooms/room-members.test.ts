import { describe, expect, it } from 'vitest';
import { createRoomMembers } from './room-members.ts';

function setUp(memberLimit = 100) {
  const queries: string[][] = [];
  let time = 0;
  const members = createRoomMembers({
    rooms: {
      listMembers: async (roomIds) => {
        if (roomIds.length > 0) queries.push(roomIds);
        return new Map(roomIds.map((id) => [id, [`${id}-1`, `${id}-2`]]));
      },
    },
    now: () => time,
    memberLimit,
  });
  return { members, queries, pass: (ms: number) => (time += ms) };
}

describe('roomMembers', () => {
  it('when some rooms are known, fetches the others with one query', async () => {
    const { members, queries } = setUp();
    await members.membersOf(['a']);
    const found = await members.membersOf(['a', 'b', 'c', 'b']);
    expect(queries).toEqual([['a'], ['b', 'c']]);
    expect(found.get('c')).toEqual(['c-1', 'c-2']);
  });

  it('when somebody came or went, asks again', async () => {
    const { members, queries } = setUp();
    await members.membersOf(['a']);
    members.forget('a');
    await members.membersOf(['a']);
    expect(queries).toEqual([['a'], ['a']]);
  });

  it('when ten seconds have passed, asks again', async () => {
    const { members, queries, pass } = setUp();
    await members.membersOf(['a']);
    pass(10_000);
    await members.membersOf(['a']);
    expect(queries).toHaveLength(2);
  });

  it('when there are more members than may be remembered, forgets the oldest rooms and answers all the same', async () => {
    const { members, queries } = setUp(7);
    expect((await members.membersOf(['a', 'b', 'c'])).size).toBe(3);
    await members.membersOf(['b', 'c']);
    await members.membersOf(['a']);
    expect(queries).toEqual([['a', 'b', 'c'], ['a']]);
  });
});
