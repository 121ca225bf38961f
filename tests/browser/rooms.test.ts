import { eventually } from '@hallway/testkit';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { call, signIn as signInOverHttp } from '../stack/wire-client.ts';
import {
  composer,
  expectAccessible,
  messages,
  openConversation,
  phone,
  signIn,
  useBrowser,
  type Visitor,
} from './browser-fixture.ts';

const visit = useBrowser();
let maya: Visitor;
let tom: Visitor;

beforeAll(async () => {
  [maya, tom] = await Promise.all([visit(), visit({ viewport: phone })]);
  await Promise.all([signIn(maya.page, 'maya'), signIn(tom.page, 'tom')]);
});

const bubble = (page: Page, text: string) => messages(page).filter({ hasText: text });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

async function openList(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Messages/ })
    .click();
}

interface NewGroup {
  title: string;
  names: string[];
  hidesHistory?: boolean;
}

async function makeGroup(page: Page, { title, names, hidesHistory = false }: NewGroup): Promise<void> {
  await openList(page);
  await button(page, 'New conversation').click();
  await button(page, 'New group').click();
  await page.getByLabel('Name of the group').fill(title);
  for (const name of names) await page.getByRole('checkbox', { name: new RegExp(name) }).check();
  if (hidesHistory) await page.getByRole('checkbox', { name: /^Hide earlier messages/ }).check();
  await expectAccessible(page);
  await button(page, 'Make group').click();
  await composer(page, title).waitFor();
}

async function say(page: Page, title: string, text: string): Promise<void> {
  await composer(page, title).fill(text);
  await button(page, 'Send').click();
  await bubble(page, text).waitFor();
}

describe('a group', () => {
  it('when Maya makes one with Tom, he sees it at once, and both write in it', async () => {
    await openList(tom.page);
    await makeGroup(maya.page, { title: 'Robotics', names: ['Tom Brandt', 'Alex Moreno'] });
    await tom.page
      .getByRole('link', { name: /Robotics/ })
      .first()
      .click();
    await composer(tom.page, 'Robotics').waitFor();
    await say(maya.page, 'Robotics', 'Who has the long cable?');
    await bubble(tom.page, 'Who has the long cable?').waitFor();
    await say(tom.page, 'Robotics', 'I do.');
    await bubble(maya.page, 'I do.').waitFor();
  });

  it('when she renames it, he reads the new name at once', async () => {
    await button(maya.page, 'People and details').click();
    await maya.page.getByRole('list', { name: 'People' }).getByText('Alex Moreno').waitFor();
    await expectAccessible(maya.page);
    await button(maya.page, 'Rename').click();
    await maya.page.getByLabel('Name', { exact: true }).fill('Robot club');
    await maya.page.keyboard.press('Enter');
    await tom.page.getByRole('heading', { name: 'Robot club' }).waitFor();
    await button(maya.page, 'Rename').waitFor();
    await maya.page.keyboard.press('Escape');
    await maya.page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('a message of mine', () => {
  it('when I press arrow up in the empty field, I change it in its place, and the other reads the change', async () => {
    await composer(maya.page, 'Robot club').press('ArrowUp');
    const field = maya.page.getByLabel('Edit message');
    await field.fill('Who has the short cable?');
    await expectAccessible(maya.page);
    await field.press('Enter');
    await bubble(tom.page, 'Who has the short cable?').getByText('edited').waitFor();
    expect(await bubble(tom.page, 'long cable').count()).toBe(0);
    const focused = () => maya.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await eventually(async () => expect(await focused()).toBe('Message Robot club'));
  });

  it('when I delete it with the keyboard, a note stays in its place, for both', async () => {
    await bubble(maya.page, 'short cable').focus();
    await maya.page.keyboard.press('Enter');
    await maya.page.getByRole('menuitem', { name: 'Delete' }).press('Enter');
    await maya.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    for (const { page } of [maya, tom]) await bubble(page, 'Message deleted').waitFor();
    expect(await bubble(tom.page, 'short cable').count()).toBe(0);
    await expectAccessible(tom.page);
  });
});

describe('a member who is removed', () => {
  it('when the room is open on his screen, is told so, and sees nothing of it any more', async () => {
    await button(maya.page, 'People and details').click();
    await button(maya.page, 'Remove Tom Brandt').click();
    await maya.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await tom.page.getByText('You’re no longer in “Robot club”').waitFor();
    expect(await messages(tom.page).count()).toBe(0);
    await expectAccessible(tom.page);
    await tom.page.getByRole('link', { name: 'Back to messages' }).click();
    await tom.page.getByRole('heading', { name: 'Messages' }).waitFor();
    expect(await tom.page.getByRole('link', { name: /Robot club/ }).count()).toBe(0);
  });

  it('when she deletes the room for everybody, she is back at the list without it', async () => {
    await button(maya.page, 'Delete for everybody').click();
    await maya.page.getByRole('dialog').getByRole('button', { name: 'Delete for everybody' }).click();
    await maya.page.getByText('Choose a conversation').waitFor();
    expect(await maya.page.getByRole('link', { name: /Robot club/ }).count()).toBe(0);
  });
});

describe('a group that hides what was written before', () => {
  it('when Tom is added later, he reads what is written from then on', async () => {
    const title = `Surprise ${Date.now()}`;
    await makeGroup(maya.page, { title, names: ['Alex Moreno'], hidesHistory: true });
    await say(maya.page, title, 'Tom must not know yet.');
    const [asMaya, asTom] = await Promise.all([signInOverHttp('maya'), signInOverHttp('tom')]);
    const room = new URL(maya.page.url()).pathname.split('/').at(-1);
    expect((await call(asMaya, `POST /api/rooms/${room}/members`, { userIds: [asTom.user.id] })).status).toBe(200);
    await say(maya.page, title, 'Happy birthday, Tom!');
    await openList(tom.page);
    await tom.page
      .getByRole('link', { name: new RegExp(title) })
      .first()
      .click();
    await bubble(tom.page, 'Happy birthday, Tom!').waitFor();
    expect(await bubble(tom.page, 'Tom must not know yet.').count()).toBe(0);
  });
});

describe('where one cannot write', () => {
  it('when it is an announcement, a student reads why in place of the field', async () => {
    const chen = await signInOverHttp('chen');
    const { courses } = (await call(chen, 'GET /api/directory/courses')).body;
    const courseId = courses.find((course: { code: string }) => course.code === 'CS101').id;
    const title = `Exams ${Date.now()}`;
    const { body } = await call(chen, 'POST /api/rooms', { type: 'announcement', title, courseId });
    await maya.page.goto(`/messages/${body.chatRoom.id}`);
    await maya.page
      .getByTestId('cannot-write')
      .getByText(/owners and staff write/)
      .waitFor();
    expect(await composer(maya.page, title).count()).toBe(0);
    await expectAccessible(maya.page);
  });

  it('when Maya blocks Tom, neither writes; unblocked in the settings, both do', async () => {
    await openConversation(maya.page, 'Tom Brandt');
    await button(maya.page, 'About Tom Brandt').click();
    await button(maya.page, 'Block Tom').click();
    await button(maya.page, 'Block').click();
    await maya.page
      .getByTestId('cannot-write')
      .getByText(/You blocked Tom Brandt/)
      .waitFor();
    await maya.page.keyboard.press('Escape');
    await maya.page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: /^Settings/ })
      .click();
    await button(maya.page, 'Unblock Tom Brandt').click();
    await maya.page.getByText('Nobody. You can block').waitFor();
    await openConversation(maya.page, 'Tom Brandt');
  });

  it('when Maya blocks Tom among the people of a group of the two, neither writes there', async () => {
    const [asMaya, asTom] = [await signInOverHttp('maya'), await signInOverHttp('tom')];
    const title = `The two of us ${Date.now()}`;
    const group = { type: 'group', title, memberIds: [asTom.user.id] };
    const { id } = (await call(asMaya, 'POST /api/rooms', group)).body.chatRoom;
    await maya.page.goto(`/messages/${id}`);
    await button(maya.page, 'People and details').click();
    await button(maya.page, 'Block Tom Brandt').click();
    await maya.page.getByText(/In a group with others you still read each other/).waitFor();
    await expectAccessible(maya.page);
    await button(maya.page, 'Block').click();
    await maya.page
      .getByTestId('cannot-write')
      .getByText(/blocked them/)
      .waitFor();
    const refused = await call(asTom, 'POST /api/message/message', { chatRoomId: id, content: 'Hello?' });
    expect(refused.status).toBe(403);
    await call(asMaya, `DELETE /api/directory/blocks/${asTom.user.id}`);
  });

  it('when all is said, no page has complained', () => {
    expect([...maya.complaints, ...tom.complaints]).toEqual([]);
  });
});
