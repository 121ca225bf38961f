import { resolve } from 'node:path';
import { keepRuntime } from './keep-runtime.ts';

const { packages, workspaces } = keepRuntime(resolve(process.argv[2] ?? '.'));
console.log(`Kept ${packages} packages and ${workspaces} workspaces.`);
