import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryVerdict } from '@hallway/testkit';
import { type Engines, startEngines } from '@hallway/tools/engines';
import { ROOT } from '../../../tools/project/folders.ts';
import { makeMutatedCopy } from './mutated-copy.ts';
import type { Mutation, Verdict } from './mutation.ts';
import { mutations } from './mutations.ts';
import type { PlayedScenario, PlayReply, PlayRequest } from './play-protocol.ts';

export interface MutationResult {
  mutation: Mutation;
  /** What the checker said of what it had to say; empty: the bug survived. */
  caughtBy: Verdict[];
  /** Everything that the checker reported, each sentence once. */
  reported: Verdict[];
  /** How often each invariant was broken. */
  totals: HistoryVerdict['totals'];
  /** From the sign-in of the first client to the verdict. */
  seconds: number;
  /** Why it could not be played to its end, if so. Then it counts as not caught. */
  fault: string | null;
}

export interface MutationRun {
  engines: string[];
  /** The same scenarios in a copy without a bug. Empty: nothing is wrong with them. */
  controlProblems: string[];
  results: MutationResult[];
}

export interface MutationRequest {
  seed: number;
  /** Default: all. */
  chosen?: Mutation[];
  onResult?: (result: MutationResult) => void;
  /** Resolves when somebody wants it to end at once; what is left then could not be played. */
  stopAsked?: Promise<void>;
}

/** Two cores carry two small systems. */
const playsAtOnce = 2;
const controlSettlesWithinMs = 60_000;
/** What a bug breaks is said in words of its own, so that a view that is not complete yet is taken for nothing else. */
const mutantSettlesWithinMs = 8000;
/** Starting, three scenarios that wait for everything as long as they may, and stopping. */
const playedWithinMs = 8 * 60_000;
/** Two stacks that look for free ports in the same moment may find the same ones. */
const startsAtMost = 3;

export function hasCaughtAll({ controlProblems, results }: MutationRun): boolean {
  return controlProblems.length === 0 && results.length > 0 && results.every(({ caughtBy }) => caughtBy.length > 0);
}

/** Those that `--only` names: all by T12, one by T12 and its id. */
export function chooseMutations(only: string[]): Mutation[] {
  if (only.length === 0 || only.includes('T12')) return mutations;
  return mutations.filter(({ id }) => only.includes(`T12-${id}`.toUpperCase()));
}

/** Plays each mutation in a patched copy of Hallway, and a copy without one. Nothing is left when this settles. */
export async function runMutations({ chosen = mutations, ...request }: MutationRequest): Promise<MutationRun> {
  const folder = mkdtempSync(join(tmpdir(), 'hallway-mutations-'));
  let engines: Engines | undefined;
  try {
    engines = await startEngines({ root: ROOT, stateFolder: join(folder, 'engines'), lifetime: 'kept' });
    const house = { folder, engines, stopAsked: request.stopAsked ?? new Promise<void>(() => undefined) };
    return await playAll(house, { chosen, ...request });
  } finally {
    await engines?.stop({ hasten: true });
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The one without a bug first: it takes longest. */
async function playAll(house: House, { chosen = mutations, seed, onResult }: MutationRequest): Promise<MutationRun> {
  let controlProblems = ['It was not played.'];
  const results = new Map<string, MutationResult>();
  const waiting = [
    async () => {
      controlProblems = await playControl(house, chosen, seed);
    },
    ...chosen.map((mutation) => async () => {
      const result = await playMutation(house, mutation, seed);
      results.set(mutation.id, result);
      onResult?.(result);
    }),
  ];
  void house.stopAsked.then(() => waiting.splice(0));
  const next = async (): Promise<void> => {
    for (let play = waiting.shift(); play; play = waiting.shift()) await play();
  };
  await Promise.all(Array.from({ length: playsAtOnce }, next));
  const played = chosen.map((mutation) => results.get(mutation.id) ?? notPlayed(mutation, 'It was not played.'));
  const engines = [house.engines.mongo.name, house.engines.redis.name];
  return { engines, controlProblems, results: played };
}

/** Where all copies live, and the engines that they share: each play takes a database and a prefix of its own. */
interface House {
  folder: string;
  engines: Engines;
  stopAsked: Promise<void>;
}

async function playControl(house: House, chosen: Mutation[], seed: number): Promise<string[]> {
  const scenarios = [...new Set(chosen.map(({ scenario }) => scenario))];
  const reply = await playCopy(house, {
    ...{ id: 'control', patches: [] },
    request: { scenarios, seed, settleWithinMs: controlSettlesWithinMs },
  });
  if ('fault' in reply) return [reply.fault];
  return reply.played.flatMap(({ id, problems, violations, acknowledged }) => [
    ...(acknowledged > 0 ? [] : [`${id}: nobody wrote anything`]),
    ...problems.map((problem) => `${id}: ${problem}`),
    ...violations.map((one) => `${id}: ${one.invariant} ${one.message} ${JSON.stringify(one.evidence)}`),
  ]);
}

async function playMutation(house: House, mutation: Mutation, seed: number): Promise<MutationResult> {
  const { id, patches, scenario } = mutation;
  const reply = await playCopy(house, {
    ...{ id, patches },
    request: { scenarios: [scenario], seed, settleWithinMs: mutantSettlesWithinMs },
  });
  if ('fault' in reply) return notPlayed(mutation, reply.fault);
  const [played] = reply.played;
  return played ? judge(mutation, played) : notPlayed(mutation, `There is no scenario ${scenario}.`);
}

function notPlayed(mutation: Mutation, fault: string): MutationResult {
  return { mutation, caughtBy: [], reported: [], totals: {}, seconds: 0, fault };
}

function judge(mutation: Mutation, { violations, totals, seconds }: PlayedScenario): MutationResult {
  const sentences = new Map(
    violations.map(({ invariant, message }) => [`${invariant} ${message}`, { invariant, message }]),
  );
  const caughtBy = mutation.caughtBy.filter(({ invariant, message }) => sentences.has(`${invariant} ${message}`));
  return { mutation, caughtBy, reported: [...sentences.values()], totals, seconds, fault: null };
}

interface Copy {
  id: string;
  patches: Mutation['patches'];
  request: Omit<PlayRequest, 'folder'>;
}

async function playCopy(house: House, { id, patches, request }: Copy): Promise<PlayReply> {
  const [copy, folder] = [join(house.folder, 'copies', id), join(house.folder, 'plays', id)];
  try {
    makeMutatedCopy(copy, patches);
    for (let start = 1; ; start += 1) {
      const own = { ...request, folder: join(folder, String(start)) };
      const reply = await playInProcess(house, { copy, id, request: own });
      if (!('fault' in reply) || reply.hasStarted || start === startsAtMost) return reply;
    }
  } catch (cause) {
    return { fault: String((cause as Error).stack ?? cause), hasStarted: false };
  } finally {
    for (const path of [copy, folder]) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Play {
  copy: string;
  id: string;
  request: PlayRequest;
}

async function playInProcess({ engines, stopAsked }: House, { copy, id, request }: Play): Promise<PlayReply> {
  const { HALLWAY_ENGINE_REPORT: _, ...env } = process.env;
  const child = fork(join(copy, 'tests/chaos/mutation/play-in-copy.ts'), [JSON.stringify(request)], {
    cwd: copy,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...env,
      ...{ HALLWAY_MONGO: 'uri', MONGODB_URI: engines.mongo.url },
      ...{ HALLWAY_REDIS: 'uri', REDIS_URL: engines.redis.url, REDIS_PREFIX: `mutation-${id}` },
    },
  });
  let reply: PlayReply = { fault: 'The process in the copy ended without a word.', hasStarted: true };
  child.once('message', (message) => {
    reply = message as PlayReply;
  });
  const ended = once(child, 'exit');
  const stop = () => void child.kill('SIGTERM');
  const timer = setTimeout(stop, playedWithinMs);
  void stopAsked.then(stop);
  await ended;
  clearTimeout(timer);
  return reply;
}
