import { randomUUID } from 'node:crypto';
import { eventually } from '@hallway/testkit';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, signIn } from '../stack/wire-client.ts';
import { ask, type Places, talk } from './cross-talk.ts';
import {
  type Release,
  type RunningService,
  type ServiceName,
  type SideBySide,
  startSideBySide,
} from './side-by-side.ts';

/** A rollout, service by service, and then back: the tests follow each other, as its steps do. */
let both: SideBySide;
let auth: RunningService;
let message: RunningService;
let worker: RunningService;
const gateways: Partial<Record<Release, RunningService>> = {};

// Engines that have to be installed first, the packages of the previous release, and four services.
const startWithinMs = 300_000;

async function start(service: ServiceName, release: Release): Promise<RunningService> {
  const one = await both.launch(service, release);
  await one.ready();
  return one;
}

beforeAll(async () => {
  both = await startSideBySide();
  auth = await start('auth', 'previous');
  [message, worker, gateways.previous] = await Promise.all([
    start('message', 'previous'),
    start('worker', 'previous'),
    start('gateway', 'previous'),
  ]);
}, startWithinMs);
afterAll(() => both?.stop(), 60_000);

function gatewayOf(release: Release): RunningService {
  const gateway = gateways[release];
  if (gateway === undefined) throw new Error(`No gateway of the ${release} release was started.`);
  return gateway;
}

function between(johns: Release, sarahs: Release): Places {
  return { auth, message, johns: gatewayOf(johns), sarahs: gatewayOf(sarahs) };
}

/** One message in each of several rooms, so that message services which share the rooms all have some of them. */
async function writeIntoManyRooms(at: Release): Promise<void> {
  const chen = await signIn('chen', { origin: auth.url });
  const wire = await connect(chen, gatewayOf(at).url);
  for (const username of ['john', 'sarah', 'mike', 'maya', 'tom', 'alex', 'okafor', 'admin']) {
    const other = await signIn(username, { origin: auth.url });
    const { chatRoom } = await ask({ message, person: chen }, 'POST /api/message/chat-room', {
      participantId: other.user.id,
    });
    const send = { chatRoomId: chatRoom.id, content: `to ${username}`, clientMessageId: randomUUID() };
    await eventually(async () => expect(await wire.emit('sendMessage', send)).toMatchObject({ ok: true }), {
      withinMs: 15_000,
    });
  }
  expect(wire.faults).toEqual([]);
  wire.close();
}

/** Somebody who is away is told of a message: an event, a delayed job and a record, whichever release made each. */
async function expectNotification(): Promise<void> {
  const [john, alex] = await Promise.all([signIn('john', { origin: auth.url }), signIn('alex', { origin: auth.url })]);
  const { chatRoom } = await ask({ message, person: john }, 'POST /api/message/chat-room', {
    participantId: alex.user.id,
  });
  const content = `are you there? ${randomUUID()}`;
  const sent = await ask({ message, person: john }, 'POST /api/message/message', { chatRoomId: chatRoom.id, content });
  const messageId = new mongoose.Types.ObjectId(String(sent.message.id));
  const told = { userId: new mongoose.Types.ObjectId(alex.user.id), messageId, state: 'sent' };
  await eventually(async () => expect(await both.connection.collection('notifications').countDocuments(told)).toBe(1), {
    withinMs: 20_000,
  });
}

describe('the previous release and this one on one database and one Redis', () => {
  it('when this release’s services start in production before its migration, are not ready, and are after it', async () => {
    const early = await both.launch('message', 'today', { HALLWAY_ENV: 'production' });
    await eventually(async () => expect(await early.readiness()).toBe(503), { withinMs: 30_000 });
    await both.migrate();
    await early.ready();
    await early.stop();
  });

  it('when the migration has run, the previous release goes on as before', async () => {
    await talk(between('previous', 'previous'));
    await expectNotification();
  });

  it('when a gateway of this release stands beside one of the previous, people on both talk', async () => {
    gateways.today = await start('gateway', 'today');
    await talk(between('previous', 'today'));
    await talk(between('today', 'previous'));
  });

  it('when message services of both releases share the rooms, each room has one owner, and both doors work', async () => {
    const previous = message;
    message = await start('message', 'today');
    await writeIntoManyRooms('previous');
    await writeIntoManyRooms('today');
    await talk(between('previous', 'today'));
    await previous.stop();
  });

  it('when only this release’s message service is left, the previous gateways go on with it', async () => {
    await writeIntoManyRooms('previous');
    await talk(between('previous', 'today'));
    await talk(between('today', 'previous'));
  });

  it('when the worker is of this release, does what the previous one has planned and what comes', async () => {
    const previous = worker;
    worker = await start('worker', 'today');
    await previous.stop();
    await talk(between('previous', 'today'));
    await expectNotification();
  });

  it('when the accounts are of this release, tokens of both are good everywhere', async () => {
    const ofPrevious = await signIn('maya', { origin: auth.url });
    await auth.stop();
    auth = await start('auth', 'today');
    await talk(between('previous', 'today'));
    const wire = await connect(ofPrevious, gatewayOf('today').url);
    wire.close();
  });

  it('when it is rolled back after it has written, the previous release reads and goes on with all of it', async () => {
    const [newer, newerWorker] = [message, worker];
    [message, worker] = await Promise.all([start('message', 'previous'), start('worker', 'previous')]);
    await Promise.all([newer.stop(), newerWorker.stop()]);
    await writeIntoManyRooms('today');
    await talk(between('today', 'previous'));
    await talk(between('previous', 'today'));
    await expectNotification();
  });
});
