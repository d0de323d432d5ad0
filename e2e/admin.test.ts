import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
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
    await page.getByRole('button', { name: 'Refresh now' }).first().click();
    const refresh = page.getByRole('region', { name: 'Refresh from Crossmark' });
    await refresh.getByText('Rows read').waitFor();
    await refresh.getByText('Done').waitFor();
    await page.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
    await page.getByRole('region', { name: 'Workers' }).getByText('Alive').waitFor();
  });

  it('sees the refresh in the figures, or why there are none', async () => {
    if (stack.infrastructure.redisUrl) {
      await page.getByRole('rowheader', { name: 'Refresh from Crossmark' }).nth(1).waitFor();
      await page.getByRole('heading', { name: 'Crossmark’s answers' }).waitFor();
    } else {
      await page.getByText('Redis is not configured').waitFor();
    }
  });

  it('finds the job behind it among the completed ones of its queue', async () => {
    await page.getByRole('link', { name: 'Refresh from Crossmark refresh_events' }).click();
    await page
      .getByText(/completed/i)
      .first()
      .click();
    await page.getByText('refresh_events').nth(1).waitFor();
    await page.goto(stack.apps.adminUrl);
  });

  it.each([
    ['wide and light', {}],
    ['wide and dark', { dark: true }],
    ['on a phone', { viewport: PHONE }],
  ])('gets a page without a finding of axe and without sideways scrolling, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await open(options);
    await fresh.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
    expect(await findingsOf(fresh)).toEqual([]);
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('who is a viewer is offered nothing that changes something', async () => {
    const { page: viewer } = await open({ email: 'viewer@demo.test' });
    await viewer.getByRole('heading', { name: 'Sync is healthy' }).waitFor();
    expect(await viewer.getByRole('button').allInnerTexts()).toEqual(['Sign out']);
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
    await page.getByText('No worker is running.').waitFor();
    expect(errors).toEqual([]);
  });
});
