import { type Logger, pino } from 'pino';

export type Log = Logger;

export interface LogOptions {
  service: string;
  instance: string;
  level: string;
}

// The last line of defence: what people wrote, and what lets somebody in, must not be passed to a log at all.
const secrets = [
  ...['password', 'currentPassword', 'newPassword', 'token', 'accessToken', 'authorization', 'cookie', 'headers'],
  ...['content', 'text'],
];
const secretPaths = ['', '*.', '*.*.'].flatMap((depth) => secrets.map((name) => `${depth}${name}`));

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
    redact: { paths: secretPaths, remove: true },
  });
}
