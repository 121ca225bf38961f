import { type ErrorBody, type ErrorCode, errorCatalogue, toErrorBody } from '@hallway/contracts';
import { isStoreAway } from './store-away.ts';

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
