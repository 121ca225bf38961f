import { type AppendEvents, toBatches } from '@hallway/bus';
import type { DomainEvent } from '@hallway/contracts';
import { isStoreAway, type Log } from '@hallway/platform';

export interface AnnounceLaterDeps {
  appendEvents: AppendEvents;
  log: Log;
  now?: () => number;
}

/**
 * Announces events. Those of `onlyNow` may be told at this moment or not at all: whoever comes into a room that hides its past
 * would hear, by an event that is announced after they came, what was said before.
 */
export type AppendNowOrLater = (events: DomainEvent[], onlyNow?: ReadonlySet<DomainEvent>) => Promise<void>;

// Clients resume when Redis is back, and learn of all that was stored by then. What is kept is for those who resumed before
// this service had its connection again, half a second or so: beyond that an announcement tells nobody anything.
const keptMs = 5000;
const keptEvents = 1000;
const keptBytes = 8 * 1024 * 1024;
const retryEveryMs = 100;

interface Kept {
  since: number;
  event: DomainEvent;
  /** As it will travel: by its weight what is kept is bounded, and what is announced at once. */
  text: string;
}

/**
 * Announces events now, or keeps them until Redis is back: what was stored without it. Resolves in both cases, and keeps the
 * order. Without the late announcement everybody in the room would have to fetch what their live messages skip. Events older
 * than five seconds, or beyond a thousand or 8 MB, are dropped: a `resume` brings them. What is kept is lost with the process.
 */
export function createAnnounceLater({ appendEvents, log, now = Date.now }: AnnounceLaterDeps) {
  let kept: Kept[] = [];
  let timer: NodeJS.Timeout | undefined;

  function keep(events: DomainEvent[]): void {
    const since = now();
    kept = newestOf([...kept, ...events.map((event) => ({ since, event, text: JSON.stringify(event) }))]);
    timer ??= setTimeout(retry, retryEveryMs);
  }

  async function retry(): Promise<void> {
    try {
      while (timer && (await announceSome()));
      timer = undefined;
    } catch (error) {
      if (!isStoreAway(error)) log.error({ err: error }, 'kept events could not be announced');
      if (timer) timer = setTimeout(retry, retryEveryMs);
    }
  }

  /** False when nothing is left. What fails stays. */
  async function announceSome(): Promise<boolean> {
    const oldest = now() - keptMs;
    kept = kept.filter(({ since }) => since >= oldest);
    const [some] = toBatches(kept, ({ text }) => text);
    if (some === undefined) return false;
    await appendEvents(some.map(({ event }) => event));
    const announced = new Set(some);
    kept = kept.filter((one) => !announced.has(one));
    log.info({ events: some.length }, 'announced late');
    return true;
  }

  const appendOrKeep: AppendNowOrLater = async (events, onlyNow = new Set()) => {
    const keepable = events.filter((event) => !onlyNow.has(event));
    // Behind what is kept, so that the order stays.
    const atOnce = kept.length === 0 ? events : events.filter((event) => onlyNow.has(event));
    if (kept.length > 0 && keepable.length > 0) keep(keepable);
    if (atOnce.length === 0) return;
    await appendEvents(atOnce).catch((error) => {
      if (!isStoreAway(error)) throw error;
      log.warn({ events: atOnce.length }, 'stored without a live announcement: it follows when Redis is back');
      if (atOnce === events && keepable.length > 0) keep(keepable);
    });
  };

  return {
    appendOrKeep,
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

export type AnnounceLater = ReturnType<typeof createAnnounceLater>;

/** The newest of them that are within the bounds, in their order. */
function newestOf(all: Kept[]): Kept[] {
  let [first, bytes] = [all.length, 0];
  while (first > 0 && all.length - first < keptEvents) {
    bytes += Buffer.byteLength(all[first - 1]?.text ?? '');
    if (bytes > keptBytes) break;
    first -= 1;
  }
  return all.slice(first);
}
