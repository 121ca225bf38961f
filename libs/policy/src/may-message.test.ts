import type { CourseRole, Role } from '@hallway/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayMessage, type PersonFacts, toVia } from './may-message.ts';
import { defaultPolicySettings, type PolicySettings } from './policy-settings.ts';

function person(id: string, role: Role, facts: Partial<PersonFacts> = {}): PersonFacts {
  return { id, role, active: true, courses: [], childIds: [], childCourseIds: [], ...facts };
}

const inCourse = (role: CourseRole, courseId = 'cs101') => ({ courses: [{ courseId, role }] });

const people = {
  john: person('john', 'student', inCourse('student')),
  sarah: person('sarah', 'student', inCourse('student')),
  otherStudent: person('otherStudent', 'student', inCourse('student', 'art1')),
  ta: person('ta', 'student', inCourse('ta')),
  observer: person('observer', 'student', inCourse('observer')),
  chen: person('chen', 'instructor', inCourse('instructor')),
  okafor: person('okafor', 'instructor', inCourse('instructor', 'art1')),
  maria: person('maria', 'parent', { childIds: ['john'], childCourseIds: ['cs101'] }),
  peter: person('peter', 'parent', { childIds: ['otherStudent'], childCourseIds: ['art1'] }),
  admin: person('admin', 'admin'),
  otherAdmin: person('otherAdmin', 'admin'),
};
type Name = keyof typeof people;
const names = Object.keys(people) as Name[];

// Every allowed pair of the default policy, each once; all others are refused with NOT_RELATED.
const related: [Name, Name, string[]][] = [
  ['john', 'sarah', ['course']],
  ['john', 'ta', ['course']],
  ['john', 'chen', ['course']],
  ['sarah', 'ta', ['course']],
  ['sarah', 'chen', ['course']],
  ['ta', 'chen', ['course']],
  ['otherStudent', 'okafor', ['course']],
  ['chen', 'okafor', ['colleague']],
  ['maria', 'john', ['child']],
  ['maria', 'chen', ['child-course']],
  ['maria', 'ta', ['child-course']],
  ['peter', 'otherStudent', ['child']],
  ['peter', 'okafor', ['child-course']],
];

function decide(a: Name, b: Name, settings: PolicySettings = defaultPolicySettings) {
  const decision = mayMessage(people[a], people[b], settings);
  return decision.allowed ? decision.because.map(({ kind }) => kind) : decision.reason;
}

describe('mayMessage by default', () => {
  const listed = new Map(related.map(([a, b, kinds]) => [`${a} ${b}`, kinds]));
  const pairs = names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b] as const));
  const isAdmin = (name: Name) => people[name].role === 'admin';

  it.each(pairs.filter(([a, b]) => !isAdmin(a) && !isAdmin(b)))(
    'when %s writes to %s, answers as the table',
    (a, b) => {
      const forward = listed.get(`${a} ${b}`);
      const backward = listed.get(`${b} ${a}`)?.map((kind) => (kind === 'child' ? 'parent' : kind));
      expect(decide(a, b)).toEqual(forward ?? backward ?? 'NOT_RELATED');
    },
  );

  it.each(pairs.filter(([a, b]) => isAdmin(a) || isAdmin(b)))(
    'when %s writes to %s, allows what has an admin',
    (a, b) => {
      expect(decide(a, b)).toContain(isAdmin(b) ? 'administration' : 'administered');
    },
  );

  it.each(names)('when %s writes to themselves, refuses', (name) => {
    expect(decide(name, name)).toBe('NOT_RELATED');
  });
});

describe('mayMessage as an institution sets it', () => {
  const anyone: PolicySettings = { studentsAmongThemselves: 'anyone', parents: true };
  const staffOnly: PolicySettings = { studentsAmongThemselves: 'staff-only', parents: true };
  const noParents: PolicySettings = { studentsAmongThemselves: 'shared-course', parents: false };

  it('when students may write to anyone, allows two who share nothing, and still no stranger of another role', () => {
    expect(decide('john', 'otherStudent', anyone)).toEqual(['campus']);
    expect(decide('john', 'sarah', anyone)).toEqual(['campus', 'course']);
    expect(decide('john', 'okafor', anyone)).toBe('NOT_RELATED');
    expect(decide('john', 'peter', anyone)).toBe('NOT_RELATED');
  });

  it('when students may write to staff only, refuses students and keeps instructors and TAs', () => {
    expect(decide('john', 'sarah', staffOnly)).toBe('STUDENTS_OFF');
    expect(decide('john', 'otherStudent', staffOnly)).toBe('STUDENTS_OFF');
    expect(decide('john', 'ta', staffOnly)).toEqual(['course']);
    expect(decide('john', 'chen', staffOnly)).toEqual(['course']);
    expect(decide('john', 'okafor', staffOnly)).toBe('NOT_RELATED');
  });

  it('when parents are off, refuses every family tie and keeps administrators', () => {
    expect(decide('maria', 'john', noParents)).toBe('PARENTS_OFF');
    expect(decide('chen', 'maria', noParents)).toBe('PARENTS_OFF');
    expect(decide('maria', 'peter', noParents)).toBe('PARENTS_OFF');
    expect(decide('maria', 'admin', noParents)).toEqual(['administration']);
  });
});

const anyPerson = fc.record({
  id: fc.string({ minLength: 1, maxLength: 3 }),
  role: fc.constantFrom<Role[]>('student', 'parent', 'instructor', 'admin'),
  active: fc.boolean(),
  courses: fc.uniqueArray(
    fc.record({
      courseId: fc.constantFrom('c1', 'c2', 'c3'),
      role: fc.constantFrom<CourseRole[]>('student', 'ta', 'instructor', 'observer'),
    }),
    { selector: ({ courseId }) => courseId },
  ),
  childIds: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  childCourseIds: fc.uniqueArray(fc.constantFrom('c1', 'c2', 'c3')),
});
const anySettings = fc.record({
  studentsAmongThemselves: fc.constantFrom('anyone' as const, 'shared-course' as const, 'staff-only' as const),
  parents: fc.boolean(),
});
const twoPeople = fc.tuple(anyPerson, anyPerson).filter(([a, b]) => a.id !== b.id);

describe('mayMessage for any two people', () => {
  it('when the two change places, allows or refuses alike and for the same reason', () => {
    fc.assert(
      fc.property(twoPeople, anySettings, ([a, b], settings) => {
        const there = mayMessage(a, b, settings);
        const back = mayMessage(b, a, settings);
        expect(back.allowed).toBe(there.allowed);
        if (!there.allowed && !back.allowed) expect(back.reason).toBe(there.reason);
      }),
    );
  });

  it('when one is an admin, allows under all settings', () => {
    fc.assert(
      fc.property(twoPeople, anySettings, ([a, b], settings) => {
        expect(mayMessage({ ...a, role: 'admin' }, b, settings).allowed).toBe(true);
        expect(mayMessage(b, { ...a, role: 'admin' }, settings).allowed).toBe(true);
      }),
    );
  });

  it('when settings become wider, never takes a right away', () => {
    fc.assert(
      fc.property(twoPeople, anySettings, ([a, b], settings) => {
        if (!mayMessage(a, b, settings).allowed) return;
        expect(mayMessage(a, b, { studentsAmongThemselves: 'anyone', parents: true }).allowed).toBe(true);
      }),
    );
  });

  it('when somebody is deactivated, decides the same: reaching them is the question of the doors', () => {
    fc.assert(
      fc.property(twoPeople, anySettings, ([a, b], settings) => {
        const active = mayMessage({ ...a, active: true }, { ...b, active: true }, settings);
        expect(mayMessage({ ...a, active: false }, { ...b, active: false }, settings)).toEqual(active);
      }),
    );
  });

  it('when allowed, names a tie; when refused, explains without a name', () => {
    fc.assert(
      fc.property(twoPeople, anySettings, ([a, b], settings) => {
        const decision = mayMessage(a, b, settings);
        if (decision.allowed) expect(decision.because.length).toBeGreaterThan(0);
        else expect(decision.explanation).toMatch(/^You can't message this person: .+\.$/);
      }),
    );
  });
});

describe('toVia', () => {
  it('when ties repeat a course or have no text, gives each text once', () => {
    const codes = new Map([['c1', 'CS101']]);
    const texts = toVia(
      [
        { kind: 'administered' },
        { kind: 'child' },
        { kind: 'course', courseId: 'c1' },
        { kind: 'child-course', courseId: 'c1' },
        { kind: 'course', courseId: 'unknown' },
      ],
      codes,
    );
    expect(texts).toEqual(['Child', 'CS101']);
  });
});
