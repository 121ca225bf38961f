export type { Availability, Engine, EngineKind, EngineLifetime, EngineRole, EngineSource } from './engine.ts';
export { findRedisServer } from './find-redis-server.ts';
export { type EngineRequest, type Engines, startEngines } from './start-engines.ts';
