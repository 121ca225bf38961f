import { describe, expect, it } from 'vitest';
import { createProgressBoard } from './progress-board.ts';

function board(isTTY: boolean) {
  const written: string[] = [];
  return { written, board: createProgressBoard({ isTTY, columns: 60, write: (text) => written.push(text) }) };
}

describe('createProgressBoard', () => {
  it('when the output is no terminal, prints one plain line for each row that is done', () => {
    const { written, board: plain } = board(false);
    plain.set('auth', 'waiting');
    plain.set('auth', 'working', 'starting');
    plain.set('auth', 'done', 'ready after 1.2 s');
    plain.settle();
    expect(written).toEqual(['  ✓ auth         ready after 1.2 s\n']);
  });

  it('when the output is a terminal, redraws the rows in place and keeps lines above them', () => {
    const { written, board: live } = board(true);
    live.set('auth', 'working', 'starting');
    live.say('a line');
    live.settle();
    const text = written.join('');
    expect(text).toContain('\u001b[1A\u001b[0J');
    expect(text.indexOf('a line')).toBeLessThan(text.lastIndexOf('starting'));
  });
});
