import type { Ask } from '@hallway/bus';
import type { Log } from '@hallway/platform';
import type { MemberIndex } from './member-index.ts';

export interface PersonRoomsOptions {
  ask: Ask;
  index: MemberIndex;
  log: Log;
  /** The person's inbox was deaf for a while and hears now. */
  onLate: (userId: string) => void;
  /** The person turned out to be no member of these rooms any more. */
  onGone: (userId: string, roomIds: string[]) => void;
}

// A connection waits this long for its inbox to be live. Longer, and a client is better off connected and told to resume.
const waitMs = 2000;
// Pause before the message services are asked again; the jitter keeps a gateway's people from asking in step.
const retryMs = 1000;
// People who are asked for at once when all have to be asked for again: enough to be quick, few enough to leave others room.
const reloadWidth = 50;

const nothing = { gone: [], missed: false };

/** Keeps the member index true for each person here: asked once per person, asked again when something may be missing. */
export function createPersonRooms({ ask, index, log, onLate, onGone }: PersonRoomsOptions) {
  /** One entry per person here; another object when they left and came back, so that an old answer is not taken. */
  const visits = new Map<string, { loaded: Promise<void> }>();
  let failing = false;

  /** Answers whether the index is true now, or nobody needs it any more. */
  async function tryLoad(userId: string, isCurrent: () => boolean): Promise<boolean> {
    index.beginSnapshot(userId);
    try {
      const { chatRoomIds } = await ask('person.rooms', { userId });
      const { gone, missed } = isCurrent() ? index.applySnapshot(userId, chatRoomIds) : nothing;
      if (gone.length > 0) onGone(userId, gone);
      if (missed) onLate(userId);
      failing = false;
      return true;
    } catch (error) {
      // Once per outage: while the message services are away, everybody here is asked for again and again.
      if (!failing) log.warn({ err: error }, 'the rooms of people could not be asked for');
      failing = true;
      return false;
    }
  }

  async function load(userId: string, isCurrent: () => boolean): Promise<void> {
    while (isCurrent() && !(await tryLoad(userId, isCurrent))) await pause(retryMs * (1 + Math.random()));
  }

  function begin(userId: string): Promise<void> {
    const visit = { loaded: Promise.resolve() };
    visits.set(userId, visit);
    visit.loaded = load(userId, () => visits.get(userId) === visit);
    return visit.loaded;
  }

  return {
    /** Resolves when the person's rooms are known, or after two seconds; `onLate` is called when they are known later. */
    async prepare(userId: string): Promise<void> {
      const loaded = visits.get(userId)?.loaded ?? begin(userId);
      const inTime = await isWithin(loaded, waitMs);
      if (!inTime) void loaded.then(() => index.has(userId) && onLate(userId));
    },

    forget(userId: string): void {
      visits.delete(userId);
      index.removePerson(userId);
    },

    /**
     * Asks again for everybody here, as after announcements may have been missed. Until the answer is there, nobody hears from
     * rooms of many: who was removed meanwhile must not, and the others are told to resume.
     */
    async reloadAll(): Promise<void> {
      index.distrustAll();
      const waiting = index.people();
      const worker = async () => {
        for (let userId = waiting.pop(); userId !== undefined; userId = waiting.pop()) {
          if (index.has(userId)) await begin(userId);
        }
      };
      await Promise.all(Array.from({ length: reloadWidth }, worker));
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

async function isWithin(done: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([done.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
