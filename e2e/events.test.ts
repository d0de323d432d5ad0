import { readFile } from 'node:fs/promises';
import { addDays, defaultReissueExpiry } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { openSwitchboard, type Switchboard } from '@scheduler/scripts/chaos/switchboard';
import { waitFor } from '@scheduler/scripts/process';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes } from './accessibility.ts';
import { badgeOf } from './board.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';
import { expectTypedDay, typeDay } from './typing.ts';

/** Beside those of the demo. */
const MANY = 5000;
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };

describe('the list of events', () => {
  let stack: Stack;
  let crossmark: Switchboard;
  let page: Page;
  let errors: string[];
  let api: Api;
  let today: string;
  let storeId: string;
  beforeAll(async () => {
    stack = await startStack();
    crossmark = openSwitchboard(stack.infrastructure.simulatorUrl);
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const store = await demoStore(api);
    storeId = store.crossmarkStoreId;
    today = store.today;
    await crossmark.putPlan(
      Array.from({ length: MANY }, (_, index) => ({
        mplanId: String(78_000_001 + index),
        storeId,
        name: `${700_000 + index}-Manifold-Item ${index} (260105123456)  - V2-CORE`,
        startsOn: addDays(today, 20),
        dueOn: addDays(today, 28),
        condition: 'Unstaffed',
      })),
    );
    const { runId } = await api.sync.refreshNow.mutate();
    await waitFor('The refresh', async () => (await api.sync.refreshRun.query({ runId })).state === 'done', {
      withinMs: 120_000,
    });
    ({ page, errors } = await signedIn(stack));
    await page.getByRole('link', { name: 'Events', exact: true }).click();
    await rowsShown();
  });
  afterAll(() => stack?.stop());

  const rowsShown = (where = page) => where.locator('[data-index][data-event-id]').first().waitFor();
  const counted = (total: number, where = page) =>
    where
      .getByTestId('event-count')
      .filter({ hasText: new RegExp(`^${total} (of|events?)`) })
      .waitFor();
  const drawn = () => page.locator('[data-index]').count();
  const open = (search = '') => page.goto(`${stack.apps.webUrl}/events${search}`);

  it('finds events by number, by plan id and by person, and its address finds them again', async () => {
    const { rows } = await api.events.list.query({ scheduled: true, types: ['Core'], limit: 1 });
    const row = rows[0];
    if (!row?.schedule || !row.event.eventNumber || !row.event.mplanId)
      throw new Error('No Core is planned.');
    const { event, schedule } = row;
    const search = page.getByLabel('Search events');
    for (const text of [event.eventNumber ?? '', event.mplanId ?? '']) {
      await search.fill(text);
      await counted((await api.events.list.query({ text })).total);
      await page.locator(`[data-event-id="${event.eventId}"]`).waitFor();
    }
    await search.fill('');
    await page.getByLabel('Person').selectOption({ label: schedule.employeeName });
    await page.getByLabel('Condition').selectOption('Scheduled');
    const { total } = await api.events.list.query({
      employeeId: schedule.employeeId,
      conditions: ['Scheduled'],
    });
    await counted(total);
    await page.reload();
    await counted(total);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await counted((await api.events.list.query({ limit: 1 })).total);
  });

  it('of thousands keeps few rows in the page, and reaches the last one by key and by scrolling', async () => {
    await open('?q=Manifold');
    await counted(MANY);
    await rowsShown();
    expect(await drawn()).toBeLessThan(60);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(MANY + 1));
    await page.locator('[data-index="0"]').focus();
    await page.keyboard.press('End');
    const last = page.locator(`[data-index="${MANY - 1}"][data-event-id]`);
    await last.waitFor();
    await expect.poll(() => last.innerText()).toContain('Item 4999');
    await last.and(page.locator(':focus')).waitFor();
    expect(await drawn()).toBeLessThan(60);

    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.locator('[data-index="2"]:focus').waitFor();
    await page.getByTestId('event-rows').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await last.waitFor();
    // The row that has the focus is still there to go on from.
    await page.keyboard.press('ArrowUp');
    await page.locator('[data-index="1"][data-event-id]:focus').waitFor();
    expect(await drawn()).toBeLessThan(60);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Item 1').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[data-index="1"]:focus').waitFor();
  });

  it('is narrowed down by days that are typed, and keeps every letter of a search however late the page follows', async () => {
    await open();
    await counted((await api.events.list.query({ limit: 1 })).total);
    const [from, to] = [addDays(today, 20), addDays(today, 28)];
    await expectTypedDay(page, page.getByLabel('From'), 'from', from);
    await expectTypedDay(page, page.getByLabel('To', { exact: true }), 'to', to);
    await counted((await api.events.list.query({ from, to, limit: 1 })).total);
    await open();
    const search = page.getByLabel('Search events');
    await search.focus();
    await page.keyboard.type('Manifold Item 4999');
    await page.waitForURL(/q=Manifold[^&]*4999/);
    await expect.poll(() => search.inputValue()).toBe('Manifold Item 4999');
    await counted((await api.events.list.query({ text: 'Manifold Item 4999', limit: 1 })).total);
  });

  it('is printed as rows on as many pages as they take, and says how many there are besides', async () => {
    await open();
    await rowsShown();
    const before = await drawn();
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await drawn()).toBe(100);
    await page.getByText(/^The first 100 of \d+ events\. Export saves all of them\.$/).waitFor();
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await expect.poll(drawn).toBe(before);
    const paper = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(paper.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(3);
    const [, width, height] = paper.match(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/) ?? [];
    expect(Number(width)).toBeGreaterThan(Number(height));
  });

  it('is exported as it is shown', async () => {
    await open('?scheduled=yes&type=Core');
    const { rows, total } = await api.events.list.query({ scheduled: true, types: ['Core'], limit: 1000 });
    await counted(total);
    await page.getByRole('button', { name: 'Planned for' }).click();
    await page
      .getByRole('columnheader', { name: 'Planned for' })
      .and(page.locator('[aria-sort=ascending]'))
      .waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export what the list shows' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`events-${today}.csv`);
    const records: Record<string, string>[] = parse(await readFile(await file.path()), {
      bom: true,
      columns: true,
    });
    const sorted = rows
      .filter((row) => row.schedule)
      .sort((a, b) => ((a.schedule?.startsAt ?? '') < (b.schedule?.startsAt ?? '') ? -1 : 1));
    expect(records.map((record) => record['Project Name']).sort()).toEqual(
      sorted.map((row) => row.event.name).sort(),
    );
    expect(records[0]?.['Rep Name']).toBeTruthy();
    expect(
      new Date(records[0]?.['Schedule Date/Time'] ?? '') <=
        new Date(records.at(-1)?.['Schedule Date/Time'] ?? ''),
    ).toBe(true);
  });

  it('leads to the import, which shows a file’s bad row with its reason and writes the good one alone', async () => {
    const text = await api.csv.exportEvents.query({ scheduled: false, types: ['Core'], text: 'Manifold' });
    const [header, row = ''] = text.split('\r\n');
    const fresh = row.replace(/^\d{6}/, '690001');
    const bad = fresh.replace('690001', '690002').replace(/\d\d\/\d\d\/\d{4}/, '13/45/2027');
    await page.getByRole('link', { name: 'Import a CSV file' }).click();
    await page.waitForURL('**/import');
    await page.getByLabel('CSV file', { exact: true }).setInputFiles({
      name: 'mixed.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from([header, fresh, bad, ''].join('\r\n')),
    });
    await page.getByTestId('import-row-3').getByText('13/45/2027').waitFor();
    await expect
      .poll(() => page.getByTestId('import-counts').innerText())
      .toMatch(/1 new\s+0 changed\s+0 same\s+1 error/);
    expect((await api.events.list.query({ text: '690001' })).total).toBe(0);
    await page.getByRole('button', { name: 'Import all 1' }).click();
    await page.getByRole('button', { name: 'Nothing to import' }).waitFor();
    await open('?q=69000');
    await counted(1);
    await page.getByText('690001').waitFor();
  });

  it('shows what nobody reported, and by keys alone one is reissued: Crossmark has the reopened work and the booking', async () => {
    const target = await reissuableWork();
    await open('?view=unreported');
    await counted((await api.events.list.query({ unreported: true })).total);
    await tabTo(page, '[role=row]');
    for (let row = 0; row < target.index; row++) await page.keyboard.press('ArrowDown');
    await page.locator(`[data-event-id="${target.eventId}"]:focus`).waitFor();
    await tabTo(page, '[aria-label^="Reissue"]');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: target.person }).waitFor();
    await dialog.locator('input[type=date]:focus').waitFor();
    await typeDay(page, dialog.getByLabel('Day', { exact: true }), target.day);
    await expect.poll(() => dialog.getByLabel('Day', { exact: true }).inputValue()).toBe(target.day);
    // The day counts at once when its field is left. The rules for it are then read.
    await page.keyboard.press('Tab');
    const reissue = dialog.getByRole('button', { name: 'Reissue' });
    await waitFor('The rules', () => reissue.isEnabled());
    await tabTo(page, 'footer button[type=submit]');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.locator(`[data-event-id="${target.eventId}"]`).waitFor({ state: 'detached' });
    await expect.poll(crossmark.state, { timeout: 30_000 }).toMatchObject({
      pendingWork: [{ mplanId: target.mplanId, storeId, repId: target.repId, expiresOn: target.expiresOn }],
    });
    await open(`?q=${target.mplanId}`);
    await badgeOf(page, target.eventId, 'synced');
    const { bookings } = await crossmark.state();
    expect(bookings).toContainEqual(
      expect.objectContaining({ mplanId: target.mplanId, repId: target.repId, startsAt: target.startsAt }),
    );
    await page.getByRole('gridcell', { name: 'Reissued' }).waitFor();
  });

  /** The first unreported work whose person could do it again, and the day on which nothing speaks against them. */
  async function reissuableWork() {
    const { rows } = await api.events.list.query({ unreported: true, sort: 'work', limit: 1000 });
    const reps = new Map((await api.employees.list.query()).map((person) => [person.id, person.repId]));
    for (const [index, { event, schedule }] of rows.entries()) {
      for (const day of [1, 2, 3, 4, 5, 6].map((days) => addDays(today, days))) {
        if (!schedule) continue;
        const expiresOn = defaultReissueExpiry(event.dueOn, day);
        // The dialog offers the person who had the work, at the start that is suggested for them.
        const { people } = await api.plan.suggest.query({ eventId: event.eventId, day, expiresOn });
        const person = people.find((each) => each.employeeId === schedule.employeeId);
        if (person?.day !== day || person.needsReason.length > 0) continue;
        const { eventId, mplanId } = event;
        const repId = reps.get(person.employeeId);
        return {
          index,
          eventId,
          mplanId,
          day,
          expiresOn,
          startsAt: person.startsAt,
          person: person.name,
          repId,
        };
      }
    }
    throw new Error('No unreported work of the demo data can be reissued.');
  }

  it.each([
    ['wide', { viewport: WIDE }],
    ['on a phone', { viewport: PHONE }],
  ])('gives axe nothing to find and scrolls in no wrong direction, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await signedIn(stack, options);
    const sound = async () => expect(await findingsInBothSchemes(fresh)).toEqual([]);
    await fresh.getByRole('link', { name: 'Events', exact: true }).click();
    await rowsShown(fresh);
    await sound();
    if (options.viewport === PHONE) {
      await fresh.getByRole('button', { name: /^Filters/ }).click();
      await fresh.getByLabel('Type', { exact: true }).selectOption('Freeosk');
      await sound();
      await fresh.getByRole('button', { name: /^Show/ }).click();
      await counted((await api.events.list.query({ types: ['Freeosk'] })).total, fresh);
      await fresh.locator('[data-index="0"]').click({ position: { x: 20, y: 20 } });
      await fresh.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    }
    await fresh.getByRole('link', { name: /^Unreported/ }).click();
    await fresh
      .getByRole('button', { name: /^Reissue/ })
      .first()
      .click();
    await fresh.getByRole('dialog').getByRole('radio').first().waitFor();
    await sound();
    await fresh.goto(`${stack.apps.webUrl}/import`);
    await fresh.getByRole('heading', { name: 'Import and export' }).waitFor();
    await sound();
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('offers a viewer nothing that changes something', async () => {
    const { page: viewer } = await signedIn(stack, { email: 'viewer@demo.test' });
    await viewer.getByRole('link', { name: 'Events', exact: true }).click();
    await rowsShown(viewer);
    await viewer.getByRole('link', { name: /^Unreported/ }).click();
    await rowsShown(viewer);
    expect(await viewer.getByRole('button', { name: /^(Reissue|Schedule) / }).count()).toBe(0);
    expect(await viewer.getByRole('link', { name: 'Import a CSV file' }).count()).toBe(0);
    await viewer.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});

/** Presses Tab until the focus is on something. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab doesn't reach ${selector}.`);
}
