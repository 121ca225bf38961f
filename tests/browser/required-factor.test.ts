import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStack, startStack } from '../stack/start-stack.ts';
import { keepCodes, setUpApp } from './authenticator-app.ts';
import { enterPassword, expectAccessible, useBrowser } from './browser-fixture.ts';

let stack: RunningStack;
const visit = useBrowser();
beforeAll(async () => {
  stack = await startStack({ env: { SECOND_FACTOR_ROLES: 'admin,instructor' } });
});
afterAll(async () => {
  await stack?.stop();
});

describe('a role that needs a second factor', () => {
  it('when somebody has none, sets an app up before the app opens, stays signed in, and is asked for a code from then on', async () => {
    const visitor = await visit({ origin: stack.origin });
    const { page } = visitor;
    const navigation = page.getByRole('navigation', { name: 'Main' });
    await enterPassword(page, 'chen', 'hallway-demo');
    await page.getByRole('heading', { name: 'Set up a second step' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Authenticator app' }).click();
    const app = await setUpApp(page, page.getByRole('main'));
    await page.getByRole('heading', { name: 'Keep these codes' }).waitFor();
    expect(await navigation.count()).toBe(0);
    await keepCodes(page, page.getByRole('main'));
    await navigation.waitFor();
    await page.reload();
    await navigation.waitFor();

    await navigation.getByRole('link', { name: /^Settings/ }).click();
    await page.getByText(/^On since/).waitFor();
    await page.getByText('Your role needs at least one of the two.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await enterPassword(page, 'chen', 'hallway-demo');
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await page.getByLabel('Code').fill(app());
    await page.getByRole('button', { name: 'Continue' }).click();
    await navigation.waitFor();
    expect(visitor.complaints.filter((text) => !/40[13] \(/.test(text))).toEqual([]);
    await visitor.context.close();
  });

  it('when the role of somebody needs none, signs them in as ever', async () => {
    const { page, context } = await visit({ origin: stack.origin });
    await enterPassword(page, 'john', 'hallway-demo');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await context.close();
  });
});
