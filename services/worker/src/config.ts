import { commonConfig, type Environment, mongoConfig, queueConfig, readConfig } from '@hallway/platform';
import { type Static, Type } from 'typebox';

/** What the worker is told, each with its reason. */
export const workerConfig = Type.Object({
  ...commonConfig,
  ...mongoConfig,
  ...queueConfig,
  NOTIFY_AFTER_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 3600,
    default: 30,
    description: 'how long a message may stay unread before a person who is away hears of it',
  }),
  NOTIFY_REBUILD_MINUTES: Type.Integer({
    minimum: 0,
    maximum: 1440,
    default: 15,
    description: 'age of the oldest message whose notification is rebuilt at a start or after Redis was emptied',
  }),
  READ_MARK_SWEEP_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 3600,
    default: 30,
    description: 'time between two searches for read marks whose job was lost',
  }),
});
export type WorkerConfig = Static<typeof workerConfig>;

export function readWorkerConfig(environment: Environment): WorkerConfig {
  return readConfig(workerConfig, environment, findWorkerContradictions);
}

function findWorkerContradictions(values: Partial<WorkerConfig>): string[] {
  const { NOTIFY_AFTER_SECONDS: after, NOTIFY_REBUILD_MINUTES: rebuild } = values;
  // Zero switches the rebuilding off.
  if (after === undefined || !rebuild || rebuild * 60 > after) return [];
  return [
    `NOTIFY_REBUILD_MINUTES is ${rebuild}, not longer than NOTIFY_AFTER_SECONDS (${after}): what waited would be forgotten`,
  ];
}
