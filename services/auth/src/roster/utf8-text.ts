import { Transform } from 'node:stream';

/** The bytes are not the text that they should be. `line` is the first line that holds such bytes. */
export class NotUtf8 extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const newline = 0x0a;

/**
 * Passes UTF-8 on unchanged and fails with `NotUtf8` for anything else: decoded leniently, a name in another encoding would be
 * stored with replacement characters, and nobody could repair it.
 */
export function createUtf8Check(): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let isFirst = true;

  function check(chunk: Buffer): void {
    if (isFirst) refuseUtf16(chunk);
    isFirst = false;
    try {
      decoder.decode(chunk, { stream: true });
    } catch {
      throw new NotUtf8('is not UTF-8 here; export it as UTF-8', line + linesBeforeFault(chunk));
    }
    line += countNewlines(chunk);
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        check(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        decoder.decode();
        done();
      } catch {
        done(new NotUtf8('ends in the middle of a character', line));
      }
    },
  });
}

function refuseUtf16(chunk: Buffer): void {
  const mark = chunk.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') throw new NotUtf8('is UTF-16; export it as UTF-8', 1);
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** Lines of the chunk that are whole text. The first of them may begin with the rest of a character of the chunk before. */
function linesBeforeFault(chunk: Buffer): number {
  const text = new TextDecoder('utf-8').decode(chunk);
  const inText = text.slice(3).indexOf('\ufffd');
  if (inText < 0) return 0;
  return text.slice(0, inText + 3).split('\n').length - 1;
}
