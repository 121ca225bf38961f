import { describe, expect, it } from 'vitest';
import { createNoticePrinter } from './notices.ts';

describe('createNoticePrinter', () => {
  it('when a process warns without end, shows the first few of each stretch and where the rest is', () => {
    const clock = { now: 100_000 };
    const lines: string[] = [];
    const print = createNoticePrinter(
      { name: 'auth', logPath: '.hallway/logs/auth.log', say: (line) => lines.push(line) },
      () => clock.now,
    );
    for (let index = 0; index < 500; index += 1) print({ level: 'warn', text: `slow ${index}` });
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toContain('.hallway/logs/auth.log');

    clock.now += 20_000;
    print({ level: 'error', text: 'again' });
    expect(lines.at(-1)).toContain('again');
  });
});
