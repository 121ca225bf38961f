import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { openRosterFiles } from './open-roster-files.ts';
import { fileBounds, UnreadableRoster } from './roster-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hallway-roster-zip-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function zip(entries: [string, Buffer | string][]): Promise<string> {
  const path = join(folder, 'roster.zip');
  const file = new ZipFile();
  for (const [name, content] of entries) file.addBuffer(Buffer.from(content), name);
  file.end();
  const output = createWriteStream(path);
  file.outputStream.pipe(output);
  await once(output, 'close');
  return path;
}

describe('openRosterFiles', () => {
  it('when it is a ZIP, with or without a folder in it, finds its CSV files and reads each as often as asked', async () => {
    const path = await zip([
      ['export/users.csv', 'a,b'],
      ['__MACOSX/export/._users.csv', 'shadow'],
      ['export/read me.txt', 'text'],
    ]);
    const files = await openRosterFiles(path);
    expect([...files.names]).toEqual(['users']);
    expect(await text(await files.open('users'))).toBe('a,b');
    expect(await text(await files.open('users'))).toBe('a,b');
    files.close();
  });

  it('when it is a folder, finds its CSV files', async () => {
    await writeFile(join(folder, 'orgs.csv'), 'x');
    const files = await openRosterFiles(folder);
    expect([...files.names]).toEqual(['orgs']);
    expect(await text(await files.open('orgs'))).toBe('x');
  });

  it('when it is neither, or not there, says so', async () => {
    await writeFile(join(folder, 'notes.zip'), 'no zip');
    await expect(openRosterFiles(join(folder, 'notes.zip'))).rejects.toThrow(UnreadableRoster);
    await expect(openRosterFiles(join(folder, 'nothing'))).rejects.toThrow(UnreadableRoster);
  });

  it('when a file grows beyond all measure, refuses the ZIP before unpacking it', async () => {
    const bomb = Buffer.alloc(fileBounds.ratioFromBytes + 1, 'a');
    await expect(zip([['users.csv', bomb]]).then(openRosterFiles)).rejects.toThrow('when unpacked');
  });

  it('when there are too many files or one twice, refuses the ZIP', async () => {
    const many = Array.from({ length: fileBounds.entries + 1 }, (_, index): [string, string] => [`f${index}.csv`, '']);
    await expect(zip(many).then(openRosterFiles)).rejects.toThrow('too many files');
    const twice: [string, string][] = [
      ['a/users.csv', ''],
      ['b/users.csv', ''],
    ];
    await expect(zip(twice).then(openRosterFiles)).rejects.toThrow('twice');
  });
});
