import type { DirectoryChange } from '@hallway/contracts';
import { isStoreAway, type Log } from '@hallway/platform';
import type { RoomsOfManyRepository } from '../rooms/rooms-of-many.repository.ts';
import type { AudienceReader } from './audience-reader.ts';
import { createCourseQueue } from './course-queue.ts';
import type { SynchroniseRoom } from './synchronise-room.ts';

export interface FollowEnrolmentsDeps {
  audienceReader: Pick<AudienceReader, 'coursesOf'>;
  roomsOfMany: Pick<RoomsOfManyRepository, 'listFollowing' | 'listFollowedCourses'>;
  synchroniseRoom: SynchroniseRoom;
  /** Finishes deletions that a crash left half done. */
  finishDeletions: () => Promise<void>;
  log: Log;
}

const retryMs = 1000;

/**
 * Keeps rooms that follow enrolments true to them: when the directory tells of a change, and all of them at the start and when
 * it may have missed one. Any number of services may do it at the same time.
 */
export function createFollowEnrolments({ audienceReader, roomsOfMany, log, ...deps }: FollowEnrolmentsDeps) {
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;

  function report(error: unknown): void {
    if (isStoreAway(error)) log.warn({ err: error }, 'rooms wait to follow their courses');
    else log.error({ err: error }, 'rooms could not follow their courses');
  }

  const queue = createCourseQueue({
    onFailed: report,
    async work(courseId) {
      for (const room of await roomsOfMany.listFollowing([courseId])) await deps.synchroniseRoom(room.id);
    },
  });

  async function findAll(): Promise<string[]> {
    await deps.finishDeletions();
    return roomsOfMany.listFollowedCourses();
  }

  /** Until it succeeds: nobody tells of these changes again. */
  function sweep(): void {
    findAll().then(queue.addSwept, (error) => {
      report(error);
      clearTimeout(retry);
      if (!stopped) retry = setTimeout(sweep, retryMs);
    });
  }

  function applyChanges(changes: DirectoryChange[]): void {
    const enrolments = changes.filter(({ kind }) => kind === 'enrolment');
    queue.addAnnounced(enrolments.flatMap(({ courseIds }) => courseIds));
    const unnamed = enrolments.filter(({ courseIds }) => courseIds.length === 0).flatMap(({ personIds }) => personIds);
    audienceReader.coursesOf(unnamed).then(queue.addAnnounced, (error) => {
      report(error);
      sweep();
    });
  }

  return {
    onChanges: applyChanges,
    onGap: sweep,
    start: sweep,
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(retry);
      await queue.stop();
    },
  };
}
