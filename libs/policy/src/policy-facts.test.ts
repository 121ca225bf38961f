import { describe, expect, it } from 'vitest';
import { createPolicyFacts } from './policy-facts.ts';
import type { OwnFacts } from './read-facts.ts';

/** A database of one student in one course, whose parent is known as well; it can be slow and can fail. */
function setUp({ maxPeople = 100 }: { maxPeople?: number } = {}) {
  const clock = { now: 1000 };
  const own = (id: string): OwnFacts => ({
    id,
    role: 'student',
    roles: ['student'],
    active: true,
    safetyStaff: false,
    enrolments: [],
    guardianships: [],
    blockedIds: new Set(),
  });
  const stored = new Map<string, OwnFacts>([
    ['john', { ...own('john'), enrolments: [{ courseId: 'cs', role: 'student' }] }],
    ['maria', { ...own('maria'), guardianships: [{ childId: 'john', mayMessage: true, endsAt: null }] }],
  ]);
  const course = { courseId: 'cs', concludesAt: null as number | null, settings: {} };
  const reads: string[][] = [];
  const gate: { hold: Promise<void> | null; fail: boolean } = { hold: null, fail: false };
  const facts = createPolicyFacts({
    now: () => clock.now,
    maxPeople,
    reader: {
      async readPeople(ids) {
        reads.push(ids);
        if (gate.fail) throw new Error('the database is away');
        const answer = new Map(ids.flatMap((id) => (stored.has(id) ? [[id, structuredClone(stored.get(id)!)]] : [])));
        await gate.hold;
        return answer;
      },
      readCourses: async (ids) => new Map(ids.includes('cs') ? [['cs', { ...course }]] : []),
    },
  });
  const leave = () => stored.get('john')!.enrolments.pop();
  const coursesOf = async (id: string) => (await facts.factsOf([id])).get(id)?.courses.map(({ courseId }) => courseId);
  const change = (personIds: string[]) => ({
    at: new Date(0).toISOString(),
    kind: 'enrolment' as const,
    personIds,
    courseIds: [],
  });
  return { facts, clock, stored, course, reads, gate, leave, coursesOf, change };
}

describe('factsOf', () => {
  it('when asked again, reads nothing, also of nobody', async () => {
    const { facts, reads } = setUp();
    await facts.factsOf(['john', 'nobody']);
    expect([...(await facts.factsOf(['nobody', 'john'])).keys()]).toEqual(['john']);
    expect(reads).toEqual([['john', 'nobody']]);
  });

  it('when a person changed, reads that person again, also as the child of a parent', async () => {
    const { facts, coursesOf, leave, change } = setUp();
    const ofChild = async () => (await facts.factsOf(['maria'])).get('maria')!.children[0]!.courses;
    expect(await ofChild()).toHaveLength(1);
    expect(await coursesOf('john')).toEqual(['cs']);
    leave();
    facts.onChanges([change(['john'])]);
    expect(await coursesOf('john')).toEqual([]);
    expect(await ofChild()).toEqual([]);
  });

  it('when a course changed, reads it again for everybody and nobody else', async () => {
    const { facts, course, reads } = setUp();
    const endOf = async () => (await facts.factsOf(['john'])).get('john')!.courses[0]!.concludesAt;
    expect(await endOf()).toBeNull();
    course.concludesAt = 7;
    facts.onChanges([{ at: '', kind: 'course', personIds: [], courseIds: ['cs'] }]);
    expect(await endOf()).toBe(7);
    expect(reads).toHaveLength(1);
  });

  it('when it is not said whose facts changed, or something may be missing, forgets everybody', async () => {
    const { facts, coursesOf, leave, change, stored } = setUp();
    expect(await coursesOf('john')).toEqual(['cs']);
    leave();
    facts.onChanges([change([])]);
    expect(await coursesOf('john')).toEqual([]);
    stored.get('john')!.enrolments.push({ courseId: 'cs', role: 'student' });
    facts.onGap();
    expect(await coursesOf('john')).toEqual(['cs']);
  });

  it.each(['a change', 'a gap'])(
    'when %s comes while a person is read, does not remember what was read',
    async (what) => {
      const { facts, coursesOf, leave, gate, change } = setUp();
      const { promise, resolve: release } = Promise.withResolvers<void>();
      gate.hold = promise;
      const before = coursesOf('john');
      leave();
      if (what === 'a gap') facts.onGap();
      else facts.onChanges([change(['john'])]);
      release();
      expect(await before).toEqual(['cs']);
      expect(await coursesOf('john')).toEqual([]);
    },
  );

  it('when nothing confirms what is remembered, trusts it for less than six seconds; polls keep it trusted', async () => {
    const { facts, clock, coursesOf, leave, reads } = setUp();
    await coursesOf('john');
    for (let poll = 0; poll < 10; poll += 1) {
      clock.now += 4000;
      facts.onConfirmed(clock.now);
      await coursesOf('john');
    }
    expect(reads).toHaveLength(1);
    leave();
    clock.now += 5500;
    expect(await coursesOf('john')).toEqual([]);
  });

  it('when neither polls nor the database answer, refuses to answer from what is too old', async () => {
    const { clock, coursesOf, gate } = setUp();
    await coursesOf('john');
    gate.fail = true;
    clock.now += 5499;
    expect(await coursesOf('john')).toEqual(['cs']);
    clock.now += 1;
    await expect(coursesOf('john')).rejects.toThrow('away');
  });

  it('when asked for what is true now, reads it, and remembers that', async () => {
    const { facts, coursesOf, leave } = setUp();
    await coursesOf('john');
    leave();
    expect((await facts.factsOf(['john'], { fresh: true })).get('john')?.courses).toEqual([]);
    expect(await coursesOf('john')).toEqual([]);
  });

  it('when more people are asked for than it may remember, forgets who was asked for longest ago', async () => {
    const { facts, reads } = setUp({ maxPeople: 2 });
    for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) await facts.factsOf([id]);
    expect(reads).toEqual([['a'], ['b'], ['c'], ['b']]);
  });
});
