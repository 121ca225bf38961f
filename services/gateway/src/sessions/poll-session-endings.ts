import type { SessionEnded } from '@hallway/contracts';

// The poll comes every few seconds: an answer that takes longer is overtaken by the next.
const answerWithinMs = 3000;

/** Asks the auth service's internal port for the sessions that ended since a time, newest last. */
export function createPollSessionEndings(authInternalUrl: string) {
  return async function pollSessionEndings(since: Date): Promise<SessionEnded[]> {
    const url = new URL('/session-endings', authInternalUrl);
    url.searchParams.set('since', since.toISOString());
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    if (!answer.ok) throw new Error(`the auth service answered ${answer.status}`);
    return ((await answer.json()) as { endings: SessionEnded[] }).endings;
  };
}
