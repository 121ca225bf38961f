import { createBusNames, createDirectoryChanges } from '@hallway/bus';
import type { createAuthenticate, HttpServer, Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { createCourseRegister } from '../directory/course-register.repository.ts';
import { createEnrolmentsRepository } from '../directory/enrolments.repository.ts';
import { createGuardianshipsRepository } from '../directory/guardianships.repository.ts';
import { createPeopleRegister } from '../directory/people-register.repository.ts';
import { createSectionsRepository } from '../directory/sections.repository.ts';
import { createTermsRepository } from '../directory/terms.repository.ts';
import { addResetRoutes } from '../second-factor/reset.routes.ts';
import type { SignIn } from '../sign-in.ts';
import { createAddPerson } from './add-person.ts';
import { createAdminHooks } from './admin-hooks.ts';
import { createChangePerson } from './change-person.ts';
import { addCoursesRoutes } from './courses.routes.ts';
import { createEndPersonSessions } from './end-person-sessions.ts';
import { addAuditRoutes, addFamiliesRoutes } from './families.routes.ts';
import { createMakeChange } from './make-change.ts';
import { createAddCourse, createChangeCourse } from './manage-courses.ts';
import { createEndGuardian, createPutGuardian } from './manage-guardians.ts';
import { createEnrol, createMoveMembers, createUnenrol } from './manage-members.ts';
import { createAddSection, createRenameSection } from './manage-sections.ts';
import { createAddTerm, createChangeTerm } from './manage-terms.ts';
import { addMembersRoutes } from './members.routes.ts';
import { addPeopleRoutes } from './people.routes.ts';
import { createRequireAdmin } from './require-admin.ts';

export interface AdminDeps {
  connection: Connection;
  redis: Redis;
  redisPrefix: string;
  log: Log;
  authenticate: ReturnType<typeof createAuthenticate>;
  signIn: Pick<
    SignIn,
    'auditLog' | 'checkPassword' | 'hashPassword' | 'endSessionsOf' | 'sessions' | 'removeFactors' | 'requireProof'
  >;
}

/** All routes below `/api/admin`, for active administrators alone. */
export function addAdminRoutes(app: HttpServer, deps: AdminDeps): void {
  const { connection, redis, redisPrefix, log, authenticate, signIn } = deps;
  const changes = createDirectoryChanges({ redis, names: createBusNames(redisPrefix), log });
  const people = createPeopleRegister(connection);
  const parts = {
    ...signIn,
    people,
    courses: createCourseRegister(connection),
    terms: createTermsRepository(connection),
    sections: createSectionsRepository(connection),
    enrolments: createEnrolmentsRepository(connection),
    guardianships: createGuardianshipsRepository(connection),
    makeChange: createMakeChange({ auditLog: signIn.auditLog, changes }),
    hooks: createAdminHooks(authenticate, createRequireAdmin(people)),
  };
  addPeopleRoutes(app, {
    ...parts,
    addPerson: createAddPerson(parts),
    changePerson: createChangePerson(parts),
    endPersonSessions: createEndPersonSessions(parts),
  });
  addCoursesRoutes(app, {
    ...parts,
    addCourse: createAddCourse(parts),
    changeCourse: createChangeCourse(parts),
    addTerm: createAddTerm(parts),
    changeTerm: createChangeTerm(parts),
  });
  addMembersRoutes(app, {
    ...parts,
    enrol: createEnrol(parts),
    unenrol: createUnenrol(parts),
    moveMembers: createMoveMembers(parts),
    addSection: createAddSection(parts),
    renameSection: createRenameSection(parts),
  });
  addFamiliesRoutes(app, { ...parts, putGuardian: createPutGuardian(parts), endGuardian: createEndGuardian(parts) });
  addAuditRoutes(app, parts);
  addResetRoutes(app, parts);
}
