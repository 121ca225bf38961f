import { describe, expect, it } from 'vitest';
import { createMakeChange } from './make-change.ts';

const actor = { id: 'a'.repeat(24), sessionId: 'b'.repeat(24), address: '::1' };
const change = {
  action: 'user.renamed',
  targetId: 'c'.repeat(24),
  announce: { kind: 'person', personIds: ['p'] },
} as const;

function setUp(fault: Error | null = null) {
  const done: string[] = [];
  const auditLog = {
    append: async ({ action }: { action: string }) => {
      if (fault) throw fault;
      done.push(`audited ${action}`);
    },
    list: async () => [],
  };
  const changes = {
    publish: async ([first]: readonly { personIds?: readonly string[] }[]) => {
      done.push(`announced ${first?.personIds}`);
    },
  };
  return { done, makeChange: createMakeChange({ auditLog, changes }) };
}

describe('makeChange', () => {
  it('when all goes well, audits, writes and announces in this order, and answers what was written', async () => {
    const { done, makeChange } = setUp();
    const write = async () => {
      done.push('written');
      return 7;
    };
    expect(await makeChange(actor, change, write)).toBe(7);
    expect(done).toEqual(['audited user.renamed', 'written', 'announced p']);
  });

  it('when it cannot be audited, changes and announces nothing', async () => {
    const { done, makeChange } = setUp(new Error('MongoDB is away'));
    await expect(makeChange(actor, change, async () => done.push('written'))).rejects.toThrow('MongoDB is away');
    expect(done).toEqual([]);
  });

  it('when the write fails, announces all the same: it may have been stored', async () => {
    const { done, makeChange } = setUp();
    const write = () => Promise.reject(new Error('no answer'));
    await expect(makeChange(actor, change, write)).rejects.toThrow('no answer');
    expect(done).toEqual(['audited user.renamed', 'announced p']);
  });
});
