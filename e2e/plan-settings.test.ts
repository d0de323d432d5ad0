import { addDays } from '@scheduler/scheduling';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { openTray } from './board.ts';
import { type EmptyWeek, emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const PHONE = { width: 390, height: 844 };

describe('how plans are made', () => {
  let stack: Stack;
  let week: EmptyWeek;
  let page: Page;
  let errors: string[];
  let cores: { eventId: number }[];

  beforeAll(async () => {
    stack = await startStack();
    week = await emptyWeek(stack);
    cores = await week.list(
      [1, 2, 3].map((n) => ({
        name: `69010${n}-Testwell-Biscuit ${n} (123456789012)  - V2-CORE`,
        startsOn: week.sunday,
        dueOn: addDays(week.sunday, 7),
      })),
    );
    ({ page, errors } = await signedIn(stack, { email: 'admin@demo.test' }));
    await page.locator('[data-sync-state]').first().waitFor();
  });
  afterAll(() => stack?.stop());

  const openWeek = async (on = page) => {
    await on.goto(`${stack.apps.webUrl}/?week=${week.sunday}`);
    await on.getByRole('button', { name: /^(Options of the plan…|More of this week)/ }).waitFor();
  };

  it('is set for the store, and told to everybody', async () => {
    await page.goto(`${stack.apps.webUrl}/settings`);
    const plans = page.getByRole('region', { name: 'Plans' });
    await plans.getByText('Nothing').waitFor();
    await plans.getByRole('button', { name: 'Edit plans' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Earliest day').selectOption({ label: '2 days ahead' });
    await dialog.getByLabel('Freeosk').press('Space');
    await dialog.getByLabel('A seventh work day in a week').press('Space');
    await dialog.getByLabel('After an import or a refresh').press('Space');
    await dialog.getByLabel('Each night').press('Space');
    await dialog.getByLabel('At, store time').fill('04:15');
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await plans.getByText('At 4:15 AM, and it waits for review').waitFor();
    await plans.getByText('A seventh work day in a week').waitFor();
    expect((await week.api.plan.settings.query({})).settings).toMatchObject({
      earliestInDays: 2,
      allow: ['seventh_day'],
      afterImport: true,
      nightlyAt: '04:15',
    });
    expect(errors).toEqual([]);
  });

  it('leaves out an event that is marked in its panel; the tray shows the mark, and it can be undone', async () => {
    const [{ eventId } = { eventId: 0 }] = cores;
    const marked = async () => (await week.api.events.get.query({ eventId })).event.neverPlan;
    await page.goto(`${stack.apps.webUrl}/?week=${week.sunday}&event=${eventId}`);
    const panel = page.getByRole('dialog');
    await panel.getByRole('button', { name: 'Never plan it automatically' }).press('Enter');
    await panel.getByText('Never planned automatically').waitFor();
    expect(await marked()).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).first().press('Enter');
    await waitFor('the mark to be gone', async () => !(await marked()));
    await panel.getByRole('button', { name: 'Never plan it automatically' }).press('Enter');
    await panel.getByText('Never planned automatically').waitFor();
    await page.keyboard.press('Escape');
    await openTray(page);
    await page.getByTestId(`tray-event-${eventId}`).getByText('By hand').waitFor();
  });

  it('is chosen for one plan in its options, on a phone too', async () => {
    await openWeek();
    await page.getByRole('button', { name: 'Options of the plan…' }).press('Enter');
    const dialog = page.getByRole('dialog');
    // All starts at the store's settings.
    expect(await dialog.getByLabel('Freeosk').isChecked()).toBe(false);
    expect(await dialog.getByLabel('A seventh work day in a week').isChecked()).toBe(true);
    expect(await dialog.getByLabel('May move what is scheduled').isChecked()).toBe(false);
    expect(await findingsOf(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    await dialog.getByRole('button', { name: 'Two weeks' }).click();
    await dialog.getByText('14 days').waitFor();
    await dialog.getByRole('button', { name: 'This week' }).click();
    await dialog.getByText('7 days').waitFor();
    await dialog.getByRole('button', { name: 'Plan', exact: true }).click();
    await page.getByRole('heading', { name: '2 of 2 placed' }).waitFor();
    await page.getByText('1 event left out: marked as never planned automatically.').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await waitFor('the plan to be gone', async () => (await week.api.plan.current.query({})) === null);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(errors).toEqual([]);
  });

  it('fits in the dark at 320 px: the settings, their dialog, and the options of one plan', async () => {
    const narrow = await signedIn(stack, {
      email: 'admin@demo.test',
      viewport: { width: 320, height: 640 },
      dark: true,
      touch: true,
    });
    await narrow.page.locator('[data-sync-state]').first().waitFor();
    await narrow.page.goto(`${stack.apps.webUrl}/settings`);
    const edit = narrow.page.getByRole('button', { name: 'Edit plans' });
    await edit.waitFor();
    expect(await findingsOf(narrow.page)).toEqual([]);
    await edit.tap();
    await narrow.page.getByRole('dialog').getByLabel('Earliest day').waitFor();
    expect(await findingsOf(narrow.page)).toEqual([]);
    await openWeek(narrow.page);
    await narrow.page.getByRole('button', { name: 'More of this week' }).tap();
    await narrow.page.getByRole('button', { name: 'Options of the plan…' }).waitFor();
    expect(await findingsOf(narrow.page)).toEqual([]);
    await narrow.page.getByRole('button', { name: 'Options of the plan…' }).tap();
    await narrow.page.getByRole('dialog').getByText('May move what is scheduled').waitFor();
    expect(await findingsOf(narrow.page)).toEqual([]);
    expect(narrow.errors).toEqual([]);
    await narrow.page.context().close();
  });

  it('after a refresh: the plan waits on the board of whoever looks, and is not approved by itself', async () => {
    const colleague = await signedIn(stack);
    await colleague.page.locator('[data-sync-state]').first().waitFor();
    const tomorrow = addDays(week.sunday, -49);
    await week.list([
      {
        name: '690200-Testwell-Wafer (123456789012)  - V2-CORE',
        startsOn: tomorrow,
        dueOn: addDays(tomorrow, 30),
      },
    ]);
    const waiting = colleague.page.getByRole('button', {
      name: /^A plan made after a refresh at .* waits: \d+ events?$/,
    });
    await waiting.waitFor();
    const plan = await week.api.plan.current.query({});
    expect(plan).toMatchObject({ state: 'ready', occasion: 'refresh' });
    expect(plan?.lines.every(({ state }) => state === 'proposed')).toBe(true);
    await waiting.press('Enter');
    await colleague.page.getByRole('heading', { name: /^\d+ of \d+ placed$/ }).waitFor();
    expect(colleague.errors).toEqual([]);
  });
});
