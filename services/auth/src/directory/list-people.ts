import { isId, limits, type PeopleAnswer, type Person, type PublicUser } from '@hallway/contracts';
import { AppError, type Log, validationFailed } from '@hallway/platform';
import {
  type DirectoryReader,
  mayMessage,
  type PersonFacts,
  type PolicyFacts,
  type PolicySettings,
  type Tie,
  toVia,
} from '@hallway/policy';
import { decodeCursor, encodeCursor } from '../page.ts';
import type { Candidates, PeoplePosition, PeopleRepository } from './people.repository.ts';

export interface ListPeopleDeps {
  people: PeopleRepository;
  facts: PolicyFacts;
  directory: DirectoryReader;
  settings: PolicySettings;
  presence: { onlineAmong(userIds: string[]): Promise<Set<string>> };
  log: Log;
}

export interface PeopleRequest {
  callerId: string;
  query: string | undefined;
  cursor: string | undefined;
  limit: number | undefined;
}

type Reachable = PublicUser & PeoplePosition & { ties: Tie[] };

const batchSize = limits.pageMax;
// People looked at for one page: a short page with a cursor is better than a long wait.
const batchesPerPage = 10;

/**
 * Lists the active people whom the caller may message, by name. Everybody is there exactly when the policy would let the
 * caller write to them. While Redis is away everybody is shown as offline.
 */
export function createListPeople({ people, facts, directory, settings, presence, log }: ListPeopleDeps) {
  async function findCandidates(caller: PersonFacts): Promise<Candidates> {
    if (caller.roles.includes('admin')) return { everyone: true, roles: [], ids: [] };
    const roles: PublicUser['role'][] = ['admin'];
    if (caller.roles.includes('instructor')) roles.push('instructor');
    if (caller.roles.includes('student') && settings.studentsAmongThemselves === 'anyone') roles.push('student');
    return { everyone: false, roles, ids: await people.listRelatedIds(caller) };
  }

  async function keepReachable(caller: PersonFacts, batch: (PublicUser & PeoplePosition)[]): Promise<Reachable[]> {
    const known = await facts.factsOf(batch.map(({ id }) => id));
    return batch.flatMap((person) => {
      const other = known.get(person.id);
      const decision = other && mayMessage(caller, other, { settings, now: Date.now() });
      return decision?.allowed ? [{ ...person, ties: decision.because }] : [];
    });
  }

  async function collect(caller: PersonFacts, { query, limit = limits.pageDefault, cursor }: PeopleRequest) {
    const candidates = await findCandidates(caller);
    const found: Reachable[] = [];
    let after = cursor === undefined ? undefined : readPosition(cursor);
    for (let batches = 0; batches < batchesPerPage; batches += 1) {
      const batch = await people.listCandidates({ candidates, query, after, limit: batchSize, exceptId: caller.id });
      found.push(...(await keepReachable(caller, batch)));
      if (found.length > limit) return { page: found.slice(0, limit), end: found[limit - 1] };
      after = batch.at(-1);
      if (batch.length < batchSize) return { page: found, end: undefined };
    }
    return { page: found, end: after };
  }

  async function findOnline(userIds: string[]): Promise<Set<string>> {
    try {
      return await presence.onlineAmong(userIds);
    } catch (error) {
      log.warn({ err: error }, 'presence cannot be read');
      return new Set();
    }
  }

  return async function listPeople(request: PeopleRequest): Promise<PeopleAnswer> {
    const caller = (await facts.factsOf([request.callerId])).get(request.callerId);
    if (!caller) throw new AppError({ code: 'SESSION_ENDED', internal: 'the account is gone' });
    const { page, end } = await collect(caller, request);
    const courseIds = page.flatMap(({ ties }) => ties.flatMap((tie) => ('courseId' in tie ? [tie.courseId] : [])));
    const [online, courses] = await Promise.all([
      findOnline(page.map(({ id }) => id)),
      directory.findCourses(courseIds),
    ]);
    const codes = new Map([...courses].map(([id, { code }]) => [id, code]));
    const nextCursor = end ? encodeCursor([end.nameKey, end.id]) : null;
    return { people: page.map((person) => toPerson(person, online, codes)), nextCursor };
  };
}

export type ListPeople = ReturnType<typeof createListPeople>;

function toPerson(person: Reachable, online: Set<string>, codes: Map<string, string>): Person {
  const { id, username, name, role, ties } = person;
  return { id, username, name, role, online: online.has(id), via: toVia(ties, codes) };
}

function readPosition(cursor: string): PeoplePosition {
  const [nameKey = '', id] = decodeCursor(cursor, 2);
  if (!isId(id)) throw validationFailed([{ path: '/cursor', message: 'is not a cursor of this list' }]);
  return { nameKey, id };
}
