import { addDays, formatDay } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

describe('a plan on a phone', () => {
  let stack: Stack;
  let api: Api;
  let sunday: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    // Two weeks ahead: the demo has days there on which nothing is scheduled.
    sunday = addDays((await demoStore(api)).weekOf, 14);
    const { proposalId } = await api.plan.start.mutate({ fromDay: sunday, toDay: addDays(sunday, 6) });
    await waitFor('The plan', async () => (await api.plan.get.query({ proposalId })).state === 'ready');
  });
  afterAll(() => stack?.stop());

  const noSidewaysScroll = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  const current = async () => {
    const proposal = await api.plan.current.query();
    if (!proposal) throw new Error('There is no plan.');
    return proposal;
  };

  it.each([
    { width: 390, height: 844 },
    { width: 320, height: 640 },
  ])('$width px: a card leads to its line, and all acts are within reach', async (viewport) => {
    const { page, errors } = await signedIn(stack, { viewport, touch: true });
    await page.locator('[data-sync-state]').first().waitFor();
    const { schedules } = await api.board.week.query({ weekOf: sunday });
    const { lines } = await current();
    // A day on which there is nothing but what is proposed.
    const line = lines.find(({ day }) => !schedules.some(({ workDate }) => workDate === day)) ?? lines.at(-1);
    if (!line) throw new Error('The plan is empty.');
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}&day=${line.day}`);
    const card = page.locator(`#proposed-${line.lineId}`);
    await card.waitFor();
    expect(await page.getByText('Nothing is planned on this day.').count()).toBe(0);
    await page.getByRole('heading', { name: line.employeeName }).waitFor();
    expect(await noSidewaysScroll(page)).toBe(true);
    expect(await findingsOf(page)).toEqual([]);

    await card.tap();
    const row = page.getByTestId(`line-${line.eventId}`);
    await expect.poll(() => row.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await expect
      .poll(() =>
        row.evaluate((element) => {
          const { top, bottom } = element.getBoundingClientRect();
          return top < window.innerHeight && bottom > 0;
        }),
      )
      .toBe(true);
    expect(await noSidewaysScroll(page)).toBe(true);
    expect(await findingsOf(page)).toEqual([]);

    // Untick and tick, lock and unlock, change; approve, plan again and discard are in sight.
    const tick = row.getByRole('checkbox');
    await tick.tap();
    await expect
      .poll(async () => (await current()).lines.find(({ lineId }) => lineId === line.lineId)?.ticked)
      .toBe(false);
    await tick.tap();
    await row.getByRole('button', { name: /^Lock / }).tap();
    await row.getByRole('button', { name: /^Unlock / }).tap();
    for (const name of [/^Approve/, 'Plan the rest again', 'Discard']) {
      const button = page.getByRole('button', { name });
      await button.scrollIntoViewIfNeeded();
      const box = await button.boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= viewport.width).toBe(true);
      await button.tap({ trial: true });
    }
    await row.getByRole('button', { name: /^Change / }).tap();
    const dialog = page.getByRole('dialog', { name: /^Change/ });
    await dialog.getByRole('radio').first().waitFor();
    expect(await noSidewaysScroll(page)).toBe(true);
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    // After a change the list is still there, at the line.
    await row.getByRole('button', { name: /^Change / }).tap();
    await dialog.getByRole('radio', { checked: false }).first().check();
    await dialog.getByRole('button', { name: 'Change', exact: true }).tap();
    await dialog.waitFor({ state: 'hidden' });
    await expect
      .poll(async () => (await current()).lines.find(({ lineId }) => lineId === line.lineId)?.employeeId)
      .not.toBe(line.employeeId);
    await row.waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).tap();
    await expect
      .poll(async () => (await current()).lines.find(({ lineId }) => lineId === line.lineId)?.employeeId)
      .toBe(line.employeeId);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('a line that is tapped shows its card on its day; the colour of its type stays in another week', async () => {
    const viewport = { width: 390, height: 844 };
    const { page, errors } = await signedIn(stack, { viewport, touch: true });
    await page.locator('[data-sync-state]').first().waitFor();
    const { lines } = await current();
    const line = lines.at(-1);
    if (!line) throw new Error('The plan is empty.');
    await page.goto(`${stack.apps.webUrl}/?week=${addDays(sunday, 21)}&view=tray`);
    const row = page.getByTestId(`line-${line.eventId}`);
    const title = row.getByRole('button').first();
    const dot = title.locator('span[aria-hidden]').first();
    const colour = await dot.evaluate((element) => getComputedStyle(element).backgroundColor);
    await title.tap();
    await page.locator(`#proposed-${line.lineId}`).waitFor();
    await page.getByRole('heading', { name: formatDay(line.day), exact: true }).waitFor();
    await page.getByRole('button', { name: /^Plan \(/ }).tap();
    expect(await dot.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(colour);
    expect(colour).not.toBe('rgba(0, 0, 0, 0)');
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
