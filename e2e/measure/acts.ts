import type { Page } from 'playwright-core';

/** An interaction. Its later effects are awaited, but not measured. */
export interface Act {
  name: string;
  act: (page: Page) => Promise<unknown>;
}

/** The interactions of both pages. The ratio compares these. */
export const SHARED_ACTS: readonly Act[] = [
  ...[3, 12, 20].flatMap((card) => [
    {
      name: 'open a card’s panel',
      act: async (page: Page) => {
        await page.locator('[data-event-id]').nth(card).click();
        await page.locator('[role=dialog]').waitFor();
      },
    },
    {
      name: 'close the panel',
      act: async (page: Page) => {
        await page.keyboard.press('Escape');
        await page.locator('[role=dialog]').waitFor({ state: 'hidden' });
      },
    },
  ]),
  { name: 'go to the tray’s filter', act: (page) => page.getByRole('searchbox').first().click() },
  ...[...'yogurt'].map((letter) => ({
    name: 'type in the tray’s filter',
    act: (page: Page) => page.keyboard.press(letter),
  })),
  ...[...'yogurt'].map(() => ({
    name: 'delete in the tray’s filter',
    act: (page: Page) => page.keyboard.press('Backspace'),
  })),
];

/** The interactions that only the board has. */
export const BOARD_ACTS: readonly Act[] = [
  {
    name: 'open the account menu',
    act: async (page) => {
      await page.getByRole('button', { name: /^Account of/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    },
  },
  { name: 'close the account menu', act: (page) => page.keyboard.press('Escape') },
  { name: 'next week', act: (page) => page.getByRole('button', { name: 'Next week', exact: true }).click() },
  { name: 'previous week', act: (page) => page.getByRole('button', { name: 'Previous week' }).click() },
  { name: 'move by keyboard', act: (page) => page.locator('[data-event-id]').nth(5).focus() },
  ...['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'Tab', 'Tab'].map(
    (key) => ({
      name: 'move by keyboard',
      act: (page: Page) => page.keyboard.press(key),
    }),
  ),
];
