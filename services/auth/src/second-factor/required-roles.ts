import type { Role } from '@hallway/contracts';
import type { FactorsRepository } from './factors.repository.ts';
import { hasFactor } from './factors.ts';

interface Holder {
  id: string;
  roles: readonly Role[];
}

/** Which roles must have a second factor: `admin,instructor` and the like, as the configuration writes it. */
export function createRequiredRoles(deps: { configured: string; factors: FactorsRepository }) {
  const { configured, factors } = deps;
  const required = new Set(configured.split(',').map((role) => role.trim()));

  const isRequired = ({ roles }: Pick<Holder, 'roles'>): boolean => roles.some((role) => required.has(role));

  return {
    isRequired,
    /** Whether somebody may have no session until they have set a factor up. */
    async isMissing(holder: Holder): Promise<boolean> {
      return isRequired(holder) && !hasFactor(await factors.find(holder.id));
    },
  };
}

export type RequiredRoles = ReturnType<typeof createRequiredRoles>;
