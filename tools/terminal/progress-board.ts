import { duration, tint } from './colour.ts';

type RowState = 'waiting' | 'working' | 'done' | 'failed';

interface Row {
  state: RowState;
  detail: string;
  since: number;
}

const GLYPHS = { waiting: '·', working: '◷', done: '✓', failed: '!' } as const;
const TONES = { waiting: 'soft', working: 'warn', done: 'good', failed: 'bad' } as const;

/** How often a live board shows the seconds that a slow row has taken. */
const TICK_MS = 1000;

export interface ProgressBoard {
  set(name: string, state: RowState, detail?: string): void;
  /** A line that stays, above the rows that still change. */
  say(line: string): void;
  /** Leaves the rows as they are; from here on the board only prints lines. */
  settle(): void;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** On a terminal the rows are redrawn in place; elsewhere (a pipe, a log) each finished or failed row is one plain line. */
export function createProgressBoard(output: Output = process.stdout): ProgressBoard {
  const rows = new Map<string, Row>();
  const live = output.isTTY === true;
  let drawn = 0;
  let settled = false;

  const erase = () => {
    if (drawn > 0) output.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = () => {
    for (const [name, row] of rows) output.write(`${format(name, row, output.columns || 100)}\n`);
    drawn = rows.size;
  };
  const redraw = () => {
    erase();
    draw();
  };
  const timer = live ? setInterval(redraw, TICK_MS).unref() : null;

  return {
    set(name, state, detail = '') {
      const before = rows.get(name);
      const since = before?.state === 'working' ? before.since : Date.now();
      rows.set(name, { state, detail, since });
      if (settled) return;
      if (live) redraw();
      else if (state === 'done' || state === 'failed')
        output.write(`  ${GLYPHS[state]} ${name.padEnd(12)} ${detail}\n`);
    },
    say(line) {
      if (live && !settled) erase();
      output.write(`${line}\n`);
      if (live && !settled) draw();
    },
    settle() {
      settled = true;
      if (timer !== null) clearInterval(timer);
    },
  };
}

function format(name: string, row: Row, columns: number): string {
  const elapsed = Date.now() - row.since;
  const slow = row.state === 'working' && elapsed > TICK_MS ? ` (${duration(elapsed)})` : '';
  // A line that wraps would be two rows on the screen and break the redrawing.
  const text = `${name.padEnd(12)} ${row.detail}${slow}`.slice(0, Math.max(columns - 6, 20));
  return `  ${tint(TONES[row.state], GLYPHS[row.state])} ${text}`;
}
