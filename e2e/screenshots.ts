/** `pnpm screenshots`: writes pictures of each built page with demo data into docs/screenshots. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { LOOKS, makeNews, openScreen, SCREENS } from './screens.ts';
import { signedIn, startStack } from './stack.ts';

const DIRECTORY = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
mkdirSync(DIRECTORY, { recursive: true });
const stack = await startStack();
try {
  const event = await makeNews(stack);
  for (const { suffix, ...look } of LOOKS) {
    const shoot = async (page: Page, name: string, fullPage = false) => {
      await page.evaluate(() => document.fonts.ready);
      await page.waitForFunction(
        () => !document.querySelector('[aria-busy="true"], [aria-label^="Loading "], .animate-pulse'),
      );
      // Tools and menus come after what is read first.
      await page.evaluate(
        () => new Promise((resolve) => setTimeout(() => requestIdleCallback(resolve), 700)),
      );
      await page.screenshot({ path: `${DIRECTORY}${name}${suffix}.png`, animations: 'disabled', fullPage });
      console.log(`docs/screenshots/${name}${suffix}.png`);
    };
    const dispatcher = await signedIn(stack, look);
    const boss = await signedIn(stack, { ...look, email: 'admin@demo.test' });
    for (const { page } of [dispatcher, boss]) await page.locator('[data-sync-state]').first().waitFor();
    for (const screen of SCREENS) {
      const { page } = screen.admin ? boss : dispatcher;
      await openScreen(page, stack, screen, event);
      await shoot(page, screen.name);
    }
    for (const { page } of [dispatcher, boss]) await page.context().close();

    const admin = await signedIn(stack, { ...look, email: 'admin@demo.test', url: stack.apps.adminUrl });
    await admin.page.getByRole('heading', { name: 'Parts' }).waitFor();
    await admin.page.getByText('Loading charts').waitFor({ state: 'hidden' });
    await shoot(admin.page, 'admin', look.viewport.width < 1000);
    await admin.page.goto(`${stack.apps.adminUrl}/#changes`);
    await admin.page.getByRole('heading', { name: /^Dead letters/ }).waitFor();
    await shoot(admin.page, 'admin-changes', look.viewport.width < 1000);
    await admin.page.goto(`${stack.apps.adminUrl}/queues/`, { waitUntil: 'commit' });
    await admin.page.getByText('Loading', { exact: false }).first().waitFor({ state: 'hidden' });
    await shoot(admin.page, 'queues');
    await admin.page.context().close();
  }
} finally {
  await stack.stop();
}
