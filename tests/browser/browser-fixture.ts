import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { originOfRun } from '../stack/wire-client.ts';

export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** What the page complained about: uncaught exceptions, errors in its console, refused by its content policy. */
  complaints: string[];
}

/** The Chromium that the run found, without what it would ask of the network by itself. */
async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.HALLWAY_CHROMIUM;
  if (!executablePath) throw new Error('No Chromium is named in HALLWAY_CHROMIUM: run this through npm test.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  });
}

export interface Visit {
  viewport?: typeof desktop;
  origin?: string;
}

/** One browser for all tests of a file. Answers what opens it for a visitor with a profile of their own. */
export function useBrowser(): (visit?: Visit) => Promise<Visitor> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  return async ({ viewport = desktop, origin: baseURL = originOfRun() } = {}) => {
    const context = await browser.newContext({ viewport, baseURL, locale: 'en-GB', hasTouch: viewport === phone });
    const page = await context.newPage();
    const complaints: string[] = [];
    listen(page, complaints);
    return { context, page, complaints };
  };
}

/** Notes what a page complains about; a page that asks who is signed in is answered 401 once, which is no fault. */
export function listen(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    const expected = /api\/auth\/refresh|401 \(Unauthorized\)/.test(`${message.text()} ${message.location().url}`);
    if (message.type() === 'error' && !expected) complaints.push(`console: ${message.text()}`);
  });
}

/** The first step of signing in. */
export async function enterPassword(page: Page, username: string, password: string): Promise<void> {
  await page.goto('/');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function signIn(page: Page, username: string): Promise<void> {
  await enterPassword(page, username, 'hallway-demo');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

/** Opens the conversation with a person from the list, or from the people one can write to. */
export async function openConversation(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /^Messages/ })
    .click();
  await page
    .getByRole('link', { name: new RegExp(name) })
    .first()
    .click();
  await composer(page, name).waitFor();
}

export function composer(page: Page, name: string) {
  return page.getByRole('textbox', { name: `Message ${name}` });
}

export function messages(page: Page) {
  return page.getByTestId('message');
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails on every violation of WCAG 2.2 A and AA that a machine can find on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated by the driver, so that the page's own content policy stays as it is.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { axe } = globalThis as unknown as {
      axe: {
        run: (what: unknown, how: unknown) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
    };
    const found = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  });
  expect(violations).toEqual([]);
}
