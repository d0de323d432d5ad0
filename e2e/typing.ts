import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/**
 * Types a day such as `2026-12-05` into a date control digit by digit, beginning with the month, as
 * people do.
 */
export async function typeDay(page: Page, field: Locator, day: string): Promise<void> {
  // Earlier typing left the focus at the year.
  await field.blur();
  await field.focus();
  const [year, month, date] = day.split('-');
  for (const digit of `${month}${date}${year}`) await page.keyboard.press(digit);
}

/**
 * Types a day into a filter and expects that the page goes to that day without any other day in
 * between, and that the control keeps its text. `part` is the filter's name in the address.
 */
export async function expectTypedDay(page: Page, field: Locator, part: string, day: string): Promise<void> {
  await field.waitFor();
  const answers: (string | null)[] = [];
  const note = () => answers.push(new URL(page.url()).searchParams.get(part));
  page.on('framenavigated', note);
  await typeDay(page, field, day);
  await expect.poll(() => field.inputValue()).toBe(day);
  await page.waitForURL((url) => url.searchParams.get(part) === day);
  page.off('framenavigated', note);
  expect(new Set(answers)).toEqual(new Set([day]));
  await expect.poll(() => field.inputValue()).toBe(day);
  expect(await field.evaluate((control) => control === document.activeElement)).toBe(true);
}

/** Presses Tab until an element has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab never got there.');
}
