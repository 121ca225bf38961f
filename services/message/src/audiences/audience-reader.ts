import type { RoomAudience } from '@hallway/contracts';
import { type DirectoryReader, isStaff, openSchoolRecords, toObjectIds } from '@hallway/policy';
import type { Connection } from 'mongoose';

export interface AudienceReaderDeps {
  connection: Connection;
  directory: Pick<DirectoryReader, 'listCourseMembers'>;
}

/** Reads who belongs into rooms that follow enrolments. Has no way to write. */
export function createAudienceReader({ connection, directory }: AudienceReaderDeps) {
  const { enrolments, sections } = openSchoolRecords(connection);

  return {
    async isSectionOf(sectionId: string, courseId: string): Promise<boolean> {
      const [_id] = toObjectIds([sectionId]);
      const [course] = toObjectIds([courseId]);
      if (!_id || !course) return false;
      return (await sections.findOne({ _id, courseId: course }, { projection: { _id: 1 } })) !== null;
    },

    /** Everybody who is enrolled at present; staff who teach no section in particular belong to each. */
    async audienceOf({ courseId, sectionId }: RoomAudience): Promise<Set<string>> {
      const members = await directory.listCourseMembers(courseId);
      const chosen = members.filter(
        ({ role, sectionIds }) =>
          sectionId === null || sectionIds.includes(sectionId) || (isStaff(role) && sectionIds.length === 0),
      );
      return new Set(chosen.map(({ userId }) => userId));
    },

    /** The courses to which these people belong or belonged. */
    async coursesOf(userIds: string[]): Promise<string[]> {
      if (userIds.length === 0) return [];
      const filter = { userId: { $in: toObjectIds(userIds) } };
      const found = await enrolments.find(filter, { projection: { _id: 0, courseId: 1 } }).toArray();
      return [...new Set(found.map(({ courseId }) => courseId.toHexString()))];
    },
  };
}

export type AudienceReader = ReturnType<typeof createAudienceReader>;
