import { captureLog, createFaultProxy, eventually, type FaultProxy, useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMongo, isStoreAway, type Mongo } from '../src/index.ts';

const engines = useTestEngines();
let proxy: FaultProxy;
let mongo: Mongo;

beforeAll(async () => {
  const { hostname, port, pathname } = new URL(engines.mongoUri);
  proxy = await createFaultProxy({ target: { host: hostname, port: Number(port) } });
  const uri = `mongodb://${proxy.host}:${proxy.port}${pathname}?directConnection=true`;
  mongo = createMongo({ uri, appName: 'test', log: captureLog().log });
  await mongo.ready();
});
afterAll(async () => {
  await mongo?.connection.dropDatabase().catch(() => undefined);
  await mongo?.close();
  await proxy?.close();
});

/** Inserts batches until one fails, and answers why. */
async function insertUntilItFails(begin: () => void): Promise<unknown> {
  const collection = mongo.connection.collection('things');
  for (let round = 0; ; round += 1) {
    if (round === 3) begin();
    const things = Array.from({ length: 200 }, () => ({ text: 'x'.repeat(2000) }));
    const fault = await collection.insertMany(things).then(
      () => null,
      (error: unknown) => error,
    );
    if (fault !== null) return fault;
  }
}

describe('isStoreAway', () => {
  it('when the connection to MongoDB goes in the middle of a bulk, knows it in what the driver throws', async () => {
    const fault = await insertUntilItFails(() => {
      proxy.refuseNew(true);
      setImmediate(() => proxy.reset());
    });
    expect((fault as Error).name).toBe('MongoBulkWriteError');
    expect(isStoreAway(fault)).toBe(true);
    proxy.refuseNew(false);
    await eventually(() => mongo.ping(), { withinMs: 15_000 });
  });

  it('when MongoDB refuses a document, does not take it for being away', async () => {
    const collection = mongo.connection.collection<{ _id: string }>('named');
    await collection.insertOne({ _id: 'one' });
    const fault = await collection.insertMany([{ _id: 'one' }, { _id: 'two' }]).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(mongoose.mongo.MongoBulkWriteError);
    expect(isStoreAway(fault)).toBe(false);
  });
});
