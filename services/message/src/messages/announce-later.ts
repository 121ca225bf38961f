import type { AppendEvents } from '@hallway/bus';
import type { DomainEvent } from '@hallway/contracts';
import { isStoreAway, type Log } from '@hallway/platform';

export interface AnnounceLaterDeps {
  appendEvents: AppendEvents;
  log: Log;
  now?: () => number;
}

// Clients resume when Redis is back, and learn of all that was stored by then. What is kept is for those who resumed before
// this service had its connection again, half a second or so: beyond that an announcement tells nobody anything.
const keptMs = 5000;
const keptEvents = 1000;
const retryEveryMs = 100;
// What one call announces; together they are far below what Redis takes in one command.
const batchEvents = 100;

/**
 * Announces events now, or keeps them until Redis is back: what was stored without it. Resolves in both cases, and keeps the
 * order. Without the late announcement everybody in the room would have to fetch what their live messages skip. Events older
 * than five seconds, or beyond a thousand, are dropped: a `resume` brings them. What is kept is lost with the process.
 */
export function createAnnounceLater({ appendEvents, log, now = Date.now }: AnnounceLaterDeps) {
  let kept: { since: number; event: DomainEvent }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function keep(events: DomainEvent[]): void {
    const since = now();
    kept = [...kept, ...events.map((event) => ({ since, event }))].slice(-keptEvents);
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
    const some = kept.slice(0, batchEvents);
    if (some.length === 0) return false;
    await appendEvents(some.map(({ event }) => event));
    const announced = new Set(some);
    kept = kept.filter((one) => !announced.has(one));
    log.info({ events: some.length }, 'announced late');
    return true;
  }

  return {
    async appendOrKeep(events: DomainEvent[]): Promise<void> {
      if (kept.length > 0) return keep(events);
      await appendEvents(events).catch((error) => {
        if (!isStoreAway(error)) throw error;
        log.warn({ events: events.length }, 'stored without a live announcement: it follows when Redis is back');
        keep(events);
      });
    },
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

export type AnnounceLater = ReturnType<typeof createAnnounceLater>;
