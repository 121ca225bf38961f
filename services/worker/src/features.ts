import {
  type BusNames,
  createEventLog,
  createJobProducer,
  createPendingReadMarks,
  createPresenceReader,
} from '@hallway/bus';
import type { Log, Tracing } from '@hallway/platform';
import type { WorkerConfig } from './config.ts';
import { createHandleEvents } from './events/handle-events.ts';
import { createJobRegistry } from './jobs/job-registry.ts';
import { createCancelReadNotifications } from './notifications/cancel-read-notifications.ts';
import { createCancelRemovedNotifications } from './notifications/cancel-removed-notifications.ts';
import { createDeliverNotification } from './notifications/deliver-notification.ts';
import type { Deliver } from './notifications/deliver-to-log.ts';
import { createNotificationsRepository } from './notifications/notifications.repository.ts';
import { createRebuildNotifications } from './notifications/rebuild-notifications.ts';
import { createScheduleNotifications } from './notifications/schedule-notifications.ts';
import { createSentMessagesRepository } from './notifications/sent-messages.repository.ts';
import { createRebuildWhenEmptied } from './notifications/watch-for-emptied-redis.ts';
import { createPeopleReader } from './people/people.reader.ts';
import { createDrainReadMarks } from './read-marks/drain-read-marks.ts';
import { createReadMarksRepository } from './read-marks/read-marks.repository.ts';
import { createSweepReadMarks } from './read-marks/sweep-read-marks.ts';
import { createRoomMembers } from './rooms/room-members.ts';
import { createRoomsRepository } from './rooms/rooms.repository.ts';
import type { Stores } from './stores.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface FeatureDeps {
  config: WorkerConfig;
  stores: Stores;
  names: BusNames;
  metrics: WorkerMetrics;
  deliver: Deliver;
  tracing: Tracing;
  log: Log;
}

/** Everything that a worker does, put together; nothing runs yet. */
export function assembleFeatures(deps: FeatureDeps) {
  const tools = { ...deps, ...openTools(deps) };
  const { jobs, notifications, roomMembers, rooms } = tools;
  const scheduleNotifications = createScheduleNotifications(tools);
  const drainReadMarks = createDrainReadMarks(tools);
  const deliverNotification = createDeliverNotification({ ...tools, channel: 'log' });
  const rebuild = createRebuildNotifications({
    ...tools,
    scheduleNotifications,
    windowMs: deps.config.NOTIFY_REBUILD_MINUTES * 60_000,
  });

  return {
    registry: createJobRegistry([
      { name: 'read-marks.drain', handle: ({ chatRoomId }) => drainReadMarks(chatRoomId).then(() => undefined) },
      { name: 'notification.deliver', handle: deliverNotification },
    ]),
    handleEvents: createHandleEvents({
      ...deps,
      roomMembers,
      scheduleNotifications,
      cancelReadNotifications: createCancelReadNotifications({ rooms, jobs }),
      cancelRemovedNotifications: createCancelRemovedNotifications({ jobs }),
    }),
    sweepReadMarks: createSweepReadMarks(tools),
    rebuildWhenEmptied: createRebuildWhenEmptied({
      clients: [deps.stores.redis, deps.stores.jobs],
      names: deps.names,
      rebuild,
    }),
    settleLostNotifications: () => notifications.settleLost(new Date()),
    close: () => jobs.close(),
  };
}

function openTools({ config, stores, names, log }: FeatureDeps) {
  const { redis, mongo } = stores;
  const { connection } = mongo;
  const rooms = createRoomsRepository(connection);
  return {
    rooms,
    roomMembers: createRoomMembers({ rooms }),
    people: createPeopleReader(connection),
    messages: createSentMessagesRepository(connection),
    readMarks: createReadMarksRepository(connection),
    notifications: createNotificationsRepository(connection),
    pendingMarks: createPendingReadMarks({ redis, names }),
    presence: createPresenceReader({ redis, names }),
    appendEvents: createEventLog({ redis, names }),
    jobs: createJobProducer({ connection: stores.jobs, names, log }),
    notifyAfterMs: config.NOTIFY_AFTER_SECONDS * 1000,
  };
}
