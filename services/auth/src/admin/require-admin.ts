import { AppError, callerOf } from '@hallway/platform';
import type { FastifyRequest } from 'fastify';
import type { PeopleRegister } from '../directory/people-register.repository.ts';

/** Who does something, for the audit log. */
export interface Actor {
  id: string;
  sessionId: string;
  address: string;
}

/**
 * An `onRequest` hook for behind `authenticate`: lets active administrators through. The token's word is not enough, and the
 * database is asked each time: a token from before a change of roles does not serve, even in the moment in which its session
 * is about to end. Throws `FORBIDDEN`.
 */
export function createRequireAdmin(people: PeopleRegister) {
  return async function requireAdmin(request: FastifyRequest): Promise<void> {
    const { sub, role } = callerOf(request);
    const person = await people.find(sub);
    // The token carries the primary role alone; somebody may be an administrator beside it.
    const serves = person?.active && person.role === role && person.roles.includes('admin');
    if (!serves) throw new AppError({ code: 'FORBIDDEN', internal: 'the caller is no administrator' });
  };
}

export function actorOf(request: FastifyRequest): Actor {
  const { sub, sid } = callerOf(request);
  return { id: sub, sessionId: sid, address: request.ip };
}
