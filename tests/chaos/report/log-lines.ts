import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One line of a log. What is no JSON, a stack trace on standard error say, has only `text`. */
export interface LogLine {
  /** The process: `gateway-2`. */
  name: string;
  /** On the machine's clock. What is no line of the log belongs to the one before it. */
  at: number;
  text: string;
  entry: LogEntry | null;
}

export interface LogEntry {
  time?: string;
  level?: string;
  message?: string;
  err?: { message?: string };
  [field: string]: unknown;
}

const services = /^(auth|message|gateway|worker|front-door)[^.]*\.log/;

/** Every line that the processes of a stack logged from `since` on; those of one process in their order. */
export async function* readLogLines(logFolder: string, since: number, names = services): AsyncGenerator<LogLine> {
  for (const file of readdirSync(logFolder).filter((one) => names.test(one))) {
    const path = join(logFolder, file);
    if (existsSync(path)) yield* readOne(path, { name: file.replace(/\.log.*$/, ''), since });
  }
}

async function* readOne(path: string, { name, since }: { name: string; since: number }): AsyncGenerator<LogLine> {
  let at = 0;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const entry = parse(text);
    at = entry?.time === undefined ? at : Date.parse(entry.time);
    if (at >= since && text.trim() !== '') yield { name, at, text, entry };
  }
}

/** Null also for a line that a kill cut short, which the first line of the next process then follows without a break. */
function parse(line: string): LogEntry | null {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as LogEntry) : null;
  } catch {
    return null;
  }
}
