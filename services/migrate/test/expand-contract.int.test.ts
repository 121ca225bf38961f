import { randomUUID } from 'node:crypto';
import { type RunnableStep, runSchemaSteps } from '@hallway/platform';
import { captureLog, useTestEngines } from '@hallway/testkit';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * The rule of docs/releases.md on an example: a release that renames `label` to `title`, beside the one before it. Each release
 * is what its code would do, and nothing more.
 */
const { log } = captureLog();
let server: Connection;
let connection: Connection;

const shelves = () => connection.collection<{ _id: string; label?: string; title?: string }>('shelves');

const previous = {
  write: (_id: string, label: string) => shelves().insertOne({ _id, label }),
  rename: (_id: string, label: string) => shelves().updateOne({ _id }, { $set: { label } }),
  read: async (_id: string) => (await shelves().findOne({ _id }))?.label,
};

/** Writes both; `label` is what both releases write, so that it decides while it is there. */
const today = {
  write: (_id: string, title: string) => shelves().insertOne({ _id, title, label: title }),
  read: async (_id: string) => {
    const found = await shelves().findOne({ _id });
    return found?.label ?? found?.title;
  },
};

/** Reads and writes only what is new: it comes when `previous` is gone for good. */
const next = { read: async (_id: string) => (await shelves().findOne({ _id }))?.title };

async function copyLabels(): Promise<void> {
  for await (const { _id, label } of shelves().find({ label: { $exists: true } })) {
    // Only if it still says so: somebody may write meanwhile.
    if (label !== undefined) await shelves().updateOne({ _id, label }, { $set: { title: label } });
  }
}

const steps: RunnableStep[] = [
  { name: 'shelves/2-titles', phase: 'expand', run: copyLabels },
  {
    name: 'shelves/3-no-labels',
    phase: 'contract',
    async run() {
      // What the previous release wrote after the expansion has no title yet, or an old one.
      await copyLabels();
      await shelves().updateMany({}, { $unset: { label: '' } });
    },
  },
];

const migrate = (phases: RunnableStep['phase'][]) =>
  runSchemaSteps({ connection, part: 'shelves', steps, phases, by: 'test', waitMs: 5000, log });

beforeAll(async () => {
  server = await mongoose.createConnection(useTestEngines().mongoUri).asPromise();
  connection = server.useDb(`t${randomUUID().replaceAll('-', '').slice(0, 12)}`);
});
afterAll(async () => {
  await server.close();
});

describe('a rename by expansion and contraction', () => {
  it('when it has expanded, each release reads what the other writes, before and after', async () => {
    await previous.write('old', 'Poetry');
    expect(await migrate(['expand'])).toEqual(['shelves/2-titles']);
    await today.write('new', 'Physics');
    await previous.write('late', 'Drama');
    await previous.rename('old', 'Lyrics');
    expect(await Promise.all(['old', 'new', 'late'].map(previous.read))).toEqual(['Lyrics', 'Physics', 'Drama']);
    expect(await Promise.all(['old', 'new', 'late'].map(today.read))).toEqual(['Lyrics', 'Physics', 'Drama']);
  });

  it('when nobody asked for the contraction, has taken nothing away', async () => {
    expect(await migrate(['expand'])).toEqual([]);
    expect(await shelves().countDocuments({ label: { $exists: true } })).toBe(3);
  });

  it('when it has contracted, today’s release and the next read everything', async () => {
    expect(await migrate(['expand', 'contract'])).toEqual(['shelves/3-no-labels']);
    expect(await shelves().countDocuments({ label: { $exists: true } })).toBe(0);
    for (const release of [today, next]) {
      expect(await Promise.all(['old', 'new', 'late'].map(release.read))).toEqual(['Lyrics', 'Physics', 'Drama']);
    }
  });
});
