import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

/** Asked for by id and nothing else; of the catalog an import reads all, some thousand rows. */
const needNone = ['leases', 'milestones', 'rosterCatalog'];

/** The collections that the sources of this service name. */
function namedCollections(): string[] {
  const source = join(import.meta.dirname, '../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const names = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/\.collection(?:<[^>]*>)?\('(\w+)'\)/g)].map(
      ([, name]) => name!,
    ),
  );
  return [...new Set(names)].sort();
}

it('when the service has started, each collection that it names has an index beside the one of its ids', async () => {
  const names = namedCollections();
  expect(names).toEqual(expect.arrayContaining(['auditLog', 'secondFactors', 'sessions', 'signInSteps', 'users']));
  for (const name of names.filter((each) => !needNone.includes(each))) {
    const indexes = await auth.connection.collection(name).listIndexes().toArray();
    expect([name, indexes.length > 1]).toEqual([name, true]);
  }
});

it('when somebody signs in with a passkey, the index answers whose it is', async () => {
  const indexes = await auth.connection.collection('secondFactors').listIndexes().toArray();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { handle: 1 }, unique: true }));
  expect(indexes).toContainEqual(expect.objectContaining({ key: { 'passkeys.credentialId': 1 }, unique: true }));
});
