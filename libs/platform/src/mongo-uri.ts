import mongoose from 'mongoose';

/** Where a read may be answered by a member that has not heard of the last write yet. */
const STALE_READS = new Set(['secondary', 'secondaryPreferred', 'nearest']);

/**
 * What is wrong with a connection string, as the ends of sentences that begin with the variable's name. The driver reads it
 * without connecting, so whatever it would refuse later is told now. The text never repeats the string, which holds a password.
 */
export function findMongoUriFaults(uri: string): string[] {
  const options = parse(uri);
  if (typeof options === 'string') return [`has an unusable value: ${options}`];
  const faults: string[] = [];
  if (!/^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri)) {
    faults.push('names no database: without one in its path, everything would be kept in a database called "test"');
  }
  const { writeConcern, readPreference } = options;
  if ((writeConcern?.w !== undefined && writeConcern.w !== 'majority') || writeConcern?.j === false) {
    faults.push('weakens writes (w or journal): what is acknowledged must be stored by a majority, and is');
  }
  if (STALE_READS.has(readPreference?.mode ?? '')) {
    faults.push(
      `reads from other members (readPreference=${readPreference?.mode}): a person would miss their own message`,
    );
  }
  return faults;
}

function parse(uri: string) {
  try {
    return new mongoose.mongo.MongoClient(uri).options;
  } catch (error) {
    const { message } = error as Error;
    return isTelling(message, uri) ? message : 'it is no connection string of MongoDB';
  }
}

/** Some of the driver's messages quote a part of the string, and that part may be the password. */
function isTelling(message: string, uri: string): boolean {
  const credentials = /^[^/]*\/\/(.*)@/.exec(uri)?.[1] ?? '';
  const secrets = credentials.split(/[:@/]/).filter((part) => part.length > 0);
  return !message.includes('://') && !secrets.some((secret) => message.includes(secret));
}
