import { addDays } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Look, type Stack, signedIn, startStack } from './stack.ts';

/** Does what a person does, and counts each click, each tap and each press of a key or chord. */
class Hand {
  count = 0;
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async click(what: Locator): Promise<void> {
    this.count += 1;
    await what.click();
  }

  async tap(what: Locator): Promise<void> {
    this.count += 1;
    await what.tap();
  }

  async press(key: string): Promise<void> {
    this.count += 1;
    await this.page.keyboard.press(key);
  }
}

describe('a full demo week is planned, approved and seen in Crossmark in under ten interactions', () => {
  let stack: Stack;
  let api: Api;
  /** The next week's: plans begin tomorrow, whatever day it is. */
  let sunday: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    sunday = addDays((await demoStore(api)).weekOf, 7);
  });
  afterAll(() => stack?.stop());
  // The next way plans the same week again.
  afterEach(async () => {
    for (const { proposalId } of await api.plan.list.query({})) {
      const { approvals } = await api.plan.get.query({ proposalId });
      for (const { approvalId } of approvals) await api.plan.undoApproval.mutate({ approvalId });
      const { version } = await api.plan.get.query({ proposalId });
      await api.plan.discard.mutate({ proposalId, version });
    }
  });

  const openBoard = async (look: Look = {}) => {
    const { page, errors } = await signedIn(stack, look);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}`);
    await planButton(page).waitFor();
    await expect.poll(() => planButton(page).isEnabled()).toBe(true);
    return { page, errors, hand: new Hand(page) };
  };
  const planButton = (page: Page) => page.getByRole('button', { name: 'Plan week' });
  const approveButton = (page: Page) => page.getByRole('button', { name: /^Approve all \d+$/ });

  /** Waits until the page says that Crossmark holds every line, and checks that it does. */
  const seeAllInCrossmark = async (page: Page) => {
    await page.getByRole('heading', { name: /^\d+ events scheduled$/ }).waitFor();
    const plan = (await api.plan.list.query({})).find(({ state }) => state === 'approved');
    if (!plan) throw new Error('No plan is approved.');
    const { lines } = await api.plan.get.query({ proposalId: plan.proposalId });
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.every(({ state }) => state === 'saved')).toBe(true);
    await page.getByText(`Crossmark holds all ${lines.length}.`).waitFor();
    for (const { eventId } of lines) expect((await api.sync.get.query({ eventId })).state).toBe('synced');
  };

  it('by mouse', async () => {
    const { page, errors, hand } = await openBoard();
    await hand.click(planButton(page));
    await hand.click(approveButton(page));
    await seeAllInCrossmark(page);
    expect(hand.count).toBeLessThan(10);
    expect(await findingsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('by keyboard, which leads to the plan and tells its keys', async () => {
    const { page, errors, hand } = await openBoard();
    const isFocused = (what: Locator) => what.evaluate((element) => element === document.activeElement);
    await hand.press('?');
    await page.getByRole('dialog').getByText('plan the week, or go to its plan').waitFor();
    await hand.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await hand.press('p');
    const placed = page.getByRole('heading', { name: /^\d+ of \d+ placed$/ });
    await placed.waitFor();
    await expect.poll(() => isFocused(placed)).toBe(true);
    await hand.press('Control+Enter');
    const scheduled = page.getByRole('heading', { name: /^\d+ events scheduled$/ });
    await scheduled.waitFor();
    await expect.poll(() => isFocused(scheduled)).toBe(true);
    await seeAllInCrossmark(page);
    expect(hand.count).toBeLessThan(10);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('on a phone', async () => {
    const { page, errors, hand } = await openBoard({ viewport: { width: 390, height: 844 }, touch: true });
    await hand.tap(planButton(page));
    await hand.tap(approveButton(page));
    await seeAllInCrossmark(page);
    expect(hand.count).toBeLessThan(10);
    expect(await findingsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('from any page by Ctrl+K, which leads back to a plan that waits, too', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/people`);
    await page.locator('[data-testid^=person-]').first().waitFor();
    const field = page.getByRole('combobox', { name: 'Page, person, event or day' });
    const ask = async (text: string, option: RegExp) => {
      await page.keyboard.press('Control+k');
      await field.fill(text);
      await page.getByRole('option', { name: option }).first().waitFor();
      await page.keyboard.press('Enter');
    };
    await ask('plan with options', /^Plan with options/);
    await page.getByRole('dialog', { name: 'Options of the plan' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Two weeks' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Plan', exact: true }).press('Enter');
    const placed = page.getByRole('heading', { name: /^\d+ of \d+ placed$/ });
    await placed.waitFor();
    await page.goto(`${stack.apps.webUrl}/people`);
    await page.locator('[data-testid^=person-]').first().waitFor();
    await ask('review plan', /^Review: Plan for /);
    await placed.waitFor();
    await page.getByRole('button', { name: 'Close the plan' }).click();
    await placed.waitFor({ state: 'hidden' });
    await ask('plan week', /^Plan the week/);
    await placed.waitFor();
    await expect.poll(() => placed.evaluate((element) => element === document.activeElement)).toBe(true);
    const proposalId = (await api.plan.current.query())?.proposalId ?? 0;
    await page.keyboard.press('Control+Enter');
    await waitFor('The approval', async () => {
      const { lines } = await api.plan.get.query({ proposalId });
      return lines.some(({ state }) => state === 'saved');
    });
    await ask('undo', /^Undo the last change/);
    await page.getByText(/^\d+ events put back\.$/).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
