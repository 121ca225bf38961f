export type EngineRole = 'mongo' | 'redis';

/** Where an engine comes from, in the order in which it is looked for. */
export type EngineKind = 'uri' | 'docker' | 'path' | 'download' | 'embedded';

export interface Engine {
  role: EngineRole;
  /** Product and version, for a person: `Valkey 9.1.2`. */
  name: string;
  kind: EngineKind;
  url: string;
  why: string;
  /** The engine's own process, or null where it is not ours (a URL) or is just being restarted. */
  pid(): number | null;
  /** Idempotent; resolves when nothing of it is left running. An engine that is not ours is left alone. */
  stop(options?: { hasten?: boolean }): Promise<void>;
}

export type Availability = { available: true; why: string } | { available: false; because: string };

/**
 * One way to an engine: the port that the chain is made of. The same suite runs on all that can be had on a machine.
 * `prepare` may install or fetch something, within a bound, and starts nothing. `start` is called at most once, after
 * `prepare` said yes; it resolves when the engine answers, and otherwise rejects and leaves nothing running.
 */
export interface EngineSource {
  kind: EngineKind;
  prepare(): Promise<Availability>;
  start(why: string): Promise<Engine>;
}

/** `kept`: data in `.hallway/data`, restarted when it dies. `throwaway`: for tests, its folder is gone with it. */
export type EngineLifetime = 'kept' | 'throwaway';

export const ENGINE_LABELS: Record<EngineRole, string> = { mongo: 'MongoDB', redis: 'Redis' };

/** The variable that names a running engine, and the one that overrules the chain. */
export const ENGINE_VARIABLES: Record<EngineRole, { url: string; choice: string }> = {
  mongo: { url: 'MONGODB_URI', choice: 'HALLWAY_MONGO' },
  redis: { url: 'REDIS_URL', choice: 'HALLWAY_REDIS' },
};
