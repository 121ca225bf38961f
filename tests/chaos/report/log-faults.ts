import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface LogFaults {
  /** Rejections and exceptions that nobody caught: each ended a process. There must be none. */
  uncaught: string[];
  /** Lines of level error or fatal, and what is no line of the log at all, by their text. */
  errors: Record<string, number>;
}

// Enough to see what it is; the logs themselves have all of them.
const textLength = 160;
// Different texts; more of them say the same in other words.
const mostTexts = 50;

/** Reads what the processes of a stack logged from `since` on, times on the machine's clock. */
export async function readLogFaults(logFolder: string, since: number): Promise<LogFaults> {
  const found: LogFaults = { uncaught: [], errors: {} };
  for (const file of readdirSync(logFolder).filter((name) =>
    /^(auth|message|gateway|worker|front-door).*\.log/.test(name),
  )) {
    const path = join(logFolder, file);
    if (existsSync(path)) await readOne({ path, name: file.replace(/\.log.*$/, ''), since }, found);
  }
  return found;
}

async function readOne({ path, name, since }: { path: string; name: string; since: number }, found: LogFaults) {
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const entry = parse(line);
    // What is no line of the log belongs to the one before it.
    at = entry?.time === undefined ? at : Date.parse(entry.time);
    if (at >= since && line.trim() !== '') judge(name, entry ?? { level: 'error', message: line }, found);
  }
}

function judge(name: string, { level, message, err }: Entry, found: LogFaults): void {
  if (level !== 'error' && level !== 'fatal') return;
  const text = `${name}: ${message}${err?.message ? `: ${err.message}` : ''}`;
  if (message === 'an exception that nobody caught') found.uncaught.push(text);
  count(found, text);
}

function count({ errors }: LogFaults, text: string): void {
  const short = text.slice(0, textLength);
  if (errors[short] === undefined && Object.keys(errors).length >= mostTexts) return;
  errors[short] = (errors[short] ?? 0) + 1;
}

interface Entry {
  time?: string;
  level?: string;
  message?: string;
  err?: { message?: string };
}

/** Null for what is no JSON line: a stack trace on standard error, say. */
function parse(line: string): Entry | null {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as Entry) : null;
  } catch {
    return null;
  }
}
