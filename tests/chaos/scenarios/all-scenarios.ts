import type { Scenario } from '../scenario.ts';
import { endedSessions } from './access-scenario.ts';
import { killedGateways, rollingRestarts } from './gateway-scenarios.ts';
import { massDrop } from './mass-drop-scenario.ts';
import { mixedTroubles } from './mixed-scenario.ts';
import { badNetwork } from './network-scenarios.ts';
import { manyWriters } from './one-room-scenario.ts';
import { rollingDeploy } from './rolling-deploy-scenario.ts';
import { killedOwner, killedWorker, pausedOwner } from './service-scenarios.ts';
import { awayMongo, emptiedRedis, killedRedis } from './store-scenarios.ts';

/** Of those that play unasked the long one is last: it has the most to say about memory when everything has been through something. */
export const scenarios: Scenario[] = [
  ...[killedGateways, rollingRestarts, killedRedis, emptiedRedis, awayMongo, killedWorker, badNetwork, manyWriters],
  ...[massDrop, endedSessions, pausedOwner, killedOwner, mixedTroubles],
  rollingDeploy,
];
