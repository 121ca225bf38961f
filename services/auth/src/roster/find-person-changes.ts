import { rolesOf } from '@hallway/policy';
import { toUsernameKey } from '../accounts/accounts.repository.ts';
import { addPerson, comparePerson, removePerson } from './compare-people.ts';
import type { CatalogSearch } from './find-catalog-changes.ts';
import type { Compared } from './in-batches.ts';
import { changesPerBatch } from './roster-changes.ts';
import type { RosterFaults } from './roster-faults.ts';
import type { RosterUserRecord } from './roster-records.ts';
import type { RosterPerson } from './staged-people.ts';

export interface PeopleSearch extends CatalogSearch {
  faults: RosterFaults;
  /** Accounts made by hand become the roster's where the username is the same. */
  adoptAccounts: boolean;
  /** Ids of accounts that hold a username which another one is to have, and get another one themselves. */
  holders: Set<string>;
}

const withoutHash = { projection: { passwordHash: 0 } } as const;

/**
 * People of the roster and accounts that came from a roster, both in the order of their ids and some hundred at a time, so that
 * each account is read once and nobody has to be looked up by a list of ids, which some engines answer slowly.
 */
export async function* findPersonChanges(search: PeopleSearch): AsyncGenerator<Compared> {
  let after: string | null = null;
  for (const slice of search.school.people.inPages(changesPerBatch)) {
    const upTo: string | null = slice.at(-1)?.user.sourcedId ?? null;
    yield* compareRange(search, { slice, after, upTo });
    after = upTo;
  }
  yield* compareRange(search, { slice: [], after, upTo: null });
}

interface Range {
  slice: RosterPerson[];
  /** Ids behind this one, up to that one; null: without a bound. */
  after: string | null;
  upTo: string | null;
}

interface Pair {
  person: RosterPerson;
  before: RosterUserRecord | undefined;
}

async function* compareRange(search: PeopleSearch, { slice, after, upTo }: Range): AsyncGenerator<Compared> {
  const missing = new Map(slice.map((person) => [person.user.sourcedId, person]));
  const renamed: Pair[] = [];
  const sourcedId = { $gt: after ?? '', ...(upTo === null ? {} : { $lte: upTo }) };
  for await (const before of search.records.users.find({ sourcedId }, withoutHash).batchSize(changesPerBatch)) {
    const person = missing.get(before.sourcedId ?? '');
    missing.delete(before.sourcedId ?? '');
    if (!person) yield removeOne(search, before);
    else if (toUsernameKey(person.user.username) === before.usernameKey) yield compareKnown(search, person, before);
    else renamed.push({ person, before });
  }
  const added = [...missing.values()].map((person) => ({ person, before: undefined }));
  yield* compareNewNames(search, [...renamed, ...added]);
}

function compareKnown({ ids, now }: PeopleSearch, person: RosterPerson, before: RosterUserRecord): Compared {
  ids.people.learn(person.user.sourcedId, before._id.toHexString());
  return { change: comparePerson(person, before, now), inForce: isInForce(before) };
}

function removeOne({ now, faults }: PeopleSearch, before: RosterUserRecord): Compared {
  const change = removePerson(before, now);
  if (change?.verb === 'recorded' && before.active && rolesOf(before).includes('admin')) {
    faults.note('An administrator left the roster and stays active', before.username);
  }
  return { change, inForce: isInForce(before) };
}

/** Those who are new or get another username, which somebody else may have. One query. */
async function* compareNewNames(search: PeopleSearch, pairs: Pair[]): AsyncGenerator<Compared> {
  const { records, ids, now } = search;
  if (pairs.length === 0) return;
  const keys = pairs.map(({ person }) => toUsernameKey(person.user.username));
  const found = await records.users.find({ usernameKey: { $in: keys } }, withoutHash).toArray();
  const holders = new Map(found.map((user) => [user.usernameKey, user]));
  for (const { person, before: own } of pairs) {
    const { sourcedId, username } = person.user;
    const holder = holders.get(toUsernameKey(username));
    const before = holder ? resolveHolder(person, { own, holder, search }) : own;
    if (before) yield compareKnown(search, person, before);
    else yield { change: addPerson(person, ids.people.of(sourcedId), now), inForce: false };
  }
}

/** Who has the username that somebody is to have. Answers the account that is theirs, if any. */
function resolveHolder(
  person: RosterPerson,
  { own, holder, search }: { own: RosterUserRecord | undefined; holder: RosterUserRecord; search: PeopleSearch },
): RosterUserRecord | undefined {
  const { school, holders, faults, adoptAccounts } = search;
  const { line, username } = person.user;
  const refuse = (message: string) =>
    faults.add({ file: 'users.csv', line, message: `username ${username} ${message}` });
  if (holder.sourcedId === undefined) {
    if (own) refuse('belongs to an account that was made by hand');
    else if (rolesOf(holder).includes('admin'))
      refuse('belongs to an administrator: no roster may take that account over');
    else if (adoptAccounts) return holder;
    else
      refuse('belongs to an account that was made by hand: rename one of them, or let the import adopt such accounts');
    return own;
  }
  const next = school.people.find(holder.sourcedId);
  if (next && toUsernameKey(next.user.username) !== holder.usernameKey) holders.add(holder._id.toHexString());
  else refuse(`belongs to ${holder.sourcedId}, who left the roster: rename that account first`);
  return own;
}

function isInForce({ roster, active }: RosterUserRecord): boolean {
  return active && (roster?.present ?? false);
}
