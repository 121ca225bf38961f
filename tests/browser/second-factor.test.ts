import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { call, signIn as signInOverHttp } from '../stack/wire-client.ts';
import { keepCodes, setUpApp } from './authenticator-app.ts';
import { desktop, enterPassword, expectAccessible, phone, useBrowser, type Visitor } from './browser-fixture.ts';

const password = 'correct mango lantern 7';

const visit = useBrowser();

/** A new student, so that nobody else's sign-in changes. */
async function newPerson(): Promise<string> {
  const admin = await signInOverHttp('admin');
  const username = `u${randomBytes(5).toString('hex')}`;
  const body = { username, name: 'Nora Quill', role: 'student', password };
  const answer = await call(admin, 'POST /api/admin/users', body);
  expect(answer.status).toBe(201);
  return username;
}

async function openSettings(page: Page) {
  const navigation = page.getByRole('navigation', { name: 'Main' });
  await navigation.getByRole('link', { name: /^Settings/ }).click();
  await page.getByRole('heading', { name: 'Security' }).waitFor();
}

async function confirmWithPassword(page: Page) {
  const dialog = page.getByRole('dialog', { name: 'Confirm that it’s you' });
  await dialog.getByLabel('Password').fill(password);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
}

async function signOut(page: Page) {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
}

/** A device that keeps passkeys and always says yes, inside Chromium. */
async function giveDevice({ context, page }: Visitor) {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

describe.each([
  ['desktop', desktop],
  ['phone', phone],
])('an authenticator app on a %s', (_, viewport) => {
  it('when it is set up, keeps ten codes, and from then on the sign-in asks for a code or one of those', async () => {
    const username = await newPerson();
    const visitor = await visit({ viewport });
    const { page } = visitor;
    await enterPassword(page, username, password);
    await openSettings(page);
    await page.getByRole('button', { name: 'Set up the authenticator app' }).click();
    await confirmWithPassword(page);
    const setup = page.getByRole('dialog', { name: 'Authenticator app' });
    const app = await setUpApp(page, setup);
    const kept = await keepCodes(page, page.getByRole('dialog', { name: 'Recovery codes' }));
    await page.getByText(/^On since/).waitFor();
    await page.getByText(/^10 left/).waitFor();
    await signOut(page);

    await enterPassword(page, username, password);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('Code').fill('000000');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Code').fill(app());
    await page.getByRole('button', { name: 'Continue' }).click();
    await openSettings(page);
    await signOut(page);

    await enterPassword(page, username, password);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(kept);
    await page.getByRole('button', { name: 'Continue' }).click();
    await openSettings(page);
    await page.getByText(/^9 left/).waitFor();
    expect(visitor.complaints.filter((text) => !/40[13] \(/.test(text))).toEqual([]);
    await visitor.context.close();
  });
});

describe('a passkey in Chromium', () => {
  it('when it is added, signs in without a name, as a second step, and no longer once it is removed', async () => {
    const username = await newPerson();
    const visitor = await visit();
    const { page } = visitor;
    await giveDevice(visitor);
    await enterPassword(page, username, password);
    await openSettings(page);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await confirmWithPassword(page);
    const dialog = page.getByRole('dialog', { name: 'New passkey' });
    await dialog.getByLabel('Name').fill('Laptop of Nora');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create passkey' }).click();
    await keepCodes(page, page.getByRole('dialog', { name: 'Recovery codes' }));
    const listed = page.getByRole('list', { name: 'Passkeys' });
    await listed.getByText('Laptop of Nora').waitFor();
    await page.getByRole('button', { name: 'Rename the passkey Laptop of Nora' }).click();
    const renaming = page.getByRole('dialog', { name: 'Rename the passkey' });
    await renaming.getByLabel('Name').fill('Old laptop');
    await expectAccessible(page);
    await renaming.getByRole('button', { name: 'Rename' }).click();
    await listed.getByText('Old laptop').waitFor();
    await signOut(page);

    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await openSettings(page);
    await page.getByText(/last used/).waitFor();
    await signOut(page);

    await enterPassword(page, username, password);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await openSettings(page);
    await page.getByRole('button', { name: 'Remove the passkey Old laptop' }).click();
    await confirmWithPassword(page);
    await page.getByRole('list', { name: 'Passkeys' }).waitFor({ state: 'detached' });
    await signOut(page);

    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText(/doesn’t sign in here/).waitFor();
    expect(visitor.complaints.filter((text) => !/40[13] \(/.test(text))).toEqual([]);
    await visitor.context.close();
  });
});
