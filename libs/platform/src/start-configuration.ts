import type { TObject } from 'typebox';
import { ConfigError, type Environment } from './config.ts';
import { findMisspeltVariables } from './misspelt-variables.ts';

const CHECK_ONLY = '--check-config';

export interface StartConfiguration<C> {
  service: string;
  /** Its property names are the variables that the service knows. */
  schema: TObject;
  /** Throws `ConfigError` with all faults at once. */
  read: (environment: Environment) => C;
  environment: Environment;
  /** What stands behind the name of the program: nothing, or `--check-config`. */
  args: string[];
}

/**
 * The configuration with which a process starts. Names that look misspelt are told on standard error, whatever else is right.
 * With `--check-config` the process ends here, before it has opened a port or a connection: with 0 and one line where all is
 * well. Throws `ConfigError` with the same faults either way, and for an option that nobody knows.
 */
export function readStartConfiguration<C>({ service, schema, read, environment, args }: StartConfiguration<C>): C {
  const unknown = args.filter((arg) => arg !== CHECK_ONLY);
  if (unknown.length > 0)
    throw new ConfigError(unknown.map((arg) => `${arg} is no option: the only one is ${CHECK_ONLY}`));
  for (const hint of findMisspeltVariables(Object.keys(schema.properties), environment)) {
    process.stderr.write(`Perhaps a slip: ${hint}\n`);
  }
  const config = read(environment);
  if (!args.includes(CHECK_ONLY)) return config;
  process.stdout.write(`The configuration of ${service} can be used.\n`);
  process.exit(0);
}
