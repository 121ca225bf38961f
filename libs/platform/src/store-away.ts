/**
 * Errors as the drivers throw them. Judged by what they carry and not by class: MongoDB's driver exists in several copies, and
 * wraps a lost connection into `MongoBulkWriteError`, which keeps labels, codes and text but neither name nor cause.
 */
interface DriverError extends Error {
  code?: unknown;
  errorLabels?: unknown;
  errors?: unknown;
  err?: unknown;
  writeErrors?: unknown;
  writeConcernError?: unknown;
  result?: unknown;
}

const awayNames = new Set([
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoServerClosedError',
  'MongoPoolClosedError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoStalePrimaryError',
  'MongooseServerSelectionError',
  // Only the write concern failed: stored on some member, and perhaps not on a majority.
  'MongoWriteConcernError',
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
]);

const awayLabels = new Set([
  'RetryableWriteError',
  'RetryableError',
  'SystemOverloadedError',
  'ResetPool',
  'PoolRequestedRetry',
  'InterruptInUseConnections',
  'HandshakeError',
  'TransientTransactionError',
]);

// The server refuses whom it does not know: nothing is wrong with the work, and it can be done when that is put right.
const mongoOperatorCodes = new Set([
  13, // Unauthorized
  18, // AuthenticationFailed
]);

const mongoAwayCodes = new Set([
  ...mongoOperatorCodes,
  6, // HostUnreachable
  7, // HostNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  317, // ConnectionPoolExpired
  384, // ConnectionError
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);

const socketCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const redisOperatorReplies = /^(NOPERM|NOAUTH|WRONGPASS)\b/;
const redisAwayReplies =
  /^(READONLY|MASTERDOWN|CLUSTERDOWN|LOADING|MISCONF|TRYAGAIN|MOVED|ASK|OOM|UNBLOCKED|NOREPLICAS|BUSY|ERR max number of clients)\b/;

const clientTexts =
  /^(Connection is closed\.|Stream isn't writeable|Command timed out|Command aborted due to connection close|Socket timeout\.|Too many Cluster redirections|Cluster (isn't ready|is ended)|All sentinels are unreachable|Cannot call `.*` before initial connection)/;
// What remains of a connection fault without a label inside a `MongoBulkWriteError`.
const bulkTexts =
  /(Server selection timed out|connection .* (closed|timed out)|checking out a connection|connection pool|interrupted due to server monitor|Topology is closed|must be connected|ECONN|EPIPE|ETIMEDOUT)/i;

// Causes nest two or three deep; a bound, because an error may name itself as its cause.
const causeDepth = 6;

/**
 * Whether an exception means that MongoDB or Redis could not be reached or cannot serve at present, so that the same work is
 * worth another try later. Pure. Duplicate keys and other refusals of the data itself are none of it.
 */
export function isStoreAway(error: unknown): boolean {
  return someCause(error, 0, saysAway);
}

/** Whether a store refuses us because of its set-up, such as missing rights: counts as away, but somebody must act. Pure. */
export function isOperatorFault(error: unknown): boolean {
  return someCause(error, 0, saysOperatorFault);
}

type Judge = (error: DriverError) => boolean;

function someCause(error: unknown, depth: number, judge: Judge): boolean {
  if (!(error instanceof Error) || depth > causeDepth) return false;
  const { cause, err, errors }: DriverError = error;
  const causes = [cause, err, ...(Array.isArray(errors) ? errors : [])];
  return judge(error) || causes.some((one) => someCause(one, depth + 1, judge));
}

function saysAway(error: DriverError): boolean {
  if (awayNames.has(error.name) || clientTexts.test(error.message)) return true;
  if (typeof error.code === 'string' && socketCodes.has(error.code)) return true;
  if (error.name === 'ReplyError') {
    return redisAwayReplies.test(error.message) || redisOperatorReplies.test(error.message);
  }
  return isFromMongo(error) && mongoSaysAway(error);
}

function saysOperatorFault(error: DriverError): boolean {
  if (error.name === 'ReplyError') return redisOperatorReplies.test(error.message);
  return isFromMongo(error) && mongoCodes(error).some((code) => mongoOperatorCodes.has(code));
}

// Others number their errors too, and mean something else by 6 or 7.
function isFromMongo({ name }: DriverError): boolean {
  return name.startsWith('Mongo');
}

function mongoSaysAway(error: DriverError): boolean {
  const labels = Array.isArray(error.errorLabels) ? (error.errorLabels as unknown[]) : [];
  if (labels.some((label) => awayLabels.has(String(label)))) return true;
  if (hasWriteConcernError(error)) return true;
  const codes = mongoCodes(error);
  if (codes.length > 0) return codes.some((code) => mongoAwayCodes.has(code));
  return error.name === 'MongoBulkWriteError' && bulkTexts.test(error.message);
}

/** The codes that the server gave: of the whole, and of each write. */
function mongoCodes({ code, writeErrors }: DriverError): number[] {
  const writes = (Array.isArray(writeErrors) ? writeErrors : [writeErrors]) as ({ code?: unknown } | undefined)[];
  return [code, ...writes.map((write) => write?.code)].filter((one): one is number => typeof one === 'number');
}

/** Written, but not confirmed by a majority: nothing that may be acknowledged, and harmless to write again. */
function hasWriteConcernError({ writeConcernError, result }: DriverError): boolean {
  if (writeConcernError) return true;
  const bulk = result as { getWriteConcernError?: () => unknown; writeConcernError?: unknown } | null | undefined;
  return Boolean(bulk?.writeConcernError ?? bulk?.getWriteConcernError?.());
}
