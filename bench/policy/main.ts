import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPolicyFacts, defaultPolicySettings, mayMessage } from '@hallway/policy';
import { makeCrowd } from './crowd.ts';

/** Questions a second of one core that the policy must answer from warm caches. */
const bar = 10_000;
// Eight courses each, and as many people as the cache remembers by default.
const size = { people: 50_000, courses: 2000, coursesPerPerson: 8 };
// Small enough that the clock is looked at often, large enough that looking costs nothing.
const questionsPerLook = 1000;

interface Round {
  questions: number;
  allowed: number;
  perCpuSecond: number;
  /** Of the bar. */
  ratio: number;
}

const { values } = parseArgs({ options: { smoke: { type: 'boolean', default: false }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? 1);
const rounds = values.smoke ? 1 : 5;
const secondsPerRound = values.smoke ? 0.5 : 3;

const { reader, below, personId } = makeCrowd(size, seed);
const facts = createPolicyFacts({ reader });
// Stands for the poll of every four seconds: without it, facts are not trusted for longer than that.
const confirming = setInterval(() => facts.onConfirmed(performance.now()), 1000);

async function ask(): Promise<boolean> {
  const [a, b] = [personId(below(size.people)), personId(below(size.people))];
  const people = await facts.factsOf([a, b]);
  const [one, other] = [people.get(a), people.get(b)];
  if (!one || !other) throw new Error('somebody of the crowd is unknown');
  return mayMessage(one, other, { settings: defaultPolicySettings, now: Date.now() }).allowed;
}

async function runRound(seconds: number): Promise<Round> {
  const cpu = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  let [questions, allowed] = [0, 0];
  while (performance.now() < end) {
    for (let count = 0; count < questionsPerLook; count += 1) if (await ask()) allowed += 1;
    questions += questionsPerLook;
    // The timer that confirms needs its turn as well.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const used = process.cpuUsage(cpu);
  const perCpuSecond = questions / ((used.user + used.system) / 1e6);
  return { questions, allowed, perCpuSecond: Math.round(perCpuSecond), ratio: perCpuSecond / bar };
}

async function warmUp(): Promise<void> {
  for (let index = 0; index < size.people; index += 1) await facts.factsOf([personId(index)]);
  await runRound(values.smoke ? 0.2 : 2);
}

function write(measured: Round[]): void {
  const ratios = ratiosOf(measured);
  const median = medianOf(measured);
  const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()[0]?.toFixed(1)}`;
  const report = { name: 'policy', machine, node: process.version, seed, size, bar, median, rounds: measured };
  const text = [
    '# Policy questions from warm caches',
    '',
    `${machine}; Node ${process.version}; seed ${seed}; ${size.people} people of ${size.coursesPerPerson} courses each.`,
    `Work: the facts of two random people, and whether one may write to the other. Bar: ${bar} a CPU second.`,
    '',
    '| round | questions | allowed | a CPU second | of the bar |',
    '| --- | --- | --- | --- | --- |',
    ...measured.map(
      ({ questions, allowed, perCpuSecond, ratio }, index) =>
        `| ${index + 1} | ${questions} | ${allowed} | ${perCpuSecond} | ${ratio.toFixed(1)}× |`,
    ),
    '',
    `Median ${median.toFixed(1)}× of the bar, from ${ratios[0]?.toFixed(1)}× to ${ratios.at(-1)?.toFixed(1)}×.`,
    'It does not show what cold caches cost: four to nine queries for each group of people that is asked for.',
    '',
  ].join('\n');
  process.stdout.write(text);
  // What is kept is the last real measurement.
  if (values.smoke) return;
  const folder = join(import.meta.dirname, '..', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'policy.md'), text);
  writeFileSync(join(folder, 'policy.json'), `${JSON.stringify(report, null, 2)}\n`);
}

function ratiosOf(measured: Round[]): number[] {
  return measured.map(({ ratio }) => ratio).sort((a, b) => a - b);
}

function medianOf(measured: Round[]): number {
  const ratios = ratiosOf(measured);
  return ratios[Math.floor(ratios.length / 2)] ?? 0;
}

await warmUp();
const measured: Round[] = [];
for (let round = 0; round < rounds; round += 1) measured.push(await runRound(secondsPerRound));
clearInterval(confirming);
write(measured);
// Nothing was asked if nobody may write to anybody, or everybody to everybody.
if (measured.some(({ questions, allowed }) => allowed === 0 || allowed === questions)) process.exitCode = 1;
if (!values.smoke && medianOf(measured) < 1) process.exitCode = 1;
