export type { HallwayClientOptions } from './client-parts.ts';
export { createHallwayClient } from './create-hallway-client.ts';
export type { Fault, FaultListener } from './faults.ts';
export { createIndexedDbOutboxStorage } from './outbox-storage-indexeddb.ts';
export { createMemoryOutboxStorage } from './outbox-storage-memory.ts';
export {
  type FirstFactor,
  findSecondStep,
  findSetup,
  type SecondFactorClient,
  type SignInSteps,
} from './second-factor.ts';
export { createTabs, type Tabs } from './tabs.ts';
export * from './types.ts';
