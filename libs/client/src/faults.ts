import { type ErrorBody, type ErrorCode, toErrorBody } from '@hallway/contracts';
import { HallwayError } from './types.ts';

/** Something that went wrong out of sight of any caller. `at` is a constant name of the place, for grouping in a log. */
export interface Fault {
  at: string;
  cause: unknown;
}
export type FaultListener = (fault: Fault) => void;

/** An error of the client's own making, in the words of the server's catalogue. It has no request id. */
export function createError(code: ErrorCode, message?: string, details?: unknown): HallwayError {
  return new HallwayError(toErrorBody({ code, requestId: '', message, details }));
}

/** The server could not be reached, or did not answer in time. */
export function createUnreachable(cause?: unknown): HallwayError {
  const error = createError('TEMPORARILY_UNAVAILABLE', 'Hallway cannot be reached at the moment.');
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** Whether the person's session was refused, rather than what was asked: it may succeed under a new token. */
export function isOfSession(error: ErrorBody): boolean {
  return error.code === 'UNAUTHENTICATED' || error.code === 'SESSION_ENDED';
}

/** Any thrown thing as the body that states and messages carry. */
export function toBody(cause: unknown): ErrorBody {
  return cause instanceof HallwayError ? cause.body : toErrorBody({ code: 'INTERNAL', requestId: '' });
}

/** Runs work that nobody waits for, so that its failure is reported instead of becoming an unhandled rejection. */
export function inBackground(at: string, onFault: FaultListener, work: () => Promise<unknown>): void {
  work().catch((cause: unknown) => onFault({ at, cause }));
}
