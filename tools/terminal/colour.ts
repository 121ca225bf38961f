import { styleText } from 'node:util';

type Tone = 'good' | 'warn' | 'bad' | 'soft' | 'strong';

const STYLES = { good: 'green', warn: 'yellow', bad: 'red', soft: 'dim', strong: 'bold' } as const;

/** Colour only decorates: every line reads the same without it. `NO_COLOR` and pipes are respected. */
export function tint(tone: Tone, text: string): string {
  return styleText(STYLES[tone], text, { stream: process.stdout });
}

/** `1.2 s`, `45 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
