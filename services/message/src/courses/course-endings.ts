import { createBoundedCache } from '@hallway/platform';
import { type DirectoryReader, isCourseReadOnly, type PolicySettings } from '@hallway/policy';

export interface CourseEndingsDeps {
  directory: Pick<DirectoryReader, 'findCourseRules'>;
  settings: PolicySettings;
  now?: () => number;
}

// As fresh as everything else that access hangs on; in a lively room that still saves nearly every read.
const freshForMs = 1000;
const rememberedCourses = 20_000;

/** Which of these courses ended so long ago that their rooms can only be read, as it was at most a second ago. */
export function createCourseEndings({ directory, settings, now = Date.now }: CourseEndingsDeps) {
  const cache = createBoundedCache<string, { concludesAt: number | null; at: number }>(rememberedCourses);

  async function refresh(courseIds: string[]): Promise<void> {
    if (courseIds.length === 0) return;
    const at = now();
    const rules = await directory.findCourseRules(courseIds);
    for (const courseId of courseIds) {
      cache.set(courseId, { concludesAt: rules.get(courseId)?.concludesAt?.getTime() ?? null, at });
    }
  }

  return async function findEndedCourses(courseIds: (string | null)[]): Promise<Set<string>> {
    const wanted = [...new Set(courseIds)].filter((courseId) => courseId !== null);
    await refresh(wanted.filter((id) => now() - (cache.get(id)?.at ?? Number.NEGATIVE_INFINITY) >= freshForMs));
    return new Set(
      wanted.filter((courseId) => {
        const course = cache.get(courseId);
        return course !== undefined && isCourseReadOnly(course, settings, now());
      }),
    );
  };
}

export type FindEndedCourses = ReturnType<typeof createCourseEndings>;
