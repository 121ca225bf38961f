interface SchemaStep {
  /** The service that writes the collections concerned, and that has the code of the step. */
  owner: 'auth' | 'message' | 'worker';
  /**
   * `expand` adds what a release needs and takes nothing away that the previous one reads or writes: it runs before the
   * release, while the previous one works. `contract` takes away what only earlier releases needed: it runs when none of them
   * will come back.
   */
  phase: 'expand' | 'contract';
}

/**
 * Every change of what is stored, oldest first. A name is recorded in each database for ever: it is never changed, and neither
 * is a step that was released. Services wait until the expanding ones are recorded, so that a new index belongs here, too.
 */
export const schemaSteps = {
  'auth/1-indexes': { owner: 'auth', phase: 'expand' },
  'message/1-indexes': { owner: 'message', phase: 'expand' },
  'worker/1-indexes': { owner: 'worker', phase: 'expand' },
} as const satisfies Record<string, SchemaStep>;

export type SchemaOwner = SchemaStep['owner'];
export type SchemaPhase = SchemaStep['phase'];
export type SchemaStepName = keyof typeof schemaSteps;
/** The steps whose code one service has. */
export type SchemaStepsOf<O extends SchemaOwner> = {
  [Name in SchemaStepName]: (typeof schemaSteps)[Name]['owner'] extends O ? Name : never;
}[SchemaStepName];

/** What has to be recorded before this release may work on a database. A newer database has more, which is no matter. */
export const requiredSchemaSteps = Object.entries(schemaSteps).flatMap(([name, { phase }]) =>
  (phase satisfies SchemaPhase as SchemaPhase) === 'expand' ? [name] : [],
);
