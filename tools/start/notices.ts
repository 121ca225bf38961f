import type { Notice } from '../processes/process-log.ts';
import { tint } from '../terminal/colour.ts';

/** A service in trouble logs hundreds of lines; the terminal shows the first few of each stretch. */
const SHOWN_PER_STRETCH = 4;
const STRETCH_MS = 10_000;

/** Shows warnings and errors of one process shortly, and says where the rest is. */
export function createNoticePrinter(
  { name, logPath, say }: { name: string; logPath: string; say: (line: string) => void },
  now: () => number = Date.now,
): (notice: Notice) => void {
  let stretchBegan = 0;
  let shown = 0;
  return ({ level, text }) => {
    if (now() - stretchBegan > STRETCH_MS) {
      stretchBegan = now();
      shown = 0;
    }
    shown += 1;
    const label = tint(level === 'warn' ? 'warn' : 'bad', level.padEnd(5));
    if (shown <= SHOWN_PER_STRETCH) say(`  ${name.padEnd(12)} ${label} ${text}`);
    else if (shown === SHOWN_PER_STRETCH + 1) say(`  ${name.padEnd(12)} ${label} and more, in ${logPath}`);
  };
}
