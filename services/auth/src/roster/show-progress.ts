import { describeProgress } from './describe-outcome.ts';
import type { RosterProgress } from './import-roster.ts';

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Without a terminal a line now and then: enough to see that it moves, few enough for a log. */
const plainEveryMs = 5000;
const liveEveryMs = 100;

/** Shows progress: one line that is redrawn on a terminal, plain lines elsewhere. `end` leaves the line empty. */
export function createShowProgress(output: Output, clock: () => number = Date.now) {
  const live = output.isTTY === true;
  let shownAt = Number.NEGATIVE_INFINITY;
  let step = '';

  return {
    show(progress: RosterProgress): void {
      const isNewStep = `${progress.step} ${progress.what}` !== step;
      const due = clock() - shownAt >= (live ? liveEveryMs : plainEveryMs);
      if (!due && !isNewStep) return;
      shownAt = clock();
      step = `${progress.step} ${progress.what}`;
      const line = describeProgress(progress);
      output.write(live ? `\r\u001b[2K  ${line.slice(0, (output.columns ?? 80) - 3)}` : `  ${line}\n`);
    },
    end(): void {
      if (live) output.write('\r\u001b[2K');
    },
  };
}
