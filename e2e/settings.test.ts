import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes } from './accessibility.ts';
import { freeEvent, openTray } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('an admin at the settings', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    stack = await startStack();
    ({ page, errors } = await signedIn(stack, { email: 'admin@demo.test' }));
  });
  afterAll(() => stack?.stop());

  it('finds them in the menu and adds a usual start by keyboard alone; the plan dialog offers it at once', async () => {
    const planner = await signedIn(stack);
    await openTray(planner.page);
    await page.getByRole('button', { name: /^Account of/ }).press('Enter');
    await page.getByRole('link', { name: 'Settings' }).press('Enter');
    await page.getByRole('button', { name: 'Edit Core' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Another start').focus();
    await page.keyboard.type('0105PM');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page
      .getByTestId('type-Core')
      .filter({ hasText: /1:05 PM\s*\(set here\)/ })
      .waitFor();

    const event = await freeEvent(stack, 'Core');
    await planner.page.goto(`${stack.apps.webUrl}/?week=${event.weekOf}`);
    await openTray(planner.page);
    await planner.page.getByTestId(`tray-event-${event.eventId}`).press('Enter');
    const plan = planner.page.getByRole('dialog');
    await plan.locator(`input[type=radio][value="${event.day}"]`).check();
    await plan.locator('input[type=radio][value="13:05"]').waitFor({ state: 'attached' });
    expect(planner.errors).toEqual([]);

    await planner.page.goto(`${stack.apps.webUrl}/settings`);
    await planner.page.getByText(/^Only an admin can change them/).waitFor();
    // A dispatcher sets the turns, and nothing else.
    await planner.page.getByRole('button', { name: 'Add exception' }).waitFor();
    await expect.poll(() => planner.page.getByRole('button', { name: /^(Edit|Add|Remove)/ }).count()).toBe(1);
    await planner.page.context().close();
  });

  it('lets others do a kind of work with a reason or not, and says who does noon checks', async () => {
    await page.getByTestId('type-Freeosk').getByText('others with a reason').waitFor();
    await page.getByRole('button', { name: 'Edit Freeosk' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Others too, with a recorded reason').press('ArrowUp');
    await dialog.getByRole('button', { name: 'Save' }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    const freeosk = page.getByTestId('type-Freeosk');
    await freeosk.filter({ hasText: /Lead Event Specialist, Club Supervisor\s*\(set here\)/ }).waitFor();
    // Everybody does Cores: there is nothing to set.
    await page.getByTestId('type-Core').getByText('Everybody').waitFor();

    const checks = page.getByRole('region', { name: 'Noon checks' });
    await checks.getByText('A Lead who has a Core that day, else the Club Supervisor.').waitFor();
    await checks.getByRole('button', { name: 'Edit noon checks' }).press('Enter');
    await dialog.getByLabel('A Lead who has a Core that day, else the Club Supervisor').press('ArrowDown');
    await dialog.getByRole('button', { name: 'Save' }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await checks.getByText('The Club Supervisor, else a Lead who has a Core that day.').waitFor();
  });

  it('adds a holiday: the board says that the store is closed', async () => {
    const day = addDays(workDateOf(currentInstant(), 'America/Indiana/Indianapolis'), 1);
    await page.getByLabel('Day', { exact: true }).fill(day);
    await page.getByLabel('Holiday', { exact: true }).fill('Founders’ day');
    await page.getByRole('button', { name: 'Add holiday' }).click();
    await page.getByTestId('holidays').getByText('Founders’ day').waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${day}`);
    await page.getByText('Founders’ day').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/settings`);
    await page.getByRole('button', { name: 'Remove Founders’ day' }).click();
    await page.getByText('Founders’ day').waitFor({ state: 'hidden' });
  });

  it('is told what another zone means before saving it; the board’s times follow', async () => {
    await page.getByRole('button', { name: 'Edit store' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Time zone').selectOption('America/Chicago');
    await dialog.getByText('What another zone means').waitFor();
    await dialog.getByText(/keep their instants/).waitFor();
    await dialog.getByRole('button', { name: 'Save and change the zone' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('region', { name: 'Store' }).getByText('America/Chicago').waitFor();
    await page.goto(stack.apps.webUrl);
    await page
      .getByText(/Central Time/)
      .first()
      .waitFor();
  });

  it.each([
    ['wide', { viewport: { width: 1440, height: 900 } }],
    ['at 360 px', { viewport: { width: 360, height: 740 } }],
  ])('gets a page without a finding of axe and without sideways scrolling, %s', async (_, look) => {
    const { page: fresh, errors: itsErrors } = await signedIn(stack, { ...look, email: 'admin@demo.test' });
    await fresh.locator('[data-sync-state]').first().waitFor();
    await fresh.goto(`${stack.apps.webUrl}/settings`);
    await fresh.getByTestId('type-Core').waitFor();
    expect(await findingsInBothSchemes(fresh)).toEqual([]);
    await fresh.getByRole('button', { name: 'Edit Core' }).click();
    await fresh.getByRole('dialog').waitFor();
    expect(await findingsInBothSchemes(fresh)).toEqual([]);
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
