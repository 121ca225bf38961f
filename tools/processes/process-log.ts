import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Enough for an evening of development; one older file is kept beside it, so a log never takes more than twice this. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** What is shown of a process that will not start. */
const TAIL_LINES = 12;

/** A longer line is not looked at for its level; it still reaches the file whole. */
const MAX_LINE_CHARS = 64 * 1024;

export interface Notice {
  level: 'warn' | 'error';
  text: string;
}

export interface ProcessLog {
  readonly path: string;
  write(chunk: string): void;
  /** The last lines, newest last. */
  tail(): string[];
  close(): void;
}

/**
 * The output of one process, kept in a file and bounded. A previous run's file becomes `<path>.1`.
 * `onNotice` is called for each JSON line of level warn or above.
 */
export function createProcessLog(path: string, onNotice: (notice: Notice) => void): ProcessLog {
  mkdirSync(dirname(path), { recursive: true });
  let file = rotate(path);
  let size = 0;
  let rest = '';
  const lastLines: string[] = [];

  function onLine(line: string): void {
    if (line.trim() === '') return;
    lastLines.push(line);
    if (lastLines.length > TAIL_LINES) lastLines.shift();
    const notice = noticeOf(line);
    if (notice !== null) onNotice(notice);
  }

  return {
    path,
    write(chunk) {
      if (size > MAX_LOG_BYTES) {
        closeSync(file);
        file = rotate(path);
        size = 0;
      }
      size += writeSync(file, chunk);
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARS);
      for (const line of lines) onLine(line);
    },
    tail: () => [...lastLines, ...(rest === '' ? [] : [rest])],
    close: () => closeSync(file),
  };
}

function rotate(path: string): number {
  try {
    renameSync(path, `${path}.1`);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
  }
  return openSync(path, 'w');
}

const LEVEL = /"level":(?:"(warn|error|fatal)"|([456]0))/;

/** A warning or an error in a JSON log line, as a short text; null for everything else. */
export function noticeOf(line: string): Notice | null {
  const found = line.startsWith('{') ? LEVEL.exec(line) : null;
  if (found === null) return null;
  try {
    const entry = JSON.parse(line) as { msg?: unknown; err?: { message?: unknown } };
    const text = [entry.msg, entry.err?.message].filter((part) => typeof part === 'string' && part !== '').join(': ');
    const level = found[1] === 'warn' || found[2] === '40' ? 'warn' : 'error';
    return text === '' ? null : { level, text: text.slice(0, 200) };
  } catch {
    return null;
  }
}
