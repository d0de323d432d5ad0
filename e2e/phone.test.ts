import { signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sidewaysOf } from './accessibility.ts';
import { type FreeEvent, freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const PHONE = { width: 390, height: 844 };
const PAGES = ['/', '/day', '/month', '/events', '/people', '/activity', '/import', '/settings'];

describe('on a phone', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let event: FreeEvent;

  beforeAll(async () => {
    stack = await startStack();
    event = await freeEvent(stack, 'Core');
    const api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const name = `Maximiliane ${'Wolfeschlegelsteinhausen'.repeat(3)}`;
    const person = (await api.employees.list.query({})).find((each) => each.name === event.person);
    if (!person) throw new Error('The event has nobody who can do it.');
    const { id: employeeId, version } = person;
    await api.employees.update.mutate({ employeeId, version, changes: { name } });
    await api.schedules.create.mutate({
      eventId: event.eventId,
      employeeId,
      startsAt: event.startsAt,
      withSupervisor: false,
    });
    ({ page, errors } = await signedIn(stack, { viewport: PHONE, touch: true }));
    await page.locator('[data-sync-state]').first().waitFor();
  });
  afterAll(() => stack?.stop());

  const bar = () => page.getByRole('navigation', { name: 'Pages' });
  const open = async (path: string) => {
    await page.goto(stack.apps.webUrl + path);
    await page.getByRole('main').getByRole('heading').first().waitFor();
  };
  /** Whether the element in the middle of the bar belongs to the bar. */
  const isBarOnTop = () =>
    page.locator('nav[aria-label="Pages"]').evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });

  it('the pages are linked from a bar at the bottom, and the one that is open is marked', async () => {
    await open('/');
    const { y, height, width } = (await bar().boundingBox()) ?? { y: 0, height: 0, width: 0 };
    expect([y + height, width]).toEqual([PHONE.height, PHONE.width]);
    const links = bar().getByRole('link');
    await expect.poll(() => links.allInnerTexts()).toEqual(['Board', 'Day', 'Events', 'People']);
    for (const [label, path] of [
      ['Day', '/day'],
      ['Events', '/events'],
      ['People', '/people'],
      ['Board', '/'],
    ] as const) {
      await bar().getByRole('link', { name: label, exact: true }).tap();
      await page.waitForURL((url) => url.pathname === path);
      await bar().locator('[aria-current=page]', { hasText: label }).waitFor();
      await expect.poll(() => bar().locator('[aria-current]').count()).toBe(1);
    }
    // Each can be hit by a thumb.
    for (const link of await links.all()) {
      const box = await link.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    }
  });

  it('“More” has the other pages, and is marked while one of them is open', async () => {
    await open('/');
    const more = bar().getByRole('button', { name: 'More' });
    await more.tap();
    await bar().getByRole('link', { name: 'Activity' }).waitFor();
    await bar().getByRole('link', { name: 'Month' }).tap();
    await page.waitForURL('**/month');
    await expect.poll(() => more.getAttribute('aria-current')).toBe('true');
    await bar().getByRole('link', { name: 'Month' }).waitFor({ state: 'hidden' });
    await more.tap();
    await bar().locator('[popover] a[aria-current=page]', { hasText: 'Month' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it.each(PAGES)('%s begins within 15 % of the height', async (path) => {
    await open(path);
    const share = PHONE.height * 0.15;
    const banner = await page.getByRole('banner').boundingBox();
    expect((banner?.y ?? 0) + (banner?.height ?? share)).toBeLessThan(share / 2);
    const titles = page.getByRole('main').locator('h1:not(.sr-only), h2');
    const title = await titles.first().boundingBox();
    expect((title?.y ?? share) + (title?.height ?? 0)).toBeLessThan(share);
  });

  it.each([320, 360, 390])('%i px wide, no page scrolls sideways with long names', async (width) => {
    const { page: narrow } = await signedIn(stack, { viewport: { width, height: 700 }, touch: true });
    await narrow.locator('[data-sync-state]').first().waitFor();
    const paths = [...PAGES, `/?week=${event.weekOf}&day=${event.day}`, `/day?day=${event.day}`];
    for (const path of paths) {
      await narrow.goto(stack.apps.webUrl + path);
      await narrow.getByRole('main').getByRole('heading').first().waitFor();
      await expect.poll(() => narrow.locator('[aria-busy=true], .animate-pulse').count()).toBe(0);
      expect([path, await sidewaysOf(narrow)]).toEqual([path, []]);
    }
    await narrow.context().close();
  });

  it('the head of the board takes less than 15 % of the screen, and has the rest in a menu', async () => {
    await open('/');
    const more = page.getByRole('button', { name: 'More of this week' });
    await more.waitFor();
    await expect.poll(() => page.getByRole('button', { name: /^Plan/ }).count()).toBe(1);
    const days = page.getByRole('navigation', { name: 'Day' });
    const share = async () => ((await days.boundingBox())?.y ?? PHONE.height) / PHONE.height;
    await expect.poll(share).toBeLessThan(0.15);
    await more.tap();
    const menu = page.getByRole('dialog', { name: 'More of this week' });
    await menu.getByLabel('Role').selectOption('Lead Event Specialist');
    await page.waitForURL(/role=Lead/);
    await menu.getByRole('button', { name: 'Show everybody' }).tap();
    await menu.waitFor({ state: 'hidden' });
    await more.tap();
    await menu.getByRole('button', { name: 'Copy week' }).tap();
    await page.getByRole('dialog').getByRole('heading', { name: /^Copy/ }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('the bar covers neither the end of a page nor a notice, and a sheet covers the bar', async () => {
    await open(`/?event=${event.eventId}&week=${event.weekOf}`);
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: 'Unschedule', exact: true }).waitFor();
    expect(await isBarOnTop()).toBe(false);
    await sheet.getByRole('button', { name: 'Unschedule', exact: true }).tap();
    const notice = page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' });
    await notice.waitFor();
    // Unscheduling closes the sheet.
    await sheet.waitFor({ state: 'hidden' });
    expect(await isBarOnTop()).toBe(true);
    const top = (await bar().boundingBox())?.y ?? 0;
    const box = await notice.boundingBox();
    expect((box?.y ?? top) + (box?.height ?? 0)).toBeLessThanOrEqual(top);
    for (const path of ['/', '/?view=tray', '/day', '/people']) {
      await open(path);
      await expect.poll(() => page.locator('[aria-busy=true], .animate-pulse').count()).toBe(0);
      const end = await page.evaluate(() => {
        window.scrollTo(0, document.documentElement.scrollHeight);
        const buttons = [...document.querySelectorAll('main :is(button, a)')];
        return Math.max(...buttons.map((each) => each.getBoundingClientRect().bottom));
      });
      expect([path, end <= top + 0.5]).toEqual([path, true]);
    }
  });

  it('the bar leaves the strip free that the phone’s own controls cover', async () => {
    await open('/');
    const before = await bar().boundingBox();
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setSafeAreaInsetsOverride', { insets: { bottom: 34 } });
    await expect.poll(async () => (await bar().boundingBox())?.height).toBe((before?.height ?? 0) + 34);
    const link = await bar().getByRole('link').first().boundingBox();
    expect((link?.y ?? 0) + (link?.height ?? 0)).toBeLessThanOrEqual(PHONE.height - 34);
    await session.send('Emulation.setSafeAreaInsetsOverride', { insets: {} });
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
