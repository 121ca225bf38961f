import { ChildrenAnswer, CoursesAnswer, ListQuery, PeopleAnswer, PeopleQuery } from '@hallway/contracts';
import { callerOf, type createAuthenticate, createTokenBuckets, type HttpServer, spendToken } from '@hallway/platform';
import type { ListChildren } from './list-children.ts';
import type { ListCourses } from './list-courses.ts';
import type { ListPeople } from './list-people.ts';

export interface DirectoryRoutesDeps {
  authenticate: ReturnType<typeof createAuthenticate>;
  listPeople: ListPeople;
  listCourses: ListCourses;
  listChildren: ListChildren;
}

// A question for every key that somebody presses, page after page; beyond it a program copies the directory.
const searchRate = { burst: 300, perSecond: 10 };

export function addDirectoryRoutes(app: HttpServer, deps: DirectoryRoutesDeps): void {
  const { authenticate: onRequest, listPeople, listCourses, listChildren } = deps;
  const searches = createTokenBuckets(searchRate);

  app.get(
    '/api/directory/people',
    { onRequest, schema: { querystring: PeopleQuery, response: { 200: PeopleAnswer } } },
    async (request) => {
      const { query, cursor, limit } = request.query;
      const callerId = callerOf(request).sub;
      spendToken(searches, callerId, 'searches for people');
      return listPeople({ callerId, query, cursor, limit });
    },
  );

  app.get(
    '/api/directory/courses',
    { onRequest, schema: { querystring: ListQuery, response: { 200: CoursesAnswer } } },
    async (request) => listCourses(callerOf(request).sub, request.query),
  );

  app.get(
    '/api/directory/children',
    { onRequest, schema: { querystring: ListQuery, response: { 200: ChildrenAnswer } } },
    async (request) => listChildren(callerOf(request).sub, request.query),
  );
}
