import { type Static, Type } from 'typebox';

interface CatalogueEntry {
  status: number;
  retryable: boolean;
  message: string;
}

/** Every error that a client can meet: HTTP status, whether trying again can help, and the public text. */
export const errorCatalogue = {
  VALIDATION_FAILED: { status: 400, retryable: false, message: 'The request does not have the expected shape.' },
  UNAUTHENTICATED: { status: 401, retryable: false, message: 'Sign in to continue.' },
  INVALID_CREDENTIALS: { status: 401, retryable: false, message: 'The username or the password is not right.' },
  SECOND_FACTOR_REQUIRED: { status: 401, retryable: false, message: 'One more step: confirm that it is you.' },
  SESSION_ENDED: { status: 401, retryable: false, message: 'Your session has ended. Sign in again.' },
  FORBIDDEN: { status: 403, retryable: false, message: 'Your account may not do this.' },
  SECOND_FACTOR_SETUP_REQUIRED: {
    status: 403,
    retryable: false,
    message: 'Your account needs a second factor. Set one up to sign in.',
  },
  CONFIRMATION_REQUIRED: { status: 403, retryable: false, message: 'Confirm that it is you to change this.' },
  MESSAGING_NOT_ALLOWED: { status: 403, retryable: false, message: 'You may not write here.' },
  NOT_FOUND: { status: 404, retryable: false, message: 'There is no such thing here.' },
  RECIPIENT_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such person.' },
  CLIENT_MESSAGE_ID_REUSED: {
    status: 409,
    retryable: false,
    message: 'This clientMessageId was used in this room for another message.',
  },
  CONFLICT: { status: 409, retryable: false, message: 'This is taken already.' },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, message: 'The request is larger than 64 KiB.' },
  RATE_LIMITED: { status: 429, retryable: true, message: 'Too many requests. Wait a moment and try again.' },
  INTERNAL: { status: 500, retryable: true, message: 'Something went wrong on our side.' },
  TEMPORARILY_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'The service is not available at the moment. Nothing was accepted.',
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    retryable: true,
    message: 'The message may or may not have been stored. Try again with the same clientMessageId.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** `details.reason` of `MESSAGING_NOT_ALLOWED`. */
export const refusalReasons = [
  'NOT_RELATED',
  'STUDENTS_OFF',
  'PARENTS_OFF',
  'READ_ONLY',
  'BLOCKED',
  'NOT_A_WRITER',
  'FROZEN',
  'SLOW_MODE',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export const ErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  retryable: Type.Boolean(),
  requestId: Type.String(),
  retryAfterMs: Type.Optional(Type.Integer({ minimum: 0 })),
  details: Type.Optional(Type.Unknown()),
});
export type ErrorBody = Omit<Static<typeof ErrorBody>, 'code'> & { code: ErrorCode };

/** Builds the error object that HTTP answers, socket acknowledgements and refused connections share. */
export function toErrorBody(fault: {
  code: ErrorCode;
  requestId: string;
  message?: string | undefined;
  retryAfterMs?: number | undefined;
  details?: unknown;
}): ErrorBody {
  const entry = errorCatalogue[fault.code];
  return {
    code: fault.code,
    message: fault.message ?? entry.message,
    retryable: entry.retryable,
    requestId: fault.requestId,
    ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }),
    ...(fault.details === undefined ? {} : { details: fault.details }),
  };
}
