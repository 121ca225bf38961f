import { type ErrorBody, type ErrorCode, errorCatalogue, toErrorBody } from '@hallway/contracts';

export interface AppErrorOptions {
  code: ErrorCode;
  /** For the log alone; never leaves the process. */
  internal?: string;
  /** Replaces the catalogue's public text where a more helpful one is known. */
  message?: string;
  details?: unknown;
  retryAfterMs?: number;
  cause?: unknown;
}

/** A fault with a public face: status, retryability and text come from the catalogue in `@hallway/contracts`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly publicMessage: string | undefined;
  readonly details: unknown;
  readonly retryAfterMs: number | undefined;

  constructor(options: AppErrorOptions) {
    super(options.internal ?? options.message ?? options.code, { cause: options.cause });
    this.name = 'AppError';
    this.code = options.code;
    this.status = errorCatalogue[options.code].status;
    this.publicMessage = options.message;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  toBody(requestId: string): ErrorBody {
    return toErrorBody({
      code: this.code,
      requestId,
      message: this.publicMessage,
      retryAfterMs: this.retryAfterMs,
      details: this.details,
    });
  }
}

/** How long a client should wait when a store is away: long enough to spare it, short enough to go unnoticed. */
export const storeAwayRetryMs = 2000;

// Matched by name, because the driver throws the same family from several copies of its classes.
const storeAwayNames =
  /^(Mongo(ServerSelection|Network|NetworkTimeout|NotConnected|TopologyClosed|PoolCleared|WaitQueueTimeout|OperationTimeout)Error|MongooseServerSelectionError|MaxRetriesPerRequestError|ClusterAllFailedError)$/;
const storeAwayTexts =
  /^(Connection is closed\.|Stream isn't writeable and enableOfflineQueue options is false|Command timed out|LOADING )/;

/** Whether an exception means that MongoDB or Redis could not be reached. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof Error && (storeAwayNames.test(error.name) || storeAwayTexts.test(error.message));
}

/** Gives any exception its public face: what is ours stays, an unreachable store is a 503, the rest is `INTERNAL`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isStoreAway(error)) {
    return new AppError({
      code: 'TEMPORARILY_UNAVAILABLE',
      internal: 'a store is away',
      retryAfterMs: storeAwayRetryMs,
      cause: error,
    });
  }
  return new AppError({ code: 'INTERNAL', internal: 'unexpected exception', cause: error });
}
