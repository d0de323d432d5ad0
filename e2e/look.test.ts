import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('the scheduler', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.stop());

  const theme = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  const choose = async (page: Page, name: string) => {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByText(name, { exact: true }).click();
    await page.keyboard.press('Escape');
  };

  it('looks as the system does, or as one chose, from the first paint on and in every tab', async () => {
    const { page } = await signedIn(stack, { dark: true });
    await page.getByTestId('sync-badge').first().waitFor();
    await expect.poll(() => theme(page)).toBe('dark');
    const second = await page.context().newPage();
    await second.goto(stack.apps.webUrl);
    await choose(page, 'Light');
    await expect.poll(() => theme(page)).toBe('light');
    await expect.poll(() => theme(second)).toBe('light');
    // Before any script of the app runs, the page is what it will be.
    await page.route('**/assets/*.js', (route) => route.abort());
    await page.reload({ waitUntil: 'commit' });
    await page.waitForFunction(() => document.body !== null);
    await expect.poll(() => theme(page)).toBe('light');
    await page.unroute('**/assets/*.js');
    await page.reload();
    await choose(page, 'System');
    await expect.poll(() => theme(page)).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => theme(page)).toBe('light');
    await page.context().close();
  });

  it('shows the store’s times to somebody in Tokyo, and says so', async () => {
    const { page: home } = await signedIn(stack);
    const { page: tokyo } = await signedIn(stack, { timezoneId: 'Asia/Tokyo' });
    const shown = async (page: Page, path: string) => {
      await page.goto(stack.apps.webUrl + path);
      await page.getByTestId('sync-badge').first().waitFor();
      // The last of the demo's people: the board draws what is in sight first.
      await page.getByRole('rowheader').nth(12).waitFor();
      return page.getByRole('main').innerText();
    };
    await home.getByTestId('sync-badge').first().waitFor();
    await tokyo.getByTestId('sync-badge').first().waitFor();
    expect(await shown(tokyo, '/')).toBe(await shown(home, '/'));
    await tokyo.getByText(/Days and times are the store’s \(Eastern Time – Indianapolis\)/).waitFor();
    await tokyo.getByText(/Your clock is on Japan/).waitFor();
    expect(await home.getByText(/Days and times are the store’s/).count()).toBe(0);
    for (const path of ['/people', '/activity?tab=history']) {
      await home.goto(stack.apps.webUrl + path);
      await tokyo.goto(stack.apps.webUrl + path);
      await tokyo.getByText(/Days and times are the store’s/).waitFor();
    }
    await home.context().close();
    await tokyo.context().close();
  });

  it('says while offline what is shown and refuses edits in words; reconnected, it goes on', async () => {
    const { page } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    const event = await freeEvent(stack, 'Core');
    await page.goto(`${stack.apps.webUrl}/?week=${event.weekOf}`);
    await page.getByTestId(`tray-event-${event.eventId}`).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator(`input[type=radio][value="${event.day}"]`).check({ force: true });
    await dialog.locator(`input[type=radio][value="${event.slot}"]`).check({ force: true });
    await dialog.getByLabel(event.person).check();
    await page.context().setOffline(true);
    await page.getByText(/You are offline\. What you see is from \d+:\d\d [AP]M\./).waitFor();
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.getByText('You are offline, so nothing was saved.').waitFor();
    await page.context().setOffline(false);
    await page.getByText(/You are offline\. What/).waitFor({ state: 'hidden' });
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.context().close();
  });

  it('keeps what is on screen when one goes offline to a page that isn’t loaded yet, and goes there once it can', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    await page.context().setOffline(true);
    await page.getByText(/You are offline/).waitFor();
    await page.getByRole('link', { name: 'Import' }).click();
    expect(await page.locator('[data-event-id]').count()).toBeGreaterThan(0);
    await page.context().setOffline(false);
    await page.getByLabel('CSV file').waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
