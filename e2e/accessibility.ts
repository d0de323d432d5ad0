import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/**
 * What is wrong with a page as it is now: axe's findings, each with its places, and what scrolls sideways.
 * Empty when nothing is. `except`: a selector of what axe leaves out.
 */
export async function findingsOf(page: Page, except?: string): Promise<string[]> {
  // What passes needs no description, and without frames of other origins no page of axe's own: a quarter of the time.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
  if (except) axe.exclude(except);
  const { violations } = await axe.analyze();
  const findings = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
  return [...findings, ...(await sidewaysOf(page))];
}

/**
 * What can be scrolled sideways on a page as it is now, with the elements that make it so wide. A section that has a
 * name may: it is made to be scrolled. `except`: a selector of what may as well.
 */
export async function sidewaysOf(page: Page, except?: string): Promise<string[]> {
  const made = ['section[aria-label]', ...(except ? [except] : [])].join(', ');
  return page.evaluate((madeToScroll) => {
    const named = (element: Element) =>
      element.outerHTML.slice(0, element.outerHTML.indexOf('>') + 1).slice(0, 300);
    const scrollers = [...document.querySelectorAll('*')].filter((element) => {
      if (element.scrollWidth <= element.clientWidth || element.matches(madeToScroll)) return false;
      return (
        element === document.documentElement ||
        ['auto', 'scroll'].includes(getComputedStyle(element).overflowX)
      );
    });
    return scrollers.map((scroller) => {
      const edge = scroller.getBoundingClientRect().left + scroller.clientLeft + scroller.clientWidth;
      const wide = [...scroller.querySelectorAll('*')].filter(
        (element) => element.getBoundingClientRect().right > edge + 0.5,
      );
      return `${scroller.scrollWidth} px in ${scroller.clientWidth} px: ${named(scroller)} holds ${wide.slice(0, 3).map(named).join(' ')}`;
    });
  }, made);
}
