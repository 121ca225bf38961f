import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRemoteKeySet } from './key-set.ts';
import { createLog } from './log.ts';

const log = createLog({ service: 'test', instance: 'test', level: 'silent' });

/** A key document that a test can change, and how often it was asked for. */
function setUp(...kids: string[]) {
  const state = { kids, asked: 0, reachable: true };
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const fetch = async () => {
    state.asked += 1;
    if (!state.reachable) throw new Error('away');
    return Response.json({ keys: state.kids.map((kid) => ({ ...jwk, kid })) });
  };
  return { state, findKey: createRemoteKeySet({ url: 'http://auth.test/jwks', log, fetch: fetch as never }) };
}

describe('createRemoteKeySet', () => {
  it('when a key is known, answers the same object without asking again', async () => {
    const { state, findKey } = setUp('one');
    const first = await findKey('one');
    expect(await findKey('one')).toBe(first);
    expect(state.asked).toBe(1);
  });

  it('when a key appears just after the document was read, finds it all the same', async () => {
    const { state, findKey } = setUp('one');
    await findKey('one');
    state.kids.unshift('two');
    expect(await findKey('two')).not.toBeNull();
    expect(state.asked).toBe(2);
  });

  it('when key ids are made up by the thousand, asks once for all of them', async () => {
    const { state, findKey } = setUp('one');
    await findKey('one');
    const found = await Promise.all(Array.from({ length: 2000 }, (_, index) => findKey(`made-up-${index}`)));
    expect(found.every((key) => key === null)).toBe(true);
    expect(state.asked).toBe(2);
  });

  it('when nobody can say, throws TEMPORARILY_UNAVAILABLE for an unknown key, and known ones go on', async () => {
    const { state, findKey } = setUp('one');
    await findKey('one');
    state.reachable = false;
    await expect(findKey('two')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(await findKey('one')).not.toBeNull();
  });
});
