import { describe, expect, it } from 'vitest';
import { createBlocks } from './blocks.ts';
import { createHttp } from './http.ts';
import { createPeopleCache } from './people-cache.ts';
import { createRest } from './rest.ts';
import type { SessionKeeper } from './session.ts';
import { HallwayError } from './types.ts';

const person = { id: 'a'.repeat(24), username: 'peter', name: 'Peter Osei', role: 'parent' } as const;

/** The block routes, in memory, behind the client's own HTTP. */
function build() {
  const blocked = new Set<string>();
  const answer = (status: number, body?: unknown) =>
    new Response(body === undefined ? null : JSON.stringify(body), { status });
  const fetch = async (url: string, { method }: RequestInit) => {
    const id = url.split('/')[4] ?? '';
    if (url.endsWith('/may-message'))
      return answer(200, { allowed: false, reason: 'BLOCKED', explanation: 'Blocked.' });
    if (method === 'GET')
      return answer(200, { blocks: [{ person, blockedAt: '2026-01-01T00:00:00.000Z' }], nextCursor: null });
    if (id !== person.id)
      return answer(403, {
        error: { code: 'FORBIDDEN', message: 'They stay reachable.', retryable: false, requestId: 'r' },
      });
    if (method === 'PUT') blocked.add(id);
    else blocked.delete(id);
    return answer(204);
  };
  const people = createPeopleCache();
  const session = { token: async () => 'token' } as SessionKeeper;
  const rest = createRest(createHttp({ origin: '', fetch, ended: new AbortController().signal }), session);
  return { blocked, people, blocks: createBlocks({ rest, people }) };
}

describe('createBlocks', () => {
  it('when a person is blocked twice and unblocked, asks for exactly that', async () => {
    const { blocked, blocks } = build();
    await blocks.blockPerson(person.id);
    await blocks.blockPerson(person.id);
    expect(blocked).toEqual(new Set([person.id]));
    await blocks.unblockPerson(person.id);
    expect(blocked).toEqual(new Set());
  });

  it('when the list is read, knows the people on it by name', async () => {
    const { people, blocks } = build();
    expect((await blocks.blocks()).blocks).toHaveLength(1);
    expect(people.find(person.id)?.name).toBe('Peter Osei');
  });

  it('when the person has to stay reachable, throws the server’s own words', async () => {
    const { blocks } = build();
    await expect(blocks.blockPerson('b'.repeat(24))).rejects.toSatisfy(
      (thrown) => thrown instanceof HallwayError && thrown.body.message === 'They stay reachable.',
    );
  });

  it('when asked why somebody cannot be written to, answers the explanation', async () => {
    const { blocks } = build();
    expect(await blocks.mayMessage(person.id)).toMatchObject({ allowed: false, explanation: 'Blocked.' });
  });
});
