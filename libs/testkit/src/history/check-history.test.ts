import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyStories, type History, type RoomPlan, renderHistory, tellRoom } from '../../test/correct-history.ts';
import { corruptions, type Pick } from '../../test/corruptions.ts';
import { checkHistory } from './check-history.ts';
import { invariants } from './violations.ts';

const lively: RoomPlan[] = [
  {
    members: [0, 1, 2, 3],
    quartersRead: [4, 2, 0, 1],
    sends: (
      [
        'ok',
        'ok',
        'retried',
        'fail',
        'unknown-stored',
        'ok',
        'unknown-absent',
        'pending-stored',
        'ok',
        'pending-absent',
      ] as const
    ).map((ending, place) => ({ by: place % 3, ending, voidBefore: place === 5 })),
  },
  {
    members: [1, 4],
    quartersRead: [1],
    sends: Array.from({ length: 9 }, (_, by) => ({ by, ending: 'ok', voidBefore: false })),
  },
  { members: [0, 5], quartersRead: [0], sends: [] },
];

const tellLively = () => lively.map(tellRoom);
const brokenBy = (history: History) => Object.keys(checkHistory(history).totals);
const first: Pick = ([one]) => one;

describe('checkHistory', () => {
  it('when everything is right, reports nothing and counts all of it', () => {
    const { violations, counts } = checkHistory(renderHistory(tellLively()));
    expect(violations).toEqual([]);
    expect(counts).toMatchObject({
      ...{ invoked: 19, attempts: 20, ok: 14, failed: 1, unknown: 2, pending: 2, stored: 16, voids: 1, finalViews: 10 },
      ...{ lost: 0, doubled: 0, reordered: 0, illegitimate: 0, miscounted: 0, doubleEffects: 0, unresolved: 0 },
    });
  });

  it.each(corruptions)('when $what, reports $breaks and nothing else', ({ breaks, corrupt }) => {
    const history = corrupt(tellLively(), first);
    expect(history).not.toBeNull();
    expect(brokenBy(history as History)).toEqual([breaks]);
  });

  it('has a corruption for each invariant', () => {
    expect(new Set(corruptions.map(({ breaks }) => breaks))).toEqual(new Set(Object.keys(invariants)));
  });

  it('when any correct history is given, reports nothing', () => {
    fc.assert(
      fc.property(anyStories, (tell) => {
        expect(checkHistory(renderHistory(tell())).violations).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('when any one thing goes wrong in any history, reports exactly the invariant that it breaks', () => {
    let caught = 0;
    fc.assert(
      fc.property(
        anyStories,
        fc.constantFrom(...corruptions),
        fc.infiniteStream(fc.nat()),
        (tell, { breaks, corrupt }, numbers) => {
          const pick: Pick = (from) => from[(numbers.next().value ?? 0) % Math.max(1, from.length)];
          const history = corrupt(tell(), pick);
          if (history === null) return;
          caught += 1;
          expect(brokenBy(history)).toEqual([breaks]);
        },
      ),
      { numRuns: 500 },
    );
    expect(caught).toBeGreaterThan(200);
  });

  it('when the same promise is broken very often, counts all and keeps 20', () => {
    const history = renderHistory(tellLively());
    const received = history.events.find((event) => event.kind === 'received');
    for (let time = 0; time < 100; time += 1) {
      if (received)
        history.events.push({
          ...received,
          message: { ...received.message, messageId: `forged${time}`, clientMessageId: `f${time}` },
        });
    }
    const { violations, totals } = checkHistory(history);
    expect([violations.length, totals]).toEqual([20, { I6: 100 }]);
  });

  it('when somebody is removed and receives something at once, allows it', () => {
    const late = corruptions.find(({ what }) => what.startsWith('a removed member'));
    const history = late?.corrupt(tellLively(), first) as History;
    expect(checkHistory(history, { accessEndGraceMs: 8000 }).violations).toEqual([]);
  });

  it('when a client gives a message up and sends the next one, allows the first to come later', () => {
    const story = tellRoom(
      {
        members: [0, 1],
        quartersRead: [0],
        sends: [
          { by: 0, ending: 'unknown-stored', voidBefore: false },
          { by: 0, ending: 'ok', voidBefore: false },
        ],
      },
      0,
    );
    const [late, next] = story.rows;
    if (late && next) [late.seq, next.seq] = [next.seq, late.seq];
    expect(checkHistory(renderHistory([story])).violations).toEqual([]);
  });

  it('when an id was used for another content and that was refused, reports nothing', () => {
    const history = renderHistory(tellLively());
    const ok = history.events.find((event) => event.kind === 'ok' && event.op === 'send');
    if (ok?.kind !== 'ok' || ok.op !== 'send') throw new Error('The history has no send.');
    const { at, wallAt, client, userId, op, chatRoomId, clientMessageId } = ok;
    const other = { at, wallAt, client, userId, op, chatRoomId, clientMessageId, digest: 'other' };
    history.events.push({ kind: 'invoke', ...other }, { kind: 'fail', ...other, error: 'CLIENT_MESSAGE_ID_REUSED' });
    expect(checkHistory(history).violations).toEqual([]);
  });

  it('when a history has 150,000 events, decides within seconds', () => {
    const sends = (count: number): RoomPlan['sends'] =>
      Array.from({ length: count }, (_, by) => ({ by, ending: 'ok', voidBefore: false }));
    const tell = (count: number) =>
      renderHistory(
        Array.from({ length: 20 }, (_, room) =>
          tellRoom({ members: [0, 1, 2, 3, 4, 5], quartersRead: [4], sends: sends(count) }, room),
        ),
      );
    const time = (history: History) => {
      const startedAt = performance.now();
      expect(checkHistory(history).violations).toEqual([]);
      return performance.now() - startedAt;
    };
    const long = tell(1000);
    expect(long.events.length).toBeGreaterThan(150_000);
    time(tell(100));
    expect(time(long)).toBeLessThan(5000);
  }, 30_000);
});
