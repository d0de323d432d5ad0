import { addDays, instantAt, workDateOf } from '@scheduler/scheduling';
import type { Api } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('a change that makes a place for an event that a plan leaves open', () => {
  let stack: Stack;
  let api: Api;
  let zone: string;
  let sunday: string;
  let ada: { id: number; name: string };
  /** A Core that is scheduled on Monday and can be worked until Thursday. */
  let later: number;
  /** A Core that can be worked on Monday alone. */
  let urgent: number;

  beforeAll(async () => {
    stack = await startStack();
    const week = await emptyWeek(stack);
    ({ api, timeZone: zone, sunday } = week);
    const drafts = [4, 1].map((days, index) => ({
      name: `${690_100 + index}-Testwell-Biscuit ${index} (123456789012)  - V2-CORE`,
      startsOn: day(1),
      dueOn: day(1 + days),
    }));
    [later = 0, urgent = 0] = (await week.list(drafts)).map(({ eventId }) => eventId);
    const [first] = await week.peopleAs('Event Specialist');
    if (!first || later === 0 || urgent === 0) throw new Error('The test has nobody or nothing to plan.');
    ada = first;
    for (const { id: employeeId, version } of await api.employees.list.query({})) {
      if (employeeId === ada.id) continue;
      await api.employees.addTimeOff.mutate({ employeeId, version, startsOn: sunday, endsOn: day(6) });
    }
    const startsAt = instantAt(day(1), '10:45', zone);
    await api.schedules.create.mutate({ eventId: later, employeeId: ada.id, startsAt });
  });
  afterAll(() => stack?.stop());

  const day = (index: number) => addDays(sunday, index);
  const linesNow = async () => (await api.plan.current.query())?.lines ?? [];
  const lineOf = async (eventId: number) => {
    const line = (await linesNow()).find((each) => each.eventId === eventId);
    if (!line) throw new Error(`Event ${eventId} has no line.`);
    return line;
  };
  const dayOf = async (eventId: number) => {
    const { schedule } = await api.events.get.query({ eventId });
    return schedule && workDateOf(schedule.startsAt, zone);
  };
  const take = (page: Page) => page.getByRole('button', { name: /^Take this into the plan/ });
  const openPlan = async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}`);
    await page.getByText('Biscuit').first().waitFor();
    return { page, errors };
  };

  it('is taken in by keyboard, taken out by Ctrl+Z and by its button', async () => {
    const { page, errors } = await openPlan();
    await page.getByRole('button', { name: 'Plan week' }).click();
    await page.getByText(/^Free if .* moves to /).waitFor();

    expect(await findingsOf(page)).toEqual([]);
    const narrow = await signedIn(stack, { viewport: { width: 320, height: 640 }, dark: true, touch: true });
    await narrow.page.locator('[data-sync-state]').first().waitFor();
    await narrow.page.goto(`${stack.apps.webUrl}/?week=${sunday}&view=tray`);
    await take(narrow.page).waitFor();
    expect(await findingsOf(narrow.page)).toEqual([]);
    expect(narrow.errors).toEqual([]);
    await narrow.page.context().close();
    await take(page).focus();
    await page.keyboard.press('Enter');
    const row = (eventId: number) => page.getByTestId(`line-${eventId}`);
    await row(urgent).waitFor();
    await expect.poll(() => row(urgent).locator(':focus').count()).toBe(1);
    expect(await take(page).count()).toBe(0);
    expect(await lineOf(urgent)).toMatchObject({ kind: 'new', employeeId: ada.id, day: day(1) });
    expect(await lineOf(later)).toMatchObject({ kind: 'moved', makesRoomFor: urgent });
    expect(await dayOf(later)).toBe(day(1));
    await page.keyboard.press('Control+z');
    await take(page).waitFor();
    expect(await linesNow()).toEqual([]);

    await take(page).click();
    await row(urgent).waitFor();
    await page.getByRole('button', { name: /^Moved 1/ }).click();
    await row(later)
      .getByText(/^Makes room for /)
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await row(later)
      .getByRole('button', { name: /^Leave .* open again$/ })
      .click();
    await take(page).waitFor();
    await expect.poll(() => take(page).evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await linesNow()).toEqual([]);

    await page.keyboard.press('Enter');
    await row(urgent).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('leaves lines that are moved, put back, ticked and locked by keyboard, and then approved', async () => {
    const { page, errors } = await openPlan();
    const row = page.getByTestId(`line-${later}`);
    await page.getByRole('button', { name: /^Moved 1/ }).click();
    const proposed = await lineOf(later);
    const isAt = (startsAt: string) => async () => (await lineOf(later)).startsAt === startsAt;
    const move = async () => {
      await page.locator(`#proposed-${proposed.lineId}`).focus();
      await page.keyboard.press('m');
      await page.keyboard.press('ArrowRight');
      await page.locator('[data-aimed][data-verdict=free]').waitFor();
      await page.keyboard.press('Enter');
      await waitFor('The move', async () => (await lineOf(later)).day === addDays(proposed.day, 1));
      await row.getByText(/^Moved by hand\. Proposed: /).waitFor();
    };
    await move();

    expect(await findingsOf(page)).toEqual([]);
    expect(await dayOf(later)).toBe(day(1));
    await row.getByRole('button', { name: 'Back to the proposed place' }).focus();
    await page.keyboard.press('Enter');
    await waitFor('The proposed place', isAt(proposed.startsAt));
    await row.getByText(/^Moved by hand/).waitFor({ state: 'detached' });
    await move();
    await page.keyboard.press('Control+z');
    await waitFor('The undo', isAt(proposed.startsAt));
    await row.getByText(/^Moved by hand/).waitFor({ state: 'detached' });

    await row.getByRole('checkbox').focus();
    await page.keyboard.press('Space');
    await waitFor('The tick', async () => !(await lineOf(later)).ticked);
    await page.keyboard.press('Space');
    await waitFor('The tick', async () => (await lineOf(later)).ticked);
    await row.getByRole('button', { name: /^Lock / }).focus();
    await page.keyboard.press('Enter');
    await waitFor('The lock', async () => (await lineOf(later)).locked);

    await page.getByRole('button', { name: 'Approve all 2' }).click();
    await waitFor('The approval', async () => (await dayOf(urgent)) === day(1));
    expect(await dayOf(later)).toBe(proposed.day);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
