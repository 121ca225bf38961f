import { closeSync, openSync, writeSync } from 'node:fs';
import { createHistoryWriter, type HistoryWriter } from '@hallway/testkit';
import { type Actor, createActor } from './actor.ts';
import type { CrowdAnswers, CrowdCounts, CrowdMessage, CrowdPlan, CrowdRequest } from './crowd-protocol.ts';
import { tapHttp } from './http-tap.ts';
import { sessionOfToken, tapWire, type WireListener } from './wire-tap.ts';

const counts: CrowdCounts = {
  ...{ historyFetches: 0, resyncs: 0, sendTroubles: {}, failedSends: 0, reconnects: 0, faults: {}, unhandled: [] },
  ...{ sendTries: {}, errorsShown: {}, rssBytes: 0 },
};
const listeners = new Map<string, WireListener>();
const actors = new Map<string, Actor>();
let history: HistoryWriter;
let shownFile: number;

// Two at once: a sign-in costs the auth service a password hash, and the machine has other work.
const signInsAtOnce = 2;
// A broken client may repeat itself for minutes.
const unhandledKept = 20;

process.on('unhandledRejection', (cause) => {
  if (counts.unhandled.length < unhandledKept) counts.unhandled.push(String((cause as Error)?.stack ?? cause));
});
tapWire((sessionId) => listeners.get(sessionId));
const http = tapHttp({
  onHistory: () => {
    counts.historyFetches += 1;
  },
  findListener: (accessToken) => listeners.get(sessionOfToken(accessToken)),
});

async function start(plan: CrowdPlan): Promise<CrowdAnswers['start']> {
  history = createHistoryWriter(plan.historyPath);
  shownFile = openSync(plan.shownPath, 'a');
  const rooms: Record<string, string[]> = {};
  const waiting = plan.actors.map((actor) => {
    const { origin, password } = plan;
    const note = (shown: object) => void writeSync(shownFile, `${JSON.stringify(shown)}\n`);
    const listening = { listeners, onShown: note, onConnected: note };
    return {
      plan: actor,
      made: createActor({ plan: actor, origin, password, history, counts, http, ...listening }),
    };
  });
  for (const { plan: actor, made } of waiting) actors.set(actor.client, made);
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) rooms[one.plan.client] = await one.made.start();
  };
  await Promise.all(Array.from({ length: signInsAtOnce }, next));
  return { rooms };
}

async function finish(): Promise<CrowdCounts> {
  for (const actor of actors.values()) await actor.tellFinalViews();
  counts.rssBytes = process.memoryUsage.rss();
  // What is told now is before the end of everything, which cuts connections too.
  const told = structuredClone(counts);
  for (const actor of actors.values()) actor.stop();
  history.close();
  closeSync(shownFile);
  return told;
}

async function answer(request: CrowdRequest): Promise<unknown> {
  const all = [...actors.values()];
  switch (request.ask) {
    case 'start':
      return await start(request.plan);
    case 'write':
      for (const actor of all) actor.write(request.perSecond);
      return null;
    case 'rest':
      for (const actor of all) actor.rest();
      return null;
    case 'states':
      return all.map((actor) => actor.toState());
    case 'noteAccessEnded':
      actors.get(request.client)?.noteAccessEnded();
      return null;
    case 'finish':
      return await finish();
  }
}

process.on('message', ({ id, request }: CrowdMessage) => {
  answer(request).then(
    (given) => process.send?.({ id, answer: given }),
    (cause: Error) => process.send?.({ id, fault: String(cause?.stack ?? cause) }),
  );
});
process.once('disconnect', () => process.exit(0));
