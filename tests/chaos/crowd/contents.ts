import type { Random } from '../random.ts';

const scraps = ['é à ü', '你好', '🙂👍🏽', '<b>not bold</b>', 'line one\nline two', '\t- item', '"quoted"', '$set {}'];

/** Something to write: short as people write, now and then long, and often with what breaks careless programs. */
export function writeContent(random: Random, begin: string): string {
  const scrap = random.chance(0.3) ? ` ${random.pick(scraps)}` : '';
  const length = random.chance(0.03) ? random.between(500, 4000) : random.between(0, 60);
  return `${begin}${scrap} ${'and so on '.repeat(Math.ceil(length / 10)).slice(0, length)}`.trim();
}
