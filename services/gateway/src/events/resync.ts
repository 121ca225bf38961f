export interface ResyncOptions {
  /** Tells every socket here to resume. */
  tellAll: () => void;
  everyMs?: number;
}

// Every socket answers with a `resume`: one gap after another must not become a storm of them.
const defaultEveryMs = 2000;

/** Tells all sockets to resume, at once the first time, and at most once in two seconds; the last request is never lost. */
export function createResync({ tellAll, everyMs = defaultEveryMs }: ResyncOptions) {
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

  return {
    request(): void {
      if (timer) asked = true;
      else tell();
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}
