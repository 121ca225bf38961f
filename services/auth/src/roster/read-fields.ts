import type { RosterFaults } from './roster-faults.ts';

/** A row that is being read. A field that cannot be used is a fault of its line. */
export interface FieldSource {
  file: string;
  line: number;
  values: Readonly<Record<string, string>>;
  faults: RosterFaults;
}

const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 24 * 3600_000;
/** Titles are lines on a screen: what is longer is cut. */
const textLength = 200;
const controlCharacters = /\p{Cc}+/gu;

/** A field without spaces around it; empty where the column is missing. */
export function optionalText(source: FieldSource, column: string): string {
  return (source.values[column] ?? '').trim();
}

export function requiredText(source: FieldSource, column: string): string {
  const text = optionalText(source, column);
  if (text === '') refuseField(source, `${column} is empty`);
  return text;
}

/** A title or a name, as one line that is not too long for a screen. */
export function requiredLine(source: FieldSource, column: string): string {
  return toLine(requiredText(source, column));
}

export function toLine(text: string): string {
  const line = text.replace(controlCharacters, ' ').trim();
  return line.length <= textLength ? line : `${line.slice(0, textLength - 1).trimEnd()}…`;
}

/** Several values in one field, as OneRoster writes them: separated by commas. Each once. */
export function listOf(source: FieldSource, column: string): string[] {
  const values = optionalText(source, column).split(',');
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))];
}

/** A day as the moment in which it begins in UTC; null where the field is empty. */
export function optionalDay(source: FieldSource, column: string): Date | null {
  const text = optionalText(source, column);
  if (text === '') return null;
  const day = new Date(`${text}T00:00:00.000Z`);
  if (dayForm.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)) return day;
  refuseField(source, `${column} is no date of the form 2026-09-01: ${shown(text)}`);
  return null;
}

/** The moment in which a day ends. */
export function endOfDay(day: Date): Date {
  return new Date(day.getTime() + dayMs - 1);
}

/** `true` or `false` in any case; `otherwise` where the field is empty. */
export function flagOf(source: FieldSource, column: string, otherwise: boolean): boolean {
  const text = optionalText(source, column).toLowerCase();
  if (text === '') return otherwise;
  if (text !== 'true' && text !== 'false') refuseField(source, `${column} is neither true nor false: ${shown(text)}`);
  return text === 'true';
}

export function refuseField({ file, line, faults }: FieldSource, message: string): void {
  faults.add({ file, line, message });
}

/** What stood in a field, short enough for one line. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}
