import { describe, expect, it } from 'vitest';
import { call, signIn as signInOverHttp } from '../stack/wire-client.ts';
import {
  composer,
  desktop,
  expectAccessible,
  messages,
  openConversation,
  phone,
  signIn,
  useBrowser,
  type Visitor,
} from './browser-fixture.ts';

const visit = useBrowser();

const goTo = (visitor: Visitor, name: string) =>
  visitor.page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click();

describe.each([
  ['desktop', desktop],
  ['phone', phone],
])('every page on a %s', (_, viewport) => {
  it('when John looks around, each page shows something true, and a machine finds nothing inaccessible', async () => {
    const visitor = await visit({ viewport });
    const { page } = visitor;
    await page.goto('/');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await expectAccessible(page);
    await signIn(page, 'john');
    const truths: [string, string | RegExp][] = [
      ['Dashboard', /CS101/],
      ['Courses', 'Introduction to Programming'],
      ['Profile', /John Park/],
      ['Settings', /Sign out/],
      ['Messages', 'Sarah Ali'],
    ];
    for (const [name, truth] of truths) {
      await goTo(visitor, name);
      await page.getByRole('main').getByText(truth).first().waitFor();
      await expectAccessible(page);
    }
    await openConversation(page, 'Sarah Ali');
    await expectAccessible(page);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });
});

describe('a parent', () => {
  it('when Maria signs in, sees her child and reaches his instructor', async () => {
    const visitor = await visit();
    await signIn(visitor.page, 'maria');
    await visitor.page.getByRole('main').getByText('John Park').first().waitFor();
    await openConversation(visitor.page, 'Dr. Lin Chen');
    await composer(visitor.page, 'Dr. Lin Chen').fill('How is John doing?');
    await composer(visitor.page, 'Dr. Lin Chen').press('Enter');
    await messages(visitor.page).filter({ hasText: 'How is John doing?' }).waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });
});

describe('a deep link', () => {
  it('when it names a room of mine, opens it; a foreign or unknown one says so with a way back', async () => {
    const [mike, okafor, chen] = await Promise.all(['mike', 'okafor', 'chen'].map((name) => signInOverHttp(name)));
    const { body } = await call(mike ?? null, 'POST /api/message/chat-room', { instructorId: okafor?.user.id });
    await call(okafor ?? null, 'POST /api/messages', { to: mike?.user.id, text: 'Office hours are on Friday.' });
    const link = (roomId: string) => `/learningDashboard/studentChat/${okafor?.user.id}/${roomId}`;

    const visitor = await visit();
    await signIn(visitor.page, 'mike');
    await visitor.page.goto(link(body.chatRoom.id));
    await messages(visitor.page).filter({ hasText: 'Office hours are on Friday.' }).waitFor();
    await visitor.page.goto(`/learningDashboard/studentChat/${chen?.user.id}/none`);
    await composer(visitor.page, 'Dr. Lin Chen').waitFor();
    await visitor.page.goto(link('ffffffffffffffffffffffff'));
    await visitor.page
      .getByRole('main')
      .getByRole('link', { name: /messages/i })
      .first()
      .waitFor();
    await visitor.context.close();

    const stranger = await visit();
    await signIn(stranger.page, 'tom');
    await stranger.page.goto(link(body.chatRoom.id));
    await stranger.page
      .getByRole('main')
      .getByRole('link', { name: /messages/i })
      .first()
      .waitFor();
    expect(await stranger.page.getByText('Office hours').count()).toBe(0);
    await stranger.context.close();
  });
});

describe('signing in and out', () => {
  it('when the password is wrong, says so and keeps the name; after signing out, a reload stays out', async () => {
    const { page, context } = await visit();
    await page.goto('/');
    await page.getByLabel('Username').fill('maya');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Username').inputValue()).toBe('maya');
    await page.getByLabel('Password').fill('hallway-demo');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: /^Settings/ })
      .click();
    await page.getByRole('button', { name: 'Sign out' }).first().click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await context.close();
  });
});
