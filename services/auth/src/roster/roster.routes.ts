import type { Readable } from 'node:stream';
import { IdParams, RosterImportAnswer, RosterImportQuery, rosterUploadBytes } from '@hallway/contracts';
import { type HttpServer, validationFailed } from '@hallway/platform';
import type { AdminHooks } from '../admin/admin-hooks.ts';
import { found } from '../admin/read-fields.ts';
import { actorOf } from '../admin/require-admin.ts';
import type { PeopleRegister } from '../directory/people-register.repository.ts';
import type { RosterImportsRepository, StoredImport } from './roster-imports.repository.ts';
import type { RosterJobs } from './roster-job.ts';

export interface RosterRoutesDeps {
  hooks: AdminHooks;
  people: PeopleRegister;
  imports: RosterImportsRepository;
  jobs: RosterJobs;
}

/** The upload of a roster and the question of how far it is. The body is the ZIP itself. */
export function addRosterRoutes(app: HttpServer, { hooks, people, imports, jobs }: RosterRoutesDeps): void {
  // The body stays a stream: it goes to the disk as it comes, and is counted there.
  app.addContentTypeParser('application/zip', { bodyLimit: rosterUploadBytes }, (_request, payload, done) => {
    done(null, payload);
  });

  app.post(
    '/api/admin/roster-imports',
    {
      ...hooks,
      bodyLimit: rosterUploadBytes,
      schema: { querystring: RosterImportQuery, response: { 202: RosterImportAnswer } },
    },
    async (request, reply) => {
      const { id: actorId } = actorOf(request);
      const { username } = found(await people.find(actorId), 'person');
      const body = request.body as Readable;
      if (typeof body?.pipe !== 'function')
        throw validationFailed([{ path: '/', message: 'must be a ZIP, sent as application/zip' }]);
      const id = await jobs.startImport({ body, query: request.query, actor: { id: actorId, username } });
      return reply.status(202).send({ import: toAnswer(found(await imports.find(id), 'import')) });
    },
  );

  app.get(
    '/api/admin/roster-imports/:id',
    { ...hooks, schema: { params: IdParams, response: { 200: RosterImportAnswer } } },
    async (request) => ({ import: toAnswer(found(await imports.find(request.params.id), 'import')) }),
  );
}

function toAnswer({ startedAt, ...stored }: StoredImport) {
  return { ...stored, startedAt: startedAt.toISOString() };
}
