import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPasswordCore, toPlainForm } from '../../services/auth/src/accounts/password-core.ts';
import { ROOT } from '../project/folders.ts';

// Shorter words are in too many good passwords.
const shortestWord = 5;
// A shorter password is refused for its length.
const shortestPassword = 12;
const target = join(ROOT, 'services/auth/src/accounts/common-passwords.txt');

/** Passwords that could be chosen as they are, and the words in all of them, each once, sorted. */
function listWords(passwords: string[]): string[] {
  const whole = passwords.map(toPlainForm).filter((password) => password.length >= shortestPassword);
  const cores = passwords.map(toPasswordCore).filter((core) => core.length >= shortestWord);
  const usable = [...whole, ...cores].filter((word) => !word.startsWith('#'));
  return [...new Set(usable)].sort();
}

const [listPath, licencePath] = process.argv.slice(2);
if (!listPath || !licencePath) {
  console.error(
    'Say where the list and its licence are: node tools/common-passwords/main.ts <passwords.json> <LICENSE.txt>\n' +
      'They are src/passwords.json and LICENSE.txt of the npm package @zxcvbn-ts/language-common.',
  );
  process.exit(1);
}
const words = listWords(JSON.parse(readFileSync(listPath, 'utf8')) as string[]);
const notice = readFileSync(licencePath, 'utf8').trim().split('\n');
const heading = [
  'Made from the list of common passwords in @zxcvbn-ts/language-common, under this licence:',
  ...notice,
];
writeFileSync(target, `${[...heading.map((line) => `# ${line}`.trimEnd()), ...words].join('\n')}\n`);
console.log(`${words.length} words in ${target}`);
