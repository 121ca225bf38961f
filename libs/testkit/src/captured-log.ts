import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export interface CapturedLog {
  log: Logger;
  lines: Record<string, unknown>[];
}

/** A log whose lines a test can read: what was logged is an outcome like any other. */
export function captureLog(): CapturedLog {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n'))
        if (line) lines.push(JSON.parse(line) as Record<string, unknown>);
      done();
    },
  });
  const log = pino(
    { level: 'debug', messageKey: 'message', formatters: { level: (label) => ({ level: label }) } },
    sink,
  );
  return { log, lines };
}
