import type { CourseRole, Role } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { isProtectedFromBlock, knowsOf, mayMessage, toVia } from './may-message.ts';
import type { CoursePolicy, PersonFacts } from './person-facts.ts';
import { defaultPolicySettings, type PolicySettings } from './policy-settings.ts';

const now = Date.UTC(2026, 9, 1);
const dayMs = 24 * 3600 * 1000;
const cs101: CoursePolicy = { courseId: 'cs101', concludesAt: null, settings: {} };
const math201: CoursePolicy = { courseId: 'math201', concludesAt: null, settings: {} };

function person(id: string, role: Role, facts: Partial<PersonFacts> = {}): PersonFacts {
  const nothing = { safetyStaff: false, courses: [], children: [], blockedIds: new Set<string>() };
  return { id, role, roles: [role], active: true, ...nothing, ...facts };
}

const as = (role: CourseRole, ...courses: CoursePolicy[]) => ({ courses: courses.map((one) => ({ ...one, role })) });
const guardianOf = (childId: string, ...courses: CoursePolicy[]) => ({
  children: [{ childId, mayMessage: true, endsAt: null, courses }],
});

// The demo campus of the contract, section 8.
const campus = {
  john: person('john', 'student', as('student', cs101, math201)),
  sarah: person('sarah', 'student', as('student', cs101, math201)),
  mike: person('mike', 'student', as('student', cs101, math201)),
  maya: person('maya', 'student', as('student', cs101)),
  tom: person('tom', 'student', as('student', cs101)),
  alex: person('alex', 'student', as('student', cs101)),
  maria: person('maria', 'parent', guardianOf('john', cs101, math201)),
  peter: person('peter', 'parent', guardianOf('mike', cs101, math201)),
  chen: person('chen', 'instructor', as('instructor', cs101)),
  okafor: person('okafor', 'instructor', as('instructor', math201)),
  admin: person('admin', 'admin'),
};
type Name = keyof typeof campus;
const names = Object.keys(campus) as Name[];
const students: Name[] = ['john', 'sarah', 'mike', 'maya', 'tom', 'alex'];

const others = {
  ta: person('ta', 'student', as('ta', cs101)),
  observer: person('observer', 'student', as('observer', cs101)),
  stranger: person('stranger', 'student', as('student', { ...cs101, courseId: 'art1' })),
};

function decide(a: PersonFacts, b: PersonFacts, settings: Partial<PolicySettings> = {}) {
  const decision = mayMessage(a, b, { settings: { ...defaultPolicySettings, ...settings }, now });
  return decision.allowed ? decision.because.map(({ kind }) => kind) : decision.reason;
}

// Every allowed pair of the demo campus but those with the administrator, each once; all others are refused.
const related: [Name[], Name[], string[]][] = [
  [['john'], ['sarah', 'mike'], ['course', 'course']],
  [['sarah'], ['mike'], ['course', 'course']],
  [['john', 'sarah', 'mike'], ['maya', 'tom', 'alex'], ['course']],
  [['maya'], ['tom', 'alex'], ['course']],
  [['tom'], ['alex'], ['course']],
  [['chen'], students, ['course']],
  [['okafor'], ['john', 'sarah', 'mike'], ['course']],
  [['chen'], ['okafor'], ['colleague']],
  [['maria'], ['john'], ['child']],
  [['peter'], ['mike'], ['child']],
  [['maria', 'peter'], ['chen'], ['child-course']],
  [['maria', 'peter'], ['okafor'], ['child-course']],
];
const table = new Map<string, string[]>();
for (const [ones, twos, kinds] of related) {
  for (const one of ones) {
    for (const two of twos) {
      table.set(`${one} ${two}`, kinds);
      table.set(`${two} ${one}`, kinds[0] === 'child' ? ['parent'] : kinds);
    }
  }
}

describe('mayMessage by default', () => {
  it.each(names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b] as const)))(
    'when %s writes to %s of the demo campus, answers as the contract says',
    (a, b) => {
      const withAdmin = b === 'admin' ? ['administration'] : a === 'admin' ? ['administered'] : undefined;
      expect(decide(campus[a], campus[b])).toEqual(withAdmin ?? table.get(`${a} ${b}`) ?? 'NOT_RELATED');
    },
  );

  it.each(names)('when %s writes to themselves, refuses', (name) => {
    expect(decide(campus[name], campus[name])).toBe('NOT_RELATED');
  });

  it('when somebody assists in a course, is an instructor of it; who observes one is no party to it', () => {
    expect(decide(others.ta, campus.john)).toEqual(['course']);
    expect(decide(others.ta, campus.maria)).toEqual(['child-course']);
    expect(decide(others.ta, campus.okafor)).toBe('NOT_RELATED');
    expect(decide(others.observer, campus.john)).toBe('NOT_RELATED');
    expect(decide(others.observer, campus.chen)).toBe('NOT_RELATED');
  });
});

describe('mayMessage as an institution sets it', () => {
  const anyone = { studentsAmongThemselves: 'anyone' } as const;
  const staffOnly = { studentsAmongThemselves: 'staff-only' } as const;
  const noParents = { parents: false };

  it('when students may write to anyone, allows two who share nothing, and still no stranger of another role', () => {
    expect(decide(campus.john, others.stranger, anyone)).toEqual(['campus']);
    expect(decide(campus.john, campus.maya, anyone)).toEqual(['campus', 'course']);
    expect(decide(others.stranger, campus.okafor, anyone)).toBe('NOT_RELATED');
    expect(decide(campus.john, campus.peter, anyone)).toBe('NOT_RELATED');
  });

  it('when students may write to staff only, refuses students and keeps instructors and TAs', () => {
    expect(decide(campus.john, campus.sarah, staffOnly)).toBe('STUDENTS_OFF');
    expect(decide(campus.john, others.stranger, staffOnly)).toBe('STUDENTS_OFF');
    expect(decide(campus.john, others.ta, staffOnly)).toEqual(['course']);
    expect(decide(campus.john, campus.chen, staffOnly)).toEqual(['course']);
    expect(decide(campus.maya, campus.okafor, staffOnly)).toBe('NOT_RELATED');
  });

  it('when parents are off, refuses every family tie and keeps administrators', () => {
    expect(decide(campus.maria, campus.john, noParents)).toBe('PARENTS_OFF');
    expect(decide(campus.chen, campus.maria, noParents)).toBe('PARENTS_OFF');
    expect(decide(campus.maria, campus.peter, noParents)).toBe('PARENTS_OFF');
    expect(decide(campus.maria, campus.admin, noParents)).toEqual(['administration']);
  });
});

describe('mayMessage as a course sets it', () => {
  const closed: CoursePolicy = { ...cs101, settings: { studentsAmongThemselves: 'staff-only', parents: false } };
  const open: CoursePolicy = { ...math201, settings: { studentsAmongThemselves: 'shared-course', parents: true } };

  it('when the course is stricter, refuses what it gives and nothing else', () => {
    const [a, b] = [person('a', 'student', as('student', closed)), person('b', 'student', as('student', closed))];
    const teacher = person('t', 'instructor', as('instructor', closed));
    const parent = person('p', 'parent', guardianOf('a', closed));
    expect(decide(a, b)).toBe('STUDENTS_OFF');
    expect(decide(a, teacher)).toEqual(['course']);
    expect(decide(parent, teacher)).toBe('PARENTS_OFF');
    expect(decide(parent, a)).toEqual(['child']);
    const both = as('student', closed, math201);
    expect(decide(person('a', 'student', both), person('b', 'student', both))).toEqual(['course']);
  });

  it('when the course is wider than the institution, allows within it', () => {
    const [a, b] = [person('a', 'student', as('student', open)), person('b', 'student', as('student', open))];
    const settings = { studentsAmongThemselves: 'staff-only', parents: false } as const;
    const teacher = person('t', 'instructor', as('instructor', open));
    const parent = person('p', 'parent', guardianOf('a', open));
    expect(decide(a, b, settings)).toEqual(['course']);
    expect(decide(parent, teacher, settings)).toEqual(['child-course']);
    expect(decide(parent, a, settings)).toBe('PARENTS_OFF');
  });
});

describe('mayMessage in time', () => {
  const ended = (daysAgo: number): CoursePolicy => ({ ...cs101, concludesAt: now - daysAgo * dayMs });
  const pair = (course: CoursePolicy) =>
    [person('s', 'student', as('student', course)), person('t', 'instructor', as('instructor', course))] as const;

  it('when a course ended within the grace, allows; from then on it can only be read, by both sides', () => {
    const [student, teacher] = pair(ended(13.99));
    expect(decide(student, teacher)).toEqual(['course']);
    const [late, lateTeacher] = pair(ended(14));
    expect(decide(late, lateTeacher)).toBe('READ_ONLY');
    expect(decide(lateTeacher, late)).toBe('READ_ONLY');
    expect(decide(student, teacher, { courseGraceDays: 0 })).toBe('READ_ONLY');
    expect(decide(person('p', 'parent', guardianOf('s', ended(14))), lateTeacher)).toBe('READ_ONLY');
  });

  it('when another tie is left, allows because of that one alone', () => {
    const both = as('student', ended(20), math201);
    expect(decide(person('a', 'student', both), person('b', 'student', both))).toEqual(['course']);
  });

  it('when a guardianship ended or gives no right to write, gives no tie', () => {
    const parent = (facts: { mayMessage?: boolean; endsAt?: number }) =>
      person('maria', 'parent', {
        children: [{ childId: 'john', mayMessage: true, endsAt: null, courses: [cs101], ...facts }],
      });
    expect(decide(parent({ endsAt: now + 1 }), campus.chen)).toEqual(['child-course']);
    for (const facts of [{ endsAt: now }, { mayMessage: false }]) {
      expect(decide(parent(facts), campus.chen)).toBe('NOT_RELATED');
      expect(decide(parent(facts), campus.john)).toBe('NOT_RELATED');
      expect(decide(campus.john, parent(facts))).toBe('NOT_RELATED');
    }
  });
});

describe('mayMessage for somebody of several roles', () => {
  const teaching = person('both', 'instructor', {
    roles: ['instructor', 'parent'],
    ...as('instructor', math201),
    ...guardianOf('maya', cs101),
  });

  it('when each role gives ties, has all of them', () => {
    expect(decide(teaching, campus.maya)).toEqual(['child']);
    expect(decide(teaching, campus.john)).toEqual(['course']);
    expect(decide(teaching, campus.chen)).toEqual(['colleague', 'child-course']);
    const second = person('second', 'instructor', { roles: ['instructor', 'admin'] });
    expect(decide(second, others.stranger)).toEqual(['administered']);
  });

  it('when parents are off, keeps what the other role gives', () => {
    expect(decide(teaching, campus.maya, { parents: false })).toBe('PARENTS_OFF');
    expect(decide(teaching, campus.john, { parents: false })).toEqual(['course']);
    expect(decide(teaching, others.stranger, { parents: false })).toBe('NOT_RELATED');
  });
});

describe('mayMessage after a block', () => {
  const blocking = (one: PersonFacts, ...blocked: PersonFacts[]): PersonFacts => ({
    ...one,
    blockedIds: new Set(blocked.map(({ id }) => id)),
  });

  it('when a student blocked another, refuses both, and tells the blocked one nothing of it', () => {
    const john = blocking(campus.john, campus.sarah);
    const context = { settings: defaultPolicySettings, now };
    expect(mayMessage(john, campus.sarah, context)).toEqual({
      allowed: false,
      reason: 'BLOCKED',
      trueReason: 'BLOCKED',
      explanation: expect.stringContaining('block list'),
    });
    const told = mayMessage(campus.sarah, john, context);
    const unrelated = mayMessage(campus.sarah, others.stranger, context);
    expect({ ...told, trueReason: null }).toEqual({ ...unrelated, trueReason: null });
    expect(told).toMatchObject({ reason: 'NOT_RELATED', trueReason: 'BLOCKED' });
  });

  it('when staff of a shared course, safety staff or administrators are concerned, changes nothing', () => {
    const counsellor = { ...person('c', 'instructor'), safetyStaff: true };
    const teacher = person('t', 'instructor');
    for (const other of [campus.chen, others.ta, campus.admin]) {
      expect(decide(blocking(campus.john, other), other)).not.toBe('BLOCKED');
      expect(decide(campus.john, blocking(other, campus.john))).not.toBe('NOT_RELATED');
    }
    expect(decide(blocking(campus.maria, campus.chen), campus.chen)).toEqual(['child-course']);
    expect(decide(blocking(teacher, counsellor), counsellor)).toEqual(['colleague']);
    expect(decide(blocking(campus.chen, campus.okafor), campus.okafor)).toBe('BLOCKED');
    expect(decide(blocking(campus.john, others.stranger), others.stranger)).toBe('NOT_RELATED');
  });

  it('when somebody must stay reachable, is protected from a block', () => {
    const context = { settings: defaultPolicySettings, now };
    const isProtected = (a: PersonFacts, b: PersonFacts) => isProtectedFromBlock(a, b, context);
    expect(isProtected(campus.john, campus.chen)).toBe(true);
    expect(isProtected(campus.john, others.ta)).toBe(true);
    expect(isProtected(campus.maria, campus.chen)).toBe(true);
    expect(isProtected(others.stranger, campus.admin)).toBe(true);
    expect(isProtected(campus.john, { ...others.stranger, safetyStaff: true })).toBe(true);
    expect(isProtected(campus.john, campus.sarah)).toBe(false);
    expect(isProtected(campus.maya, campus.okafor)).toBe(false);
    expect(isProtected(campus.chen, campus.okafor)).toBe(false);
  });
});

describe('knowsOf', () => {
  it('when two share a course or a family in whatever way, or one blocked the other, is true', () => {
    expect(knowsOf(others.observer, campus.john)).toBe(true);
    expect(knowsOf(campus.maria, campus.john)).toBe(true);
    expect(knowsOf(campus.john, campus.maria)).toBe(true);
    expect(knowsOf({ ...campus.john, blockedIds: new Set(['stranger']) }, others.stranger)).toBe(true);
    expect(knowsOf(others.stranger, { ...campus.john, blockedIds: new Set(['stranger']) })).toBe(false);
    expect(knowsOf(campus.maria, campus.peter)).toBe(false);
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
