import { Refusal } from '../terminal/refusal.ts';
import { AnsweredError, createAdminClient, Unreachable } from './admin-client.ts';
import { UsageError } from './command.ts';
import { readCommandLine } from './command-line.ts';
import { RosterRefusal } from './roster-commands.ts';
import type { Secrets } from './secrets.ts';

export interface AdminRun {
  line: string[];
  env: NodeJS.ProcessEnv;
  secrets: Secrets;
  say: (text: string) => void;
  complain: (text: string) => void;
}

/** Runs one command as an administrator who signs in for it and out again. Resolves with the exit code. */
export async function runAdmin(run: AdminRun): Promise<number> {
  try {
    await runCommand(run);
    return 0;
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    run.complain(run.line.includes('--json') ? JSON.stringify({ error: toJson(fault) }, null, 2) : fault.message);
    return exitCodeOf(fault);
  }
}

async function runCommand({ line, env, secrets, say }: AdminRun): Promise<void> {
  const read = readCommandLine(line, env);
  if ('help' in read) return say(read.help);
  const { command, args, options, json, origin } = read;
  const client = createAdminClient(origin);
  try {
    await client.signIn(await secrets.credentials(), secrets.secondFactor);
    const told = await command.run({ client, secrets, args, options });
    say(json ? JSON.stringify(told.json, null, 2) : told.lines.join('\n'));
  } finally {
    await client.signOut();
  }
}

function exitCodeOf(fault: Refusal): number {
  if (fault instanceof UsageError) return 2;
  if (fault instanceof RosterRefusal) return fault.exitCode;
  const away = fault instanceof Unreachable || (fault instanceof AnsweredError && fault.status >= 500);
  return away ? 3 : 1;
}

function toJson(fault: Refusal): unknown {
  return fault instanceof AnsweredError ? { status: fault.status, ...fault.body } : { message: fault.message };
}
