import { addDays, formatDay, instantAt } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import { waitFor } from '@scheduler/scripts/process';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findingsInBothSchemes } from './accessibility.ts';
import { badgeOf } from './board.ts';
import { emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';
import { tabTo } from './typing.ts';

const PHONE = { width: 360, height: 740 };

describe('planning a week at the board', () => {
  let stack: Stack;
  let api: Api;
  let page: Page;
  let errors: string[];
  let zone: string;
  let sunday: string;
  /** Two Event Specialists who are free all week. */
  let ada: { id: number; name: string };
  let ben: { id: number; name: string };
  const cores: { eventId: number; mplanId: string }[] = [];
  let setupId: number;
  let freeoskId: number;

  beforeAll(async () => {
    stack = await startStack();
    const week = await emptyWeek(stack);
    ({ api, timeZone: zone, sunday } = week);
    // Cores of a week and of the week after it, as Crossmark would list them.
    const drafts = Array.from({ length: 16 }, (_, index) => ({
      name: `${690_001 + index}-Testwell-Biscuit ${(index % 8) + 1} (123456789012)  - V2-CORE`,
      startsOn: addDays(sunday, index < 8 ? 0 : 7),
      dueOn: addDays(sunday, index < 8 ? 7 : 14),
    }));
    // And what no Event Specialist may do, and what one does with a reason.
    const others = [
      '01.01-DD-Testwell-Scales (123456789012)  - 01.01 Digital Setup',
      'Wk52-Testwell-Juice-9AM (123456789012)  - V2 - Freeosk',
    ].map((name) => ({ name, startsOn: sunday, dueOn: addDays(sunday, 7) }));
    const listed = await week.list([...drafts, ...others]);
    cores.push(...listed.slice(0, drafts.length));
    [setupId = 0, freeoskId = 0] = listed.slice(drafts.length).map(({ eventId }) => eventId);
    const free = await week.peopleAs('Event Specialist');
    [ada, ben] = [free[0], free[1]] as [typeof ada, typeof ben];
    if (cores.length !== 16 || !ben) throw new Error('The test has nobody or nothing to plan.');
    ({ page, errors } = await signedIn(stack));
    await page.locator('[data-sync-state]').first().waitFor();
  });
  afterAll(() => stack?.stop());
  beforeEach(async () => {
    await page.mouse.up();
    await page.goto('about:blank');
    await clear(...cores.keys());
    await openWeek(page);
  });

  const core = (index: number) => cores[index] ?? { eventId: 0, mplanId: '' };
  const openWeek = async (on: Page, more = '') => {
    await on.goto(`${stack.apps.webUrl}/?week=${sunday}${more}`);
    await on.getByText('Biscuit').first().waitFor();
  };
  const day = (index: number) => addDays(sunday, index);
  const key = (person: { id: number }, on: number) => `${person.id} ${day(on)}`;
  const cell = (person: { id: number }, on: number, at = page) =>
    at.locator(`[data-cell="${key(person, on)}"]`);
  const cardIn = (place: Locator, index: number) => place.locator(`[data-event-id="${core(index).eventId}"]`);
  const card = (index: number, at = page) => at.locator(`[data-event-id="${core(index).eventId}"]`);
  const inTray = (index: number, at = page) => at.getByTestId(`tray-event-${core(index).eventId}`);
  const live = async (index: number) =>
    (await api.events.get.query({ eventId: core(index).eventId })).schedule;
  /** Schedules through the API, as a colleague would. */
  const schedule = (index: number, person: { id: number }, on: number, time = '10:45') =>
    api.schedules.create.mutate({
      eventId: core(index).eventId,
      employeeId: person.id,
      startsAt: instantAt(day(on), time, zone),
    });
  /** Unschedules what an earlier test left, even if its page is still saving. */
  const clear = async (...indexes: number[]) => {
    for (const index of indexes) {
      await waitFor(`Core ${index} to be free`, async () => {
        const schedule = await live(index);
        if (schedule) await api.schedules.unschedule.mutate(refOf(schedule)).catch(() => undefined);
        return schedule === null;
      });
    }
  };

  /** Presses with the mouse and moves over a place, without letting go. */
  const dragOver = async (from: Locator, to: Locator) => {
    await page.waitForFunction(dragIsLoaded);
    await from.scrollIntoViewIfNeeded();
    const [start, end] = [await from.boundingBox(), await to.boundingBox()];
    if (!start || !end) throw new Error('It is out of sight.');
    await page.mouse.move(start.x + 20, start.y + 12);
    await page.mouse.down();
    await page.mouse.move(start.x + 40, start.y + 24, { steps: 3 });
    await page.getByTestId('hand-bar').waitFor();
    await page.mouse.move(end.x + end.width / 2, end.y + end.height - 8, { steps: 5 });
  };

  it('by mouse: cells light up, one that can’t be says why, a valid one schedules, and the tray takes it back', async () => {
    const weekend = cell(ada, 2);
    const supervisor = (await api.board.week.query({ weekOf: sunday })).people.find(
      (person) => person.role === 'Club Supervisor',
    );
    if (!supervisor) throw new Error('There is no Club Supervisor.');
    await dragOver(inTray(0), weekend);
    await weekend.locator('[data-verdict=free][data-aimed]').waitFor();
    await cell(supervisor, 2).locator('[data-verdict=soft]').waitFor();
    await page.mouse.up();
    await cardIn(weekend, 0).waitFor();
    await badgeOf(page, core(0).eventId, 'synced');
    expect(await heldBookings(stack.infrastructure.simulatorUrl, core(0).mplanId)).toHaveLength(1);

    const barred = cell(ada, 3);
    await dragOver(page.getByTestId(`tray-event-${setupId}`), barred);
    await barred.locator('[data-verdict=hard][data-aimed]').waitFor();
    await page.getByTestId('hand-bar').getByText('is an Event Specialist, but').waitFor();
    await page.mouse.up();
    await page.getByRole('region', { name: 'Notices' }).getByText('is an Event Specialist, but').waitFor();
    expect((await api.events.get.query({ eventId: setupId })).schedule).toBe(null);

    await dragOver(card(0), page.locator('[data-tray]'));
    await page.mouse.up();
    await inTray(0).waitFor();
    await eventually(() => live(0)).toBe(null);
  });

  it('by keyboard alone: schedules, moves, trades and unschedules', async () => {
    await schedule(1, ben, 2, '11:15');
    await card(1).waitFor();
    await tabTo(page, page.locator('[data-tray] [data-stop][tabindex="0"]'));
    await page.keyboard.press('Home');
    for (let steps = 0; steps < 60 && !(await hasFocus(inTray(0))); steps++)
      await page.keyboard.press('ArrowDown');
    await focused(inTray(0));
    await page.keyboard.press('m');
    await steer(page, key(ada, 2));
    await page.keyboard.press('Enter');
    await cardIn(cell(ada, 2), 0).waitFor();
    await eventually(async () => (await live(0))?.employeeId).toBe(ada.id);
    await focused(card(0));

    await page.keyboard.press('m');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await cardIn(cell(ada, 3), 0).waitFor();
    await eventually(async () => (await live(0))?.workDate).toBe(day(3));
    await focused(card(0));

    await page.keyboard.press('t');
    const dialog = page.getByRole('dialog');
    const partner = dialog.getByRole('radio', { name: new RegExp(ben.name) });
    await partner.waitFor();
    await tabTo(page, dialog.getByRole('radio').first());
    await page.keyboard.press('Space');
    await eventually(() => partner.isChecked()).toBe(true);
    await tabTo(page, dialog.getByRole('button', { name: 'Trade', exact: true }));
    await page.keyboard.press('Enter');
    await cardIn(cell(ben, 3), 0).waitFor();
    await cardIn(cell(ada, 2), 1).waitFor();

    await tabTo(page, page.locator('[data-board] [tabindex="0"]'));
    await walk(page, key(ada, 2));
    await focused(card(1));
    await page.keyboard.press('u');
    await inTray(1).waitFor();
    await eventually(() => live(1)).toBe(null);

    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys of the board' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('Back on a phone closes the dialog, then the panel, and never leads to the sign-in page', async () => {
    await schedule(0, ada, 2);
    const { page: phone, errors: itsErrors } = await signedIn(stack, { viewport: PHONE, touch: true });
    await phone.locator('[data-sync-state]').first().waitFor();
    await openWeek(phone, `&day=${day(2)}`);
    const title = await phone.title();
    expect(title).toMatch(/^Week .+ – Crossmark Scheduler$/);
    await card(0, phone).click();
    const panel = phone
      .getByRole('dialog')
      .filter({ has: phone.getByText('Sync', { exact: false }) })
      .first();
    await panel.waitFor();
    await phone.getByRole('button', { name: 'Move', exact: true }).click();
    const move = phone.getByRole('dialog', { name: /^Move/ });
    await move.waitFor();
    const size = (field: Locator) => field.evaluate((control) => getComputedStyle(control).fontSize);
    expect(await size(move.getByLabel('Other start'))).toBe('16px');
    await eventually(() => phone.evaluate('history.state.layer > 0')).toBe(true);
    await phone.goBack();
    await move.waitFor({ state: 'hidden' });
    await phone.getByRole('button', { name: 'Move', exact: true }).waitFor();
    await phone.goBack();
    await phone.getByRole('dialog').waitFor({ state: 'hidden' });
    await card(0, phone).waitFor();
    await phone.goBack();
    await phone.getByRole('button', { name: /^Account of/ }).waitFor();
    expect(new URL(phone.url()).pathname).toBe('/');
    expect(itsErrors).toEqual([]);
    await phone.context().close();
  });

  it('Esc puts back what the keyboard picked up, and nothing was saved', async () => {
    await schedule(0, ben, 3);
    await card(0).focus();
    const before = await live(0);
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowLeft');
    await page.getByTestId('hand-bar').getByText(ben.name).waitFor();
    await page.keyboard.press('Escape');
    await focused(card(0));
    expect(await live(0)).toEqual(before);
  });

  it('puts back what the mouse holds when another window comes to the front, and nothing was saved', async () => {
    await schedule(0, ben, 3);
    await card(0).waitFor();
    const before = await live(0);
    await dragOver(card(0), cell(ada, 3));
    await page.evaluate(() => window.dispatchEvent(new Event('blur')));
    await page.getByTestId('hand-bar').waitFor({ state: 'hidden' });
    await page.mouse.up();
    await card(0).click();
    await page.getByRole('dialog').waitFor();
    expect(await live(0)).toEqual(before);
  });

  it('a Core dropped on another one’s card offers to trade them', async () => {
    await schedule(0, ben, 3);
    await schedule(2, ada, 3, '12:15');
    await cardIn(cell(ben, 3), 0).waitFor();
    await card(2).waitFor();
    await dragOver(card(0), card(2));
    await page.mouse.up();
    const dialog = page.getByRole('dialog', { name: /^Trade/ });
    await dialog.getByText(ada.name, { exact: true }).first().waitFor();
    expect(await dialog.getByRole('radio').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Trade', exact: true }).click();
    await cardIn(cell(ada, 3), 0).waitFor();
    await cardIn(cell(ben, 3), 2).waitFor();
    await page.keyboard.press('Control+z');
    await cardIn(cell(ben, 3), 0).waitFor();
  });

  it('a warning is gone against with a reason, which is kept', async () => {
    await schedule(0, ben, 3);
    await card(0).waitFor();
    await dragOver(inTray(3), cell(ben, 3));
    await cell(ben, 3).locator('[data-verdict=soft]').waitFor();
    await page.mouse.up();
    const dialog = page.getByRole('dialog', { name: /^Needs a reason/ });
    await dialog.getByText('already has a Core').waitFor();
    await dialog.getByLabel('Reason for going against').fill('Nobody else is in that day');
    await dialog.getByRole('button', { name: 'Schedule anyway' }).click();
    await cardIn(cell(ben, 3), 3).waitFor();
    const saved = await expectLive(3);
    const { overrideReason } = await api.schedules.get.query({ scheduleId: saved.scheduleId });
    expect(overrideReason).toBe('Nobody else is in that day');
  });

  it('work of another role is listed for a person’s day, and done with a reason', async () => {
    await cell(ada, 4)
      .getByRole('button', { name: /^Schedule for/ })
      .click();
    const choose = page.getByRole('dialog', { name: /^What shall/ });
    const others = choose.getByRole('group', { name: 'With a warning' });
    await others.locator(`[data-choice="${freeoskId}"]`).waitFor();
    expect(await choose.locator(`[data-choice="${setupId}"]`).count()).toBe(0);
    await others.locator(`[data-choice="${freeoskId}"]`).click();
    const dialog = page.getByRole('dialog', { name: /^Schedule/ });
    await dialog.getByText('is for a Lead Event Specialist or a Club Supervisor').first().waitFor();
    await dialog.getByLabel('Reason for going against').fill('Trained for it');
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await badgeOf(page, freeoskId, 'synced');
    const { schedule: saved } = await api.events.get.query({ eventId: freeoskId });
    if (!saved) throw new Error('It was not saved.');
    expect(await api.schedules.get.query({ scheduleId: saved.scheduleId })).toMatchObject({
      employeeId: ada.id,
      overrideReason: 'Trained for it',
    });
    await api.schedules.unschedule.mutate({ scheduleId: saved.scheduleId, version: saved.version });
  });

  it('a day off says what it is, and warns before anything is chosen for it', async () => {
    const off = { startsOn: day(5), endsOn: day(5), reason: null };
    const { version } = await api.employees.get.query({ employeeId: ben.id });
    await api.employees.addTimeOff.mutate({ employeeId: ben.id, version, ...off });
    await cell(ben, 5).getByText('Time off', { exact: true }).waitFor();
    await cell(ben, 5)
      .getByRole('button', { name: /^Schedule for/ })
      .click();
    const choose = page.getByRole('dialog', { name: /^What shall/ });
    await choose
      .getByText(`${ben.name} has time off on ${formatDay(day(5))}.`)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    const after = await api.employees.get.query({ employeeId: ben.id });
    const added = after.timeOff.find(({ startsOn }) => startsOn === day(5));
    await api.employees.removeTimeOff.mutate({
      employeeId: ben.id,
      version: after.version,
      timeOffId: added?.id ?? 0,
    });
  });

  it('the tray tells what is open in other weeks, also where this one has nothing open', async () => {
    const tray = page.locator('[data-tray]');
    await tray.getByText(/Open in other weeks: \d+ before it, 8 after it\./).waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${addDays(sunday, 28)}`);
    await tray.getByText('Nothing is open in this week.').waitFor();
    await tray.getByRole('link', { name: 'All unscheduled events' }).click();
    await page.waitForURL(/\/events\?scheduled=no/);
  });

  it('an edit that somebody else overtook is refused with who did what, and reapplied when asked', async () => {
    const origin = stack.infrastructure.env.WEB_ORIGIN ?? '';
    const colleague = await signIn(stack.apps.serverUrl, origin, 'admin@demo.test');
    await schedule(0, ben, 3);
    await card(0).focus();
    await page.keyboard.press('m');
    const held = await expectLive(0);
    await colleague.schedules.reschedule.mutate({
      ...refOf(held),
      startsAt: instantAt(day(4), '11:45', zone),
    });
    await cardIn(cell(ben, 4), 0).waitFor();
    await steer(page, key(ada, 2));
    await page.keyboard.press('Enter');
    const notice = page.getByRole('region', { name: 'Notices' });
    await notice.getByText(/was changed after you opened it: .*moved it from/).waitFor();
    expect((await live(0))?.workDate).toBe(day(4));
    await notice.getByRole('button', { name: 'Reapply' }).click();
    await cardIn(cell(ada, 2), 0).waitFor();
    await eventually(async () => (await live(0))?.employeeId).toBe(ada.id);

    // The same from a dialog.
    await card(0).click();
    const panel = page.getByRole('dialog');
    await panel.getByRole('button', { name: 'Move', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /^Move/ });
    await dialog.locator(`input[type=radio][value="${day(5)}"]`).check();
    await dialog.getByLabel(ben.name).check();
    await colleague.schedules.reschedule.mutate({
      ...refOf(await expectLive(0)),
      startsAt: instantAt(day(4), '12:15', zone),
    });
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await dialog.getByText(/was changed after you opened it/).waitFor();
    await dialog.getByRole('button', { name: 'Reapply my change' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await cardIn(cell(ben, 5), 0).waitFor();

    // What somebody changed since isn't undone: it says who, and does nothing.
    await colleague.schedules.reschedule.mutate({
      ...refOf(await expectLive(0)),
      startsAt: instantAt(day(1), '10:45', zone),
    });
    await cardIn(cell(ben, 1), 0).waitFor();
    await page.keyboard.press('Control+z');
    await notice.getByText(/^Not undone\. .*was changed after you opened it/).waitFor();
    expect((await live(0))?.workDate).toBe(day(1));
  });

  it('copies the week: shows first what can be and what can’t, writes then, and takes it back', async () => {
    await Promise.all([schedule(0, ada, 1), schedule(1, ben, 1, '11:15'), schedule(2, ada, 2)]);
    const next = addDays(sunday, 7);
    const planned = async () =>
      (await api.board.week.query({ weekOf: next })).schedules.map(({ employeeId, startsAt }) => ({
        employeeId,
        startsAt,
      }));
    await api.schedules.create.mutate({
      eventId: core(15).eventId,
      employeeId: ada.id,
      startsAt: instantAt(addDays(next, 2), '12:15', zone),
    });
    const before = await planned();
    await card(2).waitFor();
    await page.getByRole('button', { name: 'Copy week' }).click();
    const dialog = page.getByRole('dialog', { name: /^Copy to/ });
    await dialog.getByText('Can be copied (2)').waitFor();
    await dialog.getByRole('region', { name: 'Can’t be copied' }).getByText('already has a Core').waitFor();
    await expect.poll(() => dialog.getByText('same product').count()).toBe(2);
    expect(await planned()).toEqual(before);
    await dialog.getByRole('button', { name: 'Schedule 2 events' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const copied = [
      { employeeId: ada.id, startsAt: instantAt(addDays(next, 1), '10:45', zone) },
      { employeeId: ben.id, startsAt: instantAt(addDays(next, 1), '11:15', zone) },
    ];
    expect(await planned()).toEqual([...copied, ...before]);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await eventually(planned).toEqual(before);
  });

  it('by touch on a phone: schedules, moves, trades and unschedules', async () => {
    await schedule(1, ben, 3, '11:15');
    const { page: phone, errors: itsErrors } = await signedIn(stack, { viewport: PHONE, touch: true });
    await phone.locator('[data-sync-state]').first().waitFor();
    await openWeek(phone, '&view=tray');
    await inTray(0, phone).tap();
    const plan = phone.getByRole('dialog', { name: /^Schedule/ });
    await plan.locator(`input[type=radio][value="${day(2)}"]`).check();
    await plan.getByLabel(ada.name).check();
    await plan.getByRole('button', { name: 'Schedule', exact: true }).tap();
    await plan.waitFor({ state: 'hidden' });

    await openWeek(phone, `&day=${day(2)}`);
    const menuOf = (index: number) =>
      phone.locator('[data-card]', { has: card(index, phone) }).getByRole('button', { name: /^Move/ });
    const choose = async (index: number, what: RegExp) => {
      await menuOf(index).tap();
      await phone.getByRole('menuitem', { name: what }).tap();
    };
    await card(0, phone).waitFor();
    await choose(0, new RegExp(`^${dayLabel(day(3))}`));
    await card(0, phone).waitFor({ state: 'hidden' });
    await eventually(async () => (await live(0))?.workDate).toBe(day(3));

    await phone.goto(`${stack.apps.webUrl}/?week=${sunday}&day=${day(3)}`);
    await card(0, phone).waitFor();
    await choose(0, /^Trade/);
    const trade = phone.getByRole('dialog', { name: /^Trade/ });
    await trade.getByLabel(ben.name).check();
    await trade.getByRole('button', { name: 'Trade', exact: true }).tap();
    await trade.waitFor({ state: 'hidden' });
    await eventually(async () => (await live(0))?.employeeId).toBe(ben.id);

    await choose(0, /^Unschedule/);
    await card(0, phone).waitFor({ state: 'hidden' });
    await eventually(() => live(0)).toBe(null);
    expect(itsErrors).toEqual([]);
    await phone.context().close();
  });

  it.each([
    ['wide', {}],
    ['on a phone', { viewport: PHONE, touch: true }],
  ])('the board has no finding of axe and never scrolls sideways, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await signedIn(stack, options);
    const small = 'viewport' in options;
    await fresh.locator('[data-sync-state]').first().waitFor();
    const sound = async (what: string) => expect(await findingsInBothSchemes(fresh), what).toEqual([]);
    await sound('board');
    if (small) await fresh.getByRole('button', { name: 'More of this week' }).click();
    await fresh.getByRole('button', { name: 'Copy week' }).click();
    await fresh.getByRole('region', { name: 'Can be copied' }).waitFor();
    await sound('copy week');
    await fresh.keyboard.press('Escape');
    await fresh.getByRole('dialog').waitFor({ state: 'hidden' });
    const menu = fresh.locator('[data-card]').first().getByRole('button', { name: /^Move/ });
    await menu.dispatchEvent('click');
    await fresh.getByRole('menu').waitFor();
    await sound('menu');
    await fresh.keyboard.press('Escape');
    await fresh.getByRole('menu').waitFor({ state: 'hidden' });
    if (!small) {
      await fresh.locator('[data-board] [data-event-id]').first().focus();
      await fresh.keyboard.press('m');
      await fresh.getByTestId('hand-bar').waitFor();
      expect(await findingsInBothSchemes(fresh, '[data-board]'), 'in hand').toEqual([]);
      await fresh.keyboard.press('Escape');
    }
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('who is a viewer can walk the board by keys and look, and is offered no change', async () => {
    const { page: viewer } = await signedIn(stack, { email: 'viewer@demo.test' });
    await viewer.locator('[data-sync-state]').first().waitFor();
    await viewer.locator('[data-board] [data-event-id]').first().focus();
    await viewer.keyboard.press('m');
    await viewer.keyboard.press('u');
    expect(await viewer.getByTestId('hand-bar').count()).toBe(0);
    expect(await viewer.getByRole('button', { name: /^Move|Copy week|^Schedule for/ }).count()).toBe(0);
    await viewer.keyboard.press('Enter');
    await viewer.getByRole('dialog').waitFor();
    expect(await viewer.getByRole('button', { name: 'Unschedule', exact: true }).count()).toBe(0);
    await viewer.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });

  async function expectLive(index: number) {
    const schedule = await live(index);
    if (!schedule) throw new Error(`Core ${index} is not scheduled.`);
    return schedule;
  }
});

const refOf = ({ scheduleId, version }: { scheduleId: number; version: number }) => ({ scheduleId, version });

/** Waits for what comes about in its time. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });

/** `Tue Jan 6`, as screens write a day. */
const dayLabel = (day: string) =>
  new Date(`${day}T12:00:00Z`)
    .toLocaleDateString('en-US', { weekday: 'short', month: 'short', day: 'numeric', timeZone: 'UTC' })
    .replace(',', '');

/** Dragging comes with a part of the page that is loaded when the browser is idle. */
const dragIsLoaded = () => performance.getEntriesByType('resource').some(({ name }) => /\/drag-/.test(name));

const hasFocus = (target: Locator) => target.evaluate((element) => element === document.activeElement);

async function focused(target: Locator): Promise<void> {
  await eventually(() => hasFocus(target)).toBe(true);
}

/** Presses arrows until a cell has the focus, or a card in it. */
async function walk(page: Page, key: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const arrow = await page.evaluate((wanted) => {
      const place = (cell: Element | null | undefined) => {
        const row = cell?.parentElement;
        const rows = [...(row?.parentElement?.children ?? [])];
        return { row: row ? rows.indexOf(row) : -1, day: row && cell ? [...row.children].indexOf(cell) : -1 };
      };
      const here = place(document.activeElement?.closest('[data-cell]'));
      const there = place(document.querySelector(`[data-cell="${wanted}"]`));
      if (here.row !== there.row) return here.row < there.row ? 'ArrowDown' : 'ArrowUp';
      if (here.day !== there.day) return here.day < there.day ? 'ArrowRight' : 'ArrowLeft';
      return null;
    }, key);
    if (arrow === null) return;
    await page.keyboard.press(arrow);
  }
  throw new Error('The arrows never got there.');
}

/** Aims what is held at a cell. */
async function steer(page: Page, key: string): Promise<void> {
  await page.getByTestId('hand-bar').waitFor();
  await walk(page, key);
  await page.locator(`[data-cell="${key}"] [data-aimed]`).waitFor();
}
