import { password } from '../campus.ts';
import { patiently } from '../crowd/until.ts';
import { inTurns } from '../in-turns.ts';
import type { Evidence } from '../report/evidence.ts';
import { amount, times } from '../report/figures.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { takeStoreAway } from './store-scenarios.ts';

interface Revoker {
  client: string;
  accessToken: string;
}

// The promise while Redis is away.
const promisedMs = 6000;
// A sign-in costs the auth service a password hash.
const signInsAtOnce = 4;
const endingsAtOnce = 8;
// For how long somebody tries again who is refused because a store is away.
const triesMs = 30_000;
const mostRevoked = 50;

export const endedSessions: Scenario = {
  id: 'T11',
  title: 'Sessions are ended while Redis is away',
  // As the row says: 20 messages a second, and 50 people who lose their sessions; some are left to go on.
  load: (usual, short) =>
    short ? usual : { ...usual, clients: mostRevoked + 10, secondDevices: 0, groups: 16, perSecond: 20 },
  bars: { failedSends: 0 },
  shortSeconds: 12,
  async disturb(stage) {
    const { actors } = stage.campus;
    const once = actors.filter(({ username }) => actors.filter((other) => other.username === username).length === 1);
    const chosen = stage.random.some(once, stage.short ? Math.ceil(once.length / 4) : mostRevoked);
    const revokers = await inTurns(chosen, signInsAtOnce, (actor) => signIn(stage, actor));
    await stage.fault(`Redis away, ${revokers.length} sessions are ended`, async () => {
      await Promise.all([
        takeStoreAway(stage, 'redis', { kill: false, ms: promisedMs + 3000 }),
        stage.pause(500).then(() => inTurns(revokers, endingsAtOnce, (revoker) => endOthers(stage, revoker))),
      ]);
    });
    while (!stage.isOver()) await stage.pause(250);
  },
  async examine(_stage, { afterAccessEndMs }) {
    const last = Math.max(0, ...afterAccessEndMs);
    return last > promisedMs ? [`something reached an ended session ${last} ms after its end`] : [];
  },
  report(evidence) {
    const figures = [
      amount('sessions ended', evidence.records.endedAt.size),
      times('revoke: from the end of a session to the last thing that reached it', evidence.measures.afterAccessEndMs),
      times('revoke: from the end of a session until its socket was gone', closingsOf(evidence)),
    ];
    return { figures, missed: [] };
  },
};

function closingsOf({ records }: Pick<Evidence, 'records'>): number[] {
  return [...records.endedAt].flatMap(([client, at]) => {
    // It stays open in the records, as nobody comes back; and its end is told by way of two processes.
    const closed = records.breaks.findLast((one) => one.client === client && one.endedAt === null);
    return closed === undefined ? [] : [Math.max(0, closed.beganAt - at)];
  });
}

/** The same person on another device, from which they end the first one. */
function signIn({ system }: Stage, { client, username }: { client: string; username: string }): Promise<Revoker> {
  return patiently(async () => {
    const response = await fetch(`${system.origin}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (!response.ok) throw new Error(`${username} could not sign in: ${response.status} ${await response.text()}`);
    const { accessToken } = (await response.json()) as { accessToken: string };
    return { client, accessToken };
  }, triesMs);
}

async function endOthers({ system, crowd }: Stage, { client, accessToken }: Revoker): Promise<void> {
  const headers = { authorization: `Bearer ${accessToken}` };
  await patiently(async () => {
    const listed = await fetch(`${system.origin}/api/auth/sessions`, { headers });
    if (!listed.ok) throw new Error(`Sessions could not be listed: ${listed.status} ${await listed.text()}`);
    const { sessions } = (await listed.json()) as { sessions: { id: string; current: boolean }[] };
    for (const { id } of sessions.filter((session) => !session.current)) {
      const ended = await fetch(`${system.origin}/api/auth/sessions/${id}`, { method: 'DELETE', headers });
      if (ended.status !== 204) throw new Error(`A session could not be ended: ${ended.status} ${await ended.text()}`);
    }
  }, triesMs);
  await crowd.noteAccessEnded(client);
}
