import { IdParams } from '@hallway/contracts';
import type { HttpServer } from '@hallway/platform';
import type { AdminHooks } from '../admin/admin-hooks.ts';
import { actorOf } from '../admin/require-admin.ts';
import type { RemoveFactors } from './remove-factors.ts';

/** For administrators: somebody has lost the phone and the recovery codes. */
export function addResetRoutes(app: HttpServer, deps: { hooks: AdminHooks; removeFactors: RemoveFactors }): void {
  const { hooks, removeFactors } = deps;
  app.delete(
    '/api/admin/users/:id/second-factor',
    { ...hooks, schema: { params: IdParams } },
    async (request, reply) => {
      await removeFactors.resetFactors(actorOf(request), request.params.id);
      return reply.status(204).send();
    },
  );
}
