import { type Logger, pino } from 'pino';

export type Log = Logger;

export interface LogOptions {
  service: string;
  instance: string;
  level: string;
}

/**
 * JSON lines on standard output. Messages are constant, data are fields: `requestId`, `userId`, `chatRoomId`, `traceId`.
 * Levels by who must act: `info` it happened, `warn` a client or a peer misbehaved, `error` we must act.
 */
export function createLog({ service, instance, level }: LogOptions): Log {
  return pino({
    level,
    base: { service, instance },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // The last line of defence: what people wrote, and what lets somebody in, must not be passed to a log at all.
    redact: {
      paths: [
        '*.password',
        '*.token',
        '*.accessToken',
        '*.content',
        '*.text',
        '*.authorization',
        '*.cookie',
        '*.headers',
      ],
      remove: true,
    },
  });
}
