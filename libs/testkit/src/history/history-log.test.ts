import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderHistory, tellRoom } from '../../test/correct-history.ts';
import { checkHistory } from './check-history.ts';
import { checkHistoryFiles } from './check-history-files.ts';
import type { HistoryEvent } from './history-event.ts';
import { createHistoryWriter, readHistory } from './history-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'hallway-history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const marker = (label: string) => ({ kind: 'marker' as const, label });

async function readAll(path: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const event of readHistory(path)) events.push(event);
  return events;
}

describe('createHistoryWriter', () => {
  it('when events are recorded, stamps them with both clocks and keeps their order', async () => {
    const path = join(folder, 'order.jsonl');
    const writer = createHistoryWriter(path);
    const before = Date.now();
    for (let number = 0; number < 3000; number += 1) writer.record(marker(`${number} é`));
    writer.close();
    const events = await readAll(path);
    expect(events.map((event) => event.kind === 'marker' && event.label)).toEqual(
      Array.from({ length: 3000 }, (_, number) => `${number} é`),
    );
    expect(events.every(({ at, wallAt }, place) => wallAt >= before && at >= (events[place - 1]?.at ?? 0))).toBe(true);
  });

  it('when opened again, continues the file', async () => {
    const path = join(folder, 'again.jsonl');
    for (const label of ['first', 'second']) {
      const writer = createHistoryWriter(path);
      writer.record(marker(label));
      writer.close();
    }
    expect(await readAll(path)).toHaveLength(2);
  });
});

describe('readHistory', () => {
  it('when the last line was never finished, leaves it out', async () => {
    const path = join(folder, 'torn.jsonl');
    const writer = createHistoryWriter(path);
    writer.record(marker('whole'));
    writer.close();
    appendFileSync(path, '{"at":1,"kind":"mar');
    expect(await readAll(path)).toMatchObject([{ label: 'whole' }]);
  });

  it.each([
    ['no JSON', '{"at":1,'],
    ['an unknown kind', '{"at":1,"wallAt":1,"kind":"guess"}'],
    ['a missing field', '{"at":1,"wallAt":1,"kind":"marker"}'],
  ])('when a line is %s, says which', async (_what, line) => {
    const path = join(folder, 'bad.jsonl');
    writeFileSync(path, `{"at":1,"wallAt":1,"kind":"marker","label":"fine"}\n${line}\n`);
    await expect(readAll(path)).rejects.toThrow(`line 2 of ${path}`);
  });
});

describe('checkHistoryFiles', () => {
  it('when a history is spread over files, one for each client, decides as in one piece', async () => {
    const sends = Array.from({ length: 40 }, (_, by) => ({ by, ending: 'retried' as const, voidBefore: by === 7 }));
    const history = renderHistory([tellRoom({ members: [0, 1, 2], quartersRead: [2], sends }, 0)]);
    const lines = Map.groupBy(history.events, (event) => ('client' in event ? event.client : 'harness'));
    const paths = [...lines].map(([client, events]) => {
      const path = join(folder, `${client.replace('/', '-')}.jsonl`);
      writeFileSync(path, `${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
      return path;
    });
    const verdict = await checkHistoryFiles({ paths: paths.reverse(), dump: history.dump });
    expect(verdict).toEqual(checkHistory(history));
    expect(verdict.violations).toEqual([]);
  });
});
