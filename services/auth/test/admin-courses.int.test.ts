import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminFixture, startAdmin } from './admin-fixture.ts';

let admin: AdminFixture;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

const nobody = 'ffffffffffffffffffffffff';
const freshCode = () => `C${randomBytes(4).toString('hex')}`;
const codeOf = (answer: { status: number; json: { error: { code: string } } }) => [
  answer.status,
  answer.json.error.code,
];

async function newCourse(extra: object = {}) {
  const answer = await admin.as('POST /api/admin/courses', { code: freshCode(), title: 'T', term: 'Spring', ...extra });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json.course as { id: string; code: string; concludesAt: string | null; term: string };
}

async function newTerm(title: string, endsAt = '2027-01-31T00:00:00.000Z') {
  const body = { title, startsAt: '2026-09-01T00:00:00.000Z', endsAt };
  return (await admin.as('POST /api/admin/terms', body)).json.term as { id: string; endsAt: string };
}

async function newSection(courseId: string, title: string): Promise<string> {
  return (await admin.as(`POST /api/admin/courses/${courseId}/sections`, { title })).json.section.id;
}

const enrolmentOf = (userId: string) =>
  admin.connection
    .collection('enrolments')
    .find()
    .toArray()
    .then((all) => all.find((one) => one.userId.toHexString() === userId)!);

async function membersOf(courseId: string, query = '') {
  const { json } = await admin.as(`GET /api/admin/courses/${courseId}/members?${query}`);
  return json.members as { user: { id: string }; role: string; sectionIds: string[]; status: string }[];
}

describe('courses', () => {
  it('when one is made, answers it, lists it, audits and announces it', async () => {
    const code = freshCode();
    const body = { code, title: 'Optics', term: 'Spring 2027' };
    const answer = await admin.as('POST /api/admin/courses', body);
    const course = { ...body, termId: null, concludesAt: null, settings: {} };
    const expected = { ...course, id: expect.any(String), createdAt: expect.any(String) };
    expect([answer.status, answer.json]).toEqual([201, { course: expected }]);
    const { id } = answer.json.course;
    expect((await admin.as(`GET /api/admin/courses/${id}`)).json).toEqual({ course: expected });
    expect((await admin.as(`GET /api/admin/courses?query=${code.toLowerCase()}`)).json.courses).toEqual([expected]);
    expect((await admin.audited(id))[0]?.action).toBe('course.created');
    expect(await admin.announced()).toContainEqual(expect.objectContaining({ kind: 'course', courseIds: [id] }));
  });

  it('when its code is taken in the term, in whatever case, answers CONFLICT; in another term makes it', async () => {
    const { code } = await newCourse();
    const again = { code: code.toLowerCase(), title: 'T', term: 'SPRING' };
    expect(codeOf(await admin.as('POST /api/admin/courses', again))).toEqual([409, 'CONFLICT']);
    const other = await newCourse({ code, term: 'Autumn' });
    expect(codeOf(await admin.as(`PATCH /api/admin/courses/${other.id}`, { term: 'Spring' }))).toEqual([
      409,
      'CONFLICT',
    ]);
  });

  it('when its code is taken in a term that was renamed since, answers CONFLICT', async () => {
    const term = await newTerm('First name');
    const { code } = await newCourse({ term: 'First name', termId: term.id });
    await admin.as(`PATCH /api/admin/terms/${term.id}`, { title: 'Second name' });
    const again = { code, title: 'T', term: 'Second name', termId: term.id };
    expect(codeOf(await admin.as('POST /api/admin/courses', again))).toEqual([409, 'CONFLICT']);
    expect((await newCourse({ code, term: 'Second name' })).term).toBe('Second name');
  });

  it('when changed, answers the new state and leaves the rest', async () => {
    const { id, code } = await newCourse();
    const settings = { studentsAmongThemselves: 'staff-only', parents: false };
    const concludesAt = '2027-02-01T12:00:00.000Z';
    const body = { title: 'New', concludesAt, settings };
    const answer = await admin.as(`PATCH /api/admin/courses/${id}`, body);
    expect([answer.status, answer.json.course]).toEqual([
      200,
      expect.objectContaining({ ...body, code, term: 'Spring' }),
    ]);
    const cleared = await admin.as(`PATCH /api/admin/courses/${id}`, { concludesAt: null, settings: {} });
    expect(cleared.json.course).toMatchObject({ title: 'New', concludesAt: null, settings: {} });
  });

  it('when it is of a term, ends with it and follows it, unless its end was set by hand', async () => {
    const term = await newTerm('Winter');
    const follows = await newCourse({ term: 'Winter', termId: term.id });
    const byHand = await newCourse({ term: 'Winter', termId: term.id, concludesAt: '2026-12-01T00:00:00.000Z' });
    expect([follows.concludesAt, byHand.concludesAt]).toEqual([term.endsAt, '2026-12-01T00:00:00.000Z']);
    const endsAt = '2027-03-01T00:00:00.000Z';
    const changed = await admin.as(`PATCH /api/admin/terms/${term.id}`, { title: 'Long winter', endsAt });
    expect([changed.status, changed.json.term]).toEqual([
      200,
      expect.objectContaining({ title: 'Long winter', endsAt }),
    ]);
    const { courses } = (await admin.as(`GET /api/admin/courses?termId=${term.id}`)).json;
    expect(
      Object.fromEntries(
        courses.map((course: { id: string; term: string; concludesAt: string }) => [
          course.id,
          [course.term, course.concludesAt],
        ]),
      ),
    ).toEqual({
      [follows.id]: ['Long winter', endsAt],
      [byHand.id]: ['Long winter', '2026-12-01T00:00:00.000Z'],
    });
    const next = await newTerm('Summer', '2027-09-30T00:00:00.000Z');
    const moved = await admin.as(`PATCH /api/admin/courses/${follows.id}`, { termId: next.id });
    expect(moved.json.course).toMatchObject({ term: 'Summer', termId: next.id, concludesAt: next.endsAt });
    const out = await admin.as(`PATCH /api/admin/courses/${follows.id}`, { termId: null });
    expect(out.json.course).toMatchObject({ term: 'Summer', termId: null, concludesAt: next.endsAt });
  });

  it.each([
    [{ code: '' }],
    [{ title: ' ' }],
    [{ term: undefined }],
    [{ concludesAt: 'tomorrow' }],
    [{ concludesAt: '2027-02-31T00:00:00.000Z' }],
    [{ settings: { parents: 'no' } }],
    [{ settings: { colour: 'red' } }],
    [{ colour: 'red' }],
  ])('when the body has %j, answers VALIDATION_FAILED', async (wrong) => {
    const body = { code: freshCode(), title: 'T', term: 'T', ...wrong };
    expect(codeOf(await admin.as('POST /api/admin/courses', body))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('when there is no such course or term, answers NOT_FOUND', async () => {
    const { id } = await newCourse();
    expect(codeOf(await admin.as(`GET /api/admin/courses/${nobody}`))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await admin.as(`PATCH /api/admin/courses/${nobody}`, { title: 'T' }))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await admin.as(`PATCH /api/admin/courses/${id}`, { termId: nobody }))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await admin.as(`PATCH /api/admin/terms/${nobody}`, {}))).toEqual([404, 'NOT_FOUND']);
  });

  it('when a term ends before it begins, answers VALIDATION_FAILED; the list begins with the latest', async () => {
    const body = { title: 'Backwards', startsAt: '2030-02-01T00:00:00.000Z', endsAt: '2030-01-01T00:00:00.000Z' };
    expect(codeOf(await admin.as('POST /api/admin/terms', body))).toEqual([400, 'VALIDATION_FAILED']);
    await admin.as('POST /api/admin/terms', { ...body, title: 'Later', endsAt: '2030-06-01T00:00:00.000Z' });
    expect((await admin.as('GET /api/admin/terms?limit=1')).json.terms[0].title).toBe('Later');
  });
});

describe('members', () => {
  it('when somebody is put, changed, put again and dropped, the course follows and what ended stays', async () => {
    const { id } = await newCourse();
    const student = await admin.person('student');
    const route = `/api/admin/courses/${id}/members/${student.id}` as const;
    const { token } = await student.signIn();
    const courses = async () => (await admin.call('GET /api/directory/courses', { token })).json.courses.length;
    expect((await admin.as(`PUT ${route}`, { role: 'student' })).status).toBe(204);
    expect(await courses()).toBe(1);
    expect((await admin.as(`PUT ${route}`, { role: 'student' })).status).toBe(204);
    expect((await admin.as(`PUT ${route}`, { role: 'ta' })).status).toBe(204);
    expect(await membersOf(id)).toEqual([expect.objectContaining({ role: 'ta', status: 'active', source: 'manual' })]);
    const before = (await enrolmentOf(student.id)).changedAt;
    expect((await admin.as(`DELETE ${route}`)).status).toBe(204);
    expect((await admin.as(`DELETE ${route}`)).status).toBe(204);
    expect(await courses()).toBe(0);
    expect(await membersOf(id, 'status=active')).toEqual([]);
    expect(await membersOf(id, 'status=ended')).toEqual([expect.objectContaining({ role: 'ta', status: 'ended' })]);
    expect((await enrolmentOf(student.id)).changedAt.getTime()).toBeGreaterThan(before.getTime());
    await admin.as(`PUT ${route}`, { role: 'student' });
    expect(await courses()).toBe(1);
    const actions = (await admin.audited(student.id)).map(({ action }) => action);
    expect(actions).toEqual([
      'enrolment.added',
      'enrolment.ended',
      'enrolment.changed',
      'enrolment.added',
      'user.created',
    ]);
    const announced = (await admin.announced()).filter(
      ({ kind, courseIds }) => kind === 'enrolment' && courseIds.includes(id),
    );
    expect(announced).toHaveLength(4);
    expect(announced[0]).toMatchObject({ personIds: [student.id], courseIds: [id] });
  });

  it('when twenty put the same person at once, makes one enrolment', async () => {
    const { id } = await newCourse();
    const { id: userId } = await admin.person('student');
    const puts = Array.from({ length: 20 }, () =>
      admin.as(`PUT /api/admin/courses/${id}/members/${userId}`, { role: 'student' }),
    );
    expect(new Set((await Promise.all(puts)).map(({ status }) => status))).toEqual(new Set([204]));
    expect(await membersOf(id)).toHaveLength(1);
  });

  it('when read by pages, lists each member once', async () => {
    const { id } = await newCourse();
    const ids = await Promise.all(['john', 'sarah', 'mike', 'maya', 'chen'].map(admin.idOf));
    for (const userId of ids) await admin.as(`PUT /api/admin/courses/${id}/members/${userId}`, { role: 'student' });
    const first = (await admin.as(`GET /api/admin/courses/${id}/members?limit=3`)).json;
    const rest = (await admin.as(`GET /api/admin/courses/${id}/members?limit=3&cursor=${first.nextCursor}`)).json;
    expect(rest.nextCursor).toBeNull();
    const listed = [...first.members, ...rest.members].map(({ user }) => user.id);
    expect(listed.sort()).toEqual(ids.sort());
  });

  it('when course, person or role are unknown, refuses', async () => {
    const { id } = await newCourse();
    const john = await admin.idOf('john');
    const put = (courseId: string, userId: string, body: object) =>
      admin.as(`PUT /api/admin/courses/${courseId}/members/${userId}`, body);
    expect(codeOf(await put(nobody, john, { role: 'student' }))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await put(id, nobody, { role: 'student' }))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await put(id, 'no-id', { role: 'student' }))).toEqual([404, 'NOT_FOUND']);
    for (const body of [
      {},
      { role: 'boss' },
      { role: 'student', more: 1 },
      { role: 'student', sectionIds: [nobody] },
    ]) {
      expect(codeOf(await put(id, john, body))).toEqual([400, 'VALIDATION_FAILED']);
    }
    expect(codeOf(await admin.as(`DELETE /api/admin/courses/${id}/members/${john}`))).toEqual([404, 'NOT_FOUND']);
  });
});

describe('sections', () => {
  it('when members move, leave what they were to leave and join the other, whatever else they belong to', async () => {
    const { id } = await newCourse();
    const [a, b, lab] = [await newSection(id, 'A'), await newSection(id, 'B'), await newSection(id, 'Lab')];
    const [one, two] = [await admin.idOf('tom'), await admin.idOf('alex')];
    for (const userId of [one, two]) {
      await admin.as(`PUT /api/admin/courses/${id}/members/${userId}`, { role: 'student', sectionIds: [a, lab] });
    }
    const move = (to: string, body: object) => admin.as(`POST /api/admin/sections/${to}/members`, body);
    expect((await move(b, { userIds: [one], from: a })).json).toEqual({ moved: 1 });
    expect((await move(b, { userIds: [one], from: a })).json).toEqual({ moved: 0 });
    const sectionsOf = async (userId: string) =>
      (await membersOf(id)).find(({ user }) => user.id === userId)!.sectionIds.sort();
    expect(await sectionsOf(one)).toEqual([b, lab].sort());
    expect(await sectionsOf(two)).toEqual([a, lab].sort());
    expect((await move(b, { userIds: [one, two] })).json).toEqual({ moved: 1 });
    expect(await sectionsOf(two)).toEqual([a, b, lab].sort());
    expect((await move(a, { userIds: [one, two], from: null })).json).toEqual({ moved: 2 });
    expect([await sectionsOf(one), await sectionsOf(two)]).toEqual([[a], [a]]);
    await admin.as(`PUT /api/admin/courses/${id}/members/${one}`, { role: 'ta' });
    expect(await sectionsOf(one)).toEqual([a]);
    expect((await admin.audited(a))[0]).toMatchObject({ action: 'section.members-moved', details: { courseId: id } });
  });

  it('when staff list their courses, name the sections; students are not told of them', async () => {
    const { id } = await newCourse();
    const [b, a] = [await newSection(id, 'B'), await newSection(id, 'A')];
    const seenBy = async (username: string, role: string) => {
      await admin.as(`PUT /api/admin/courses/${id}/members/${await admin.idOf(username)}`, { role });
      const { token } = await admin.login(username);
      const { json } = await admin.call('GET /api/directory/courses', { token });
      return json.courses.find((course: { id: string }) => course.id === id).sections;
    };
    expect(await seenBy('chen', 'instructor')).toEqual([
      { id: a, title: 'A' },
      { id: b, title: 'B' },
    ]);
    expect(await seenBy('maya', 'student')).toBeUndefined();
  });

  it('when one of those to move is no member, answers CONFLICT and moves nobody', async () => {
    const { id } = await newCourse();
    const section = await newSection(id, 'A');
    const [john, sarah] = [await admin.idOf('john'), await admin.idOf('sarah')];
    await admin.as(`PUT /api/admin/courses/${id}/members/${john}`, { role: 'student' });
    const answer = await admin.as(`POST /api/admin/sections/${section}/members`, { userIds: [john, sarah] });
    expect(codeOf(answer)).toEqual([409, 'CONFLICT']);
    expect((await membersOf(id))[0]?.sectionIds).toEqual([]);
    const none = await admin.as(`POST /api/admin/sections/${section}/members`, { userIds: [] });
    expect(codeOf(none)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('when made, renamed and listed, answers them; elsewhere NOT_FOUND', async () => {
    const { id } = await newCourse();
    const section = await newSection(id, 'Monday');
    const renamed = await admin.as(`PATCH /api/admin/sections/${section}`, { title: 'Tuesday' });
    expect([renamed.status, renamed.json.section.title]).toEqual([200, 'Tuesday']);
    const { sections } = (await admin.as(`GET /api/admin/courses/${id}/sections`)).json;
    expect(sections).toEqual([{ id: section, courseId: id, title: 'Tuesday', createdAt: expect.any(String) }]);
    expect(codeOf(await admin.as(`POST /api/admin/courses/${nobody}/sections`, { title: 'x' }))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    expect(codeOf(await admin.as(`PATCH /api/admin/sections/${nobody}`, { title: 'x' }))).toEqual([404, 'NOT_FOUND']);
  });
});

describe('guardians', () => {
  async function family() {
    const [parent, child] = [await admin.person('parent'), await admin.person('student')];
    return { parent, child, route: `/api/admin/guardians/${parent.id}/children/${child.id}` as const };
  }

  async function childrenOf({ signIn }: Awaited<ReturnType<typeof family>>['parent']) {
    const { token } = await signIn();
    return (await admin.call('GET /api/directory/children', { token })).json.children.length;
  }

  it('when put, changed and ended, the family follows and what ended stays', async () => {
    const { parent, child, route } = await family();
    expect((await admin.as(`PUT ${route}`)).status).toBe(204);
    expect(await childrenOf(parent)).toBe(1);
    const endsAt = new Date(Date.now() + 3600_000).toISOString();
    expect((await admin.as(`PUT ${route}`, { rights: { message: false }, endsAt })).status).toBe(204);
    const tie = { rights: { message: false }, endsAt, ended: false };
    const asParent = (await admin.as(`GET /api/admin/users/${parent.id}/family`)).json;
    expect(asParent).toEqual({ parents: [], children: [{ user: expect.objectContaining({ id: child.id }), ...tie }] });
    const asChild = (await admin.as(`GET /api/admin/users/${child.id}/family`)).json;
    expect(asChild).toEqual({ children: [], parents: [{ user: expect.objectContaining({ id: parent.id }), ...tie }] });
    expect((await admin.as(`DELETE ${route}`)).status).toBe(204);
    expect((await admin.as(`DELETE ${route}`)).status).toBe(204);
    expect(await childrenOf(parent)).toBe(0);
    expect((await admin.as(`GET /api/admin/users/${parent.id}/family`)).json.children[0].ended).toBe(true);
    expect((await admin.audited(parent.id)).map(({ action }) => action).slice(0, 3)).toEqual([
      'guardianship.ended',
      'guardianship.changed',
      'guardianship.added',
    ]);
    expect(await admin.announced()).toContainEqual(
      expect.objectContaining({ kind: 'guardianship', personIds: [parent.id, child.id] }),
    );
  });

  it('when its end has come, it gives nothing', async () => {
    const { parent, route } = await family();
    await admin.as(`PUT ${route}`, { endsAt: '2020-01-01T00:00:00.000Z' });
    expect(await childrenOf(parent)).toBe(0);
  });

  it('when they are not a parent and a student, refuses', async () => {
    const { parent, child, route } = await family();
    const put = (parentId: string, childId: string) =>
      admin.as(`PUT /api/admin/guardians/${parentId}/children/${childId}`);
    expect(codeOf(await put(child.id, child.id))).toEqual([409, 'CONFLICT']);
    expect(codeOf(await put(child.id, parent.id))).toEqual([409, 'CONFLICT']);
    expect(codeOf(await put(parent.id, nobody))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await put(nobody, child.id))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await admin.as(`DELETE ${route}`))).toEqual([404, 'NOT_FOUND']);
    for (const body of [{ rights: {} }, { endsAt: 'soon' }, { endsAt: '2027-02-30T00:00:00.000Z' }, { more: 1 }]) {
      expect(codeOf(await admin.as(`PUT ${route}`, body))).toEqual([400, 'VALIDATION_FAILED']);
    }
  });
});
