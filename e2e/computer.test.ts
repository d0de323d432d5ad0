import { currentTimeMs } from '@scheduler/runtime/clock';
import { addDays, formatDay, instantAt, weekStart, workDateOf } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FreeEvent } from './board.ts';
import { makeNews, openScreen, SCREENS } from './screens.ts';
import { freshPage, type Stack, signedIn, startStack } from './stack.ts';

const HOUR_MS = 3_600_000;
const ZONE = 'America/Indiana/Indianapolis';
const today = () => workDateOf(new Date(currentTimeMs()).toISOString(), ZONE);

/** Does to a page what browsers do that translate it: other elements stand where React's texts stood, also for new texts. */
function translate() {
  const replaced = (text: Node) => {
    const parent = text.parentElement;
    if (!parent || parent.closest('head, font, script, style, textarea') || !text.nodeValue?.trim()) return;
    const font = document.createElement('font');
    font.append(document.createElement('font'));
    font.firstElementChild?.append(document.createTextNode(text.nodeValue));
    parent.replaceChild(font, text);
  };
  const within = (node: Node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const texts: Node[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of node.nodeType === Node.TEXT_NODE ? [node] : texts) replaced(text);
  };
  new MutationObserver((records) => {
    for (const { addedNodes, target, type } of records) {
      if (type === 'characterData') replaced(target);
      else for (const node of addedNodes) within(node);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
}

/** Has a page see the server's clock ahead by what `aheadMs` gives at each answer. */
async function moveServerClock(page: Page, aheadMs: () => number): Promise<void> {
  await page.route(/\/(trpc|api)\/(?!sync\.onChange)/, async (route) => {
    // A call that is under way when the page is left has no answer.
    const answer = await route.fetch().catch(() => undefined);
    if (!answer) return;
    const headers = answer.headers();
    headers['x-server-time-ms'] = String(Number(headers['x-server-time-ms']) + aheadMs());
    await route.fulfill({ response: answer, headers });
  });
}

describe('an open page', () => {
  let stack: Stack;
  let api: Api;
  let event: FreeEvent;
  beforeAll(async () => {
    stack = await startStack();
    const origin = stack.infrastructure.env.WEB_ORIGIN ?? '';
    api = await signIn(stack.apps.serverUrl, origin, 'admin@demo.test');
    event = await makeNews(stack);
  });
  afterAll(() => stack?.stop());

  /** The day that the board marks as today. */
  const markedDay = (page: Page) => page.locator('[aria-current=date]').first().innerText();
  const dayHeading = (page: Page) => page.getByRole('heading', { level: 2 }).first().innerText();

  it.each([
    ['3 hours slow', -3 * HOUR_MS],
    ['3 hours fast', 3 * HOUR_MS],
    ['2 days slow', -48 * HOUR_MS],
    ['2 days fast', 48 * HOUR_MS],
  ])('shows the server’s today and right ages on a computer whose clock is %s', async (_, clockOffMs) => {
    const { runId } = await api.sync.refreshNow.mutate();
    await expect.poll(async () => (await api.sync.refreshRun.query({ runId })).state).toBe('done');
    const { page, errors } = await signedIn(stack, { clockOffMs });
    await page.getByText(/^Refreshed (just now|\d+ s ago|\d min ago)$/).waitFor();
    const day = today();
    expect(await markedDay(page)).toContain(formatDay(day).slice(0, 3));
    await page.getByRole('link', { name: 'Day', exact: true }).click();
    await expect.poll(() => dayHeading(page)).toBe(`${formatDay(day)}, ${day.slice(0, 4)}`);
    await page.goto(`${stack.apps.webUrl}/day?day=${addDays(day, -1)}`);
    await expect.poll(() => dayHeading(page)).toMatch(/ · over$/);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('moves on to the next day by itself at the store’s midnight, asks again, and says what is over', async () => {
    const { page, errors } = await freshPage(stack);
    const first = today();
    const midnightMs = Date.parse(instantAt(addDays(first, 1), '00:00', ZONE));
    /** The server's clock as this page sees it. */
    let fastMs = 0;
    let requestCount = 0;
    await moveServerClock(page, () => fastMs);
    page.on('request', (request) => {
      if (request.url().includes('day.get')) requestCount += 1;
    });
    await page.goto(`${stack.apps.webUrl}/day`);
    await page.getByLabel('E-mail').fill('dispatcher@demo.test');
    await page.getByLabel('Password').fill('demo-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => dayHeading(page)).toBe(`${formatDay(first)}, ${first.slice(0, 4)}`);
    // The server's clock now shows three seconds before midnight, which the page learns with its
    // next request.
    fastMs = midnightMs - currentTimeMs() - 3_000;
    await page.getByRole('button', { name: 'Next day' }).click();
    await page.getByRole('button', { name: 'Today' }).click();
    const before = requestCount;
    const second = addDays(first, 1);
    await expect.poll(() => dayHeading(page)).toBe(`${formatDay(second)}, ${second.slice(0, 4)}`);
    await expect.poll(() => requestCount).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Previous day' }).click();
    await expect.poll(() => dayHeading(page)).toBe(`${formatDay(first)}, ${first.slice(0, 4)} · over`);

    await page.goto(`${stack.apps.webUrl}/?week=${weekStart(first)}`);
    await page.locator('[data-sync-state]').first().waitFor();
    if (weekStart(first) === weekStart(second)) {
      await expect.poll(() => markedDay(page)).toContain(formatDay(second).slice(0, 3));
    } else {
      await expect.poll(() => dayHeading(page)).toMatch(/ · over$/);
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says of a schedule that it is over once its time has passed, on the board and on the person’s page', async () => {
    const { rows } = await api.events.list.query({ scheduled: true, limit: 1000 });
    const [work] = rows
      .flatMap(({ event: { eventId, condition }, schedule }) =>
        schedule && condition === 'Scheduled' ? [{ ...schedule, eventId }] : [],
      )
      .filter(({ startsAt }) => Date.parse(startsAt) > currentTimeMs())
      .sort((a, b) => a.startsAt.localeCompare(b.startsAt));
    if (!work) throw new Error('Nothing is planned ahead.');
    const week = weekStart(workDateOf(work.startsAt, ZONE));
    const { page, errors } = await freshPage(stack);
    let aheadMs = 0;
    await moveServerClock(page, () => aheadMs);
    await page.goto(`${stack.apps.webUrl}/?week=${week}`);
    await page.getByLabel('E-mail').fill('dispatcher@demo.test');
    await page.getByLabel('Password').fill('demo-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const card = page.locator(`[data-event-id="${work.eventId}"]`).first();
    await card.waitFor();
    expect(await card.getAttribute('aria-label')).not.toContain(', over, ');
    aheadMs = Date.parse(work.endsAt) - currentTimeMs();
    await page.reload();
    await expect.poll(() => card.getAttribute('aria-label')).toContain(', over, ');
    await page.goto(`${stack.apps.webUrl}/people/${work.employeeId}?week=${week}`);
    await page.locator(`a[href$="event=${work.eventId}"]`).getByText('over').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('asks again when its computer wakes', async () => {
    const { page, errors } = await freshPage(stack);
    await page.clock.install();
    await page.goto(stack.apps.webUrl);
    await page.getByLabel('E-mail').fill('dispatcher@demo.test');
    await page.getByLabel('Password').fill('demo-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[data-sync-state]').first().waitFor();
    const again = page.waitForRequest((request) => request.url().includes('board.week'));
    await page.clock.fastForward('08:00:00');
    await again;
    // Its clock is eight hours ahead now; the ages on it are right all the same.
    await page.getByText(/^Refreshed (just now|\d+ s ago|\d+ min ago)$/).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('goes on in a browser that translates it, on every screen and from each to the next', async () => {
    const { page, errors } = await freshPage(stack);
    await page.context().addInitScript(translate);
    await page.goto(stack.apps.webUrl);
    await page.getByLabel('E-mail').fill('admin@demo.test');
    await page.getByLabel('Password').fill('demo-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[data-sync-state]').first().waitFor();
    await expect.poll(() => page.locator('font').count()).toBeGreaterThan(50);
    for (const screen of SCREENS) {
      await openScreen(page, stack, screen, event);
      // To the next page without loading anew, as by Back: all of this screen goes, what lies over it too.
      await page.evaluate(() => {
        history.pushState({}, '', '/month');
        dispatchEvent(new PopStateEvent('popstate'));
      });
      await page.getByRole('heading', { level: 1, name: 'Month' }).waitFor({ state: 'attached' });
      await page.locator('body font').first().waitFor({ state: 'attached' });
      expect(await page.getByText('could not be shown').count(), screen.name).toBe(0);
      expect(errors, screen.name).toEqual([]);
    }
    await page.context().close();
  });

  it('shows a change in a text that the browser has translated', async () => {
    const { page, errors } = await freshPage(stack);
    await page.context().addInitScript(translate);
    await page.goto(`${stack.apps.webUrl}/?q=no-such-event`);
    await page.getByLabel('E-mail').fill('dispatcher@demo.test');
    await page.getByLabel('Password').fill('demo-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const showAll = page.getByRole('button', { name: /^Show all \d+$/ });
    await showAll.waitFor();
    const count = async () => Number((await showAll.innerText()).replace(/\D/g, ''));
    const before = await count();
    await expect.poll(() => showAll.locator('> font').count()).toBeGreaterThan(0);
    const people = await api.employees.list.query({});
    await api.schedules.create.mutate({
      eventId: event.eventId,
      employeeId: people.find(({ name }) => name === event.person)?.id ?? 0,
      startsAt: event.startsAt,
      withSupervisor: false,
    });
    await expect.poll(count).toBe(before - 1);
    // A changed text is translated again, and React's original text isn't left beside it.
    await expect.poll(() => showAll.evaluate((button) => button.innerHTML.match(/\d+/g)?.length)).toBe(1);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('of the admin continues to work in a browser that translates it', async () => {
    const { page, errors } = await freshPage(stack);
    await page.context().addInitScript(translate);
    await page.goto(stack.apps.adminUrl);
    await page.getByLabel('E-mail').fill('admin@demo.test');
    await page.getByLabel('Password').fill('demo-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Refreshes', exact: true }).click();
    const rows = page.getByRole('region', { name: 'Refresh from Crossmark' });
    await rows.getByText('Rows read').waitFor();
    const { runId } = await api.sync.refreshNow.mutate();
    await expect.poll(async () => (await api.sync.refreshRun.query({ runId })).state).toBe('done');
    // Polled twice after that, so texts have come, changed and gone.
    for (const _ of [1, 2]) await page.waitForResponse((answer) => answer.url().includes('overview'));
    await rows.getByText('Rows read').waitFor();
    await expect.poll(() => page.locator('font').count()).toBeGreaterThan(50);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('prints black on white in the dark theme, with background colours and without', async () => {
    const { page } = await signedIn(stack, { dark: true });
    await page.locator('[data-sync-state]').first().waitFor();
    const printed = ['daily-sheet', 'wall-sheet', 'person-week', 'people-sheets', 'board', 'month'];
    for (const screen of SCREENS.filter(({ name }) => printed.includes(name))) {
      await openScreen(page, stack, screen, event);
      expect(await page.evaluate(() => document.documentElement.dataset.theme), screen.name).toBe('dark');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const { scheme, ground } = await page.evaluate(() => {
        const { colorScheme, backgroundColor } = getComputedStyle(document.documentElement);
        return { scheme: colorScheme, ground: backgroundColor };
      });
      expect({ scheme, ground }, screen.name).toEqual({ scheme: 'light', ground: 'rgb(255, 255, 255)' });
      await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    }
    await page.context().close();
  });
});
