import { addDays, formatDay, instantAt } from '@scheduler/scheduling';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type EmptyWeek, emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const PHONE = { width: 360, height: 740 };

describe('the month', () => {
  let stack: Stack;
  let week: EmptyWeek;
  let page: Page;
  let errors: string[];
  let day: string;
  let core: { eventId: number };

  beforeAll(async () => {
    stack = await startStack();
    week = await emptyWeek(stack);
    day = addDays(week.sunday, 2);
    const listed = await week.list([
      {
        name: '696001-Monthwell-Biscuit (123456789012)  - V2-CORE',
        startsOn: week.sunday,
        dueOn: addDays(day, 1),
      },
    ]);
    core = listed[0] ?? { eventId: 0 };
    ({ page, errors } = await signedIn(stack));
    await page.getByTestId('sync-badge').first().waitFor();
    await open(page);
  });
  afterAll(() => stack?.stop());

  const open = async (on: Page) => {
    await on.goto(`${stack.apps.webUrl}/month?month=${day.slice(0, 7)}`);
    await on
      .getByText(String(Number(day.slice(8))), { exact: true })
      .first()
      .waitFor();
  };
  const cell = (which: string, on = page) => on.locator(`a[data-day="${which}"]`);
  const caution = (which: string) => page.getByTestId(`caution-${which}`);

  it('marks the day on which unscheduled work is due and no day without, and the mark goes and comes back with it', async () => {
    await caution(day).waitFor();
    const { days } = await week.api.month.get.query({ month: day.slice(0, 7) });
    const due = days.filter(({ due: count }) => count > 0).map((each) => each.day);
    expect(await page.locator('[data-testid^=caution-]').count()).toBe(due.length);
    const [ada] = await week.peopleAs('Event Specialist');
    const saved = await week.api.schedules.create.mutate({
      eventId: core.eventId,
      employeeId: ada?.id ?? 0,
      startsAt: instantAt(day, '10:45', week.timeZone),
    });
    // Without a reload: the page hears of it.
    await caution(day).waitFor({ state: 'hidden' });
    expect(await cell(day).innerText()).toMatch(/1 Core/);
    await week.api.schedules.unschedule.mutate({ scheduleId: saved.scheduleId, version: saved.version });
    await caution(day).waitFor();
  });

  it('is walked by arrows, on into the next month and by PageUp, and Enter opens the day', async () => {
    const month = day.slice(0, 7);
    await cell(`${month}-15`).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toBe(`${month}-16`);
    await page.keyboard.press('ArrowUp');
    await expect.poll(focused).toBe(`${month}-09`);
    const next = addDays(`${month}-01`, 31).slice(0, 7);
    const last = addDays(`${next}-01`, -1);
    await cell(last).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe(addDays(last, 7));
    await page.waitForURL(`**/month?month=${next}`);
    await page.keyboard.press('PageUp');
    const before = `${month}-${addDays(last, 7).slice(8)}`;
    await expect.poll(focused).toBe(before);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/day?day=${before}`);
    await page.getByRole('heading', { name: formatDay(before) }).waitFor();
    await page.goBack();
    await page.getByRole('grid').waitFor();
  });

  it('has one stop of Tab among its days', async () => {
    expect(await page.locator('a[data-day][tabindex="0"]').count()).toBe(1);
  });

  it('goes to other months by its buttons, and tells holidays', async () => {
    await page.getByRole('button', { name: 'This month' }).click();
    const heading = page.getByRole('heading', { level: 2 });
    const before = await heading.innerText();
    await page.getByRole('button', { name: 'Next month' }).click();
    await expect.poll(() => heading.innerText()).not.toBe(before);
    await page.getByRole('button', { name: 'Previous month' }).click();
    await expect.poll(() => heading.innerText()).toBe(before);
    // The demo's holiday is 24 days ahead.
    const { today } = await week.api.month.get.query({ month: day.slice(0, 7) });
    const month = addDays(today, 24).slice(0, 7);
    const holiday = (await week.api.month.get.query({ month })).days.find((each) => each.holiday);
    expect(holiday?.holiday).toContain('Inventory day');
    await page.goto(`${stack.apps.webUrl}/month?month=${month}`);
    await cell(holiday?.day ?? '')
      .getByText('Inventory day')
      .waitFor();
  });

  it('is a list on a phone, whose days open the day', async () => {
    const { page: phone } = await signedIn(stack, { viewport: PHONE, touch: true });
    await phone.getByTestId('sync-badge').first().waitFor();
    await phone.goto(`${stack.apps.webUrl}/month?month=${day.slice(0, 7)}`);
    await phone.getByTestId(`caution-${day}`).waitFor();
    expect(await phone.getByRole('grid').count()).toBe(0);
    await phone.getByTestId(`caution-${day}`).tap();
    await phone.waitForURL(`**/day?day=${day}`);
    await phone.getByTestId(`due-${core.eventId}`).waitFor();
    await phone.context().close();
  });

  it.each([
    ['wide and light', {}],
    ['wide and dark', { dark: true }],
    ['on a phone, light', { viewport: PHONE, touch: true }],
    ['on a phone, dark', { viewport: PHONE, touch: true, dark: true }],
  ])('has no finding of axe and never scrolls sideways, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await signedIn(stack, options);
    await fresh.getByTestId('sync-badge').first().waitFor();
    await fresh.goto(`${stack.apps.webUrl}/month`);
    await fresh.getByText('Core').first().waitFor();
    expect(await findingsOf(fresh)).toEqual([]);
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });

  const focused = () =>
    page.evaluate(() =>
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.day : null,
    );
});
