import { delimiter, join } from 'node:path';
import { ROOT } from './folders.ts';

/**
 * The environment for what we start: the project's own programs, Node 24 among them, come first on the PATH, and
 * npm's variables, which describe the command that started us, are left out.
 */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.toLowerCase().startsWith('npm_')));
  return { ...own, PATH: [join(ROOT, 'node_modules/.bin'), env.PATH ?? ''].join(delimiter) };
}
