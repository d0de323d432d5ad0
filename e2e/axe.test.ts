import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FreeEvent } from './board.ts';
import { LOOKS, makeNews, screens } from './screens.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('every screen', () => {
  let stack: Stack;
  let event: FreeEvent;
  beforeAll(async () => {
    stack = await startStack();
    event = await makeNews(stack);
  });
  afterAll(() => stack?.stop());

  it.each(LOOKS)(
    'is without a finding of axe, sideways scrolling and errors, $viewport.width px wide, dark: $dark',
    async (look) => {
      const { page, errors } = await signedIn(stack, look);
      await page.getByTestId('sync-badge').first().waitFor();
      const findings: Record<string, unknown> = {};
      for (const { name, path, ready } of screens(event)) {
        await page.goto(stack.apps.webUrl + path);
        await ready(page);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const sideways = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        if (sideways !== 0) findings[`${name}: scrolls sideways`] = sideways;
        for (const { id, nodes } of violations) {
          findings[`${name}: ${id}`] = nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`);
        }
      }
      await page.context().clearCookies();
      await page.goto(stack.apps.webUrl);
      await page.getByLabel('Password').waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id } of violations) findings[`sign-in: ${id}`] = id;
      expect(findings).toEqual({});
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );
});
