import type { ClassRow, CourseRow, EnrolmentRow, SessionRow } from './roster-rows.ts';

/** A course in a term: what Hallway calls a course. Its sections are the classes. */
export interface Offering {
  sourcedId: string;
  course: CourseRow;
  session: SessionRow;
  sections: ClassRow[];
}

/** One enrolment in a class of an offering. */
export type MembershipRow = Omit<EnrolmentRow, 'line' | 'userId'>;
