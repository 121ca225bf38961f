import type { Course } from '@hallway/contracts';

/** Whether I make rooms for a course: its instructors and teaching assistants do. */
export function isTaughtByMe({ myRole }: Pick<Course, 'myRole'>): boolean {
  return myRole === 'instructor' || myRole === 'ta';
}
