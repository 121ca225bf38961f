import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { password } from './campus.ts';
import type {
  ActorPlan,
  ActorState,
  CrowdAnswers,
  CrowdCounts,
  CrowdReply,
  CrowdRequest,
} from './crowd/crowd-protocol.ts';

export interface CrowdOptions {
  origin: string;
  actors: ActorPlan[];
  /** Where each process writes its history. */
  folder: string;
  processes: number;
}

/** All clients of a scenario, in processes of their own. */
export interface Crowd {
  actors: ActorPlan[];
  historyPaths: string[];
  shownPaths: string[];
  /** Every room that the clients have, those that they opened themselves included. */
  rooms: Set<string>;
  /** Everybody writes so many messages a second. */
  write: (perSecondEach: number) => Promise<void>;
  rest: () => Promise<void>;
  states: () => Promise<ActorState[]>;
  noteAccessEnded: (client: string) => Promise<void>;
  /** Tells the final views and ends the clients. */
  finish: () => Promise<CrowdCounts>;
  /** Ends the processes, whatever they do. Idempotent. */
  stop: () => Promise<void>;
}

interface Process {
  child: ChildProcess;
  ask: <A extends CrowdRequest['ask']>(request: Extract<CrowdRequest, { ask: A }>) => Promise<CrowdAnswers[A]>;
}

// The sign-ins of a hundred people, or the final views of everybody with all pages of history, on a busy machine; and more
// where there are more people.
const answerWithinMs = 270_000;
const answerWithinMsEach = 1500;

/** Signs everybody in and opens their rooms. Rejects, leaving nothing, when one of them cannot get in. */
export async function startCrowd({ origin, actors, folder, processes }: CrowdOptions): Promise<Crowd> {
  const withinMs = Math.max(answerWithinMs, actors.length * answerWithinMsEach);
  const running = Array.from({ length: processes }, () => launch(withinMs));
  const path = (kind: string, index: number) => join(folder, `${kind}-${index}.jsonl`);
  const historyPaths = running.map((_, index) => path('history', index));
  const shownPaths = running.map((_, index) => path('shown', index));
  const stop = async () => void (await Promise.all(running.map(end)));
  const shares = running.map((_, index) => actors.filter((_actor, place) => place % processes === index));
  const rooms = new Set<string>();
  try {
    const started = await Promise.all(
      running.map((one, index) => {
        const files = { historyPath: historyPaths[index] ?? '', shownPath: shownPaths[index] ?? '' };
        return one.ask({ ask: 'start', plan: { origin, password, ...files, actors: shares[index] ?? [] } });
      }),
    );
    for (const answer of started)
      for (const known of Object.values(answer.rooms)) for (const id of known) rooms.add(id);
  } catch (cause) {
    await stop();
    throw cause;
  }
  const askAll = async <A extends CrowdRequest['ask']>(request: Extract<CrowdRequest, { ask: A }>) =>
    await Promise.all(running.map((one) => one.ask(request)));
  return {
    ...{ actors, historyPaths, shownPaths, rooms, stop },
    write: async (perSecond) => void (await askAll({ ask: 'write', perSecond })),
    rest: async () => void (await askAll({ ask: 'rest' })),
    states: async () => (await askAll({ ask: 'states' })).flat(),
    noteAccessEnded: async (client) => void (await askAll({ ask: 'noteAccessEnded', client })),
    finish: async () => (await askAll({ ask: 'finish' })).reduce(addCounts),
  };
}

function launch(withinMs: number): Process {
  const child = fork(join(import.meta.dirname, 'crowd/client-process.ts'), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  child.on('message', (reply: CrowdReply) => {
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('fault' in reply) one?.reject(new Error(reply.fault));
    else one?.resolve(reply.answer);
  });
  const giveUp = (why: string) => {
    for (const one of waiting.values()) one.reject(new Error(`A process of clients ended: ${why}.`));
    waiting.clear();
  };
  child.once('exit', (code, signal) => giveUp(String(code ?? signal)));
  // Also what could not be sent to it: without a listener that would end us.
  child.on('error', (cause) => giveUp(cause.message));
  const ask = async (request: CrowdRequest): Promise<unknown> => {
    if (!child.connected) throw new Error(`A process of clients is gone and cannot be asked to ${request.ask}.`);
    lastId += 1;
    const id = lastId;
    const asked = Promise.withResolvers<unknown>();
    waiting.set(id, asked);
    const timer = setTimeout(() => asked.reject(new Error(`No answer to ${request.ask} in time.`)), withinMs);
    child.send({ id, request });
    return await asked.promise.finally(() => clearTimeout(timer));
  };
  return { child, ask: ask as Process['ask'] };
}

async function end({ child }: Process): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function addCounts(a: CrowdCounts, b: CrowdCounts): CrowdCounts {
  return {
    historyFetches: a.historyFetches + b.historyFetches,
    resyncs: a.resyncs + b.resyncs,
    sendTroubles: addByName(a.sendTroubles, b.sendTroubles),
    sendTries: addByName(a.sendTries, b.sendTries),
    failedSends: a.failedSends + b.failedSends,
    reconnects: a.reconnects + b.reconnects,
    faults: addByName(a.faults, b.faults),
    errorsShown: addByName(a.errorsShown, b.errorsShown),
    unhandled: [...a.unhandled, ...b.unhandled],
    rssBytes: a.rssBytes + b.rssBytes,
  };
}

function addByName(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}
