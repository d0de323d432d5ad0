import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Types a day such as `2026-12-05` digit by digit into a date control, beginning at its month, as people do. */
export async function typeDay(page: Page, field: Locator, day: string): Promise<void> {
  // What was typed before left the focus at the year.
  await field.blur();
  await field.focus();
  const [year, month, date] = day.split('-');
  for (const digit of `${month}${date}${year}`) await page.keyboard.press(digit);
}

/**
 * Types a day into a filter of the page and expects that the page goes to that day and to no other one on the way, and that
 * the control keeps what is in it. `part` is what the address calls it.
 */
export async function expectTypedDay(page: Page, field: Locator, part: string, day: string): Promise<void> {
  await field.waitFor();
  const answers: (string | null)[] = [];
  const note = () => answers.push(new URL(page.url()).searchParams.get(part));
  page.on('framenavigated', note);
  await typeDay(page, field, day);
  expect(await field.inputValue()).toBe(day);
  await page.waitForURL((url) => url.searchParams.get(part) === day);
  page.off('framenavigated', note);
  expect(new Set(answers)).toEqual(new Set([day]));
  expect(await field.inputValue()).toBe(day);
  expect(await field.evaluate((control) => control === document.activeElement)).toBe(true);
}
