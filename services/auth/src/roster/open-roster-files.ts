import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { fileBounds, type RosterFiles, UnreadableRoster } from './roster-files.ts';

/** Opens a ZIP or a folder. Throws `UnreadableRoster` for what is neither, and for what is larger than a roster can be. */
export async function openRosterFiles(path: string): Promise<RosterFiles> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new UnreadableRoster(`There is no file or folder ${path}.`);
  return found.isDirectory() ? openFolder(path) : openZip(path);
}

async function openFolder(path: string): Promise<RosterFiles> {
  const entries = (await readdir(path)).filter((name) => name.endsWith('.csv'));
  if (entries.length > fileBounds.entries) throw new UnreadableRoster('The folder holds too many files for a roster.');
  const sizes = await Promise.all(entries.map(async (name) => ({ name, bytes: (await stat(join(path, name))).size })));
  refuseOversize(sizes);
  return {
    names: new Set(entries.map((name) => basename(name, '.csv'))),
    open: async (name) => createReadStream(join(path, `${name}.csv`)),
    close: () => undefined,
  };
}

async function openZip(path: string): Promise<RosterFiles> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((error: Error) => {
    throw new UnreadableRoster(`This is not a ZIP file that can be read: ${error.message}.`);
  });
  try {
    const entries = await readEntries(zip);
    return {
      names: new Set(entries.keys()),
      open: async (name) => {
        const entry = entries.get(name);
        if (!entry) throw new UnreadableRoster(`The ZIP holds no ${name}.csv.`);
        // The reader fails once more comes out than the entry says, so that the bounds below hold for what is really inside.
        return zip.openReadStreamPromise(entry);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** The CSV files of a ZIP by name, from its directory alone: nothing is unpacked yet. They may lie in one folder. */
async function readEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > fileBounds.entries) throw new UnreadableRoster('The ZIP holds too many files for a roster.');
  const entries = new Map<string, Entry>();
  const listed = zip.eachEntry();
  for (;;) {
    const next = await listed.next().catch((error: Error) => {
      throw new UnreadableRoster(`The ZIP cannot be read: ${error.message}.`);
    });
    if (next.done) break;
    const entry: Entry = next.value;
    const name = csvName(entry.fileName);
    if (name === null) continue;
    if (entries.has(name)) throw new UnreadableRoster(`The ZIP holds ${name}.csv twice.`);
    if (entry.isEncrypted()) throw new UnreadableRoster(`${name}.csv is encrypted.`);
    if (!entry.canDecodeFileData())
      throw new UnreadableRoster(`${name}.csv is compressed in a way that cannot be read.`);
    entries.set(name, entry);
  }
  refuseOversize(
    [...entries].map(([name, { uncompressedSize, compressedSize }]) => ({
      name: `${name}.csv`,
      bytes: uncompressedSize,
      packed: compressedSize,
    })),
  );
  return entries;
}

/** Archives made on a Mac hold a shadow of each file. */
function csvName(path: string): string | null {
  const name = path.split('/').at(-1) ?? '';
  if (path.startsWith('__MACOSX/') || name.startsWith('.') || !name.endsWith('.csv')) return null;
  return name.slice(0, -'.csv'.length);
}

function refuseOversize(files: { name: string; bytes: number; packed?: number }[]): void {
  const together = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (together > fileBounds.bytesTogether) throw new UnreadableRoster('The files are larger than a roster can be.');
  for (const { name, bytes, packed = bytes } of files) {
    if (bytes > fileBounds.bytesPerFile) throw new UnreadableRoster(`${name} is larger than a roster can be.`);
    if (bytes > fileBounds.ratioFromBytes && bytes > packed * fileBounds.ratio) {
      throw new UnreadableRoster(`${name} grows ${Math.round(bytes / packed)}-fold when unpacked: this is no roster.`);
    }
  }
}
