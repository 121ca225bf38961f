import { createHmac } from 'node:crypto';
import { eventually } from '@hallway/testkit';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible } from './browser-fixture.ts';

type AuthenticatorApp = () => string;

/** RFC 6238 by hand: what an authenticator app would show, a time step later each time it is asked, so that no code comes twice. */
function createApp(secretShown: string): AuthenticatorApp {
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

/** Takes the secret that `place` shows into an app, and enters its first code. */
export async function setUpApp(page: Page, place: Locator): Promise<AuthenticatorApp> {
  await place.getByRole('img', { name: /scan/ }).waitFor();
  await expectAccessible(page);
  const app = createApp((await place.getByTestId('totp-secret').textContent()) ?? '');
  await place.getByLabel('Code').fill(app());
  await place.getByRole('button', { name: 'Turn on' }).click();
  return app;
}

/** Ten recovery codes are shown; keeps them and answers the first. */
export async function keepCodes(page: Page, place: Locator): Promise<string> {
  await eventually(async () => expect(await place.getByRole('listitem').count()).toBe(10));
  await expectAccessible(page);
  const [first = ''] = await place.getByRole('listitem').allTextContents();
  await place.getByRole('button', { name: 'I’ve kept them' }).click();
  return first;
}
