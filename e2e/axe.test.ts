import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes, sidewaysOf } from './accessibility.ts';
import type { FreeEvent } from './board.ts';
import { LOOKS, makeNews, openScreen, SCREENS } from './screens.ts';
import { freshPage, type Stack, signedIn, startStack } from './stack.ts';

const LIGHT_LOOKS = LOOKS.filter(({ dark }) => !dark);

describe('is without a finding of axe, sideways scrolling and errors, wide and narrow, light and dark', () => {
  let stack: Stack;
  let event: FreeEvent;
  const errors: string[][] = [];
  const pages: { look: (typeof LOOKS)[number]; dispatcher: Page; admin: Page }[] = [];
  beforeAll(async () => {
    stack = await startStack();
    event = await makeNews(stack);
    for (const look of LIGHT_LOOKS) {
      const dispatcher = await signedIn(stack, look);
      const admin = await signedIn(stack, { ...look, email: 'admin@demo.test' });
      for (const { page } of [dispatcher, admin]) await page.locator('[data-sync-state]').first().waitFor();
      errors.push(dispatcher.errors, admin.errors);
      pages.push({ look, dispatcher: dispatcher.page, admin: admin.page });
    }
  });
  afterAll(() => stack?.stop());

  /** In every look at the same time: most of it is the browser's own work, a process a page. */
  const everyLook = async (
    find: (opened: { look: (typeof LOOKS)[number]; dispatcher: Page; admin: Page }) => Promise<string[]>,
  ) => {
    const findings = await Promise.all(
      pages.map(async (opened) => {
        const { width } = opened.look.viewport;
        return (await find(opened)).map((finding) => `${width} px: ${finding}`);
      }),
    );
    expect(findings.flat()).toEqual([]);
    expect(errors.flat()).toEqual([]);
  };

  it.each(SCREENS)('$name', async (screen) => {
    await everyLook(async ({ look, dispatcher, admin }) => {
      const page = screen.admin ? admin : dispatcher;
      await openScreen(page, stack, screen, event);
      const findings = await findingsInBothSchemes(page);
      if (look.viewport.width < 400) await expectToFitOtherPhones(page, look.viewport);
      return findings;
    });
  });

  /** Expects that nothing scrolls sideways on a narrower and on a wider phone. A chart follows after a frame. */
  const expectToFitOtherPhones = async (page: Page, viewport: { width: number; height: number }) => {
    for (const width of [320, 390]) {
      await page.setViewportSize({ ...viewport, width });
      const message = `on a phone of ${width} px`;
      await expect.poll(() => sidewaysOf(page), { timeout: 10_000, message }).toEqual([]);
    }
    await page.setViewportSize(viewport);
  };

  it('sign-in', async () => {
    await everyLook(async ({ look }) => {
      const { page } = await freshPage(stack, look);
      await page.goto(stack.apps.webUrl);
      await page.getByLabel('Password').waitFor();
      const findings = await findingsInBothSchemes(page);
      await page.context().close();
      return findings;
    });
  });

  it('finds what can be read in the light and not in the dark', async () => {
    const { page } = await freshPage(stack);
    await page.setContent(`<!doctype html><html lang="en" style="color-scheme: light dark"><title>Page</title>
      <main><h1 style="background: light-dark(#fff, #111); color: light-dark(#111, #333)">Words</h1></main>`);
    expect(await findingsInBothSchemes(page)).toEqual([
      expect.stringMatching(/^in the dark: color-contrast: <h1/),
    ]);
    await page.context().close();
  });
});
