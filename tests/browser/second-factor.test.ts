import { createHmac, randomBytes } from 'node:crypto';
import { eventually } from '@hallway/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signIn as signInOverHttp } from '../stack/wire-client.ts';
import { desktop, expectAccessible, launchBrowser, phone, type Visitor, visit } from './browser-fixture.ts';

const password = 'correct mango lantern 7';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** A new student, so that nobody else's sign-in changes. */
async function newPerson(): Promise<string> {
  const admin = await signInOverHttp('admin');
  const username = `u${randomBytes(5).toString('hex')}`;
  const body = { username, name: 'Nora Quill', role: 'student', password };
  const answer = await call(admin, 'POST /api/admin/users', body);
  expect(answer.status).toBe(201);
  return username;
}

async function enterPassword(page: Page, username: string) {
  await page.goto('/');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
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

/** RFC 6238 by hand: what an authenticator app would show, a time step later each time it is asked, so that no code comes twice. */
function createApp(secretShown: string) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secretShown.replaceAll(' ', '')].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0'));
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.floor(Date.now() / 30_000));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(last));
    const mac = createHmac('sha1', key).update(counter).digest();
    const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, '0');
  };
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
    const visitor = await visit(browser, viewport);
    const { page } = visitor;
    await enterPassword(page, username);
    await openSettings(page);
    await page.getByRole('button', { name: 'Set up the authenticator app' }).click();
    await confirmWithPassword(page);
    const setup = page.getByRole('dialog', { name: 'Authenticator app' });
    await setup.getByRole('img', { name: /scan/ }).waitFor();
    await expectAccessible(page);
    const app = createApp((await setup.getByTestId('totp-secret').textContent()) ?? '');
    await setup.getByLabel('Code').fill(app());
    await setup.getByRole('button', { name: 'Turn on' }).click();
    const codes = page.getByRole('dialog', { name: 'Recovery codes' });
    await expectCodes(codes);
    await expectAccessible(page);
    const kept = (await codes.getByRole('listitem').allTextContents())[0] ?? '';
    await codes.getByRole('button', { name: 'I’ve kept them' }).click();
    await page.getByText(/^On since/).waitFor();
    await page.getByText(/^10 left/).waitFor();
    await signOut(page);

    await enterPassword(page, username);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('Code').fill('000000');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Code').fill(app());
    await page.getByRole('button', { name: 'Continue' }).click();
    await openSettings(page);
    await signOut(page);

    await enterPassword(page, username);
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
    const visitor = await visit(browser);
    const { page } = visitor;
    await giveDevice(visitor);
    await enterPassword(page, username);
    await openSettings(page);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await confirmWithPassword(page);
    const dialog = page.getByRole('dialog', { name: 'New passkey' });
    await dialog.getByLabel('Name').fill('Laptop of Nora');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create passkey' }).click();
    await expectCodes(page.getByRole('dialog', { name: 'Recovery codes' }));
    await page.getByRole('button', { name: 'I’ve kept them' }).click();
    await page.getByRole('list', { name: 'Passkeys' }).getByText('Laptop of Nora').waitFor();
    await signOut(page);

    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await openSettings(page);
    await page.getByText(/last used/).waitFor();
    await signOut(page);

    await enterPassword(page, username);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await openSettings(page);
    await page.getByRole('button', { name: 'Remove the passkey Laptop of Nora' }).click();
    await confirmWithPassword(page);
    await page.getByRole('list', { name: 'Passkeys' }).waitFor({ state: 'detached' });
    await signOut(page);

    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText(/doesn’t sign in here/).waitFor();
    expect(visitor.complaints.filter((text) => !/40[13] \(/.test(text))).toEqual([]);
    await visitor.context.close();
  });
});

async function expectCodes(dialog: ReturnType<Page['getByRole']>) {
  await eventually(async () => expect(await dialog.getByRole('listitem').count()).toBe(10));
}
