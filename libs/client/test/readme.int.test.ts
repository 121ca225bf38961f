import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { contents, startCampus } from './campus-fixture.ts';
import { password } from './contract-server-rooms.ts';

const example = new URL('./example.ts', import.meta.url);

describe('the example of the README', () => {
  it('when it is read, is the one that is run here, in twenty lines', async () => {
    const source = await readFile(example, 'utf8');
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``);
    expect(source.trim().split('\n').length).toBeLessThanOrEqual(20);
  });

  it('when it is run, sends the message, prints it and ends by itself', { timeout: 20_000 }, async () => {
    const { server, roomId } = await startCampus();
    const args = [example.pathname, server.origin, 'john', password, 'sarah'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    expect(stdout).toBe('john: Hi sarah!\n');
    expect(contents(server, roomId)).toEqual(['Hi sarah!']);
  });
});
