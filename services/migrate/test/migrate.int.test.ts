import { randomUUID } from 'node:crypto';
import { requiredSchemaSteps } from '@hallway/contracts';
import { createSchemaGate, type RunnableStep, runSchemaSteps } from '@hallway/platform';
import { captureLog, eventually, useTestEngines } from '@hallway/testkit';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../src/migrate.ts';
import indexList from './index-list.json' with { type: 'json' };

const { log } = captureLog();
let server: Connection;

beforeAll(async () => {
  server = await mongoose.createConnection(useTestEngines().mongoUri).asPromise();
});
afterAll(async () => {
  await server.close();
});

/** A database that no earlier test has touched. */
function newDatabase(): Connection {
  return server.useDb(`t${randomUUID().replaceAll('-', '').slice(0, 12)}`);
}

type Phase = RunnableStep['phase'];

function play(connection: Connection, steps: RunnableStep[], options: { by?: string; phases?: Phase[] } = {}) {
  const { by = 'test', phases = ['expand'] } = options;
  const lockTimes = { heldMs: 1000, renewMs: 100 };
  return runSchemaSteps({ connection, part: 'test', steps, phases, by, waitMs: 20_000, log, lockTimes });
}

const recordsOf = (connection: Connection) => connection.collection<{ _id: string; by: string }>('schemaSteps');

describe('runSchemaSteps', () => {
  it('when two runners start at once, runs each step once, in order, by one of them', async () => {
    const connection = newDatabase();
    const ran: string[] = [];
    const step = (name: string): RunnableStep => ({
      name,
      phase: 'expand',
      run: async () => {
        ran.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        ran.push(`${name} ends`);
      },
    });
    const steps = [step('1'), step('2')];
    const done = await Promise.all([play(connection, steps), play(connection, steps), play(connection, steps)]);
    expect(ran).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
    expect(done.flat()).toEqual(['1', '2']);
  });

  it('when a step fails, keeps what was done before it, and goes on from there the next time', async () => {
    const connection = newDatabase();
    let isBroken = true;
    const ran: string[] = [];
    const steps: RunnableStep[] = [
      { name: 'first', phase: 'expand', run: async () => void ran.push('first') },
      {
        name: 'second',
        phase: 'expand',
        run: async () => {
          ran.push('second');
          if (isBroken) throw new Error('the disk is full');
        },
      },
    ];
    await expect(play(connection, steps)).rejects.toThrow('second failed: the disk is full');
    isBroken = false;
    expect(await play(connection, steps)).toEqual(['second']);
    expect(ran).toEqual(['first', 'second', 'second']);
  });

  it('when a runner died with the lock, takes over after the lock has run out', async () => {
    const connection = newDatabase();
    const heldUntil = new Date(Date.now() + 800);
    await connection
      .collection<{ _id: string }>('schemaLocks')
      .insertOne({ _id: 'test', ...{ holder: 'dead', heldUntil } });
    expect(await play(connection, [{ name: '1', phase: 'expand', run: async () => undefined }])).toEqual(['1']);
    expect(Date.now()).toBeGreaterThanOrEqual(heldUntil.getTime());
    expect(await connection.collection('schemaLocks').countDocuments()).toBe(0);
  });
});

describe('a schema gate', () => {
  it('while a step is missing stays closed, and opens when it is recorded; what else is recorded is no matter', async () => {
    const connection = newDatabase();
    await recordsOf(connection).insertOne({ _id: 'newer', by: 'a newer release' });
    const gate = createSchemaGate({ connection, required: ['1'], log, lookEveryMs: 20 });
    let isOpen = false;
    const passed = gate.pass().then(() => {
      isOpen = true;
    });
    await play(connection, [{ name: 'another', phase: 'expand', run: async () => undefined }]);
    expect(isOpen).toBe(false);
    await play(connection, [{ name: '1', phase: 'expand', run: async () => undefined }]);
    await passed;
  });

  it('when it is closed, lets whoever waits go with an error', async () => {
    const gate = createSchemaGate({ connection: newDatabase(), required: ['1'], log });
    const passed = gate.pass();
    gate.close();
    await expect(passed).rejects.toThrow();
  });
});

async function describeIndexes(connection: Connection, collection: string): Promise<string[]> {
  const indexes = await connection.collection(collection).indexes();
  return indexes
    .filter(({ name }) => name !== '_id_')
    .map(({ name, unique, sparse, expireAfterSeconds, partialFilterExpression }) =>
      [
        `${collection}.${name}`,
        unique ? 'unique' : '',
        sparse ? 'sparse' : '',
        expireAfterSeconds === undefined ? '' : 'expires',
        partialFilterExpression === undefined ? '' : 'partial',
      ]
        .filter(Boolean)
        .join(' '),
    );
}

describe('migrate', () => {
  const request = { contract: false, by: 'test', waitMs: 20_000, log };

  it('on an empty database, records what services require and makes every index; again, it does nothing', async () => {
    const connection = newDatabase();
    expect(await migrate({ connection, ...request })).toEqual(requiredSchemaSteps);
    const recorded = await recordsOf(connection).find().toArray();
    expect(recorded.map(({ _id }) => _id).sort()).toEqual([...requiredSchemaSteps].sort());
    expect(await migrate({ connection, ...request })).toEqual([]);
  });

  it('when an index came or went, so did a step: services wait for steps, and nothing else tells them', async () => {
    const connection = newDatabase();
    await migrate({ connection, ...request });
    const collections = await connection.listCollections();
    const indexes = await Promise.all(collections.map(({ name }) => describeIndexes(connection, name)));
    const seen = { requiredSteps: requiredSchemaSteps, indexes: indexes.flat().sort() };
    expect(seen, `index-list.json is changed together with a step:\n${JSON.stringify(seen, null, 2)}`).toEqual(
      indexList,
    );
  });

  it('when somebody dropped an index, makes it again', async () => {
    const connection = newDatabase();
    await migrate({ connection, ...request });
    const users = connection.collection('users');
    await users.dropIndex('usernameKey_1');
    await migrate({ connection, ...request });
    await eventually(async () => expect((await users.indexes()).map(({ name }) => name)).toContain('usernameKey_1'));
  });
});
