import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toChanged } from './to-changed.ts';

const written = {
  content: 'hello',
  createdAt: new Date(1000),
  editedAt: null,
  deletedAt: null,
  changedAt: null,
  appliedChanges: [] as string[],
};

describe('toChanged', () => {
  it('when the clock stands or goes back, dates each change later than the one before', () => {
    const steps = fc.array(fc.record({ at: fc.nat(5000), content: fc.string({ minLength: 1 }) }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (edits) => {
        let message: Parameters<typeof toChanged>[0] = written;
        for (const [index, { at, content }] of edits.entries()) {
          const changed = toChanged(message, { change: 'edit', content, requestId: `r${index}` }, new Date(at));
          expect(changed?.changedAt.getTime()).toBeGreaterThan((message.changedAt ?? message.createdAt).getTime());
          message = { ...message, ...changed };
        }
        expect(message.content).toBe(edits.at(-1)?.content ?? 'hello');
        expect(message.appliedChanges.length).toBeLessThanOrEqual(16);
      }),
    );
  });

  it('when a change comes a second time after a later one, leaves the later one', () => {
    const first = toChanged(written, { change: 'edit', content: 'one', requestId: 'a' }, new Date(2000));
    const second = toChanged(
      { ...written, ...first },
      { change: 'edit', content: 'two', requestId: 'b' },
      new Date(3000),
    );
    const now = { ...written, ...second };
    expect(toChanged(now, { change: 'edit', content: 'one', requestId: 'a' }, new Date(4000))).toBeNull();
  });

  it('when a message is deleted, empties it and lets nothing change it any more', () => {
    const deleted = toChanged(written, { change: 'delete', content: '', requestId: 'a' }, new Date(2000));
    expect(deleted).toMatchObject({ content: '', editedAt: null, deletedAt: new Date(2000) });
    const after = { ...written, ...deleted };
    expect(toChanged(after, { change: 'edit', content: 'back', requestId: 'b' }, new Date(3000))).toBeNull();
    expect(toChanged(after, { change: 'delete', content: '', requestId: 'c' }, new Date(3000))).toBeNull();
  });
});
