export interface ResyncOptions {
  /** Tells every socket here to resume. */
  tellAll: () => void;
  /** Whether a `resume` would be answered: the connection that noticed a break may be back before those that it needs. */
  canAnswer: () => boolean;
  everyMs?: number;
}

// Every socket answers with a `resume`: one gap after another must not become a storm of them.
const defaultEveryMs = 2000;
// After a break all connections are back within a second. Where one is not, clients try for themselves how long it takes.
const lookEveryMs = 50;
const waitMs = 5000;

/**
 * Tells all sockets to resume, as soon as that can be answered the first time, and at most once in two seconds; the last
 * request is never lost.
 */
export function createResync({ tellAll, canAnswer, everyMs = defaultEveryMs }: ResyncOptions) {
  let timer: NodeJS.Timeout | undefined;
  let asked = false;

  function tell(): void {
    asked = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (asked) tell();
    }, everyMs);
    tellAll();
  }

  function tellWhenAnswered(waitedMs: number): void {
    if (canAnswer() || waitedMs >= waitMs) tell();
    else timer = setTimeout(tellWhenAnswered, lookEveryMs, waitedMs + lookEveryMs);
  }

  return {
    request(): void {
      if (timer) asked = true;
      else tellWhenAnswered(0);
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}
