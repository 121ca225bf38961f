import type { PeopleRegister } from '../directory/people-register.repository.ts';
import type { EndReason } from '../sessions/sessions.repository.ts';
import type { MakeChange } from './make-change.ts';
import { found } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface EndPersonSessionsDeps {
  people: PeopleRegister;
  makeChange: MakeChange;
  endSessionsOf: (userId: string, reason: EndReason) => Promise<unknown>;
}

/** Signs somebody out everywhere, the caller themselves included. Throws `NOT_FOUND`. */
export function createEndPersonSessions({ people, makeChange, endSessionsOf }: EndPersonSessionsDeps) {
  return async function endPersonSessions(actor: Actor, id: string): Promise<void> {
    found(await people.find(id), 'person');
    const announce = { kind: 'person', personIds: [id] } as const;
    await makeChange(actor, { action: 'user.sessions-ended', targetId: id, announce }, () =>
      endSessionsOf(id, 'ended-elsewhere'),
    );
  };
}

export type EndPersonSessions = ReturnType<typeof createEndPersonSessions>;
