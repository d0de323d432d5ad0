import { addMinutes } from '@scheduler/scheduling';
import { signIn } from '@scheduler/scripts/api';
import { openSwitchboard } from '@scheduler/scripts/chaos/switchboard';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import { DEMO } from '@scheduler/scripts/infrastructure';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badgeOf, freeEvent, openTray, type Planned, planFromTray } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('a dispatcher at the board', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let planned: Planned;
  beforeAll(async () => {
    // An outage is over in seconds here, so the first retry need not wait for a minute.
    stack = await startStack({ SYNC_RETRY_BLIP_SECONDS: '1', SYNC_RETRY_BASE_SECONDS: '2' });
    ({ page, errors } = await signedIn(stack));
  });
  afterAll(() => stack?.stop());

  const held = () => heldBookings(stack.infrastructure.simulatorUrl, planned.mplanId);

  it('schedules an event, sees the badge reach synced, and Crossmark holds exactly that booking', async () => {
    const event = await freeEvent(stack, 'Core');
    planned = await planFromTray(page, event);
    await badgeOf(page, planned.eventId, 'synced');
    expect(await held()).toEqual([
      expect.objectContaining({
        mplanId: planned.mplanId,
        storeId: event.storeId,
        repId: planned.repId,
        startsAt: planned.startsAt,
      }),
    ]);
  });

  it('sees the attempts behind the badge', async () => {
    await page.locator(`[data-event-id="${planned.eventId}"]`).click();
    const attempts = page.getByTestId('sync-attempts');
    await attempts.waitFor();
    await expect.poll(() => attempts.innerText()).toMatch(/booked/i);
    await page.keyboard.press('Escape');
  });

  it('unschedules it: Crossmark holds nothing, the event is back in the tray', async () => {
    await page.locator(`[data-event-id="${planned.eventId}"]`).click();
    await page.getByRole('button', { name: 'Unschedule', exact: true }).click();
    await expect.poll(held, { timeout: 20_000 }).toEqual([]);
    await openTray(page);
    await page.getByTestId(`tray-event-${planned.eventId}`).waitFor();
  });

  it('is told to wait while Crossmark is down, and sees synced once it is back', async () => {
    const event = await freeEvent(stack, 'Core');
    await stack.infrastructure.stopSimulator('SIGKILL');
    planned = await planFromTray(page, event);
    await badgeOf(page, planned.eventId, 'waiting');
    await page.locator(`[data-event-id="${planned.eventId}"]`).click();
    await page
      .getByText(/saved here/i)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await stack.infrastructure.startSimulator();
    await badgeOf(page, planned.eventId, 'synced', 60_000);
    expect(await held()).toHaveLength(1);
  });

  it('moves what was reported as done meanwhile, is told why it can’t go, takes it away, and the report stays', async () => {
    const { simulatorUrl, env } = stack.infrastructure;
    const { eventId, mplanId, startsAt } = planned;
    const reported = await held();
    const crossmark = openSwitchboard(simulatorUrl);
    const plan = (await crossmark.state()).plans.find((one) => one.mplanId === mplanId);
    await crossmark.putPlan([{ ...plan, condition: 'Submitted' }]);
    const api = await signIn(stack.apps.serverUrl, env.WEB_ORIGIN ?? '');
    const { schedule } = await api.events.get.query({ eventId });
    if (!schedule) throw new Error(`Event ${eventId} is not scheduled.`);
    const { scheduleId, version } = schedule;
    await api.schedules.reschedule.mutate({ scheduleId, version, startsAt: addMinutes(startsAt, 15) });
    await badgeOf(page, eventId, 'failed');
    await api.sync.refreshNow.mutate();
    await page.locator(`[data-event-id="${eventId}"]`).click();
    const panel = page.getByRole('dialog');
    await panel.getByText('Submitted', { exact: true }).waitFor();
    await panel
      .getByText(/Submitted, so it can’t be booked\. Unschedule it here/)
      .first()
      .waitFor();
    expect(await panel.getByRole('button', { name: 'Move' }).count()).toBe(0);
    await panel.getByRole('button', { name: 'Unschedule', exact: true }).click();
    await expect.poll(async () => (await api.sync.get.query({ eventId })).state).toBe('synced');
    expect(await held()).toEqual(reported);
    await page.keyboard.press('Escape');
  });

  it('is refused with a sentence when the password is wrong', async () => {
    const context = await stack.browser.newContext();
    const stranger = await context.newPage();
    await stranger.goto(stack.apps.webUrl);
    await stranger.getByLabel('E-mail').fill('dispatcher@demo.test');
    await stranger.getByLabel('Password').fill('not-the-password');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await stranger
      .getByRole('alert')
      .filter({ hasText: /password/i })
      .waitFor();
    await context.close();
  });

  /** The sign-in page in a browser profile of its own, filled in rightly. */
  async function atSignIn(): Promise<Page> {
    const stranger = await (await stack.browser.newContext()).newPage();
    await stranger.goto(stack.apps.webUrl);
    await stranger.getByLabel('E-mail').fill('dispatcher@demo.test');
    await stranger.getByLabel('Password').fill(DEMO.password);
    return stranger;
  }

  it('signs in on a page that was opened before an upgrade, whose code is gone from the server', async () => {
    const stranger = await atSignIn();
    await stranger.route('**/assets/**', (route) => route.fulfill({ status: 404 }));
    const signedIn = stranger.waitForResponse(
      (answer) => answer.url().endsWith('/api/auth/sign-in/email') && answer.ok(),
    );
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await signedIn;
    await stranger.unroute('**/assets/**');
    await stranger.goto(stack.apps.webUrl);
    await openTray(stranger);
    await stranger.context().close();
  });

  it('is told so where the browser keeps no cookies', async () => {
    const stranger = await atSignIn();
    await stranger.route('**/api/auth/sign-in/**', async (route) => {
      const answer = await route.fetch();
      await stranger.context().clearCookies();
      await route.fulfill({ status: answer.status(), body: await answer.text() });
    });
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await stranger.getByRole('alert').filter({ hasText: 'Allow cookies' }).waitFor();
    await stranger.context().close();
  });

  it('is told that they are still signed in where signing out got no answer, and is signed out once it does', async () => {
    await page.route('**/api/auth/sign-out', (route) => route.fulfill({ status: 502, body: '{}' }));
    const signOut = async () => {
      await page.getByRole('button', { name: /^Account of/ }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
    };
    await signOut();
    await page.getByText('You are still signed in').waitFor();
    await page.unroute('**/api/auth/sign-out');
    await page.reload();
    await openTray(page);
    await signOut();
    await page.getByLabel('Password').waitFor();
    await page.goto(stack.apps.webUrl);
    await page.getByLabel('Password').waitFor();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
