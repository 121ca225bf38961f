import { eventually } from '@hallway/testkit';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { originOfRun } from '../stack/wire-client.ts';
import { composer, messages, openConversation, signIn, useBrowser, type Visitor } from './browser-fixture.ts';

const visit = useBrowser();
let john: Visitor;
let sarah: Visitor;

beforeAll(async () => {
  [john, sarah] = await Promise.all([visit(), visit()]);
});

const bubble = (page: Page, text: string) => messages(page).filter({ hasText: text });

/** How many sockets each gateway has, by what it says of itself on its internal port. */
async function socketsPerGateway(): Promise<number[]> {
  const base = Number(new URL(originOfRun()).port);
  const texts = await Promise.all(
    [1011, 1012].map(async (offset) => (await fetch(`http://127.0.0.1:${base + offset}/metrics`)).text()),
  );
  return texts.map((text) => Number(/^hallway_ws_connections(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? 0));
}

describe('the first message', () => {
  it('when John writes "Hi Sarah!", it appears in Sarah’s browser at once, through another gateway', async () => {
    await Promise.all([signIn(john.page, 'john'), signIn(sarah.page, 'sarah')]);
    await eventually(async () => expect(await socketsPerGateway()).toEqual([1, 1]), { withinMs: 10_000 });
    await Promise.all([openConversation(john.page, 'Sarah Ali'), openConversation(sarah.page, 'John Park')]);
    await john.page.getByText('No messages yet').first().waitFor();

    await composer(john.page, 'Sarah Ali').fill('Hi Sarah!');
    await john.page.getByRole('button', { name: 'Send' }).click();
    await bubble(sarah.page, 'Hi Sarah!').waitFor();
    expect(await bubble(sarah.page, 'Hi Sarah!').getAttribute('data-seq')).toBe('1');
    await eventually(async () => {
      expect(await bubble(john.page, 'Hi Sarah!').getAttribute('data-status')).toMatch(/^(sent|read)$/);
    });
  });

  it('when both reload, it is still there, once, and both are still signed in', async () => {
    await Promise.all([john.page.reload(), sarah.page.reload()]);
    for (const { page } of [john, sarah]) {
      await bubble(page, 'Hi Sarah!').waitFor();
      expect(await bubble(page, 'Hi Sarah!').count()).toBe(1);
    }
  });

  it('when Sarah has it on her screen, John sees that it was read', async () => {
    await eventually(
      async () => expect(await bubble(john.page, 'Hi Sarah!').getAttribute('data-status')).toBe('read'),
      { withinMs: 10_000 },
    );
  });

  it('when Sarah types, John sees it; when she sends, it stops', async () => {
    await composer(sarah.page, 'John Park').pressSequentially('Hello John', { delay: 20 });
    await john.page.getByTestId('typing').getByText(/Sarah/).waitFor();
    await composer(sarah.page, 'John Park').press('Enter');
    await bubble(john.page, 'Hello John').waitFor();
    await eventually(async () => expect(await john.page.getByTestId('typing').getByText(/Sarah/).count()).toBe(0));
  });

  it('when John has a second tab, both show the same, in the same order', async () => {
    const second = await john.context.newPage();
    await second.goto(john.page.url());
    await bubble(second, 'Hello John').waitFor();
    await composer(john.page, 'Sarah Ali').fill('from the first tab');
    await composer(john.page, 'Sarah Ali').press('Enter');
    await bubble(second, 'from the first tab').waitFor();
    const seqs = (page: Page) => messages(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-seq')));
    for (const page of [second, john.page]) {
      await eventually(async () => expect(await seqs(page)).toEqual(['1', '2', '3']));
    }
    await second.close();
  });

  it('when John is offline, his message waits, is kept over a reload of the network, and arrives once', async () => {
    await john.context.setOffline(true);
    await composer(john.page, 'Sarah Ali').fill('written in a tunnel');
    await composer(john.page, 'Sarah Ali').press('Enter');
    await bubble(john.page, 'written in a tunnel').waitFor();
    expect(await bubble(john.page, 'written in a tunnel').getAttribute('data-status')).toMatch(/queued|sending/);
    await john.page
      .getByTestId('connection-line')
      .getByText(/Offline/)
      .waitFor();
    await john.context.setOffline(false);
    await bubble(sarah.page, 'written in a tunnel').waitFor({ timeout: 40_000 });
    await eventually(
      async () =>
        expect(await bubble(john.page, 'written in a tunnel').getAttribute('data-status')).toMatch(/sent|read/),
      { withinMs: 20_000 },
    );
    expect(await bubble(sarah.page, 'written in a tunnel').count()).toBe(1);
  });

  it('when all is said, no page has complained about anything but the missing network', () => {
    const complaints = [...john.complaints, ...sarah.complaints].filter(
      (one) => !/ERR_INTERNET_DISCONNECTED|WebSocket connection/.test(one),
    );
    expect(complaints).toEqual([]);
  });
});
