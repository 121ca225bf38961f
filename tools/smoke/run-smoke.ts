import { randomUUID } from 'node:crypto';
import {
  createHallwayClient,
  createMemoryOutboxStorage,
  type HallwayClient,
  HallwayError,
  type Timeline,
} from '@hallway/client';
import { Refusal } from '../terminal/refusal.ts';
import { findRoutedInternals } from './internal-paths.ts';
import type { SmokeOptions } from './options.ts';

interface Party {
  name: string;
  client: HallwayClient;
}

interface Run extends SmokeOptions {
  say: (line: string) => void;
}

/** A screen is drawn every 16 ms; a delivery is not measured finer than that. */
const LOOK_EVERY_MS = 10;

/**
 * Signs two people in, lets each write to the other, and waits until the other has received it over the socket. Leaves two
 * messages in their room and nothing else. Rejects with a `Refusal` that names the step that failed.
 */
export async function runSmoke(run: Run): Promise<void> {
  const routed = await findRoutedInternals(run);
  if (routed.length > 0) throw new Refusal(`${run.origin} routes ${routed.join(', ')}, which must stay inside.`);
  run.say(`  ${run.origin} answers, and keeps its internal paths to itself`);
  const parties: Party[] = [];
  try {
    for (const account of [run.sender, run.receiver]) parties.push(await enter(run, account));
    const [first, second] = parties as [Party, Party];
    const chatRoomId = await openRoom(run, first, idOf(second));
    await deliver(run, chatRoomId, { from: first, to: second });
    await deliver(run, chatRoomId, { from: second, to: first });
  } finally {
    for (const { client } of parties) {
      await client.signOut().catch(() => undefined);
      client.destroy();
    }
  }
}

async function enter(run: Run, { username, password }: SmokeOptions['sender']): Promise<Party> {
  const client = createHallwayClient({ origin: run.origin, storage: createMemoryOutboxStorage(), tabs: null });
  try {
    const startedAt = performance.now();
    await orRefuse(`${username} could not sign in`, client.signIn(username, password));
    run.say(`  ${username} signed in after ${since(startedAt)}`);
    await until(
      run,
      `the socket of ${username} did not connect`,
      () => client.connection.getSnapshot().status === 'online',
    );
    run.say(`  the socket of ${username} is connected after ${since(startedAt)}`);
    return { name: username, client };
  } catch (fault) {
    client.destroy();
    throw fault;
  }
}

async function openRoom({ say }: Run, { name, client }: Party, otherId: string): Promise<string> {
  const room = await orRefuse(`${name} could not open the room`, client.openDirectRoom(otherId));
  say(`  ${name} opened the room ${room.id}`);
  return room.id;
}

async function deliver(run: Run, chatRoomId: string, { from, to }: { from: Party; to: Party }): Promise<void> {
  const [sent, received] = [from.client.openTimeline(chatRoomId), to.client.openTimeline(chatRoomId)];
  try {
    for (const [timeline, { name }] of [
      [sent, from],
      [received, to],
    ] as const)
      await until(run, `${name} could not read the room`, () => timeline.getSnapshot().status === 'ready');
    const content = `Smoke test ${randomUUID()}`;
    const startedAt = performance.now();
    sent.send(content);
    const seen = until(run, `${to.name} did not receive it`, () => find(received, content) !== undefined);
    const stored = until(run, `the message of ${from.name} was not acknowledged`, () => isStored(sent, content));
    await stored;
    const storedAfter = since(startedAt);
    await seen;
    run.say(`  ${from.name} wrote: stored after ${storedAfter}, with ${to.name} after ${since(startedAt)}`);
  } finally {
    sent.close();
    received.close();
  }
}

function find(timeline: Timeline, content: string) {
  return timeline.getSnapshot().messages.findLast((message) => message.content === content);
}

function isStored(timeline: Timeline, content: string): boolean {
  const delivery = find(timeline, content)?.delivery;
  if (delivery?.status === 'failed') throw new Refusal(`The message was refused: ${delivery.error.message}`);
  return delivery?.status === 'sent' || delivery?.status === 'read';
}

function idOf({ name, client }: Party): string {
  const state = client.session.getSnapshot();
  if (state.status !== 'signed-in') throw new Refusal(`The session of ${name} has ended.`);
  return state.user.id;
}

async function orRefuse<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (fault) {
    if (fault instanceof HallwayError) throw new Refusal(`${what}: ${fault.body.message} (${fault.body.code})`);
    throw fault;
  }
}

async function until({ withinMs }: Run, what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Refusal(`After ${withinMs / 1000} s ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function since(startedAt: number): string {
  return `${Math.round(performance.now() - startedAt)} ms`;
}
