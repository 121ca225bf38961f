import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { type HistoryEvent, parseHistoryEvent, type UnstampedEvent } from './history-event.ts';

// Large enough that a write is rare, small enough that little is lost if the recording process itself dies.
const bufferedCharacters = 64 * 1024;

// A final view of 100,000 messages. A longer line is no history, and reading it whole would exhaust the memory.
const longestLine = 32 * 1024 * 1024;

export interface HistoryWriter {
  /** Stamps the event with both clocks and keeps it, in order. */
  record(event: UnstampedEvent): void;
  /** Hands everything recorded to the operating system. */
  flush(): void;
  /** Flushes and closes; nothing may be recorded afterwards. */
  close(): void;
}

/**
 * Appends events to a JSONL file. Writes are synchronous, so that order is kept and no queue can grow; at most 64 KiB wait
 * in memory. Several clients of one process share one writer; two processes never share a file.
 */
export function createHistoryWriter(path: string): HistoryWriter {
  const file = openSync(path, 'a');
  let buffered = '';

  function flush(): void {
    if (buffered === '') return;
    // A short write is possible; writeSync says how many bytes it took.
    const bytes = Buffer.from(buffered);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    buffered = '';
  }

  return {
    record(event) {
      buffered += `${JSON.stringify({ at: performance.now(), wallAt: Date.now(), ...event })}\n`;
      if (buffered.length >= bufferedCharacters) flush();
    },
    flush,
    close() {
      flush();
      closeSync(file);
    },
  };
}

/**
 * Reads a history as a stream: memory is bounded by the longest line, whatever the length of the file. A last line that
 * its writer could not finish is left out; any other line that is no event throws with its number.
 */
export async function* readHistory(path: string): AsyncGenerator<HistoryEvent> {
  let lineNumber = 0;
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new Error(`Line ${lineNumber + lines.length + 1} of ${path} has no end.`);
    for (const line of lines) {
      lineNumber += 1;
      if (line !== '') yield parseLine(line, `line ${lineNumber} of ${path}`);
    }
  }
  const last = parseUnfinished(rest);
  if (last) yield last;
}

function parseLine(line: string, where: string): HistoryEvent {
  try {
    return parseHistoryEvent(line);
  } catch (cause) {
    throw new Error(`There is no event at ${where}.`, { cause });
  }
}

function parseUnfinished(line: string): HistoryEvent | null {
  try {
    return line === '' ? null : parseHistoryEvent(line);
  } catch {
    return null;
  }
}
