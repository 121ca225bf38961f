import { type DirectoryChange, type DirectoryChangeKind, idsPerDirectoryChange } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import type { Connection, mongo } from 'mongoose';
import { openSchoolRecords } from './school-records.ts';

export interface ChangePollerOptions {
  connection: Connection;
  log: Log;
  onChanges: (changes: DirectoryChange[]) => void;
  /** More changed than is worth telling one by one. Forget everything. */
  onGap: () => void;
  /** Every change written before this time has been told. Milliseconds of the process's monotonic clock. */
  onConfirmed: (at: number) => void;
  everyMs?: number;
}

// Access ends within six seconds: a change is found after four, and there is time for a slow answer.
const pollEveryMs = 4000;
// A write is stamped before it can be seen, by one of several auth services whose clocks differ.
const overlapMs = 30_000;
// A roster import changes more than this between two polls; reading it again by need is cheaper then.
const changesPerPoll = 2000;

/**
 * Reads the durable journal of the directory, `changedAt` in each collection, for ever: the stream of changes is quicker, and
 * this finds what it lost. Tells each change since `start` at least once, in no order.
 */
export function createChangePoller(options: ChangePollerOptions) {
  const { connection, log, onChanges, onGap, onConfirmed, everyMs = pollEveryMs } = options;
  const journals = openJournals(connection);
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();
  let stopped = false;

  async function poll(): Promise<void> {
    const at = performance.now();
    try {
      const found = await Promise.all(journals.map((journal) => journal.readChanges(at)));
      if (found.includes('too-many')) onGap();
      const changes = found.flatMap((one) => (one === 'too-many' ? [] : one));
      if (changes.length > 0) onChanges(changes);
      onConfirmed(at);
    } catch (error) {
      log.warn({ err: error }, 'directory changes could not be polled');
    }
  }

  function schedule(): void {
    timer = setTimeout(() => {
      polling = poll().then(() => {
        if (!stopped) schedule();
      });
    }, everyMs);
  }

  return {
    /** Resolves when it is known from where on changes are new. Rejects when MongoDB is away. */
    async start(): Promise<void> {
      await Promise.all(journals.map((journal) => journal.findEnd()));
      schedule();
    },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await polling;
    },
  };
}

interface Journaled extends mongo.Document {
  changedAt?: Date;
}

interface JournalOptions {
  collection: mongo.Collection<Journaled>;
  kind: DirectoryChangeKind;
  /** Fields that hold ids of people and of courses. */
  people: string[];
  courses: string[];
}

function openJournals(connection: Connection) {
  const { users, courses, enrolments, guardianships, blocks } = openSchoolRecords(connection);
  const open = (collection: unknown, kind: DirectoryChangeKind, fields: Pick<JournalOptions, 'people' | 'courses'>) =>
    createJournal({ collection: collection as JournalOptions['collection'], kind, ...fields });
  return [
    open(users, 'person', { people: ['_id'], courses: [] }),
    open(courses, 'course', { people: [], courses: ['_id'] }),
    open(enrolments, 'enrolment', { people: ['userId'], courses: ['courseId'] }),
    open(guardianships, 'guardianship', { people: ['parentId', 'childId'], courses: [] }),
    open(blocks, 'block', { people: ['blockerId', 'blockedId'], courses: [] }),
  ];
}

/** The changes of one collection, in the time of its writers: a reader whose clock is wrong misses nothing. */
function createJournal(options: JournalOptions) {
  const { collection } = options;
  let newest = new Date(0);
  let newestSince = Number.NEGATIVE_INFINITY;
  let told = new Map<string, number>();
  const projection = Object.fromEntries(
    [...options.people, ...options.courses, 'changedAt'].map((field) => [field, 1]),
  );

  async function findEnd(): Promise<void> {
    const end = await findNewest();
    if (end && end > newest) newest = end;
    newestSince = performance.now();
  }

  async function findNewest(): Promise<Date | null> {
    const [last] = await collection
      .find({ changedAt: { $gt: newest } }, { projection: { changedAt: 1 } })
      .sort({ changedAt: -1 })
      .limit(1)
      .toArray();
    return last?.changedAt ?? null;
  }

  return {
    findEnd,

    /** What changed since the last time that it was asked. `at` is the time now, of a clock that never steps back. */
    async readChanges(at: number): Promise<DirectoryChange[] | 'too-many'> {
      // Once nothing new came for that long, all that was stamped before the newest is visible, and was read.
      const isQuiet = at - newestSince > overlapMs;
      const since = isQuiet ? newest : new Date(newest.getTime() - overlapMs);
      const found = await collection
        .find({ changedAt: { $gt: since } }, { projection })
        .limit(changesPerPoll + 1)
        .toArray();
      const tooMany = found.length > changesPerPoll;
      const end = tooMany ? await findNewest() : latest(found);
      if (end && end > newest) {
        newest = end;
        newestSince = at;
      }
      if (tooMany) return 'too-many';
      const stamps = new Map(found.map((one) => [String(one._id), one.changedAt?.getTime() ?? 0]));
      const untold = found.filter((one) => told.get(String(one._id)) !== stamps.get(String(one._id)));
      told = stamps;
      return toChanges(untold, options);
    },
  };
}

function toChanges(found: Journaled[], { kind, people, courses }: JournalOptions): DirectoryChange[] {
  const changes: DirectoryChange[] = [];
  // Two ids of people at most in each.
  const size = idsPerDirectoryChange / 2;
  for (let start = 0; start < found.length; start += size) {
    const part = found.slice(start, start + size);
    const idsIn = (fields: string[]) => [...new Set(part.flatMap((one) => fields.map((field) => String(one[field]))))];
    const at = (latest(part) ?? new Date()).toISOString();
    changes.push({ at, kind, personIds: idsIn(people), courseIds: idsIn(courses) });
  }
  return changes;
}

function latest(found: Journaled[]): Date | null {
  let last: Date | null = null;
  for (const { changedAt } of found) if (changedAt && (!last || changedAt > last)) last = changedAt;
  return last;
}
