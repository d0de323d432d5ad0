import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, instantAt, timeOf, workDateOf } from '@scheduler/scheduling';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes } from './accessibility.ts';
import { badgeOf } from './board.ts';
import { type EmptyWeek, emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';
import { expectTypedDay } from './typing.ts';

const PHONE = { width: 360, height: 740 };

type Someone = Awaited<ReturnType<EmptyWeek['peopleAs']>>[number];
type Listed = Awaited<ReturnType<EmptyWeek['list']>>[number];

describe('the day', () => {
  let stack: Stack;
  let week: EmptyWeek;
  let page: Page;
  let errors: string[];
  let day: string;
  let ada: Someone;
  let ben: Someone;
  let lea: Someone;
  let lou: Someone;
  let coreA: Listed;
  let coreB: Listed;
  let check: Listed;
  let due: Listed;
  /** Short work of the first Lead: Freeosk, two digitals, a vendor's. */
  let short: Listed[];

  beforeAll(async () => {
    stack = await startStack();
    week = await emptyWeek(stack);
    // A Tuesday.
    day = addDays(week.sunday, 2);
    const whole = { startsOn: week.sunday, dueOn: addDays(week.sunday, 7) };
    const core = (number: number) => `${number}-Daywell-Biscuit ${number} (123456789012)  - V2-CORE`;
    const listed = await week.list([
      { name: core(695_001), ...whole },
      { name: core(695_002), ...whole },
      { name: '695001-Daywell-Biscuit 695001 (123456789013)  - V2-Supervisor', ...whole },
      { name: core(695_003), startsOn: week.sunday, dueOn: addDays(day, 1) },
      { name: '01.01-LKD-FSK-Daywell Nuts-9AM (123456789012)  - V2 - Freeosk', ...whole },
      { name: '01.01-DD-Daywell-Scales (123456789012)  - 01.01 Digital Setup', ...whole },
      { name: '01.01-DD-Daywell-Clocks (123456789012)  - 01.01 Digital Refresh', ...whole },
      { name: '695004-VP-Daywell-Shelf (123456789012)  - Vendor Performed', ...whole },
    ]);
    [coreA, coreB, check, due] = listed as [Listed, Listed, Listed, Listed];
    short = listed.slice(4);
    [ada, ben] = (await week.peopleAs('Event Specialist')) as [Someone, Someone];
    [lea, lou] = (await week.peopleAs('Lead Event Specialist')) as [Someone, Someone];
    await plan(coreA, ada, '10:45');
    await plan(coreB, ben, '11:15');
    for (const [index, time] of ['10:00', '10:15', '10:30', '11:00'].entries()) {
      const event = short[index];
      if (event) await plan(event, lea, time);
    }
    ({ page, errors } = await signedIn(stack));
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await page.getByText('Biscuit 695001').first().waitFor();
  });
  afterAll(() => stack?.stop());

  const plan = (event: Listed, person: Someone, time: string) =>
    week.api.schedules.create.mutate({
      eventId: event.eventId,
      employeeId: person.id,
      startsAt: instantAt(day, time, week.timeZone),
      withSupervisor: false,
    });
  /** The bar of an event on the timeline, or its card in the list of a phone. */
  const card = (event: Listed, on = page) =>
    on.locator(`:is([role=gridcell], article)[data-event-id="${event.eventId}"]`);
  const lane = (person: { id: number }, on = page) => on.getByTestId(`lane-${person.id}`);
  /** Chooses an action in the menu of a bar. */
  const act = async (event: Listed, name: RegExp) => {
    await card(event).hover();
    await card(event)
      .getByRole('button', { name: /^Actions for/ })
      .click();
    await page.getByRole('menuitem', { name }).click();
  };
  const focused = () =>
    page.evaluate(() =>
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.stop : undefined,
    );
  const checkOf = (code: string, fine: boolean, on = page) =>
    on.locator(`[data-testid="check-${code}"][data-fine="${fine}"]`);
  const repOf = async (event: Listed) => {
    const held = await heldBookings(stack.infrastructure.simulatorUrl, event.mplanId);
    return held.map(({ repId }) => repId);
  };

  it('shows each person’s work as bars by start and length, who takes which slot, and a Core whose noon check is open', async () => {
    await expect.poll(() => lane(ada).locator('[data-event-id]').count()).toBe(1);
    await expect.poll(() => card(coreA).innerText()).toMatch(/10:45 AM\s+6½ h/);
    await expect.poll(() => lane(lea).locator('[data-event-id]').count()).toBe(4);
    // A bar is as long as its work, and begins where its start is among the hours.
    const hour = await page.getByRole('grid').evaluate((grid) => {
      const labels = [...grid.querySelectorAll('span')];
      const left = (label: string) =>
        labels.find(({ textContent }) => textContent === label)?.getBoundingClientRect().left ?? 0;
      return { eleven: left('11 AM'), width: left('12 PM') - left('11 AM') };
    });
    const box = await card(coreA).boundingBox();
    expect(((box?.x ?? 0) - hour.eleven) / hour.width).toBeCloseTo(-0.25, 1);
    expect((box?.width ?? 0) / hour.width).toBeCloseTo(6.5, 1);
    const slots = await page.getByTestId('slots-Core').innerText();
    expect(slots).toMatch(
      new RegExp(`10:45 AM\\s+${ada.name}\\s+11:15 AM\\s+${ben.name}\\s+11:45 AM\\s+open`),
    );
    await card(coreA).getByText('The noon check is open.').waitFor();
    await expect
      .poll(() => checkOf('noon_checks', false).innerText())
      .toContain('nobody checks Core 695001 at noon');
  });

  it('stacks the work of one person so that no bar covers another one or its words', async () => {
    const boxes = await lane(lea)
      .locator('[data-event-id]')
      .evaluateAll((bars) =>
        bars.map((bar) => {
          const { left, right, top, bottom } = bar.getBoundingClientRect();
          return { left, right, top, bottom };
        }),
      );
    expect(boxes).toHaveLength(4);
    for (const [index, a] of boxes.entries()) {
      expect(a.right - a.left).toBeGreaterThan(120);
      for (const b of boxes.slice(index + 1)) {
        const isApart = a.right <= b.left + 0.5 || b.right <= a.left + 0.5;
        expect(isApart || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5).toBe(true);
      }
    }
    // All start within an hour, so they need a line each.
    expect(new Set(boxes.map(({ top }) => top)).size).toBe(4);
  });

  it('marks the current time among the hours today, and on no other day', async () => {
    expect(await page.getByTestId('now-line').count()).toBe(0);
    // A zone in which it is noon now, whenever the test runs.
    const hoursToNoon = 12 - Number(timeOf(currentInstant(), 'UTC').slice(0, 2));
    const timeZone = `Etc/GMT${hoursToNoon > 0 ? '-' : '+'}${Math.abs(hoursToNoon)}`;
    const noon = workDateOf(currentInstant(), timeZone);
    await page.route(/day\.get/, async (route) => {
      const answer = await route.fetch();
      const parts: { result?: { data?: object } }[] = await answer.json();
      const json = parts.map((part) => {
        const data = part.result?.data;
        if (!data || !('coverage' in data) || !('store' in data)) return part;
        const store = { ...(data.store as object), timeZone };
        return { result: { data: { ...data, store, day: noon, today: noon } } };
      });
      await route.fulfill({ response: answer, json });
    });
    await page.goto(`${stack.apps.webUrl}/day`);
    const line = await page.getByTestId('now-line').boundingBox();
    const noons = page
      .getByRole('grid')
      .locator('span')
      .filter({ hasText: /^12 PM$/ });
    const ones = page
      .getByRole('grid')
      .locator('span')
      .filter({ hasText: /^1 PM$/ });
    const [from, to] = [await noons.first().boundingBox(), await ones.first().boundingBox()];
    expect(line?.x).toBeGreaterThanOrEqual((from?.x ?? 0) - 1);
    expect(line?.x).toBeLessThanOrEqual((to?.x ?? 0) + 1);
    await page.unrouteAll({ behavior: 'wait' });
    await page.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await card(coreA).waitFor();
  });

  it('is one stop of Tab, walked by arrows along a lane and from lane to lane; Tab goes on to the actions', async () => {
    await expect.poll(() => page.getByRole('grid').locator('[data-stop][tabindex="0"]').count()).toBe(1);
    await card(coreA).locator('[data-stop]').focus();
    await page.keyboard.press('Home');
    await expect.poll(focused).toBe(`person ${ada.id}`);
    await page.keyboard.press('End');
    await expect.poll(focused).toBe(`event ${coreA.eventId}`);
    await page.keyboard.press('Control+Home');
    const first = await focused();
    expect(first).toMatch(/^person/);
    await page.keyboard.press('Control+End');
    await expect.poll(focused).not.toBe(first);
    await card(coreA).locator('[data-stop]').focus();
    // The next lane that has work is Ben's, and his Core starts next.
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe(`event ${coreB.eventId}`);
    await page.keyboard.press('ArrowUp');
    await expect.poll(focused).toBe(`event ${coreA.eventId}`);
    await page.keyboard.press('Tab');
    await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(/^Actions for/);
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Details and sync' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem').first().waitFor({ state: 'hidden' });
    await card(coreA).locator('[data-stop]').press('Enter');
    await page.getByRole('dialog').getByText('Biscuit 695001').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(focused).toBe(`event ${coreA.eventId}`);
  });

  it('schedules the open noon check, which then stands in the lane of its person', async () => {
    await act(coreA, /^Schedule the noon check/);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(lea.name).check();
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await lane(lea).locator(`[data-event-id="${check.eventId}"]`).waitFor();
    await card(coreA).getByText('The noon check is open.').waitFor({ state: 'hidden' });
    await card(coreA).getByTitle(`Noon check: ${lea.name}, 12:00 PM`).waitFor();
    await checkOf('noon_checks', true).waitFor();
  });

  it('lists what is wrong on the days of a week, as they are and with a plan, and leads to the event', async () => {
    const { page, errors } = await signedIn(stack, { email: 'viewer@demo.test' });
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await page.getByRole('link', { name: 'Checks of more days' }).click();
    await page.waitForURL(/\/checks\?/);
    const checked = page.getByTestId(`checked-${day}`);
    const open = checked.getByText(/^Core 695003 is not scheduled/);
    await open.waitFor();
    await checked.getByText('Critical:').first().waitFor();
    const scoreNow = Number((await checked.getByTitle(/^Score/).innerText()).replace(/\D/g, ''));
    expect(scoreNow).toBeGreaterThan(0);
    expect(scoreNow).toBeLessThan(90);
    await page.goto(`${stack.apps.webUrl}/checks?from=${week.sunday}`);
    await expect.poll(() => page.getByTestId(/^checked-/).count()).toBe(7);
    expect(await findingsInBothSchemes(page)).toEqual([]);

    const { proposalId } = await week.api.plan.start.mutate({ fromDay: day, toDay: day });
    const stateOf = async () => (await week.api.plan.get.query({ proposalId })).state;
    await waitFor('The plan', async () => (await stateOf()) === 'ready');
    const plans = page.getByLabel('With which plan');
    await plans.selectOption(String(proposalId));
    await open.waitFor({ state: 'hidden' });
    await page.waitForURL(new RegExp(`plan=${proposalId}`));
    await plans.selectOption({ label: 'As it is' });
    await open.waitFor();
    const { version } = await week.api.plan.get.query({ proposalId });
    await week.api.plan.discard.mutate({ proposalId, version });
    await plans.waitFor({ state: 'hidden' });
    // An address of the plan from before.
    await page.goto(`${stack.apps.webUrl}/checks?from=${day}&to=${day}&plan=${proposalId}`);
    await page.getByText('This plan doesn’t wait for review any more').waitFor();
    await plans.selectOption({ label: 'As it is' });

    await page.setViewportSize(PHONE);
    await checked.getByRole('listitem').filter({ hasText: 'Core 695003' }).getByRole('link').click();
    await page.waitForURL(new RegExp(`event=${due.eventId}`));
    await page.getByRole('dialog').getByText('Biscuit 695003').first().waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('shows a broken rule with a way to mend it, and is clean afterwards', async () => {
    await checkOf('due_scheduled', false)
      .getByRole('button', { name: /^Schedule it/ })
      .click();
    const dialog = page.getByRole('dialog');
    // Nobody yet has a Core at that time, and somebody else than the two has none that day.
    await dialog.locator('input[type=radio][value="11:45"]').check();
    const third = (await week.peopleAs('Event Specialist'))[2];
    await dialog.getByLabel(third?.name ?? '').check();
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await checkOf('due_scheduled', true).waitFor();
    await card(due).waitFor();
    await page.getByText('All checks pass').waitFor();
  });

  it('reassigns all short work of the day after a preview, and Crossmark holds it for the other Lead', async () => {
    await page.getByRole('button', { name: 'Reassign' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: lou.name }).check();
    await dialog.getByText('To be reassigned (5)').waitFor();
    // Nothing is saved by looking.
    expect(await repOf(check)).toEqual([lea.repId]);
    await dialog.getByRole('button', { name: 'Reassign 5 events' }).click();
    await dialog.waitFor({ state: 'hidden' });
    // Who points at a notice holds it, as the next test wants its Undo.
    await page.getByText(`${lou.name} now does 5 events.`).hover();
    for (const event of [...short, check]) {
      await badgeOf(page, event.eventId, 'synced');
      await expect.poll(() => repOf(event), { timeout: 30_000 }).toEqual([lou.repId]);
    }
    expect(await repOf(coreA)).toEqual([ada.repId]);
  });

  it('takes the reassignment back with one click', async () => {
    await page.getByRole('button', { name: 'Undo' }).last().click();
    for (const event of [...short, check]) {
      await expect.poll(() => repOf(event), { timeout: 30_000 }).toEqual([lea.repId]);
    }
  });

  it('lists what can’t be reassigned with the reason, and lets it be', async () => {
    const { id } = await week.api.employees.create.mutate({
      name: 'Nobody Yetlinked',
      role: 'Lead Event Specialist',
    });
    await page.getByRole('button', { name: 'Reassign' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator(`input[type=radio][value="${id}"]`).check();
    await dialog.getByText('Not changed (5)').waitFor();
    await expect.poll(() => dialog.getByText(/has no RepID, so Crossmark can't book them/).count()).toBe(5);
    expect(await dialog.getByRole('button', { name: 'Reassign', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('trades two Cores once the preview says that no rule speaks against it; both are synced', async () => {
    await act(coreA, /^Trade/);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(ben.name).check();
    await dialog.getByText('No rule speaks against it.').waitFor();
    await dialog.getByRole('button', { name: 'Trade', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(() => repOf(coreA), { timeout: 30_000 }).toEqual([ben.repId]);
    await expect.poll(() => repOf(coreB), { timeout: 30_000 }).toEqual([ada.repId]);
    await badgeOf(page, coreA.eventId, 'synced');
    await badgeOf(page, coreB.eventId, 'synced');
  });

  it('shows of each side of a trade what the rules say, and offers none that they forbid', async () => {
    // Ada gets a second Core on another day: with the third person's Core of that day it would be two.
    const third = (await week.peopleAs('Event Specialist'))[2];
    const [extra] = await week
      .list([
        {
          name: '695009-Daywell-Late Biscuit (123456789012)  - V2-CORE',
          startsOn: addDays(day, 1),
          dueOn: addDays(day, 2),
        },
        {
          name: '695010-Daywell-Other Biscuit (123456789012)  - V2-CORE',
          startsOn: addDays(day, 1),
          dueOn: addDays(day, 2),
        },
      ])
      .then(async ([one, two]) => {
        const startsAt = instantAt(addDays(day, 1), '10:45', week.timeZone);
        const create = (event: Listed | undefined, who: Someone | undefined) =>
          week.api.schedules.create.mutate({
            eventId: event?.eventId ?? 0,
            employeeId: who?.id ?? 0,
            startsAt,
            withSupervisor: false,
          });
        await create(one, third);
        await create(two, ada);
        return [one];
      });
    expect(extra).toBeDefined();
    await act(coreB, /^Trade/);
    const dialog = page.getByRole('dialog');
    await dialog.locator('label').filter({ hasText: 'Late Biscuit' }).getByRole('radio').check();
    await dialog.getByText(new RegExp(`${ada.name} already has a Core`)).waitFor();
    await dialog.getByText('A trade takes no overrides').waitFor();
    expect(await dialog.getByRole('button', { name: 'Trade', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('by keyboard alone: goes to the next day and back, unschedules and takes it back', async () => {
    await page.getByRole('button', { name: 'Next day' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/day?day=${addDays(day, 1)}`);
    await page.getByText('Late Biscuit').waitFor();
    await page.getByRole('button', { name: 'Previous day' }).focus();
    await page.keyboard.press('Enter');
    await card(due).waitFor();
    await card(due).locator('[data-stop]').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const chosen = () => page.evaluate(() => document.activeElement?.textContent);
    await expect.poll(chosen).toBe('Change person…');
    for (const item of ['Move…', 'Trade with another Core…', 'Unschedule']) {
      await page.keyboard.press('ArrowDown');
      await expect.poll(chosen).toBe(item);
    }
    await page.keyboard.press('Enter');
    await card(due).waitFor({ state: 'hidden' });
    await checkOf('due_scheduled', false).waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().focus();
    await page.keyboard.press('Enter');
    await card(due).waitFor();
    await checkOf('due_scheduled', true).waitFor();
    await waitFor('Its booking', async () => (await repOf(due)).length === 1);
    await page.keyboard.press('Control+Shift+Z');
    await card(due).waitFor({ state: 'hidden' });
    // In a field the key belongs to its text: nothing was undone that could be made again.
    const stop = page.getByRole('grid').locator('[data-stop][tabindex="0"]');
    await page.getByLabel('Go to day').press('Control+Z');
    await stop.press('Control+Shift+Z');
    await page.getByText('There is nothing to make again on this page.').waitFor();
    await stop.press('Control+Z');
    await card(due).waitFor();
    await waitFor('Its booking again', async () => (await repOf(due)).length === 1);
  });

  it('by keyboard: from a person’s lane they are off on that day, and back by Ctrl+Z', async () => {
    const { people, schedules } = await week.api.day.get.query({ day });
    const someone = people.find(
      ({ id, off }) => off === null && schedules.every(({ employeeId }) => employeeId !== id),
    );
    if (!someone) throw new Error('There is nobody who is free.');
    const timeOff = async () => (await week.api.employees.get.query({ employeeId: someone.id })).timeOff;
    const known = await timeOff();
    await lane(someone).locator(`[data-stop="person ${someone.id}"]`).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toBe(`off ${someone.id}`);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: new RegExp(someone.name) });
    await expect.poll(() => dialog.getByLabel('First day', { exact: true }).inputValue()).toBe(day);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(focused).toBe(`off ${someone.id}`);
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Record', exact: true }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    const group = (name: string) => page.getByRole('rowgroup', { name, exact: true });
    await group('Off').getByTestId(`lane-${someone.id}`).waitFor();
    expect(await timeOff()).toHaveLength(known.length + 1);
    await page.getByRole('button', { name: 'Next day' }).press('Control+Z');
    await group('Free').getByTestId(`lane-${someone.id}`).waitFor();
    expect(await timeOff()).toEqual(known);
  });

  it('has a lane for everybody: those with work, those who are free, and those who are off with the reason', async () => {
    const next = addDays(day, 1);
    const third = (await week.peopleAs('Event Specialist'))[2];
    if (!third) throw new Error('There is no third specialist.');
    for (const { id: employeeId } of [third, ben]) {
      const { version } = await week.api.employees.get.query({ employeeId });
      await week.api.employees.addTimeOff.mutate({
        employeeId,
        version,
        startsOn: next,
        endsOn: next,
        reason: 'Dentist',
      });
    }
    await page.goto(`${stack.apps.webUrl}/day?day=${next}`);
    const group = (name: string) => page.getByRole('rowgroup', { name, exact: true });
    await group('Off').getByTestId(`lane-${ben.id}`).getByText('Dentist').waitFor();
    // Who is off and has work stays with those who have work, and is marked.
    await group('With work').getByTestId(`lane-${third.id}`).getByText('Off: Dentist').waitFor();
    for (const each of [ben, third]) await lane(each).locator('.hatched').waitFor();
    await expect.poll(() => lane(ada).locator('.hatched').count()).toBe(0);
    const { version } = await week.api.employees.get.query({ employeeId: ada.id });
    await week.api.employees.addTimeOff.mutate({
      employeeId: ada.id,
      version,
      startsOn: next,
      endsOn: next,
      untilTime: '10:00',
      reason: 'School run',
    });
    await lane(ada).getByText('Off until 10 AM: School run').waitFor();
    // Hatched from the beginning of the hours to 10 AM.
    const hours = await lane(ada).locator('[data-hours-off]').boundingBox();
    const ten = await page
      .getByRole('grid')
      .getByText(/^10 AM$/)
      .boundingBox();
    expect((hours?.x ?? 0) + (hours?.width ?? 0)).toBeCloseTo(ten?.x ?? 0, 0);
    const { people } = await week.api.day.get.query({ day: next });
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(people.length);
    await expect.poll(() => group('With work').getByRole('row').count()).toBe(2);
    await page.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await card(due).waitFor();
  });

  it('goes to a day that is typed digit by digit, and to no other on the way; where it can’t be loaded another one is typed', async () => {
    const field = page.getByLabel('Go to day');
    await expectTypedDay(page, field, 'day', addDays(day, 40));
    const lost = addDays(day, 41);
    await page.route(
      (url) => url.pathname.includes('day.get') && decodeURIComponent(url.search).includes(lost),
      (call) => call.fulfill({ status: 500, body: '' }),
    );
    await expectTypedDay(page, field, 'day', lost);
    await page.getByText('The day could not be loaded.').waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await expectTypedDay(page, field, 'day', day);
    await card(due).waitFor();
  });

  it('prints a daily sheet with everybody’s work by time, black on white in the dark as well', async () => {
    const { page: dark } = await signedIn(stack, { dark: true });
    await dark.locator('[data-sync-state]').first().waitFor();
    await dark.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await dark.getByRole('link', { name: 'Daily sheet' }).click();
    const sheet = dark.locator('.day-sheet');
    await sheet.getByText('Biscuit 695001').first().waitFor();
    const rows = await sheet.locator('tbody tr').allInnerTexts();
    expect(rows).toHaveLength(8);
    expect(rows[0]).toMatch(new RegExp(`10:00 AM\\s+10:15 AM\\s+${lea.name}\\s+Freeosk`));
    expect(rows.at(-1)).toMatch(/12:00 PM\s+12:05 PM/);
    await dark.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await dark.locator('header').first().isVisible()).toBe(false);
    const colours = await sheet.evaluate((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return { color, backgroundColor };
    });
    expect(colours).toEqual({ color: 'rgb(0, 0, 0)', backgroundColor: 'rgb(255, 255, 255)' });
    expect((await dark.pdf({ preferCSSPageSize: true })).length).toBeGreaterThan(10_000);
    await dark.context().close();
  });

  it('offers a viewer no change', async () => {
    const { page: viewer } = await signedIn(stack, { email: 'viewer@demo.test' });
    await viewer.locator('[data-sync-state]').first().waitFor();
    await viewer.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await card(coreA, viewer).waitFor();
    expect(
      await viewer.getByRole('button', { name: /^(Reassign|Move|Trade|Change|Unschedule|Schedule)/ }).count(),
    ).toBe(0);
    await card(coreA, viewer).hover();
    await card(coreA, viewer)
      .getByRole('button', { name: /^Actions for/ })
      .click();
    await expect.poll(() => viewer.getByRole('menuitem').allInnerTexts()).toEqual(['Details and sync']);
    await viewer.context().close();
  });

  it.each([
    ['wide', {}],
    ['on a phone', { viewport: PHONE, touch: true }],
  ])('has no finding of axe and never scrolls sideways, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await signedIn(stack, options);
    await fresh.locator('[data-sync-state]').first().waitFor();
    await fresh.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await card(coreA, fresh).waitFor();
    const sound = async (what: string) => expect(await findingsInBothSchemes(fresh), what).toEqual([]);
    await sound('day');
    await fresh.getByRole('button', { name: 'Reassign' }).click();
    await fresh.getByRole('radio', { name: lou.name }).check();
    await fresh.getByText(/^To be reassigned/).waitFor();
    await sound('reassign');
    await fresh.goto(`${stack.apps.webUrl}/day/print?day=${day}`);
    await fresh.getByText('Biscuit 695001').first().waitFor();
    await sound('daily sheet');
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
