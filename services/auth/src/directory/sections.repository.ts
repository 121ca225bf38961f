import { openSchoolRecords, type SectionRecord, toObjectIds } from '@hallway/policy';
import mongoose, { type Connection } from 'mongoose';

export interface CourseSection {
  id: string;
  courseId: string;
  title: string;
  createdAt: Date;
}

export function createSectionsRepository(connection: Connection) {
  const { sections } = openSchoolRecords(connection);

  return {
    async find(id: string): Promise<CourseSection | null> {
      const [_id] = toObjectIds([id]);
      const section = _id && (await sections.findOne({ _id }));
      return section ? toSection(section) : null;
    },

    async insert({ id, courseId, title }: Omit<CourseSection, 'createdAt'>): Promise<CourseSection> {
      const ids = { _id: new mongoose.Types.ObjectId(id), courseId: new mongoose.Types.ObjectId(courseId) };
      const record = { ...ids, title, createdAt: new Date() };
      await sections.insertOne(record);
      return toSection(record);
    },

    async rename(id: string, title: string): Promise<void> {
      await sections.updateOne({ _id: new mongoose.Types.ObjectId(id) }, { $set: { title } });
    },

    /** All sections of a course, by title. */
    async listOfCourse(courseId: string): Promise<CourseSection[]> {
      const found = await sections.find({ courseId: new mongoose.Types.ObjectId(courseId) }).toArray();
      return found.map(toSection).sort((a, b) => a.title.localeCompare(b.title));
    },

    /** The sections that are still there, by course and title; a course without any is absent. One query. */
    async listOfCourses(courseIds: string[]): Promise<Map<string, CourseSection[]>> {
      if (courseIds.length === 0) return new Map();
      const found = await sections.find({ courseId: { $in: toObjectIds(courseIds) }, endedAt: null }).toArray();
      const sorted = found.map(toSection).sort((a, b) => a.title.localeCompare(b.title));
      return Map.groupBy(sorted, ({ courseId }) => courseId);
    },
  };
}

export type SectionsRepository = ReturnType<typeof createSectionsRepository>;

function toSection({ _id, courseId, title, createdAt }: SectionRecord): CourseSection {
  return { id: _id.toHexString(), courseId: courseId.toHexString(), title, createdAt };
}
