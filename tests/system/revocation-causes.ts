import { call, type Person } from '../stack/wire-client.ts';

export interface Revoked {
  admin: Person;
  /** A session that is to end. */
  lost: Person;
  /** Another one of the same person. */
  here: Person;
  password: string;
}

export interface RevocationCause {
  cause: string;
  /** What the sockets of the session are told. */
  reason: string;
  end: (people: Revoked) => Promise<{ status: number }>;
}

const sidOf = ({ accessToken }: Person) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sid as string;

/** Everything that ends a session before its time. */
export const revocationCauses: readonly RevocationCause[] = [
  { cause: 'a logout', reason: 'signed-out', end: ({ lost }) => call(lost, 'POST /api/auth/logout') },
  {
    cause: 'the person, elsewhere',
    reason: 'ended-elsewhere',
    end: ({ lost, here }) => call(here, `DELETE /api/auth/sessions/${sidOf(lost)}`),
  },
  {
    cause: 'a password change',
    reason: 'password-changed',
    end: ({ here, password }) =>
      call(here, 'POST /api/auth/password', { currentPassword: password, newPassword: 'four quiet lanterns' }),
  },
  {
    cause: 'an admin who sets a password',
    reason: 'password-changed',
    end: ({ admin, lost }) =>
      call(admin, `PATCH /api/admin/users/${lost.user.id}`, { password: 'four quiet lanterns' }),
  },
  {
    cause: 'a deactivation',
    reason: 'deactivated',
    end: ({ admin, lost }) => call(admin, `PATCH /api/admin/users/${lost.user.id}`, { active: false }),
  },
  {
    cause: 'a new role',
    reason: 'role-changed',
    end: ({ admin, lost }) => call(admin, `PATCH /api/admin/users/${lost.user.id}`, { role: 'parent' }),
  },
  {
    cause: 'an admin who ends all sessions',
    reason: 'ended-elsewhere',
    end: ({ admin, lost }) => call(admin, `DELETE /api/admin/users/${lost.user.id}/sessions`),
  },
];
