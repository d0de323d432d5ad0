import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeNews } from './screens.ts';
import { type Stack, signedIn, startStack } from './stack.ts';
import { expectTypedDay } from './typing.ts';

describe('a dispatcher at the activity page', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    stack = await startStack();
    await makeNews(stack);
    ({ page, errors } = await signedIn(stack));
    await page.locator('[data-sync-state]').first().waitFor();
  });
  afterAll(() => stack?.stop());

  const open = (path: string) => page.goto(stack.apps.webUrl + path);
  const rows = () => page.getByTestId('attention-list').getByRole('listitem');

  it('is led there from the counts of every page, and by its address of old', async () => {
    await page.getByRole('link', { name: '2 failed' }).click();
    await page.waitForURL(/\/activity\?show=failed/);
    await open('/attention?state=conflict');
    await page.waitForURL(/\/activity\?show=conflict/);
  });

  it('sees what needs a person first', async () => {
    await open('/activity');
    await rows().first().waitFor();
    await expect
      .poll(() => rows().allInnerTexts())
      .toEqual([
        expect.stringContaining('Failed'),
        expect.stringContaining('Failed'),
        expect.stringContaining('Conflict'),
        expect.stringContaining('Unknown rep'),
      ]);
  });

  it('retries all that failed for one reason, is told how many, and sees them settle', async () => {
    await open('/activity?show=failed');
    await page.getByLabel('Why it failed').selectOption({ index: 1 });
    await page.getByRole('button', { name: /^Retry all 2 / }).click();
    await page.getByText('2 events are being retried.').waitFor();
    await page.getByRole('link', { name: /^Failed 0$/ }).waitFor();
  });

  it('ends a conflict in the list by keeping what stands here', async () => {
    await open('/activity?show=conflict');
    const title = await rows().first().getByRole('button').first().getAttribute('data-testid');
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByText(/^You kept your side:/).waitFor();
    await page.getByTestId(title ?? '').waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: /^Conflict 0$/ }).waitFor();
  });

  it('reads who did what, from what to what, and narrows it down', async () => {
    await open('/activity?tab=history');
    const history = page.getByTestId('history');
    await history
      .getByText(/gave it from .+ to .+/)
      .first()
      .waitFor();
    await page.getByLabel('Kind').selectOption('Changed in Crossmark');
    await page.waitForURL(/kind=drift/);
    await history.getByText('kept what stands here').waitFor();
    await history.getByText(/^Crossmark moved it from/).waitFor();
    expect(await history.getByText('asked for a refresh').count()).toBe(0);
    await page.getByLabel('Done by').selectOption('Crossmark');
    await history.getByText('kept what stands here').waitFor({ state: 'hidden' });
    await page.getByLabel('Day').fill('2020-01-01');
    await page.getByText('Nothing matches.').waitFor();
    await expectTypedDay(page, page.getByLabel('Day'), 'day', '2021-12-05');
    // One that was begun and left is no day: the list stays, and the field says what is missing.
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Backspace');
    await page.getByLabel('Done by').focus();
    await page.getByText('Enter a whole day').waitFor();
    expect(new URL(page.url()).searchParams.get('day')).toBe('2021-12-05');
  });

  it('refreshes, follows how far it is, and sees what came of it', async () => {
    await open('/activity?tab=refreshes');
    const runs = page.getByTestId('refreshes').getByRole('listitem');
    await runs.first().waitFor();
    const before = await runs.count();
    await fetch(`${stack.infrastructure.simulatorUrl}/__sim/settings`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ maxPageSize: 10, latencyMs: { getPlanningMplans: 50 } }),
    });
    await page.getByRole('main').getByRole('button', { name: 'Refresh now' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByText(/^\d+ of \d+ rows read$/).waitFor();
    await expect.poll(() => runs.count()).toBe(before + 1);
    await expect.poll(() => runs.first().getAttribute('data-state'), { timeout: 60_000 }).toBe('done');
  });

  it('as a viewer sees all of it and is offered nothing that changes something', async () => {
    const { page: viewer } = await signedIn(stack, { email: 'viewer@demo.test' });
    await viewer.locator('[data-sync-state]').first().waitFor();
    await viewer.goto(`${stack.apps.webUrl}/activity`);
    await viewer.getByTestId('attention-list').waitFor();
    expect(await viewer.getByRole('button', { name: /retry|keep|take|refresh/i }).count()).toBe(0);
    await viewer.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
