export type { HallwayClientOptions } from './client-parts.ts';
export { createHallwayClient } from './create-hallway-client.ts';
export type { Fault, FaultListener } from './faults.ts';
export { createIndexedDbOutboxStorage } from './outbox-storage-indexeddb.ts';
export { createMemoryOutboxStorage } from './outbox-storage-memory.ts';
export { findSecondStep, findSetup } from './second-factor.ts';
export type { FirstFactor, SecondFactorClient, SetupSteps, SignInSteps } from './second-factor-types.ts';
export { createTabs, type Tabs } from './tabs.ts';
export * from './types.ts';
