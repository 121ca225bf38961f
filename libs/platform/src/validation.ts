import { errorCatalogue } from '@hallway/contracts';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { AppError } from './app-error.ts';

const compiled = new WeakMap<TSchema, Validator>();

/** The compiled form of a schema, made once. Schemas are constants, so that the memory of it needs no bound. */
export function compileSchema<T extends TSchema>(schema: T): Validator {
  let validator = compiled.get(schema);
  if (!validator) {
    validator = Compile(schema) as unknown as Validator;
    compiled.set(schema, validator);
  }
  return validator;
}

export interface ValidationDetail {
  path: string;
  message: string;
}

// A payload can be wrong in thousands of places; ten tell its author enough.
const detailLimit = 10;

export function findFaults(schema: TSchema, value: unknown): ValidationDetail[] {
  const validator = compileSchema(schema);
  if (validator.Check(value)) return [];
  return (validator.Errors(value) as TLocalizedValidationError[]).slice(0, detailLimit).map(toDetail);
}

function toDetail(error: TLocalizedValidationError): ValidationDetail {
  const { keyword, instancePath, message } = error;
  const unknown = keyword === 'boolean' && message === 'schema is false';
  return { path: instancePath || '/', message: unknown ? 'is not a known field' : message };
}

/** Answers `value` typed, or throws `VALIDATION_FAILED` with the places that do not fit. */
export function parse<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const faults = findFaults(schema, value);
  if (faults.length > 0) throw validationFailed(faults);
  return value as Static<T>;
}

export function validationFailed(details: ValidationDetail[]): AppError {
  const first = details[0];
  return new AppError({
    code: 'VALIDATION_FAILED',
    details,
    message: errorCatalogue.VALIDATION_FAILED.message,
    internal: first ? `${first.path} ${first.message}` : 'validation failed',
  });
}
