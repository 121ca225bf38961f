import type { PresenceLease, PresenceReader } from '@hallway/bus';
import type { ServerEvents } from '@hallway/contracts';
import type { Log } from '@hallway/platform';

export interface AnnounceGoneDeps {
  lease: PresenceLease;
  reader: PresenceReader;
  announce: (presence: ServerEvents['presence']) => void;
  log: Log;
}

// People of a dead gateway that one command asks for.
const chunkSize = 500;

/** The word that people have gone, said only of those who are connected to no gateway. */
export function createAnnounceGone({ lease, reader, announce, log }: AnnounceGoneDeps) {
  async function announceGone(userIds: string[], seenAt: number): Promise<void> {
    const online = await reader.onlineAmong(userIds);
    const gone = userIds.filter((userId) => !online.has(userId));
    const lastSeenAt = new Date(seenAt).toISOString();
    await Promise.all(gone.map((userId) => lease.recordSeen(userId, lastSeenAt)));
    for (const userId of gone) announce({ userId, online: false, lastSeenAt });
    // Somebody may have come to another gateway meanwhile, whose word then overtook ours.
    for (const userId of await reader.onlineAmong(gone)) announce({ userId, online: true, lastSeenAt: null });
  }

  /** Looks after the people of gateways whose lease has ended. Each such gateway falls to one of the living. */
  async function sweepEndedGateways(): Promise<void> {
    for (let ended = await lease.takeEnded(); ended !== null; ended = await lease.takeEnded()) {
      const { people, stoppedInOrder } = ended;
      if (stoppedInOrder) log.info({ people: people.length }, 'a gateway stopped and its people are looked after');
      else log.warn({ people: people.length }, 'a gateway died and its people are looked after');
      for (let start = 0; start < people.length; start += chunkSize) {
        await announceGone(people.slice(start, start + chunkSize), Date.now());
      }
    }
  }

  return { announceGone, sweepEndedGateways };
}
