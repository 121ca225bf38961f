import { readCsvRows } from './csv-rows.ts';
import type { RosterFaults } from './roster-faults.ts';
import { type RosterFileName, type RosterFiles, rosterFileNames } from './roster-files.ts';

/** Whether a file holds everything, what changed, or is not there. */
export type FileMode = 'bulk' | 'delta' | 'absent';
export type Manifest = Record<RosterFileName, FileMode>;

/** Files of OneRoster that say nothing Hallway uses. Grades and lines of them are another service of OneRoster. */
const ignoredOnPurpose = ['demographics', 'userProfiles'];

/**
 * Reads `manifest.csv`: which files are delivered, and whether whole or as changes. What it says and what is there must agree.
 * With `delta`, a manifest that delivers whole files is a fault, so that a mistake cannot remove people.
 */
export async function readManifest(files: RosterFiles, faults: RosterFaults, delta: boolean): Promise<Manifest> {
  const properties = await readProperties(files, faults);
  const version = properties.get('oneroster.version');
  if (version !== undefined && version !== '1.2') {
    faults.note('The manifest names another version of OneRoster than 1.2', version);
  }
  const manifest = Object.fromEntries(
    rosterFileNames.map((name) => [name, modeOf(name, { files, properties, faults })]),
  ) as Manifest;
  noteIgnored(files, faults);
  const whole = rosterFileNames.filter((name) => manifest[name] === 'bulk');
  if (delta && whole.length > 0) {
    const message = `delivers ${whole.join(', ')} as bulk, and only changes were expected`;
    faults.add({ file: 'manifest.csv', line: 0, message });
  }
  return manifest;
}

async function readProperties(files: RosterFiles, faults: RosterFaults): Promise<Map<string, string>> {
  const properties = new Map<string, string>();
  if (!files.names.has('manifest')) {
    faults.add({ file: 'manifest.csv', line: 0, message: 'is missing: without it nobody knows what was delivered' });
    return properties;
  }
  const required = ['propertyName', 'value'];
  for await (const { values } of readCsvRows({ files, name: 'manifest', required, faults })) {
    properties.set((values.propertyName ?? '').trim(), (values.value ?? '').trim());
  }
  return properties;
}

interface ModeSource {
  files: RosterFiles;
  properties: Map<string, string>;
  faults: RosterFaults;
}

function modeOf(name: RosterFileName, { files, properties, faults }: ModeSource): FileMode {
  const said = properties.get(`file.${name}`)?.toLowerCase() ?? 'absent';
  const refuse = (message: string) => faults.add({ file: 'manifest.csv', line: 0, message });
  if (said !== 'bulk' && said !== 'delta' && said !== 'absent') {
    refuse(`says ${said} of file.${name}, which is none of bulk, delta and absent`);
    return 'absent';
  }
  if (said === 'absent') {
    if (files.names.has(name))
      faults.note('A file is there that the manifest calls absent; it is not read', `${name}.csv`);
    return 'absent';
  }
  if (files.names.has(name)) return said;
  refuse(`announces ${name}.csv, which is not there`);
  return 'absent';
}

function noteIgnored(files: RosterFiles, faults: RosterFaults): void {
  const known = new Set<string>(['manifest', ...rosterFileNames]);
  for (const name of files.names) {
    if (known.has(name)) continue;
    if (ignoredOnPurpose.includes(name)) faults.note('A file is ignored: Hallway keeps nothing of it', `${name}.csv`);
    else faults.note('A file is ignored: Hallway has no use for it', `${name}.csv`);
  }
}
