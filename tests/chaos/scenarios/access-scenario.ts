import { password } from '../campus.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { takeStoreAway } from './store-scenarios.ts';

interface Revoker {
  client: string;
  accessToken: string;
}

// The promise while Redis is away.
const promisedMs = 6000;

export const endedSessions: Scenario = {
  id: 'T11',
  title: 'Sessions are ended while Redis is away',
  bars: { failedSends: 0 },
  shortSeconds: 12,
  async disturb(stage) {
    const once = stage.campus.actors.filter(({ username }) => {
      return stage.campus.actors.filter((other) => other.username === username).length === 1;
    });
    const chosen = stage.random.some(once, Math.ceil(once.length / 4));
    const revokers = await Promise.all(chosen.map((actor) => signIn(stage, actor)));
    await stage.fault(`Redis away, ${revokers.length} sessions are ended`, async () => {
      const away = takeStoreAway(stage, 'redis', { kill: false, ms: promisedMs + 3000 });
      await stage.pause(500);
      await Promise.all(revokers.map((revoker) => endOthers(stage, revoker)));
      await away;
    });
    while (!stage.isOver()) await stage.pause(250);
  },
  async examine({ note }, { afterAccessEndMs }) {
    const last = Math.max(0, ...afterAccessEndMs);
    note(`last thing that reached an ended session: ${last} ms after its end (${afterAccessEndMs.length} sessions)`);
    return last > promisedMs ? [`something reached an ended session ${last} ms after its end`] : [];
  },
};

/** The same person on another device, from which they end the first one. */
async function signIn({ system }: Stage, { client, username }: { client: string; username: string }): Promise<Revoker> {
  const response = await fetch(`${system.origin}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { client, accessToken };
}

async function endOthers({ system, crowd }: Stage, { client, accessToken }: Revoker): Promise<void> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const listed = await fetch(`${system.origin}/api/auth/sessions`, { headers });
  const { sessions } = (await listed.json()) as { sessions: { id: string; current: boolean }[] };
  for (const { id } of sessions.filter((session) => !session.current)) {
    const ended = await fetch(`${system.origin}/api/auth/sessions/${id}`, { method: 'DELETE', headers });
    if (ended.status !== 204) throw new Error(`A session could not be ended: ${ended.status} ${await ended.text()}`);
  }
  await crowd.noteAccessEnded(client);
}
