import { addDays } from '@scheduler/scheduling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { type EmptyWeek, emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('several events at once, of which one goes against a warning', () => {
  let stack: Stack;
  let week: EmptyWeek;
  let cores: number[];
  let ada: { id: number; name: string };

  beforeAll(async () => {
    stack = await startStack();
    week = await emptyWeek(stack);
    const drafts = [1, 2].map((number) => ({
      name: `${690_100 + number}-Testwell-Biscuit ${number} (123456789012)  - V2-CORE`,
      startsOn: week.sunday,
      dueOn: addDays(week.sunday, 7),
    }));
    cores = (await week.list(drafts)).map(({ eventId }) => eventId);
    const [first] = await week.peopleAs('Event Specialist');
    if (!first) throw new Error('The test has nobody to plan.');
    ada = first;
  });
  afterAll(() => stack?.stop());

  const schedules = async () => (await week.api.board.week.query({ weekOf: week.sunday })).schedules;
  const scheduledCount = async () => (await schedules()).length;

  it('is saved with a reason that is asked for once; the others are saved at once', async () => {
    const day = addDays(week.sunday, 2);
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${week.sunday}`);
    for (const eventId of cores) {
      await page.getByTestId(`tray-event-${eventId}`).click({ modifiers: ['Control'] });
    }
    const bar = page.getByRole('region', { name: 'Selected events' });
    await bar.getByText('2 selected').waitFor();
    await bar.getByLabel('Person').selectOption(ada.name);
    await bar.getByLabel('Day').selectOption(day);
    await bar.getByRole('button', { name: 'Schedule 2' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: '1 event needs a reason' });
    await dialog.getByText(/already has a Core/).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    expect(await scheduledCount()).toBe(1);
    const save = dialog.getByRole('button', { name: 'Save anyway' });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason for going against the warning').fill('Both were promised to the club');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await bar.waitFor({ state: 'hidden' });
    const saved = await schedules();
    expect(saved.map(({ employeeId, workDate }) => [employeeId, workDate])).toEqual([
      [ada.id, day],
      [ada.id, day],
    ]);
    expect(saved.map(({ overrideReason }) => overrideReason).sort()).toEqual([
      'Both were promised to the club',
      null,
    ]);
    const isOnBoard = () => document.activeElement?.closest('[data-board]') !== null;
    await expect.poll(() => page.evaluate(isOnBoard)).toBe(true);

    await page.keyboard.press('Control+z');
    await expect.poll(scheduledCount).toBe(1);
    await page.keyboard.press('Control+z');
    await expect.poll(scheduledCount).toBe(0);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
