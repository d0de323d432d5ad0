import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

describe('how work is shared out', () => {
  let stack: Stack;
  let api: Api;
  let storeId: number;
  let weekOf: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    ({ id: storeId, weekOf } = await demoStore(api));
  });
  afterAll(() => stack?.stop());

  const noSidewaysScroll = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

  it('stands on the People page by person, for the week and for four, and is sorted by each column', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/people`);
    await page.getByRole('link', { name: 'Workload' }).click();
    await page.waitForURL('**/people?view=workload');
    const { week, fourWeeks } = await api.plan.fairness.query({ storeId, weekOf });
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();
    const idsBy = async () =>
      Promise.all(
        (await rows.all()).map(async (row) => Number((await row.getAttribute('data-testid'))?.split('-')[1])),
      );
    const of = (shares: typeof week, id: number) => shares.find(({ employeeId }) => employeeId === id);
    const byMinutes = (await idsBy()).map((id) => of(week, id)?.minutes ?? 0);
    expect(byMinutes).toEqual(byMinutes.toSorted((a, b) => b - a));
    expect(Math.max(...byMinutes)).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Cores' }).nth(1).click();
    const byCores = (await idsBy()).map((id) => of(fourWeeks, id)?.cores ?? 0);
    expect(byCores).toEqual(byCores.toSorted((a, b) => b - a));
    const sorted = page.locator('th[aria-sort=descending]');
    await expect.poll(() => sorted.innerText()).toBe('Cores');
    await sorted.getByRole('button').press('Enter');
    await expect.poll(() => page.locator('th[aria-sort=ascending]').innerText()).toBe('Cores');
    const [first = 0] = await idsBy();
    const share = of(week, first);
    const cells = await page.getByTestId(`workload-${first}`).locator('td').allInnerTexts();
    expect(cells.slice(1, 4).map((text) => Number(text.trim()))).toEqual([
      share?.days,
      share?.cores,
      share?.weekendDays,
    ]);
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Next week', exact: true }).click();
    await page.waitForURL(`**week=${addDays(weekOf, 7)}`);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each([390, 320])('fits on a phone of %i px', async (width) => {
    const { page, errors } = await signedIn(stack, { viewport: { width, height: 844 }, touch: true });
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/people?view=workload`);
    await page.locator('[data-testid^=workload-]').first().waitFor();
    await page.getByLabel('Sort by').selectOption('name');
    const names = await page.locator('[data-testid^=workload-] a').allInnerTexts();
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
    expect(await noSidewaysScroll(page)).toBe(true);
    expect(await findingsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('opens from a row of the board, on hover, by a click and by keys, beside the average', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${weekOf}`);
    const head = page.getByRole('rowheader').nth(1);
    await head.waitFor();
    const button = head.getByRole('button').first();
    const card = page.getByRole('region', { name: /^How much work/ });
    await button.hover();
    await card.getByText('(average').first().waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.mouse.move(700, 850);
    await card.waitFor({ state: 'hidden' });
    await button.click();
    await card.waitFor();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'hidden' });
    await button.focus();
    await page.keyboard.press('Enter');
    await card.waitFor();
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'hidden' });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('is drawn before and with a plan, and follows its ticks', async () => {
    const sunday = addDays(weekOf, 7);
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}`);
    await page.getByRole('button', { name: 'Plan week' }).click();
    await page.getByRole('heading', { name: /^\d+ of \d+ placed$/ }).waitFor();
    const shares = page.getByRole('region', { name: 'Hours before and with this plan' });
    await shares.waitFor();
    const first = shares.getByRole('listitem').first();
    expect((await first.textContent()) ?? '').toMatch(/ h\s+to\s+.* h/);
    await page.getByRole('checkbox', { name: 'All', exact: true }).uncheck();
    await shares.waitFor({ state: 'hidden' });
    await page.getByRole('checkbox', { name: 'All', exact: true }).check();
    await shares.waitFor();
    await shares.getByText(/^Hours of all/).click();
    await expect
      .poll(() => shares.getByRole('listitem').count())
      .toBe((await api.plan.current.query())?.fairness.before.length);
    expect(await findingsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
