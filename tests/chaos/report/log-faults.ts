import { type LogLine, readLogLines } from './log-lines.ts';

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
// What Node says when somebody asks a process for its memory, as `live-heap.ts` does.
const debuggerNoise = /^(Debugger (listening|attached|ending)|For help, see: |Starting inspector)/;

/** Reads what the processes of a stack logged from `since` on, times on the machine's clock. */
export async function readLogFaults(logFolder: string, since: number): Promise<LogFaults> {
  const found: LogFaults = { uncaught: [], errors: {} };
  for await (const line of readLogLines(logFolder, since)) judge(line, found);
  return found;
}

function judge({ name, text, entry }: LogLine, found: LogFaults): void {
  if (entry === null && debuggerNoise.test(text)) return;
  const { level, message, err } = entry ?? { level: 'error', message: text };
  if (level !== 'error' && level !== 'fatal') return;
  const said = `${name}: ${message}${err?.message ? `: ${err.message}` : ''}`;
  if (message === 'an exception that nobody caught') found.uncaught.push(said);
  count(found, said);
}

function count({ errors }: LogFaults, text: string): void {
  const short = text.slice(0, textLength);
  if (errors[short] === undefined && Object.keys(errors).length >= mostTexts) return;
  errors[short] = (errors[short] ?? 0) + 1;
}
