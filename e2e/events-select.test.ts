import { addDays } from '@scheduler/scheduling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type EmptyWeek, emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('several events of the list at once', () => {
  let stack: Stack;
  let week: EmptyWeek;
  let events: number[];
  let people: { id: number; name: string }[];

  beforeAll(async () => {
    stack = await startStack();
    week = await emptyWeek(stack);
    const drafts = [1, 2, 3].map((number) => ({
      name: `${690_200 + number}-Testwell-Waffle ${number} (123456789012)  - V2-CORE`,
      startsOn: week.sunday,
      dueOn: addDays(week.sunday, 7),
    }));
    events = (await week.list(drafts)).map(({ eventId }) => eventId);
    people = await week.peopleAs('Event Specialist');
  });
  afterAll(() => stack?.stop());

  const scheduledCount = async () =>
    (await week.api.events.list.query({ text: 'Testwell-Waffle', scheduled: true })).total;
  const scheduleAll = async () => {
    for (const [index, eventId] of events.entries()) {
      const person = people[0];
      if (!person) throw new Error('The test has nobody to plan.');
      const day = addDays(week.sunday, 2 + index);
      const { slots } = await week.api.events.options.query({ eventId, day });
      await week.api.schedules.create.mutate({
        eventId,
        employeeId: person.id,
        startsAt: slots[0]?.startsAt ?? '',
      });
    }
  };

  it('are scheduled, then moved, by keyboard; Ctrl+Z takes back one after the other', async () => {
    const names = ['Setup', 'Refresh'].map(
      (type) => `01.01-DD-Testwell-Syrup (123456789012)  - 01.01 Digital ${type}`,
    );
    const window = { startsOn: week.sunday, dueOn: addDays(week.sunday, 7) };
    await week.list(names.map((name) => ({ name, ...window })));
    const [lead] = await week.peopleAs('Lead Event Specialist');
    if (!lead) throw new Error('The test has nobody to plan.');
    const [first, second] = [addDays(week.sunday, 2), addDays(week.sunday, 3)] as const;
    const held = async () => {
      const { rows } = await week.api.events.list.query({ text: 'Testwell-Syrup', scheduled: true });
      return rows.map(({ schedule }) => [schedule?.employeeId, schedule?.workDate]);
    };
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/events?q=Testwell-Syrup`);
    const row = (index: number) => page.locator(`[data-index="${index}"][data-event-id]`);
    const bar = page.getByRole('region', { name: 'Selected events' });
    const selectBoth = async () => {
      await row(1).waitFor();
      await row(0).press('Space');
      await bar.getByText('1 selected').waitFor();
      await row(1).press('Space');
      await bar.getByText('2 selected').waitFor();
    };
    await selectBoth();
    await bar.getByLabel('Person').selectOption(lead.name);
    await bar.getByLabel('Day').fill(first);
    await bar.getByRole('button', { name: 'Schedule 2' }).press('Enter');
    await page.getByText('2 events scheduled.').waitFor();
    await bar.waitFor({ state: 'hidden' });
    expect(await held()).toEqual([
      [lead.id, first],
      [lead.id, first],
    ]);
    await selectBoth();
    await bar.getByLabel('Day').fill(second);
    await bar.getByRole('button', { name: 'Change 2' }).press('Enter');
    await page.getByText('2 events moved.').waitFor();
    await bar.waitFor({ state: 'hidden' });
    expect(await held()).toEqual([
      [lead.id, second],
      [lead.id, second],
    ]);
    // In the search field the key belongs to its text.
    await page.getByRole('searchbox').press('Control+Z');
    await row(0).press('Control+Z');
    await page.getByText('2 events back where they were.').waitFor();
    expect(await held()).toEqual([
      [lead.id, first],
      [lead.id, first],
    ]);
    await row(0).press('Control+Z');
    await page.getByText('2 events unscheduled again.').waitFor();
    expect(await held()).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('leave no row below their bar: the last one of all is reached above it', async () => {
    const { page } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/events`);
    const row = page.locator('[data-index][data-event-id]');
    await row.first().press('Space');
    const bar = page.getByRole('region', { name: 'Selected events' });
    await bar.getByText('1 selected').waitFor();
    await row.first().press('End');
    await expect
      .poll(async () => {
        const [last, top] = [await page.locator(':focus').boundingBox(), (await bar.boundingBox())?.y ?? 0];
        const isLast = await page
          .locator(':focus')
          .evaluate((each) => each.ariaRowIndex === each.closest('[role=grid]')?.ariaRowCount);
        return isLast && (last?.y ?? top) + (last?.height ?? 0) <= top;
      })
      .toBe(true);
    await page.context().close();
  });

  it('are selected with Shift and by key, unscheduled, back by one undo, and unscheduled again by redo', async () => {
    await scheduleAll();
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/events?q=Testwell-Waffle`);
    const row = (index: number) => page.locator(`[data-index="${index}"][data-event-id]`);
    const tick = (index: number) => row(index).getByRole('checkbox');
    const bar = page.getByRole('region', { name: 'Selected events' });
    await row(2).waitFor();
    await row(0).hover();
    await tick(0).click();
    await bar.getByText('1 selected').waitFor();
    await row(2).click({ modifiers: ['Shift'] });
    await bar.getByText('3 selected').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'hidden' });
    await row(0).focus();
    await page.keyboard.press('Space');
    await bar.getByText('1 selected').waitFor();
    await page.getByRole('checkbox', { name: 'Select the events in sight' }).check();
    await bar.getByText('3 selected').waitFor();
    await bar.getByRole('button', { name: 'Unschedule 3' }).press('Enter');
    await page.getByText('3 events unscheduled.').waitFor();
    await bar.waitFor({ state: 'hidden' });
    expect(await scheduledCount()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('3 events back where they were.').waitFor();
    expect(await scheduledCount()).toBe(3);
    await row(0).press('Control+Shift+Z');
    await expect.poll(scheduledCount).toBe(0);
    await row(0).press('Control+Z');
    await expect.poll(scheduledCount).toBe(3);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('are selected by taps on a phone', async () => {
    const { page, errors } = await signedIn(stack, { viewport: { width: 320, height: 740 } });
    await page.goto(`${stack.apps.webUrl}/events?q=Testwell-Waffle`);
    const row = (index: number) => page.locator(`[data-index="${index}"][data-event-id]`);
    await row(1).waitFor();
    expect(await row(0).getByRole('checkbox').count()).toBe(0);
    await page.getByRole('button', { name: 'Select several events' }).click();
    const bar = page.getByRole('region', { name: 'Selected events' });
    await row(0).click();
    await row(1).click();
    await bar.getByText('2 selected').waitFor();
    await row(0).getByRole('checkbox', { checked: true }).waitFor();
    await page.getByTestId('event-rows').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    const below = async () => {
      const [last, top] = [await row(2).boundingBox(), (await bar.boundingBox())?.y ?? 0];
      return (last?.y ?? 0) + (last?.height ?? top) - top;
    };
    await expect.poll(below).toBeLessThanOrEqual(0);
    const isScrolling = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
    expect(await page.evaluate(isScrolling)).toBe(false);
    await bar.getByRole('button', { name: 'Unschedule 2' }).click();
    await page.getByText('2 events unscheduled.').waitFor();
    expect(await scheduledCount()).toBe(1);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
