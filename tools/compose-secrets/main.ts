import { makeSecrets } from './make-secrets.ts';

const [auth, stores] = process.argv.slice(2);
if (auth === undefined || stores === undefined) {
  console.error('Say where: node tools/compose-secrets/main.ts <folder of auth> <folder of the stores>');
  process.exit(64);
}
const made = makeSecrets({ auth, stores });
console.log(made.length === 0 ? 'The secrets are there.' : `Made ${made.join(', ')}.`);
