import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { type AuthFixture, startAuth } from './auth-fixture.ts';
import { smallSchool, toFiles } from './roster-fixture.ts';

let auth: AuthFixture;
let token: string;
beforeAll(async () => {
  auth = await startAuth();
  ({ token } = await auth.login('admin'));
});
afterAll(() => auth.stop());

async function zipOf(files: Record<string, string>): Promise<Buffer> {
  const path = join(tmpdir(), `hallway-upload-${process.pid}.zip`);
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  const output = createWriteStream(path);
  zip.outputStream.pipe(output);
  await once(output, 'close');
  const bytes = await readFile(path);
  await rm(path);
  return bytes;
}

async function upload(payload: Buffer, { query = '', as = token, type = 'application/zip' } = {}) {
  const headers = { authorization: `Bearer ${as}`, 'content-type': type };
  const answer = await auth.service.http.inject({
    method: 'POST',
    url: `/api/admin/roster-imports${query}`,
    headers,
    payload,
  });
  return { status: answer.statusCode, json: JSON.parse(answer.body) };
}

async function waitForEnd(id: string) {
  return eventually(
    async () => {
      const { json } = await auth.call(`GET /api/admin/roster-imports/${id}`, { token });
      expect(json.import.state).not.toBe('running');
      return json.import;
    },
    { withinMs: 90_000, everyMs: 200 },
  );
}

describe('POST /api/admin/roster-imports', () => {
  it('when an administrator uploads a ZIP, imports it in their name', { timeout: 200_000 }, async () => {
    const zip = await zipOf(toFiles(smallSchool()));
    const compared = await upload(zip, { query: '?dryRun=true' });
    expect(compared).toMatchObject({ status: 202, json: { import: { state: 'running' } } });
    expect(await waitForEnd(compared.json.import.id)).toMatchObject({ state: 'compared' });
    const people = auth.connection.collection('users');
    expect(await people.countDocuments({ sourcedId: { $exists: true } })).toBe(0);

    const begun = await upload(zip);
    const ended = await waitForEnd(begun.json.import.id);
    expect(ended).toMatchObject({ state: 'imported', outcome: { faultCount: 0 } });
    expect(ended.lines[0]).toBe('Imported.');
    expect(await people.countDocuments({ sourcedId: { $exists: true } })).toBe(7);
    const admin = await people.findOne({ usernameKey: 'admin' });
    const entry = await auth.connection.collection('auditLog').findOne({ action: 'roster.imported' });
    expect(entry!.actorId).toEqual(admin!._id);
  });

  it('when somebody else uploads one, or it is no ZIP, is refused', { timeout: 100_000 }, async () => {
    const { token: chen } = await auth.login('chen');
    expect(await upload(Buffer.from('x'), { as: chen })).toMatchObject({ status: 403 });
    expect(await upload(Buffer.from('{}'), { type: 'application/json' })).toMatchObject({
      status: 400,
      json: { error: { code: 'VALIDATION_FAILED' } },
    });
    const begun = await upload(Buffer.from('no zip at all'));
    const ended = await waitForEnd(begun.json.import.id);
    expect(ended.state).toBe('faulty');
    expect(ended.lines.join()).toContain('not a ZIP file');
  });

  it('when nobody knows the import, answers NOT_FOUND', async () => {
    expect(await auth.call('GET /api/admin/roster-imports/0123456789abcdef01234567', { token })).toMatchObject({
      status: 404,
    });
  });
});
