import { describe, expect, it } from 'vitest';
import { createShowProgress } from './show-progress.ts';

function record(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const progress = createShowProgress({ isTTY, columns: 40, write: (text) => written.push(text) }, () => now);
  return {
    written,
    progress,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('createShowProgress', () => {
  it('when there is no terminal, writes a plain line for each step and now and then', () => {
    const { written, progress, pass } = record(false);
    progress.show({ step: 'reading', what: 'users.csv', done: 1 });
    progress.show({ step: 'reading', what: 'users.csv', done: 2 });
    pass(6000);
    progress.show({ step: 'reading', what: 'users.csv', done: 3 });
    progress.show({ step: 'writing', what: 'person', done: 5, total: 20 });
    expect(written).toEqual([
      '  reading users.csv: 1\n',
      '  reading users.csv: 3\n',
      '  writing person: 5 of 20 (25 %)\n',
    ]);
  });

  it('when there is a terminal, redraws one line that fits', () => {
    const { written, progress } = record(true);
    progress.show({ step: 'reading', what: 'a-file-with-a-very-long-name-indeed.csv', done: 1 });
    progress.end();
    expect(written.every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true);
    expect(written[0]?.length).toBeLessThan(50);
  });
});
