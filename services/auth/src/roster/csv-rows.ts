import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { RosterFaults } from './roster-faults.ts';
import type { RosterFiles } from './roster-files.ts';
import { createUtf8Check, NotUtf8 } from './utf8-text.ts';

/** A row by the names of its columns. What stands in no column of the header is refused before. */
export interface CsvRow {
  line: number;
  values: Readonly<Record<string, string>>;
}

export interface CsvFile {
  files: RosterFiles;
  /** Without `.csv`. */
  name: string;
  /** Without these columns the file cannot be read; others may be missing. */
  required: readonly string[];
  faults: RosterFaults;
}

/** A row of OneRoster is a few hundred bytes; a quote that nobody closed would make one of the whole file. */
const rowBytes = 64 * 1024;
/** Rows of one file, so that what is remembered of them has a bound: ten times the largest university. */
const rowsPerFile = 5_000_000;

interface ParsedRow {
  info: { lines: number; columns: { name: string }[] | boolean; error?: Error };
  record: Record<string, string> & { [index: number]: string };
}

/**
 * The rows of a file by RFC 4180: quotes, commas and line breaks in quotes, CRLF or LF, with or without a byte order mark. A
 * row with too many or too few fields is a fault and left out; after a fault of encoding or quoting the rest of the file cannot
 * be told apart, and is not read. Holds one row at a time.
 */
export async function* readCsvRows({ files, name, required, faults }: CsvFile): AsyncGenerator<CsvRow> {
  const file = `${name}.csv`;
  const parser = pipeline(
    [await files.open(name), createUtf8Check(), createParser(file, required, faults)],
    () => undefined,
  );
  let rows = 0;
  try {
    for await (const { info, record } of parser as unknown as AsyncIterable<ParsedRow>) {
      rows += 1;
      if (rows > rowsPerFile) throw new CsvBeyondBounds(`has more than ${rowsPerFile} rows`, info.lines);
      if (info.error) faults.add({ file, line: info.lines, message: 'has another number of fields than the header' });
      else yield { line: info.lines, values: record };
    }
  } catch (error) {
    faults.add({ file, ...toFault(error) });
  }
}

class CsvBeyondBounds extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

function createParser(file: string, required: readonly string[], faults: RosterFaults) {
  return parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: rowBytes,
    columns: (header: string[]) => {
      const names = header.map((column) => column.trim());
      const missing = required.filter((column) => !names.includes(column));
      const twice = names.find((column, index) => column !== '' && names.indexOf(column) !== index);
      if (twice !== undefined) faults.add({ file, line: 1, message: `names the column ${twice} twice` });
      if (missing.length > 0) throw new CsvBeyondBounds(`lacks the column ${missing.join(', ')}`, 1);
      return names.map((column, index) => ({ name: column === '' ? `column ${index + 1}` : column }));
    },
  });
}

function toFault(error: unknown): { line: number; message: string } {
  if (error instanceof NotUtf8 || error instanceof CsvBeyondBounds) return { line: error.line, message: error.message };
  if (error instanceof CsvError) {
    const line = (error as unknown as { lines?: number }).lines ?? 0;
    return { line, message: `cannot be read from here on: ${explain(error)}` };
  }
  return { line: 0, message: `cannot be read: ${(error as Error).message}` };
}

function explain({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote that begins before the end of the file is never closed';
  if (code === 'CSV_MAX_RECORD_SIZE') return 'a row is longer than 64 KiB; a quote is probably not closed';
  if (code === 'INVALID_OPENING_QUOTE') return 'a quote stands inside a field that is not quoted';
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'a quote inside a quoted field is not doubled';
  return message;
}
