import type { Ask } from '@hallway/bus';
import { AppError } from '@hallway/platform';
import { describe, expect, it } from 'vitest';
import { createAskAnyRelease } from './ask-any-release.ts';

/** A message service of the previous release, with a direct room and a group of three. */
function previousRelease({ apart }: { apart: string[] }) {
  const asked: string[] = [];
  const ask = (async (name: string, params: { userId: string; userIds: string[]; chatRoomId: string }) => {
    asked.push(name);
    if (name === 'people.reachable') return { userIds: params.userIds.filter((id) => !apart.includes(id)) };
    if (name !== 'room.open') return new Promise(() => undefined);
    const ids = params.chatRoomId === 'direct' ? ['ann', 'bob'] : ['ann', 'bob', 'cy'];
    return { chatRoom: { type: params.chatRoomId, participants: ids.map((id) => ({ id })) } };
  }) as unknown as Ask;
  return { asked, ask: createAskAnyRelease(ask) };
}

describe('askAnyRelease', () => {
  it('when a service does not know pairs, asks it for each person', async () => {
    const { ask } = previousRelease({ apart: ['tom'] });
    const pairs = [
      { one: 'ann', other: 'bob' },
      { one: 'ann', other: 'tom' },
      { one: 'cy', other: 'bob' },
    ];
    expect(await ask('people.pairs', { pairs })).toEqual({ allowed: [true, false, true] });
  });

  it('when it does not know who may write, finds out about the other person of a direct room', async () => {
    const open = previousRelease({ apart: [] });
    expect(await open.ask('room.may-write', { userId: 'ann', chatRoomId: 'direct' })).toEqual({});
    const closed = previousRelease({ apart: ['bob'] });
    const asked = closed.ask('room.may-write', { userId: 'ann', chatRoomId: 'direct' });
    await expect(asked).rejects.toMatchObject({ code: 'MESSAGING_NOT_ALLOWED' });
    expect(await closed.ask('room.may-write', { userId: 'ann', chatRoomId: 'group' })).toEqual({});
  });

  it('when services have answered lately, waits for them however long they take', async () => {
    let time = 0;
    const asked: string[] = [];
    let gate: Promise<void> = Promise.resolve();
    const slow = (async (name: string) => {
      asked.push(name);
      await gate;
      return { allowed: [true] };
    }) as unknown as Ask;
    const ask = createAskAnyRelease(slow, () => time);
    const params = { pairs: [{ one: 'ann', other: 'bob' }] };
    await ask('people.pairs', params);
    time = 59_000;
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const answer = ask('people.pairs', params);
    await new Promise((passed) => setTimeout(passed, 600));
    resolve();
    expect(await answer).toEqual({ allowed: [true] });
    expect(asked).toEqual(['people.pairs', 'people.pairs']);
  });

  it('when a service answers or refuses, asks nothing else', async () => {
    const asked: string[] = [];
    const refusing = (async (name: string) => {
      asked.push(name);
      throw new AppError({ code: 'MESSAGING_NOT_ALLOWED' });
    }) as unknown as Ask;
    const wanted = createAskAnyRelease(refusing)('room.may-write', { userId: 'ann', chatRoomId: 'direct' });
    await expect(wanted).rejects.toMatchObject({ code: 'MESSAGING_NOT_ALLOWED' });
    expect(asked).toEqual(['room.may-write']);
  });
});
