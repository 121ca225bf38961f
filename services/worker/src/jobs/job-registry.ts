import { type JobData, type JobName, jobCatalogue } from '@hallway/contracts';

/** What remains to be done once a job is finished and its id can be used again. */
export type FollowUp = () => Promise<void>;

export interface JobHandler<N extends JobName> {
  name: N;
  /** Runs at least once for each job, and perhaps twice at a time after a stall. */
  handle: (data: JobData<N>) => Promise<FollowUp | undefined>;
}

export type AnyJobHandler = { [N in JobName]: JobHandler<N> }[JobName];

export type JobRegistry = ReadonlyMap<string, AnyJobHandler>;

/** Handlers by the name of their job. Throws unless every job of the catalogue has exactly one. */
export function createJobRegistry(handlers: AnyJobHandler[]): JobRegistry {
  const counts = new Map<string, number>(Object.keys(jobCatalogue).map((name) => [name, 0]));
  const faults: string[] = [];
  for (const { name } of handlers) {
    if (counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    else faults.push(`${name} is no job of the catalogue`);
  }
  for (const [name, count] of counts) {
    if (count === 0) faults.push(`${name} has no handler`);
    if (count > 1) faults.push(`${name} has ${count} handlers`);
  }
  if (faults.length > 0) throw new Error(`every job needs exactly one handler: ${faults.join('; ')}`);
  return new Map(handlers.map((handler) => [handler.name, handler]));
}
