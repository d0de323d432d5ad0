import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/**
 * Returns the problems of a page: axe's findings with their places, parts that scroll sideways, and
 * links that claim the same place. Empty if there are none. `except` is a selector of parts that
 * axe ignores.
 */
export async function findingsOf(page: Page, except?: string): Promise<string[]> {
  return [
    ...(await axeFindingsOf(page, except)),
    ...(await sidewaysOf(page)),
    ...(await currentLinksOf(page)),
  ];
}

/** Returns the navigations in which more than one link says that it is the present page. */
const currentLinksOf = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('nav')].flatMap((nav) => {
      const current = [...nav.querySelectorAll('[aria-current=page]')]
        .filter((link) => link.checkVisibility())
        .map((link) => link.textContent);
      return current.length > 1
        ? [`${nav.ariaLabel ?? 'a nav'} has two present pages: ${current.join()}`]
        : [];
    }),
  );

/** The only rules of axe whose result depends on the colors. */
const COLOR_RULES = ['color-contrast', 'link-in-text-block'];

/** The same as {@link findingsOf}, for a light page whose colors are then checked in the dark, too. */
export async function findingsInBothSchemes(page: Page, except?: string): Promise<string[]> {
  const findings = await findingsOf(page, except);
  await page.emulateMedia({ colorScheme: 'dark' });
  const inTheDark = await axeFindingsOf(page, except, COLOR_RULES);
  await page.emulateMedia({ colorScheme: 'light' });
  return [...findings, ...inTheDark.map((finding) => `in the dark: ${finding}`)];
}

async function axeFindingsOf(page: Page, except?: string, rules?: string[]): Promise<string[]> {
  // Only violations are described, and the legacy mode opens no page of axe, because there are no
  // frames of other origins. This takes a quarter of the time.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
  if (rules) axe.withRules(rules);
  if (except) axe.exclude(except);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

/**
 * Returns the parts of a page that scroll sideways, with the elements that make them so wide. A
 * section with a name may scroll. `except` is a selector of other parts that may.
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
