import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, formatDay, instantAt, monthDays, weekStart, workDateOf } from '@scheduler/scheduling';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes } from './accessibility.ts';
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
    await page.locator('[data-sync-state]').first().waitFor();
    await openMonth(page);
  });
  afterAll(() => stack?.stop());

  const openMonth = async (on: Page) => {
    await on.goto(`${stack.apps.webUrl}/month?month=${day.slice(0, 7)}`);
    await on
      .getByText(String(Number(day.slice(8))), { exact: true })
      .first()
      .waitFor();
  };
  const cell = (which: string, on = page) => on.locator(`a[data-day="${which}"]`);
  /** What a day says of its open work. */
  const openOn = (which: string, on = page) => cell(which, on).getByText(/^\d+ open$/);

  it('marks the day on which unscheduled work is due and no day without, and the mark goes and comes back with it', async () => {
    await openOn(day).waitFor();
    const { days } = await week.api.month.get.query({ month: day.slice(0, 7) });
    const due = days.filter(({ due: count }) => count > 0).map((each) => each.day);
    await expect.poll(() => page.locator('td:not([data-heat="0"]) a[data-day]').count()).toBe(due.length);
    const [ada] = await week.peopleAs('Event Specialist');
    const saved = await week.api.schedules.create.mutate({
      eventId: core.eventId,
      employeeId: ada?.id ?? 0,
      startsAt: instantAt(day, '10:45', week.timeZone),
    });
    // Without a reload: the page hears of it.
    await openOn(day).waitFor({ state: 'hidden' });
    await expect.poll(() => cell(day).innerText()).toMatch(/1 Core[\s\S]*1 planned/);
    await week.api.schedules.unschedule.mutate({ scheduleId: saved.scheduleId, version: saved.version });
    await openOn(day).waitFor();
  });

  it('says of each day and week what the board counts there', async () => {
    const today = workDateOf(currentInstant(), week.timeZone);
    for (const month of [today.slice(0, 7), day.slice(0, 7)]) {
      await page.goto(`${stack.apps.webUrl}/month?month=${month}`);
      await page.getByRole('grid', { name: formatMonth(month) }).waitFor();
      const sundays = monthDays(month).filter((each) => weekStart(each) === each);
      for (const sunday of sundays) {
        const board = await week.api.board.week.query({ weekOf: sunday });
        const sums = { planned: 0, open: 0 };
        for (const each of board.days) {
          const planned = board.schedules.filter(({ workDate }) => workDate === each).length;
          const open = board.tray.filter(
            ({ dueOn, bookedElsewhere }) => bookedElsewhere === null && addDays(dueOn, -1) === each,
          ).length;
          sums.planned += planned;
          sums.open += open;
          await expect.poll(() => numbersIn(cell(each)), { message: each }).toEqual({ planned, open });
        }
        await expect
          .poll(() => numbersIn(page.getByTestId(`week-${sunday}`)), { message: sunday })
          .toEqual(sums);
      }
    }
    // And so says the board to people.
    const sunday = weekStart(today);
    const numbers = [];
    for (let each = 0; each < 7; each++) {
      await page.goto(`${stack.apps.webUrl}/month?month=${addDays(sunday, each).slice(0, 7)}`);
      await cell(addDays(sunday, each)).waitFor();
      numbers.push(await numbersIn(cell(addDays(sunday, each))));
    }
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}`);
    await page.locator('[data-sync-state]').first().waitFor();
    for (const [index, { planned, open }] of numbers.entries()) {
      const head = page.getByRole('columnheader').nth(index + 1);
      const cautions = await head.getByRole('button', { name: /last day/ }).allInnerTexts();
      const words = await head.innerText();
      expect(Number(/(\d+) events?/.exec(words)?.[1] ?? planned)).toBe(planned);
      expect(Number(cautions[0] ?? 0)).toBe(open);
    }
    await openMonth(page);
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
    await expect.poll(() => page.locator('a[data-day][tabindex="0"]').count()).toBe(1);
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

  it('is a list of the days that have something on a phone, which open the day', async () => {
    const { page: phone } = await signedIn(stack, { viewport: PHONE, touch: true });
    await phone.locator('[data-sync-state]').first().waitFor();
    const month = day.slice(0, 7);
    await phone.goto(`${stack.apps.webUrl}/month?month=${month}`);
    await openOn(day, phone).waitFor();
    expect(await phone.getByRole('grid').count()).toBe(0);
    const { days } = await week.api.month.get.query({ month });
    const some = days.filter(
      (each) =>
        each.day.startsWith(month) && (each.counts.length > 0 || each.due > 0 || each.holiday !== null),
    );
    const listed = await phone
      .locator('a[data-day]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('data-day')));
    expect(listed).toEqual(some.map((each) => each.day));
    await openOn(day, phone).tap();
    await phone.waitForURL(`**/day?day=${day}`);
    await phone.getByTestId(`due-${core.eventId}`).waitFor();
    const empty = '2035-05';
    await phone.goto(`${stack.apps.webUrl}/month?month=${empty}`);
    await phone.getByText('Nothing is planned or due in May 2035.').waitFor();
    await phone.context().close();
  });

  it('explains its colors by words', async () => {
    const legend = page.getByRole('list', { name: 'Open events whose last day it is' });
    await expect.poll(() => legend.innerText()).toMatch(/nothing\s+1\s+2 or 3\s+4 or more/);
  });

  it.each([
    ['wide', {}],
    ['on a phone', { viewport: PHONE, touch: true }],
  ])('has no finding of axe and never scrolls sideways, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await signedIn(stack, options);
    await fresh.locator('[data-sync-state]').first().waitFor();
    await fresh.goto(`${stack.apps.webUrl}/month`);
    await fresh.locator('a[data-day]').first().waitFor();
    expect(await findingsInBothSchemes(fresh)).toEqual([]);
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });

  /** The numbers that a day or a week says; 0 where it says none. */
  const numbersIn = async (where: Locator) => {
    const words = await where.innerText();
    return {
      planned: Number(/(\d+) planned/.exec(words)?.[1] ?? 0),
      open: Number(/(\d+) open/.exec(words)?.[1] ?? 0),
    };
  };
  const formatMonth = (month: string) =>
    new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
      new Date(`${month}-01T12:00:00Z`),
    );
  const focused = () =>
    page.evaluate(() =>
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.day : null,
    );
});
