import type { Evidence } from '../report/evidence.ts';
import { amount, type Figure, words } from '../report/figures.ts';
import { type HeapSample, heapGrowthOf } from '../report/heap-growth.ts';
import { sampleProcesses } from '../report/process-samples.ts';
import type { Mark, Scenario, Stage } from '../scenario.ts';
import { takeStoreAway } from './store-scenarios.ts';

type Trouble = (stage: Stage) => Promise<void>;

/** In a full run one of each kind is never killed, so that something lives long enough for its memory to be judged. */
function mortals({ short }: Stage, names: string[]): string[] {
  return short ? names : names.slice(0, Math.max(1, names.length - 1));
}

const harmless: Trouble[] = [
  async (stage) => stage.fault('all connections are cut', () => void stage.system.proxies.door.reset()),
  async (stage) => {
    const ms = stage.random.between(500, 4000);
    await stage.fault(`Redis away, ${ms} ms`, () =>
      takeStoreAway(stage, 'redis', { kill: stage.random.chance(0.5), ms }),
    );
  },
  async (stage) => {
    const ms = stage.random.between(500, 6000);
    await stage.fault(`MongoDB away, ${ms} ms`, () => takeStoreAway(stage, 'mongo', { kill: false, ms }));
  },
  async (stage) => {
    const name = stage.random.pick([...stage.system.gateways, ...stage.system.messageServices]);
    await stage.fault(`SIGSTOP ${name}`, async () => {
      stage.system.signal(name, 'SIGSTOP');
      await stage.pause(stage.random.between(500, 6000));
      stage.system.signal(name, 'SIGCONT');
    });
  },
  async (stage) => {
    const { door } = stage.system.proxies;
    const latencyMs = stage.random.between(20, 300);
    await stage.fault(`a slow network, ${latencyMs} ms`, () =>
      door.during({ latencyMs, jitterMs: latencyMs / 2 }, 3000),
    );
  },
];

const deadly: Trouble[] = [
  async (stage) => kill(stage, stage.random.pick(mortals(stage, stage.system.gateways))),
  async (stage) => kill(stage, stage.random.pick(mortals(stage, stage.system.messageServices))),
];

/** There is one of each: in a full run they die in its first third only. */
const deadlyAtFirst: Trouble[] = [async (stage) => kill(stage, 'worker'), async (stage) => kill(stage, 'auth')];

function kill(stage: Stage, name: string): Promise<void> {
  return stage.fault(`kill -9 ${name}`, () => stage.system.signal(name, 'SIGKILL'));
}

export const mixedTroubles: Scenario = {
  id: 'T10',
  title: 'Everything at random, for long',
  bars: { failedSends: 0 },
  shortSeconds: 12,
  async disturb(stage) {
    const beganAt = Date.now();
    const sampling = stage.short ? null : sampleProcesses(stage);
    try {
      while (!stage.isOver()) {
        await stage.pause(stage.random.between(500, stage.short ? 1500 : 8000));
        const isEarly = stage.short || Date.now() - beganAt < (stage.seconds * 1000) / 3;
        await stage.random.pick([...harmless, ...deadly, ...(isEarly ? deadlyAtFirst : [])])(stage);
      }
    } finally {
      await sampling?.stop();
    }
  },
  report({ stage, marks, faults }) {
    const counts = Object.entries(Object.groupBy(faults, ({ label }) => label.split(',')[0] ?? label));
    const shared = [
      amount('faults', faults.length),
      words('faults by kind', counts.map(([label, some]) => `${label} ${some?.length}`).join(', ')),
    ];
    if (stage.short) return { figures: shared, missed: [] };
    const { figures, missed } = heapGrowthOf(toHeaps(marks));
    return { figures: [...shared, ...figures, ...fileFigures(marks)], missed };
  },
};

function toHeaps(marks: Mark[]): HeapSample[] {
  return marks.flatMap(({ what, value, at }) => {
    const [kind, name = '', pid = ''] = what.split(':');
    return kind === 'heap' ? [{ name, pid: Number(pid), at, mb: value }] : [];
  });
}

/** Open files of each process when it was first looked at, and when it was last. */
function fileFigures(marks: Evidence['marks']): Figure[] {
  const files = marks.filter(({ what }) => what.startsWith('files:'));
  return [...Map.groupBy(files, ({ what }) => what.split(':')[1] ?? '')].map(([name, own]) => {
    const lives = [...Map.groupBy(own, ({ what }) => what).values()];
    const longest = lives.toSorted((a, b) => b.length - a.length)[0] ?? [];
    return words(`open files of ${name}`, `${longest[0]?.value} → ${longest.at(-1)?.value}`);
  });
}
