/** `pnpm screenshots`: pictures of each page into docs/screenshots, from the built pages on demo data. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { freeEvent } from './board.ts';
import { signedIn, startStack } from './stack.ts';

const DIRECTORY = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const LOOKS = [
  { suffix: '', viewport: { width: 1440, height: 900 }, dark: false },
  { suffix: '-dark', viewport: { width: 1440, height: 900 }, dark: true },
  { suffix: '-phone', viewport: { width: 390, height: 844 }, dark: false },
];

mkdirSync(DIRECTORY, { recursive: true });
const stack = await startStack();
try {
  const event = await freeEvent(stack, 'Core');
  for (const { suffix, ...look } of LOOKS) {
    const shoot = async (page: Page, name: string) => {
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: `${DIRECTORY}${name}${suffix}.png`, animations: 'disabled' });
      console.log(`docs/screenshots/${name}${suffix}.png`);
    };
    const { page } = await signedIn(stack, look);
    await page.getByTestId('sync-badge').first().waitFor();
    const go = async (path: string, ready: () => Promise<unknown>, name: string) => {
      await page.goto(stack.apps.webUrl + path);
      await ready();
      await shoot(page, name);
    };
    const badge = () => page.getByTestId('sync-badge').first().waitFor();
    await go('/', badge, 'board');
    await go(`/?event=${event.eventId}&view=tray`, () => page.getByRole('dialog').waitFor(), 'event');
    const scheduled = page.getByRole('dialog').getByRole('button', { name: 'Schedule', exact: true });
    await scheduled.click();
    await page.getByText('May do it').first().waitFor();
    await shoot(page, 'schedule');
    await go('/day', () => page.locator('article').first().waitFor(), 'day');
    await page.getByRole('button', { name: 'Reassign' }).click();
    await page.getByLabel('Give it to').selectOption({ index: 1 });
    await page
      .getByText(/^(Goes over|Stays as it is|There is nothing)/)
      .first()
      .waitFor();
    await shoot(page, 'reassign');
    await go('/day/print', () => page.locator('.day-sheet').waitFor(), 'daily-sheet');
    await go('/month', () => page.getByText('Core').first().waitFor(), 'month');
    await go('/people', () => page.locator('[data-testid^=person-]').first().waitFor(), 'people');
    await go('/import', () => page.getByLabel('CSV file').waitFor({ state: 'attached' }), 'import');
    await page.context().close();

    const admin = await signedIn(stack, { ...look, email: 'admin@demo.test', url: stack.apps.adminUrl });
    await admin.page.getByRole('heading', { name: 'Workers' }).waitFor();
    await admin.page.getByText('Loading charts').waitFor({ state: 'hidden' });
    await shoot(admin.page, 'admin');
    await admin.page.goto(`${stack.apps.adminUrl}/queues/`, { waitUntil: 'commit' });
    await admin.page.getByText('Loading', { exact: false }).first().waitFor({ state: 'hidden' });
    await shoot(admin.page, 'queues');
    await admin.page.context().close();
  }
} finally {
  await stack.stop();
}
