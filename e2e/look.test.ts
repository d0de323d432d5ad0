import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { signIn } from '@scheduler/scripts/api';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badgeOf, freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

describe('the scheduler', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.stop());

  const theme = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  const choose = async (page: Page, name: string) => {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByText(name, { exact: true }).click();
    await page.keyboard.press('Escape');
  };

  it('looks as the system does, or as one chose, from the first paint on and in every tab', async () => {
    const { page } = await signedIn(stack, { dark: true });
    await page.locator('[data-sync-state]').first().waitFor();
    await expect.poll(() => theme(page)).toBe('dark');
    const second = await page.context().newPage();
    await second.goto(stack.apps.webUrl);
    await choose(page, 'Light');
    await expect.poll(() => theme(page)).toBe('light');
    await expect.poll(() => theme(second)).toBe('light');
    // The page has the chosen theme even before a script of the app runs.
    await page.route('**/assets/*.js', (route) => route.abort());
    await page.reload({ waitUntil: 'commit' });
    await page.waitForFunction(() => document.body !== null);
    await expect.poll(() => theme(page)).toBe('light');
    await page.unroute('**/assets/*.js');
    await page.reload();
    await choose(page, 'System');
    await expect.poll(() => theme(page)).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => theme(page)).toBe('light');
    await page.context().close();
  });

  it('says everything in its own letters and in four sizes, none smaller than 12 px', async () => {
    const { page } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    for (const path of [
      '/',
      '/day',
      '/checks',
      '/month',
      '/events',
      '/people',
      '/activity',
      '/settings',
      '/import',
    ]) {
      await page.goto(stack.apps.webUrl + path);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      const sizes = await page.evaluate(() => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const sizes = new Set<string>();
        while (texts.nextNode()) {
          const { parentElement, textContent } = texts.currentNode;
          if (!textContent?.trim() || !parentElement?.checkVisibility() || parentElement.closest('.sr-only'))
            continue;
          sizes.add(`${Math.round(Number.parseFloat(getComputedStyle(parentElement).fontSize) * 10) / 10}`);
        }
        return [...sizes].sort();
      });
      expect([path, sizes.filter((size) => !['12', '13', '15', '20'].includes(size))]).toEqual([path, []]);
      expect(await page.evaluate(() => document.fonts.check('13px Inter', 'Board'))).toBe(true);
    }
    await page.context().close();
  });

  it('takes as much room as one chose, from the first paint on and in every tab', async () => {
    const { page } = await signedIn(stack);
    const first = page.getByRole('rowheader').first();
    const heightOf = async () => Math.round((await first.boundingBox())?.height ?? 0);
    await first.waitFor();
    const compact = await heightOf();
    await choose(page, 'Comfortable');
    await expect.poll(heightOf).toBeGreaterThan(compact);
    const roomy = await heightOf();
    await page.reload();
    await first.waitFor();
    expect(await heightOf()).toBe(roomy);
    await choose(page, 'Compact');
    await expect.poll(heightOf).toBe(compact);
    await page.context().close();
  });

  it('shows the store’s times to somebody in Tokyo, and says so', async () => {
    const { page: home } = await signedIn(stack);
    const { page: tokyo } = await signedIn(stack, { timezoneId: 'Asia/Tokyo' });
    const timesOn = async (page: Page, path: string) => {
      await page.goto(stack.apps.webUrl + path);
      await page.locator('[data-sync-state]').first().waitFor();
      // The last of the demo's people: the board draws what is in sight first.
      await page.getByRole('rowheader').nth(12).waitFor();
      await page.getByRole('button', { name: 'Plan week' }).waitFor();
      return page.getByRole('main').innerText();
    };
    await home.locator('[data-sync-state]').first().waitFor();
    await tokyo.locator('[data-sync-state]').first().waitFor();
    expect(await timesOn(tokyo, '/')).toBe(await timesOn(home, '/'));
    await tokyo.getByText(/Days and times are the store’s \(Eastern Time – Indianapolis\)/).waitFor();
    await tokyo.getByText(/Your clock is on Japan/).waitFor();
    expect(await home.getByText(/Days and times are the store’s/).count()).toBe(0);
    for (const path of ['/people', '/activity?tab=history']) {
      await home.goto(stack.apps.webUrl + path);
      await tokyo.goto(stack.apps.webUrl + path);
      await tokyo.getByText(/Days and times are the store’s/).waitFor();
    }
    await home.context().close();
    await tokyo.context().close();
  });

  it('says while offline what is shown and refuses edits in words; reconnected, it goes on', async () => {
    const { page } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    const event = await freeEvent(stack, 'Core');
    await page.goto(`${stack.apps.webUrl}/?week=${event.weekOf}`);
    await page.getByTestId(`tray-event-${event.eventId}`).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator(`input[type=radio][value="${event.day}"]`).check();
    await dialog.locator(`input[type=radio][value="${event.slot}"]`).check();
    await dialog.getByLabel(event.person).check();
    await page.context().setOffline(true);
    await page.getByText(/You are offline\. What you see is from \d+:\d\d [AP]M\./).waitFor();
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.getByText('You are offline, so nothing was saved.').waitFor();
    await page.context().setOffline(false);
    await page.getByText(/You are offline\. What/).waitFor({ state: 'hidden' });
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.context().close();
  });

  it('keeps what is on screen when one goes offline to a page that isn’t loaded yet, and goes there once it can', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    await page.context().setOffline(true);
    await page.getByText(/You are offline/).waitFor();
    await page.getByRole('link', { name: 'Import' }).click();
    await expect.poll(() => page.locator('[data-event-id]').count()).toBeGreaterThan(0);
    await page.context().setOffline(false);
    await page.getByLabel('CSV file').waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('keeps what is on screen when the network goes while a page is being loaded, and goes there once it can', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    await page.route(
      /import-page/,
      async (route) => {
        await page.context().setOffline(true);
        await route.abort('internetdisconnected');
      },
      { times: 1 },
    );
    await page.getByRole('link', { name: 'Import' }).click();
    await page.getByText(/You are offline/).waitFor();
    await expect.poll(() => page.locator('[data-event-id]').count()).toBeGreaterThan(0);
    await page.context().setOffline(false);
    await page.getByLabel('CSV file').waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('loads everything anew where the code of what is opened is gone from the server since an upgrade', async () => {
    const { page, errors } = await signedIn(stack);
    let upgraded = false;
    await page.route(/event-panel/, (route) =>
      upgraded ? route.continue() : route.fulfill({ status: 404 }),
    );
    // Its code may have been loaded before it was gone.
    await page.reload();
    await page.locator('[data-card]').first().waitFor();
    page.on('request', (request) => {
      upgraded ||= request.isNavigationRequest();
    });
    await page.locator('[data-card]').first().click();
    await page.getByRole('dialog').getByRole('heading').first().waitFor();
    expect(upgraded).toBe(true);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('keeps what was filled in through a click or a file beside the form, and the Escape that ends a composed character', async () => {
    const { page } = await signedIn(stack);
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('button', { name: 'Add person' }).click();
    const dialog = page.getByRole('dialog');
    await page.mouse.click(20, 700);
    await dialog.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'Add person' }).click();
    const name = dialog.getByLabel('Name', { exact: true });
    await name.fill('Typed with care');
    await page.mouse.click(20, 700);
    const stray = await page.locator('header').evaluateAll(([header]) =>
      ['dragover', 'drop'].map((type) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['a'], 'a.csv'));
        const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer });
        header?.dispatchEvent(event);
        return event.defaultPrevented;
      }),
    );
    expect(stray).toEqual([true, true]);
    await name.dispatchEvent('keydown', { key: 'Escape', isComposing: true });
    await expect.poll(() => name.inputValue()).toBe('Typed with care');
    await name.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.context().close();
  });

  it('opens by itself once the server answers that could not be reached at first', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    await page.route('**/api/auth/get-session', (route) => route.fulfill({ status: 503 }));
    await page.reload();
    await page.getByRole('heading', { name: 'The scheduler could not be opened' }).waitFor();
    await page.evaluate('window.inMemory = true');
    await page.unroute('**/api/auth/get-session');
    await page.locator('[data-event-id]').first().waitFor();
    expect(await page.evaluate('window.inMemory')).toBe(true);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('keeps the buttons of a panel where they are when warnings arrive after it', async () => {
    const { eventId } = await againstWarning(stack);
    const { page } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/schedules\.get/, async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${stack.apps.webUrl}/?event=${eventId}`);
    const panel = page.getByRole('dialog');
    await panel.getByRole('button', { name: 'Unschedule', exact: true }).waitFor();
    const acts = panel.getByRole('button', { name: /^(Close|Move|Change person|Trade|Unschedule)$/ });
    const places = await placesOf(acts);
    expect(places).toHaveLength(5);
    release();
    await panel.getByText(/already has a Core/).waitFor();
    expect(await placesOf(acts)).toEqual(places);
    await page.context().close();
  });

  it('keeps a panel and its dialog as they are when the week arrives after them', async () => {
    const { eventId } = await freeEvent(stack, 'Core');
    const { page } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/board\.week/, async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${stack.apps.webUrl}/?event=${eventId}`);
    await page.getByRole('button', { name: 'Change the type' }).press('Enter');
    const type = page.getByRole('dialog', { name: 'What kind of work is it?' }).getByLabel('Type');
    await type.selectOption('Freeosk');
    expect(await page.locator('[data-event-id]').count()).toBe(0);
    release();
    await page.locator('[data-event-id]').first().waitFor();
    await expect.poll(() => type.inputValue()).toBe('Freeosk');
    await page.context().close();
  });

  it('keeps what a dialog offers where it is when its people and times arrive', async () => {
    const { eventId, day, weekOf } = await freeEvent(stack, 'Core');
    const looks = [{}, { viewport: { width: 390, height: 844 }, touch: true }];
    for (const look of looks) {
      const { page } = await signedIn(stack, look);
      await page.locator('[data-event-id]').first().waitFor();
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route(/trpc.*events\.options/, async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(`${stack.apps.webUrl}/?event=${eventId}&week=${weekOf}`);
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Schedule/ })
        .first()
        .click();
      const dialog = page.getByRole('dialog', { name: /^Schedule/ }).last();
      const offered = dialog.locator(`input[type=radio][value="${day}"]`);
      await offered.waitFor();
      const places = await placesOf(offered);
      expect(places).toHaveLength(1);
      release();
      await dialog.locator('input[type=radio]:checked').nth(1).waitFor();
      expect(await placesOf(offered)).toEqual(places);
      await page.context().close();
    }
  });

  it.each([1280, 1440])(
    'keeps a card’s lines beside each other and its size while it saves, %i px wide',
    async (width) => {
      const { simulatorUrl } = stack.infrastructure;
      await fetch(`${simulatorUrl}/__sim/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ call: 'scheduleMplanEvent', kind: 'slow', delayMs: 10_000 }]),
      });
      const { eventId, weekOf } = await againstWarning(stack);
      const { page } = await signedIn(stack, { viewport: { width, height: 900 } });
      await page.locator('[data-event-id]').first().waitFor();
      await page.goto(`${stack.apps.webUrl}/?week=${weekOf}`);
      const card = page.locator(`[data-event-id="${eventId}"]`);
      await badgeOf(page, eventId, 'pending');
      const bar = page.getByRole('banner');
      const sizes = async () => [(await card.boundingBox())?.height, (await bar.boundingBox())?.height];
      const saving = await sizes();
      const [caution, time] = await placesOf(card.locator('b, [data-testid=caution]'));
      if (!time || !caution) throw new Error('The card has no caution.');
      expect(Math.abs(caution.y + caution.height / 2 - (time.y + time.height / 2))).toBeLessThan(4);
      await badgeOf(page, eventId, 'synced');
      expect(await sizes()).toEqual(saving);
      await page.context().close();
    },
  );

  it('covers no text by the menu that a card shows on hover, and offers none where nothing can be moved', async () => {
    const { page } = await signedIn(stack, { viewport: { width: 1280, height: 900 } });
    await page.locator('[data-event-id]').first().waitFor();
    for (const card of await page.locator('[data-card]').all()) {
      await card.hover({ force: true });
      const covered = await card.evaluate((node) => {
        const overlaps = (a: DOMRect, b: DOMRect) =>
          a.left < b.right - 0.5 &&
          b.left < a.right - 0.5 &&
          a.top < b.bottom - 0.5 &&
          b.top < a.bottom - 0.5;
        const menu = node.querySelector('[aria-haspopup=menu]')?.getBoundingClientRect();
        if (!menu) return [];
        const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        const coveredTexts: string[] = [];
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
          // What is truncated ends where the room of its line does.
          let block = text.parentElement;
          while (block && getComputedStyle(block).display.startsWith('inline')) block = block.parentElement;
          const box = block?.getBoundingClientRect();
          const end = box && block ? box.right - Number.parseFloat(getComputedStyle(block).paddingRight) : 0;
          const range = document.createRange();
          range.selectNodeContents(text);
          for (const { left, right, top, bottom } of range.getClientRects())
            if (
              left < end &&
              overlaps(new DOMRect(left, top, Math.min(right, end) - left, bottom - top), menu)
            )
              coveredTexts.push(text.textContent ?? '');
        }
        return coveredTexts;
      });
      expect(covered).toEqual([]);
    }
    await expect.poll(() => page.locator('[data-card] [aria-haspopup=menu]').count()).toBeGreaterThan(0);
    const reported = page.locator('[data-card]:has([aria-label*="Submitted"])');
    expect(await reported.locator('[aria-haspopup=menu]').count()).toBe(0);
    await page.context().close();
  });

  it('covers no menu of a phone by what it says was done', async () => {
    const { eventId, day, weekOf } = await againstWarning(stack);
    const { page } = await signedIn(stack, { viewport: { width: 360, height: 640 }, touch: true });
    await page.locator('[data-event-id]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${weekOf}&day=${day}&event=${eventId}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Unschedule', exact: true }).click();
    const notice = page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' });
    await notice.waitFor();
    await page
      .getByRole('button', { name: /^Move .* to…$/ })
      .first()
      .click();
    const menu = page.getByRole('menu');
    await menu.waitFor();
    // A long menu scrolls: the parts of it that are in sight are looked at.
    const covered = await menu.evaluate((whole) => {
      const { left, top, width, height } = whole.getBoundingClientRect();
      const rows = Array.from({ length: Math.floor(height / 10) }, (_, row) => top + 5 + row * 10);
      return rows.filter((y) => !whole.contains(document.elementFromPoint(left + width / 2, y))).length;
    });
    expect(covered).toBe(0);
    await page.context().close();
  });

  it('tells by the system’s own colours what is chosen, where a person forces colours', async () => {
    const event = await freeEvent(stack, 'Core');
    const { page } = await signedIn(stack);
    await page.locator('[data-event-id]').first().waitFor();
    await page.emulateMedia({ forcedColors: 'active' });
    const ground = (element: { evaluate: (read: (node: Element) => string) => Promise<string> }) =>
      element.evaluate((node) => getComputedStyle(node).backgroundColor);
    const today = page.getByRole('columnheader', { name: /today/ });
    expect(await ground(today)).not.toBe(await ground(page.getByRole('columnheader').first()));
    const [on, off] = [
      page.getByRole('link', { name: 'Board', exact: true }),
      page.getByRole('link', { name: 'Day', exact: true }),
    ];
    expect(await ground(on)).not.toBe(await ground(off));
    await page.goto(`${stack.apps.webUrl}/?week=${event.weekOf}`);
    await page.getByTestId(`tray-event-${event.eventId}`).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('May do it').waitFor();
    const days = dialog.getByRole('group', { name: 'Day' }).locator('label');
    const chosen = days.filter({ has: page.locator('input:checked') });
    expect(await ground(chosen)).not.toBe(await ground(days.last()));
    expect(await dialog.evaluate((node) => getComputedStyle(node).borderTopWidth)).toBe('1px');
    await page.context().close();
  });

  it('cuts a long name, with the whole on hover', async () => {
    const api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const name = `Maximiliane ${'Wolfeschlegelsteinhausen'.repeat(4)}`;
    await api.employees.create.mutate({ name, role: 'Event Specialist' });
    const { page } = await signedIn(stack, { viewport: { width: 1280, height: 900 } });
    await page.locator('[data-event-id]').first().waitFor();
    const head = page.getByRole('rowheader', { name });
    expect(await head.getByText(name).getAttribute('title')).toBe(name);
    expect((await head.getByText(name).boundingBox())?.height).toBeLessThan(48);
    await page.context().close();
  });
});

/** Plans a Core for somebody who has one that day already, against the warning. */
async function againstWarning(stack: Stack) {
  const api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
  for (const week of [0, 1, 2]) {
    const board = await api.board.week.query({
      weekOf: addDays(workDateOf(currentInstant(), 'UTC'), 7 * week),
    });
    for (const event of board.tray.filter(({ type }) => type === 'Core')) {
      for (const day of board.days.filter(
        (each) => each > board.today && each >= event.startsOn && each < event.dueOn,
      )) {
        const { slots, people } = await api.events.options.query({ eventId: event.eventId, day });
        for (const { time, startsAt } of slots) {
          const busy = people.find(({ reasonsBySlot }) => {
            const reasons = reasonsBySlot[time] ?? [];
            return (
              reasons.some(({ message }) => message.includes('already has a Core')) &&
              reasons.every(({ severity }) => severity !== 'hard')
            );
          });
          if (!busy) continue;
          await api.schedules.create.mutate({
            eventId: event.eventId,
            employeeId: busy.employeeId,
            startsAt,
            withSupervisor: false,
            overrideReason: 'Agreed with the club',
          });
          return { eventId: event.eventId, day, weekOf: board.weekOf };
        }
      }
    }
  }
  throw new Error('The demo has nobody who could do a second Core.');
}

const placesOf = (elements: Locator) =>
  elements.evaluateAll((all) =>
    all.map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );
