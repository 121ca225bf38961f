import { type ServerEvents, socketRooms } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import { type GatewayServer, localSocketsIn } from '../sockets/gateway-socket.ts';
import type { MayHear } from './pair-check.ts';

type Presence = ServerEvents['presence'];

export interface AnnouncePresenceDeps {
  io: GatewayServer;
  mayHear: MayHear;
  log: Log;
  retryMs?: number;
}

// The message services come back within seconds; what is kept meanwhile is one word for each person who is watched here.
const defaultRetryMs = 1000;

/**
 * Tells every gateway that somebody came or went. Each tells its own sockets: those that watch, as far as their people may
 * still message that person.
 */
export function createAnnouncePresence(deps: AnnouncePresenceDeps) {
  const relayPresence = createRelayPresence(deps);
  deps.io.on('presence', relayPresence);

  return function announcePresence(presence: Presence): void {
    relayPresence(presence);
    deps.io.serverSideEmit('presence', presence);
  };
}

/**
 * Tells the sockets here. A watch is a wish, and who may know is asked with each word; so a block or the end of a guardianship
 * needs no look at watches. The words of one person keep their order, and where several wait the last one counts.
 */
function createRelayPresence({ io, mayHear, log, retryMs = defaultRetryMs }: AnnouncePresenceDeps) {
  const latest = new Map<string, Presence>();
  const relaying = new Set<string>();

  async function tell(presence: Presence): Promise<void> {
    const room = socketRooms.presence(presence.userId);
    const watchers = [...new Set(localSocketsIn(io, room).map(({ data }) => data.caller.sub))];
    const answers = await Promise.all(watchers.map((userId) => mayHear(presence.userId, userId)));
    const allowed = new Set(watchers.filter((_, index) => answers[index]));
    for (const socket of localSocketsIn(io, room)) {
      if (allowed.has(socket.data.caller.sub)) socket.emit('presence', presence);
    }
  }

  async function relayAll(userId: string): Promise<void> {
    for (let presence = latest.get(userId); presence; presence = latest.get(userId)) {
      latest.delete(userId);
      try {
        await tell(presence);
      } catch (error) {
        log.debug({ err: error }, 'presence waits until somebody says who may know');
        if (!latest.has(userId)) latest.set(userId, presence);
        await pause(retryMs);
      }
    }
  }

  return function relayPresence(presence: Presence): void {
    const { userId } = presence;
    if (localSocketsIn(io, socketRooms.presence(userId)).length === 0) return;
    latest.set(userId, presence);
    if (relaying.has(userId)) return;
    relaying.add(userId);
    void relayAll(userId).finally(() => relaying.delete(userId));
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
