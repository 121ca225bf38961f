export interface CourseQueueOptions {
  /** Done for one course at a time. */
  work: (courseId: string) => Promise<void>;
  onFailed: (error: unknown) => void;
  retryMs?: number;
}

// Long enough for a store to come back, short enough within the time in which access has to end.
const defaultRetryMs = 1000;

/**
 * Courses that wait for work, each once. One that was announced goes before those of a sweep over all of them: somebody waits
 * for it. One that comes again while it is worked on is done again, and one that failed after a pause. Bounded by the courses
 * that there are.
 */
export function createCourseQueue({ work, onFailed, retryMs = defaultRetryMs }: CourseQueueOptions) {
  const announced = new Set<string>();
  const swept = new Set<string>();
  let running: Promise<void> | null = null;
  let stopped = false;

  function take(): string | undefined {
    const [next] = announced.size > 0 ? announced : swept;
    if (next !== undefined) {
      announced.delete(next);
      swept.delete(next);
    }
    return next;
  }

  async function drain(): Promise<void> {
    for (let courseId = take(); courseId !== undefined && !stopped; courseId = take()) {
      const failed = courseId;
      await work(courseId).catch((error) => {
        onFailed(error);
        setTimeout(() => add(announced, [failed]), retryMs).unref();
      });
    }
  }

  function run(): void {
    if (running || stopped || announced.size + swept.size === 0) return;
    running = drain().finally(() => {
      running = null;
      // What came after the last look.
      run();
    });
  }

  function add(waiting: Set<string>, courseIds: Iterable<string>): void {
    for (const courseId of courseIds) waiting.add(courseId);
    run();
  }

  return {
    addAnnounced: (courseIds: Iterable<string>) => add(announced, courseIds),
    addSwept: (courseIds: Iterable<string>) => add(swept, courseIds),
    /** Resolves when the course that is worked on is done; the others are found by the next process's sweep. */
    async stop(): Promise<void> {
      stopped = true;
      await running;
    },
  };
}
