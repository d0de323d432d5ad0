import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes } from './accessibility.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

describe('an operator at the admin page', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  const open = (
    options: { email?: string; viewport?: { width: number; height: number }; dark?: boolean } = {},
  ) => signedIn(stack, { email: 'admin@demo.test', viewport: WIDE, url: stack.apps.adminUrl, ...options });
  beforeAll(async () => {
    stack = await startStack();
    ({ page, errors } = await open());
  });
  afterAll(() => stack?.stop());

  it('reads Crossmark’s list, and sees what came of it and that sync is healthy', async () => {
    await page.getByRole('link', { name: 'Refreshes', exact: true }).click();
    await page.getByRole('button', { name: 'Refresh now' }).click();
    const refresh = page.getByRole('region', { name: 'Refresh from Crossmark' });
    await refresh.getByText('Rows read').waitFor();
    await refresh.getByText('Done').waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
    await page
      .getByRole('region', { name: 'Parts' })
      .getByText(/^\d+ of 10 jobs, up/)
      .waitFor();
    await page.getByText(/^as of \d+:\d\d:\d\d [AP]M · live$/).waitFor();
  });

  it('has all of it on one screen, the age of the oldest change first', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(900);
    const tiles = page.getByRole('region', { name: 'Figures of the last 24 hours' });
    await expect
      .poll(() => tiles.locator('> *').first().innerText())
      .toMatch(/^Oldest not in Crossmark\s+None/);
    for (const name of ['Queues', 'What stands in the way', 'Parts', 'Alerts'])
      await page.getByRole('region', { name, exact: true }).waitFor();
    await page.setViewportSize(WIDE);
  });

  it('sees the refresh in the charts, which say since when they know, or why there are none', async () => {
    if (stack.infrastructure.redisUrl) {
      await page
        .getByRole('region', { name: 'Click to synced' })
        .getByText(/counted since/)
        .waitFor();
      await page.getByRole('link', { name: 'Charts', exact: true }).click();
      await page.getByRole('rowheader', { name: 'Refresh' }).waitFor();
      await page.getByRole('heading', { name: 'Crossmark’s answers' }).waitFor();
    } else {
      await page.getByText('Redis is not configured').waitFor();
    }
  });

  it('finds the job behind it among the completed ones of its queue, and the way back', async () => {
    await page.goto(stack.apps.adminUrl);
    await page.getByRole('link', { name: 'Refresh refresh_events' }).click();
    await page
      .getByText(/completed/i)
      .first()
      .click();
    await page.getByText('Crossmark’s list of events').waitFor();
    // Of other kinds of queues.
    expect(await page.getByRole('link', { name: /prioritized|waiting children/i }).count()).toBe(0);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
  });

  it('reaches the account by keyboard alone', async () => {
    await page.getByRole('button', { name: /account of/i }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    expect(await focused()).toBe('Sign out');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Sign out' }).waitFor({ state: 'hidden' });
  });

  it.each([
    ['wide', {}],
    ['on a phone', { viewport: PHONE }],
    ['on the narrowest phone', { viewport: { width: 320, height: 640 } }],
  ])('gets a page without a finding of axe and without sideways scrolling, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await open(options);
    await fresh.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
    expect(await findingsInBothSchemes(fresh)).toEqual([]);
    for (const name of ['Changes', 'Charts', 'Refreshes']) {
      await fresh.getByRole('link', { name, exact: true }).click();
      await fresh.locator('nav a[aria-current=page]', { hasText: name }).waitFor();
      await fresh.getByText('Loading charts').waitFor({ state: 'hidden' });
      expect(await findingsInBothSchemes(fresh), name).toEqual([]);
    }
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('who is a viewer is offered nothing that changes something', async () => {
    const { page: viewer } = await open({ email: 'viewer@demo.test' });
    await viewer.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
    await viewer.getByRole('button', { name: /account of/i }).click();
    const named = await viewer.getByRole('button').evaluateAll((all) => all.map((one) => one.textContent));
    expect(named).toEqual(['DV, account of Demo Viewer', 'Sign out']);
    await viewer.keyboard.press('Escape');
    for (const name of ['Changes', 'Refreshes']) {
      await viewer.getByRole('link', { name, exact: true }).click();
      expect(await viewer.getByRole('main').getByRole('button').count()).toBe(0);
    }
    await viewer.context().close();
  });

  it('who signs out, there or elsewhere, leaves nothing in the page of what it had loaded', async () => {
    const { page: leaving } = await open({ email: 'viewer@demo.test' });
    // Loaded before the session is there, the other one would show the sign-in for a minute.
    await leaving.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
    const other = await leaving.context().newPage();
    await other.goto(stack.apps.adminUrl);
    for (const each of [leaving, other]) {
      await each.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
      await each.evaluate('window.inMemory = true');
    }
    await leaving.getByRole('button', { name: /account of/i }).click();
    await leaving.getByRole('button', { name: 'Sign out' }).click();
    for (const each of [leaving, other]) {
      await each.getByLabel('Password').waitFor();
      expect(await each.evaluate('window.inMemory')).toBeUndefined();
    }
    await leaving.context().close();
  });

  it('is told within a minute that the worker died, and since when', async () => {
    stack.apps.worker.process.kill('SIGKILL');
    await page.getByRole('heading', { name: /^Sync is stuck, since \d/ }).waitFor({ timeout: 60_000 });
    await page.getByText(/Start the worker\./).waitFor();
    await page
      .getByRole('region', { name: 'Alerts' })
      .getByText(/^now, since/)
      .waitFor();
    expect(errors).toEqual([]);
  });
});
