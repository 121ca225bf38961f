import { HallwayError } from '@hallway/client';
import { type ErrorBody, toErrorBody } from '@hallway/contracts';

/** What was thrown, as the error object that the words are chosen by. A defect of ours becomes `INTERNAL`. */
export function toFault(thrown: unknown): ErrorBody {
  if (thrown instanceof HallwayError) return thrown.body;
  return toErrorBody({ code: 'INTERNAL', requestId: '' });
}
