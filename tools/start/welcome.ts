import { tint } from '../terminal/colour.ts';

/** Contract section 8. */
const ACCOUNTS: [usernames: string, who: string][] = [
  ['john sarah mike', 'students in CS101 and MATH201'],
  ['maya tom alex', 'students in CS101'],
  ['chen', 'instructor of CS101'],
  ['okafor', 'instructor of MATH201'],
  ['maria', 'parent of john'],
  ['peter', 'parent of mike'],
  ['admin', 'may message anyone'],
];

const PASSWORD = 'hallway-demo';

/** What a person reads first when everything runs. */
export function welcome({ address, ownDatabase }: { address: string; ownDatabase: boolean }): string {
  const width = Math.max(...ACCOUNTS.map(([names]) => names.length));
  const table = ACCOUNTS.map(([names, who]) => `    ${names.padEnd(width)}   ${tint('soft', who)}`);
  const condition = ownDatabase ? ['  They are made only where the database was empty.'] : [];
  return [
    '',
    `  Hallway is ready: ${tint('strong', address)}`,
    '',
    `  Sign in as one of these. The password is ${tint('strong', PASSWORD)}.`,
    ...condition,
    '',
    ...table,
    '',
    '  Try it: sign in as john here and as sarah in a private window, and write to each other.',
    `  ${tint('soft', 'Ctrl-C stops everything. Logs are in .hallway/logs.')}`,
    '',
  ].join('\n');
}
