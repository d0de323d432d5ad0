import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/**
 * What is wrong with a page as it is now: axe's findings, each with its places, and whether it scrolls sideways.
 * Empty when nothing is. `except`: a selector of what axe leaves out.
 */
export async function findingsOf(page: Page, except?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (except) axe.exclude(except);
  const { violations } = await axe.analyze();
  const findings = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
  const sideways = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  return sideways === 0 ? findings : [...findings, `It scrolls sideways by ${sideways} px.`];
}
