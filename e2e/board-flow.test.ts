import { addDays } from '@scheduler/scheduling';
import { signIn } from '@scheduler/scripts/api';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { badgeOf, type FreeEvent, freeEvent, openTray } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('the board’s ways', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let api: Awaited<ReturnType<typeof signIn>>;
  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    ({ page, errors } = await signedIn(stack));
    await page.locator('[data-event-id]').first().waitFor();
  });
  afterAll(() => stack?.stop());

  const open = async (path: string) => {
    await page.goto(stack.apps.webUrl + path);
    await openTray(page);
    await page.getByRole('rowheader').first().waitFor();
  };
  const cellOf = async ({ person, day }: FreeEvent) => {
    const employee = (await api.employees.list.query({})).find(({ name }) => name === person);
    return page.locator(`[data-cell="${employee?.id} ${day}"]`);
  };
  const inTray = ({ eventId }: FreeEvent) => page.getByTestId(`tray-event-${eventId}`);
  const cardIn = (place: Locator, { eventId }: FreeEvent) => place.locator(`[data-event-id="${eventId}"]`);
  const hasFocus = (target: Locator) => target.evaluate((element) => element === document.activeElement);
  /** Dragging and putting down come with a part of the page that is loaded when the browser is idle. */
  const dragIsLoaded = () =>
    performance.getEntriesByType('resource').some(({ name }) => /\/drag-/.test(name));

  it('shows all people of the demo at once, 1440 by 900', async () => {
    await open('/');
    const last = page.getByRole('rowheader').nth(12);
    await last.waitFor();
    const bottoms = await page
      .getByRole('rowheader')
      .evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().bottom));
    expect(bottoms).toHaveLength(13);
    expect(Math.max(...bottoms)).toBeLessThanOrEqual(900);
  });

  it('picks an event up by a click and puts it down by another; Escape lets go; undo and redo follow', async () => {
    const event = await freeEvent(stack, 'Core');
    await open(`/?week=${event.weekOf}`);
    await page.waitForFunction(dragIsLoaded);
    const cell = await cellOf(event);
    await inTray(event).click();
    await page.getByTestId('hand-bar').getByText('Click a lit cell').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('hand-bar').waitFor({ state: 'hidden' });

    await inTray(event).click();
    await cell.locator('[data-verdict=free]').waitFor();
    await cell.click();
    await cardIn(cell, event).waitFor();
    await badgeOf(page, event.eventId, 'synced');
    await page.keyboard.press('Control+z');
    await inTray(event).waitFor();
    await page.keyboard.press('Control+Shift+z');
    await cardIn(cell, event).waitFor();
    await badgeOf(page, event.eventId, 'synced');
    await page.keyboard.press('Control+Shift+z');
    await page.getByText('There is nothing to make again on this page.').waitFor();
  });

  it('leads by keys to the search of the tray, along its events and to the heads of the grid', async () => {
    await open('/');
    await page.keyboard.press('/');
    expect(await hasFocus(page.getByRole('searchbox', { name: 'Search unscheduled events' }))).toBe(true);
    const lines = page.locator('[data-tray] [data-stop]');
    await lines.first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await hasFocus(lines.nth(1))).toBe(true);
    await page.keyboard.press('End');
    expect(await hasFocus(lines.last())).toBe(true);
    // One stop of Tab for the tray, one for the grid.
    await expect.poll(() => page.locator('[data-tray] [data-stop][tabindex="0"]').count()).toBe(1);
    await expect.poll(() => page.locator('[data-board] [tabindex="0"]').count()).toBe(1);

    await page.locator('[data-board] [tabindex="0"]').focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowLeft');
    expect(await hasFocus(page.getByRole('rowheader').first().getByRole('link'))).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/people\/\d+$/);
    await page.goBack();
    await page.getByRole('columnheader').nth(2).getByRole('link').click();
    await page.waitForURL(/\/day\?day=/);
  });

  it('turns the week by J and K, a week for each press, and the focus stays on the same person’s day', async () => {
    const event = await freeEvent(stack, 'Core');
    await open(`/?week=${event.weekOf}`);
    await page.locator('[data-board] [data-cell]').first().waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-cell]')?.dataset.cell);
    await page.locator('[data-board] [tabindex="0"]').focus();
    const [person, day = ''] = (await focused())?.split(' ') ?? [];
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.waitForURL((url) => url.searchParams.get('week') === addDays(event.weekOf, 14));
    await expect.poll(focused).toBe(`${person} ${addDays(day, 14)}`);
    await page.keyboard.press('k');
    await page.waitForURL((url) => url.searchParams.get('week') === addDays(event.weekOf, 7));
    await expect.poll(focused).toBe(`${person} ${addDays(day, 7)}`);
  });

  it('groups the tray as one likes and tells what fits a person, kept in the address', async () => {
    const event = await freeEvent(stack, 'Core');
    await open(`/?week=${event.weekOf}`);
    await page.getByRole('button', { name: 'Type', exact: true }).click();
    await page.getByRole('region', { name: 'Core', exact: true }).waitFor();
    await page.getByLabel('Only events that fit').selectOption({ label: `Fits ${event.person}` });
    await expect.poll(() => page.locator('[data-tray]').getByRole('status').innerText()).toMatch(/ of /);
    await inTray(event).waitFor();
    await page.reload();
    await page.getByRole('region', { name: 'Core', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Type', exact: true }).getAttribute('aria-pressed')).toBe(
      'true',
    );
  });

  it('shows the people of a role, or who has room, kept in the address', async () => {
    await open('/');
    await page.getByRole('button', { name: 'People', exact: true }).click();
    await page.getByLabel('Role', { exact: true }).selectOption('Event Specialist');
    await expect.poll(() => page.getByRole('rowheader').count()).toBeLessThan(13);
    await page.getByLabel('Group by role').check();
    await page.getByRole('rowheader', { name: /^Event Specialist/ }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.reload();
    await page.getByRole('rowheader', { name: /^Event Specialist/ }).waitFor();
    await page.getByRole('columnheader', { name: /of 13 people/ }).waitFor();
  });

  it('moves an event by keys among the people whom a filter leaves', async () => {
    await open('/?role=Juicer+Barista');
    await page.getByRole('columnheader', { name: /of 13 people/ }).waitFor();
    await page.locator('[data-tray] [data-stop]').first().focus();
    await page.keyboard.press('m');
    const aimed = () =>
      page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.cell ?? '');
    const first = await aimed();
    expect(first).toMatch(/^\d+ /);
    await page.keyboard.press('Home');
    const [start, , end] = [await aimed(), await page.keyboard.press('ArrowRight'), await aimed()];
    expect(end).not.toBe(start);
    await page.keyboard.press('Escape');
  });

  it('opens a card’s panel beside the week, which stays where it is; Escape gives the focus back', async () => {
    await open('/');
    const cards = page.locator('[data-board] [data-event-id]');
    await page.getByRole('rowheader').nth(12).waitFor();
    const places = () =>
      cards.evaluateAll((all) => all.map((card) => JSON.stringify(card.getBoundingClientRect())));
    const before = await places();
    await page.evaluate(() => {
      const moved = { sum: 0 };
      Object.assign(window, { moved });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          moved.sum += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: 'layout-shift' });
    });
    await cards.nth(3).click();
    await page.getByRole('dialog').getByRole('heading', { level: 2 }).waitFor();
    await page.getByRole('dialog').getByText('Plan id').waitFor();
    expect(await places()).toEqual(before);
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await hasFocus(cards.nth(3))).toBe(true);
    expect(await places()).toEqual(before);
    const sum = () => (window as unknown as { moved: { sum: number } }).moved.sum;
    expect(await page.evaluate(sum)).toBeLessThan(0.02);
  });

  it('goes on with the next event when one is scheduled', async () => {
    const event = await freeEvent(stack, 'Core');
    await open(`/?week=${event.weekOf}`);
    await inTray(event).press('Enter');
    const dialog = page.getByRole('dialog');
    const title = () => dialog.getByRole('heading').first().innerText();
    await dialog.locator(`input[type=radio][value="${event.day}"]`).check();
    await dialog.locator(`input[type=radio][value="${event.slot}"]`).check();
    await dialog.getByLabel(event.person).check();
    const first = await title();
    await dialog.getByRole('button', { name: 'Schedule and next' }).click();
    await badgeOf(page, event.eventId, 'synced');
    expect(await title()).toMatch(/^Schedule: /);
    expect([first, (await api.events.get.query({ eventId: event.eventId })).schedule !== null]).toEqual([
      first,
      true,
    ]);
    await page.keyboard.press('Escape');
  });

  it('leads from the strip of the week to what is due in it', async () => {
    const event = await freeEvent(stack, 'Core');
    await open(`/?week=${event.weekOf}`);
    const strip = page.getByRole('navigation', { name: 'Needs attention this week' });
    await strip.getByRole('button', { name: / due$/ }).click();
    const marked = page.locator('[data-jumped]');
    await marked.waitFor();
    expect(await hasFocus(marked)).toBe(true);
    const first = await marked.getAttribute('data-testid');
    await strip.getByRole('button', { name: / due$/ }).click();
    await expect.poll(() => marked.getAttribute('data-testid')).not.toBe(first);
  });

  it('schedules and unschedules several events in one call each, with one undo; Escape clears the selection', async () => {
    const event = await freeEvent(stack, 'Core');
    await open(`/?week=${event.weekOf}`);
    const cell = await cellOf(event);
    const bar = page.getByRole('region', { name: 'Selected events' });
    await inTray(event).click({ modifiers: ['Control'] });
    await bar.getByText('1 selected').waitFor();
    const other = page.locator('[data-tray] [data-stop]').first();
    await other.focus();
    await page.keyboard.press('x');
    await bar.getByText('2 selected').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('x');
    await bar.getByText('1 selected').waitFor();
    await bar.getByLabel('Person').selectOption(event.person);
    await bar.getByLabel('Day').selectOption(event.day);
    await bar.getByRole('button', { name: 'Schedule 1' }).click();
    await cardIn(cell, event).waitFor();
    await bar.waitFor({ state: 'hidden' });
    await expect.poll(() => hasFocus(cardIn(cell, event))).toBe(true);

    await cardIn(cell, event).click({ modifiers: ['Control'] });
    await bar.getByRole('button', { name: 'Unschedule 1' }).click();
    await inTray(event).waitFor();
    await expect.poll(() => cell.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Control+z');
    await cardIn(cell, event).waitFor();
    await cardIn(cell, event).click({ modifiers: ['Control'] });
    await bar.waitFor();
    await page.locator('[data-board] [tabindex="0"]').focus();
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'hidden' });
  });

  it('selects by plain clicks, as a finger does, once it is asked to; the panel tells who changed what', async () => {
    const event = await freeEvent(stack, 'Core');
    await open(`/?week=${event.weekOf}`);
    const cell = await cellOf(event);
    const bar = page.getByRole('region', { name: 'Selected events' });
    await page.getByRole('button', { name: 'Select several events' }).click();
    await bar.getByText('Click or tap events').waitFor();
    await inTray(event).click();
    await bar.getByText('1 selected').waitFor();
    await bar.getByLabel('Person').selectOption(event.person);
    await bar.getByLabel('Day').selectOption(event.day);
    await bar.getByRole('button', { name: 'Schedule 1' }).click();
    await cardIn(cell, event).waitFor();
    await bar.waitFor({ state: 'hidden' });

    // The mode has ended: a click opens again.
    await cardIn(cell, event).click();
    const panel = page.getByRole('dialog');
    await panel.getByText('Changes', { exact: true }).click();
    await panel.getByTestId('event-changes').getByText('scheduled it for').first().waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });

    await cardIn(cell, event).hover();
    await cell
      .getByRole('button', { name: /^Move / })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Select several' }).click();
    await bar.getByRole('button', { name: 'Unschedule 1' }).click();
    await inTray(event).waitFor();
  });

  it('opens the next days by a pill that remembers it; nothing moves when they arrive, and each leads to its day', async () => {
    await open('/');
    const pill = page.getByRole('button', { name: 'Next days' });
    const days = page.getByRole('region', { name: 'Next days' });
    const columns = days.getByTestId(/^next-/);
    await pill.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => columns.count()).toBe(5);
    expect(await pill.getAttribute('aria-expanded')).toBe('true');
    const first = columns.first();
    await first.getByText(/^Today/).waitFor();
    await first.getByText(/^(Nothing unscheduled is|\d+ unscheduled,) due in 24 h$/).waitFor();
    await first.getByText(/^(Nobody is off|Off: )/).waitFor();
    await columns
      .nth(1)
      .getByText(/^Tomorrow/)
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);

    // It is open from the start. The answer is held back, so that the board is complete before it.
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(/verification\.days/, async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    await page.getByRole('rowheader').first().waitFor();
    await days.getByRole('status', { name: 'Loading the next days' }).waitFor();
    const top = async () => Math.round((await page.getByRole('rowheader').first().boundingBox())?.y ?? 0);
    const before = await top();
    answer();
    await expect.poll(() => columns.count()).toBe(5);
    expect(await top()).toBe(before);
    await page.unroute(/verification\.days/);

    // On a phone the list scrolls and the page doesn't.
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => columns.count()).toBe(5);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBe(0);
    await columns.last().getByRole('link').focus();
    await expect.poll(async () => (await columns.last().boundingBox())?.x ?? 999).toBeLessThan(390);
    await page.setViewportSize({ width: 1440, height: 900 });

    await columns.nth(2).getByRole('link').click();
    await page.waitForURL(/\/day\?.*day=/);
    await page.goBack();
    await pill.click();
    await days.waitFor({ state: 'hidden' });
    await page.reload();
    await pill.waitFor();
    expect(await days.count()).toBe(0);
  });

  it('finds and does anything by Ctrl+K, from any page and by keys alone', async () => {
    const event = await freeEvent(stack, 'Core');
    await page.goto(`${stack.apps.webUrl}/people`);
    const someone = page.locator('[data-testid^=person-]').first();
    await someone.waitFor();
    const field = page.getByRole('combobox', { name: 'Page, person, event or day' });
    const ask = async (text: string, option: RegExp) => {
      await page.keyboard.press('Control+k');
      await field.fill(text);
      await page.getByRole('option', { name: option }).first().waitFor();
    };
    // Nothing is chosen before something is typed, so Enter does nothing.
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: /^Plan the week/ }).waitFor();
    expect(await page.getByRole('option', { selected: true }).count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowUp');
    await page.getByRole('option', { name: 'Your account', selected: true }).waitFor();
    await page.keyboard.press('Escape');
    await ask('month', /^Month/);
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/month/);
    await ask(event.person, new RegExp(`^${event.person}`));
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/people\/\d+$/);
    // Enter waits for the results of the text, though those of the text before it are still shown.
    await page.goto(`${stack.apps.webUrl}/people`);
    await someone.waitFor();
    await ask(event.mplanId ?? '', /Not scheduled$/);
    await field.fill(event.person);
    await field.press('Enter');
    await page.waitForURL(/\/people\/\d+$/);
    await ask('undo', /^Undo/);
    await page.keyboard.press('Escape');
    await ask('today', /^Day/);
    await page.keyboard.press('Escape');
    await ask('next week', /^Week of /);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\?week=/);
    await ask('workload', /^Workload/);
    await page.keyboard.press('Enter');
    await page.waitForURL(/view=workload/);
    await ask(event.mplanId ?? '', /Not scheduled$/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`event=${event.eventId}`));
    await page.getByRole('dialog').getByText('Plan id').waitFor();
    await ask(event.mplanId ?? '', /^Schedule /);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /^Schedule: / }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('sends the first requests while its code is still loading, and each only once', async () => {
    const { store } = await api.board.week.query({});
    const sunday = '2026-11-29';
    const wednesday = '2026-12-02';
    for (const { address, sentEarly } of [
      { address: '/', sentEarly: [{}] },
      { address: `/?week=${sunday}&store=${store.id}`, sentEarly: [{ weekOf: sunday, storeId: store.id }] },
      { address: `/?week=${wednesday}`, sentEarly: [] },
    ]) {
      const sent: string[] = [];
      const note = (request: { url: () => string }) => {
        const { pathname, searchParams } = new URL(request.url());
        const input = searchParams.get('input');
        if (/^\/(api|trpc)\//.test(pathname)) sent.push(input ? `${pathname} ${input}` : pathname);
      };
      const code = Promise.withResolvers<void>();
      await page.route(/\/assets\/index-.*\.js$/, async (route) => {
        await code.promise;
        await route.continue();
      });
      const early = [
        '/api/auth/get-session',
        '/trpc/stores.list {}',
        ...sentEarly.map((input) => `/trpc/board.week ${JSON.stringify({ 0: input })}`),
      ];
      await page.goto('about:blank');
      page.on('request', note);
      await page.goto(stack.apps.webUrl + address, { waitUntil: 'commit' });
      await expect.poll(() => sent, { message: address }).toEqual(early);
      code.resolve();
      await page.getByRole('rowheader').first().waitFor();
      // Later calls are of several queries at once.
      const calls = sent.map((call) => call.split(' ')[0]);
      expect(calls.filter((call) => call === '/api/auth/get-session')).toHaveLength(1);
      expect(calls.filter((call) => call === '/trpc/stores.list')).toHaveLength(1);
      expect(calls.filter((call) => call === '/trpc/board.week')).toHaveLength(1);
      page.off('request', note);
      await page.unrouteAll();
    }
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
