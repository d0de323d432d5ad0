import { connect, type Database, events } from '@scheduler/db';
import { signIn } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import { isNotNull } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const SOON = { timeout: 60_000 };
const PHONE = { viewport: { width: 360, height: 740 }, touch: true };

describe('a list that lacks very many events', () => {
  let stack: Stack;
  let database: Database;
  let api: Awaited<ReturnType<typeof signIn>>;
  const errors: string[][] = [];
  beforeAll(async () => {
    stack = await startStack();
    database = connect(stack.infrastructure.databaseUrl, { max: 2 });
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
  });
  afterAll(async () => {
    await database?.close();
    await stack?.stop();
  });

  const faults = (method: 'POST' | 'DELETE', rules?: object[]) =>
    fetch(`${stack.infrastructure.simulatorUrl}/__sim/faults`, {
      method,
      ...(rules && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(rules) }),
    });
  async function read(): Promise<string> {
    const { runId } = await api.sync.refreshNow.mutate();
    return waitFor('The refresh', async () => {
      const { state } = await api.sync.refreshRun.query({ runId });
      return state === 'queued' || state === 'running' ? undefined : state;
    });
  }
  async function openPage(
    path: string,
    as: { email?: string; url?: string; viewport?: { width: number; height: number }; touch?: boolean },
  ): Promise<Page> {
    const { page, errors: met } = await signedIn(stack, as);
    errors.push(met);
    if (!as.url) {
      await page.locator('[data-sync-state]').first().waitFor(SOON);
      await page.goto(stack.apps.webUrl + path);
    }
    return page;
  }
  const goneCount = () => database.db.$count(events, isNotNull(events.goneSince));
  /** Presses the Tab key until the focus is where the test continues. */
  async function tabTo(page: Page, name: RegExp): Promise<void> {
    // What is seen of it: a button keeps the words of its busy state out of sight.
    const focused = () =>
      page.evaluate(() =>
        document.activeElement instanceof HTMLElement ? document.activeElement.innerText : '',
      );
    for (let step = 0; step < 200; step++) {
      if (name.test(await focused())) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab doesn’t lead to ${name}.`);
  }

  beforeEach(async () => {
    await faults('POST', [{ call: 'getPlanningMplans', kind: 'empty', reading: 'list', times: null }]);
    expect(await read()).toBe('needs_decision');
  });

  it('is shown to a dispatcher, who can read again and mark nothing; the list that is whole again ends it', async () => {
    const page = await openPage('/activity', {});
    await page.getByRole('link', { name: 'Look at them' }).click();
    const card = page.getByTestId('missing-events');
    await card.getByRole('heading', { name: /^\d+ events are missing from Crossmark’s list$/ }).waitFor();
    await expect.poll(() => card.getByRole('listitem').count()).toBeGreaterThan(20);
    expect(await card.getByRole('button', { name: /^Mark/ }).count()).toBe(0);
    expect(await findingsOf(page)).toEqual([]);
    await faults('DELETE');
    await card.getByRole('button', { name: 'Read again' }).click();
    await card.waitFor({ state: 'hidden', ...SOON });
    await page.getByText('Superseded').waitFor();
    expect(await goneCount()).toBe(0);
  });

  it('fits an admin’s phone, where nothing is marked before that was confirmed, and the list can be read again', async () => {
    const page = await openPage('/activity?tab=refreshes', { email: 'admin@demo.test', ...PHONE });
    const card = page.getByTestId('missing-events');
    await card.waitFor(SOON);
    expect(await findingsOf(page)).toEqual([]);
    await card.getByRole('button', { name: /^Mark \d+ as gone/ }).click();
    await page.getByRole('dialog').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await faults('DELETE');
    await card.getByRole('button', { name: 'Read again' }).click();
    await card.waitFor({ state: 'hidden', ...SOON });
  });

  it('is told in words on the admin page, on a phone as well, and the list can be read again there', async () => {
    const page = await openPage('/', { email: 'admin@demo.test', url: stack.apps.adminUrl, ...PHONE });
    await page
      .getByRole('heading', { name: /^\d+ events are missing from Crossmark’s list: are they gone\?/ })
      .waitFor(SOON);
    await page.getByRole('link', { name: 'Decide', exact: true }).click();
    const panel = page.getByRole('region', { name: /^Missing from Crossmark’s list/ });
    await expect.poll(() => panel.getByRole('listitem').count()).toBeGreaterThan(20);
    expect(await findingsOf(page)).toEqual([]);
    await panel.getByRole('button', { name: /^Mark \d+ as gone/ }).click();
    await page.getByRole('dialog', { name: /^Mark \d+ events as gone/ }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    // The dialog closes by itself if the list changes meanwhile; then this key does nothing.
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await faults('DELETE');
    await panel.getByRole('button', { name: 'Read again' }).click();
    await panel.waitFor({ state: 'hidden', ...SOON });
  });

  it('is decided by keyboard alone, and what comes back is there again', async () => {
    const page = await openPage('/activity?tab=refreshes', { email: 'admin@demo.test' });
    const card = page.getByTestId('missing-events');
    await card.waitFor(SOON);
    const count = Number((await card.getByRole('heading').innerText()).match(/^\d+/)?.[0]);
    await tabTo(page, /^Mark \d+ as gone…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^Mark \d+ as gone$/);
    await page.keyboard.press('Enter');
    await page.getByText(`${count} events marked as gone.`).waitFor(SOON);
    await card.waitFor({ state: 'hidden', ...SOON });
    expect(await goneCount()).toBe(count);
    await faults('DELETE');
    expect(await read()).toBe('done');
    expect(await goneCount()).toBe(0);
  });

  it('has met no error in the page', async () => {
    await faults('DELETE');
    expect(errors.flat()).toEqual([]);
  });
});
