import mongoose, { type ConnectOptions } from 'mongoose';
import type { Log } from './log.ts';

export interface MongoOptions {
  uri: string;
  appName: string;
  log: Log;
  /** For a migration, whose commands take as long as they take: an index of a large collection, minutes. */
  longCommands?: boolean;
}

/** How every service connects; `docs/stores.md` has the reason for each. What the URI says of the same overrides nothing here. */
export const mongoOptions = {
  writeConcern: { w: 'majority', wtimeoutMS: 5000 },
  readConcern: { level: 'majority' },
  serverSelectionTimeoutMS: 3000,
  connectTimeoutMS: 5000,
  socketTimeoutMS: 20_000,
  heartbeatFrequencyMS: 2000,
  maxPoolSize: 20,
  waitQueueTimeoutMS: 10_000,
  autoIndex: false,
  bufferCommands: false,
} as const satisfies ConnectOptions;

/**
 * A connection whose writes are acknowledged by a majority, and repeated once by the driver where the URI does not say
 * `retryWrites=false`: nothing relies on that. Commands fail within seconds while MongoDB is away, so that
 * callers can say so instead of hanging.
 */
export function createMongo({ uri, appName, log, longCommands = false }: MongoOptions) {
  const patience = longCommands ? { socketTimeoutMS: 0 } : {};
  const connection = mongoose.createConnection(uri, { ...mongoOptions, ...patience, appName });
  let closing = false;
  connection.on('disconnected', () => {
    if (!closing) log.warn('MongoDB is away');
  });
  connection.on('reconnected', () => log.info('MongoDB is back'));
  connection.on('error', (error) => log.warn({ err: error }, 'MongoDB connection failed'));
  // The rejection of a first failed connection reaches `start` through `ready`; without this it would count as unhandled.
  connection.asPromise().catch(() => undefined);
  return {
    connection,
    ready: () => connection.asPromise().then(() => undefined),
    ping: async () => {
      if (!connection.db) throw new Error('MongoDB is not connected');
      await connection.db.command({ ping: 1 }, { timeoutMS: 2000 });
    },
    close: () => {
      closing = true;
      return connection.close();
    },
  };
}

export type Mongo = ReturnType<typeof createMongo>;
