import { connect } from '@scheduler/db';
import { addDays, instantAt } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { badgeOf } from './board.ts';
import { emptyWeek } from './plans.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const PHONES = [
  { viewport: { width: 390, height: 844 }, dark: false },
  { viewport: { width: 320, height: 640 }, dark: true },
];

describe('somebody calls in sick', () => {
  let stack: Stack;
  let api: Api;
  let zone: string;
  let sunday: string;
  let ada: { id: number; name: string };
  let ben: { id: number; name: string };
  let pair: { his: number; hers: number };
  const cores: number[] = [];

  beforeAll(async () => {
    stack = await startStack();
    const week = await emptyWeek(stack);
    ({ api, timeZone: zone, sunday } = week);
    const drafts = [1, 2].map((number) => ({
      name: `${690_100 + number}-Testwell-Biscuit ${number} (123456789012)  - V2-CORE`,
      startsOn: sunday,
      dueOn: addDays(sunday, 7),
    }));
    cores.push(...(await week.list(drafts)).map(({ eventId }) => eventId));
    const [first, second] = await week.peopleAs('Event Specialist');
    if (!first || !second || cores.length !== 2) throw new Error('The test has nobody or nothing to plan.');
    ada = first;
    ben = second;
    // Two Cores for the last test: one can be done on Tuesday alone.
    const [his, hers] = await week.list(
      [
        { startsOn: sunday, dueOn: addDays(sunday, 7) },
        { startsOn: addDays(sunday, 2), dueOn: addDays(sunday, 3) },
      ].map((window, index) => ({
        name: `${690_110 + index}-Testwell-Cracker ${index} (123456789012)  - V2-CORE`,
        ...window,
      })),
    );
    if (!his || !hers) throw new Error('The test has too few events.');
    pair = { his: his.eventId, hers: hers.eventId };
  });
  afterAll(() => stack?.stop());
  // Ada has a Core on Tuesday and one on Thursday, and no time off.
  beforeEach(async () => {
    const { timeOff, version } = await api.employees.get.query({ employeeId: ada.id });
    let seen = version;
    for (const { id: timeOffId } of timeOff) {
      const saved = await api.employees.removeTimeOff.mutate({
        employeeId: ada.id,
        version: seen,
        timeOffId,
      });
      seen = saved.employee.version;
    }
    for (const [index, eventId] of cores.entries()) {
      const standing = (await api.events.get.query({ eventId })).schedule;
      if (standing) await api.schedules.unschedule.mutate(refOf(standing));
      const startsAt = instantAt(day(2 + 2 * index), '10:45', zone);
      await api.schedules.create.mutate({ eventId, employeeId: ada.id, startsAt });
    }
  });

  const day = (index: number) => addDays(sunday, index);
  const refOf = ({ scheduleId, version }: { scheduleId: number; version: number }) => ({
    scheduleId,
    version,
  });
  const holderOf = async (index: number) =>
    (await api.events.get.query({ eventId: cores[index] ?? 0 })).schedule?.employeeId;
  const timeOffOf = async () => (await api.employees.get.query({ employeeId: ada.id })).timeOff;
  const openWeek = async (page: Page, more = '') => {
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/?week=${sunday}${more}`);
    await page.getByText('Biscuit').first().waitFor();
  };
  /** Opens the dialog of Ada's time off from the menu of her first card. */
  const openDialogFromCard = async (page: Page) => {
    const card = page.locator(`[data-event-id="${cores[0]}"]`);
    await card.hover();
    await card
      .locator('..')
      .getByRole('button', { name: /^Move / })
      .click();
    await page.getByRole('menuitem', { name: new RegExp(`^${ada.name} is off`) }).click();
  };
  const proposal = (page: Page) => page.getByRole('heading', { name: `Cover for ${ada.name}` });

  it('from a card by mouse: one dialog, others at the same time, synced; Ctrl+Z takes all of it back', async () => {
    const { page, errors } = await signedIn(stack);
    await openWeek(page);
    await openDialogFromCard(page);
    await page
      .getByRole('dialog')
      .getByText(/Biscuit 1/)
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Record, and find cover' }).click();
    await proposal(page).waitFor();
    expect(await timeOffOf()).toMatchObject([{ startsOn: day(2), endsOn: day(2) }]);
    expect(await holderOf(0)).toBe(ada.id);
    expect(await findingsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'Approve all 1' }).click();
    await page.getByRole('heading', { name: '1 event moved' }).waitFor();
    expect(await holderOf(0)).not.toBe(ada.id);
    await badgeOf(page, cores[0] ?? 0, 'synced');
    const schedule = (await api.events.get.query({ eventId: cores[0] ?? 0 })).schedule;
    expect(schedule?.startsAt).toBe(instantAt(day(2), '10:45', zone));
    expect(await holderOf(1)).toBe(ada.id);

    await page.keyboard.press('Control+z');
    await page.getByText(`${ada.name} is in after all. 1 event put back.`).waitFor();
    expect(await holderOf(0)).toBe(ada.id);
    expect(await timeOffOf()).toEqual([]);
    await page.getByLabel('Unscheduled events', { exact: true }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it.each(PHONES)(
    'on a phone, $viewport.width px, dark: $dark: for some days, then in after all',
    async (phone) => {
      const { page, errors } = await signedIn(stack, { ...phone, touch: true });
      await openWeek(page, `&day=${day(2)}`);
      await page.getByRole('button', { name: `${ada.name} is off…` }).tap();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Last day', { exact: true }).fill(day(5));
      await dialog.getByText(/Biscuit 2/).waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Record, and find cover' }).tap();
      await proposal(page).waitFor();
      await page.getByRole('button', { name: 'Approve all 2' }).waitFor();
      // Who takes the first one over stands above the button, without scrolling.
      const button = await page.getByRole('button', { name: 'Approve all 2' }).boundingBox();
      const taker = await page.getByTestId(`line-${cores[0]}`).getByRole('paragraph').first().boundingBox();
      expect((taker?.y ?? 0) + (taker?.height ?? 0)).toBeLessThan(button?.y ?? 0);
      expect(await findingsOf(page)).toEqual([]);
      // The notice with Undo is still shown, and covers neither the list's tabs nor its buttons.
      await page.getByRole('button', { name: 'Undo', exact: true }).waitFor();
      await page.getByRole('button', { name: 'Taken over 2' }).tap();
      await page.getByRole('button', { name: 'In after all' }).tap();
      await page.getByText(`${ada.name} is in after all.`).waitFor();
      expect(await timeOffOf()).toEqual([]);
      expect([await holderOf(0), await holderOf(1)]).toEqual([ada.id, ada.id]);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );

  it('by keyboard alone, from the name in the row', async () => {
    const { page, errors } = await signedIn(stack);
    await openWeek(page);
    await page.getByRole('rowheader').getByRole('link', { name: ada.name }).focus();
    // The hours of the row come between.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const button = page.getByRole('button', { name: `${ada.name} is off…` });
    await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/Nothing is planned for them then/).waitFor();
    await dialog.getByLabel('Last day', { exact: true }).fill(day(6));
    await dialog.getByText(/Biscuit 2/).waitFor();
    await page.keyboard.press('Enter');
    await proposal(page).waitFor();
    await page.getByRole('button', { name: 'Approve all 2' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '2 events moved' }).waitFor();
    expect([await holderOf(0), await holderOf(1)]).not.toContain(ada.id);
    await page.getByRole('button', { name: /^Undo the approval of / }).focus();
    await page.keyboard.press('Enter');
    await waitFor('The time off to be gone', async () => (await timeOffOf()).length === 0);
    expect([await holderOf(0), await holderOf(1)]).toEqual([ada.id, ada.id]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('planned again after its plan was not made: a cover again, and in after all takes it back', async () => {
    const { page, errors } = await signedIn(stack);
    await openWeek(page);
    await openDialogFromCard(page);
    await page.getByRole('button', { name: 'Record, and find cover' }).click();
    await page.getByRole('button', { name: 'Approve all 1' }).waitFor();
    const proposalId = (await api.plan.current.query())?.proposalId ?? 0;
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    await sql`delete from proposal_lines where proposal_id = ${proposalId}`;
    await sql`update proposals set state = 'failed', note = 'The plan took too long.' where id = ${proposalId}`;
    await close();
    await page.getByRole('heading', { name: `There is no plan yet: Cover for ${ada.name}` }).waitFor();
    await page.getByText(`The time off of ${ada.name} is recorded.`).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Plan again' }).click();
    await proposal(page).waitFor();
    await page.getByRole('button', { name: 'Approve all 1' }).click();
    await page.getByRole('heading', { name: '1 event moved' }).waitFor();
    expect(await holderOf(0)).not.toBe(ada.id);
    await page.getByRole('button', { name: /^Undo the approval of / }).click();
    await waitFor('The time off to be gone', async () => (await timeOffOf()).length === 0);
    expect(await holderOf(0)).toBe(ada.id);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('before somebody leaves, and for a closed day', async () => {
    const { page, errors } = await signedIn(stack);
    await page.locator('[data-sync-state]').first().waitFor();
    await page.goto(`${stack.apps.webUrl}/people/${ada.id}`);
    await page.getByRole('button', { name: 'Retire' }).click();
    await page.getByRole('button', { name: 'Cover their work first' }).click();
    await proposal(page).waitFor();
    await page.getByText(/Retire them once this is approved/).waitFor();
    expect((await api.employees.get.query({ employeeId: ada.id })).terminatedOn).toBeNull();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText(/The plan was discarded/).waitFor();

    const admin = await signIn(
      stack.apps.serverUrl,
      stack.infrastructure.env.WEB_ORIGIN ?? '',
      'admin@demo.test',
    );
    const { holidayId } = await admin.settings.addHoliday.mutate({
      day: day(2),
      name: 'Inventory',
      yearly: false,
    });
    await openWeek(page);
    await page.getByRole('button', { name: /^Closed on .* 1 event is planned/ }).click();
    await page.getByRole('dialog').getByText('The store is closed: Inventory.').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Find other days' }).click();
    await page.getByRole('heading', { name: 'Closed: Inventory' }).waitFor();
    await page.getByRole('button', { name: 'Approve all 1' }).click();
    await page.getByRole('heading', { name: '1 event moved' }).waitFor();
    const moved = (await api.events.get.query({ eventId: cores[0] ?? 0 })).schedule;
    expect(moved?.workDate).not.toBe(day(2));
    expect(moved?.employeeId).toBe(ada.id);
    await admin.settings.removeHoliday.mutate({ holidayId });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('takes in the change that makes a place for work that needs somebody, and out again', async () => {
    const eventOf = async (eventId: number) => (await api.events.get.query({ eventId })).schedule;
    const unschedule = async (eventId: number | undefined) => {
      const standing = await eventOf(eventId ?? 0);
      if (standing) await api.schedules.unschedule.mutate(refOf(standing));
    };
    // On Tuesday Ada and Ben have a Core each, and everybody else is off: only Ben could do hers, on another day his own.
    await unschedule(cores[0]);
    const startsAt = instantAt(day(2), '10:45', zone);
    await api.schedules.create.mutate({ eventId: pair.hers, employeeId: ada.id, startsAt });
    await api.schedules.create.mutate({ eventId: pair.his, employeeId: ben.id, startsAt });
    for (const { id: employeeId, version } of await api.employees.list.query({})) {
      if (employeeId === ada.id || employeeId === ben.id) continue;
      const off = { startsOn: sunday, endsOn: day(8) };
      await api.employees.addTimeOff.mutate({ employeeId, version, ...off });
    }
    const { version } = await api.employees.get.query({ employeeId: ada.id });
    const off = { employeeId: ada.id, version, startsOn: day(2), endsOn: day(2), reason: null };
    const { proposalId } = await api.plan.coverAbsence.mutate(off);
    const { page, errors } = await signedIn(stack);
    await openWeek(page);
    await proposal(page).waitFor();
    const take = page.getByRole('button', { name: /^Take this into the plan/ });
    await page.getByText(new RegExp(`^Free if ${ben.name}’s .* moves to `)).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    const linesNow = async () => (await api.plan.get.query({ proposalId: proposalId ?? 0 })).lines;
    await take.focus();
    await page.keyboard.press('Enter');
    const row = (eventId: number) => page.getByTestId(`line-${eventId}`);
    await row(pair.hers).waitFor();
    await page.getByRole('button', { name: 'Taken over 2' }).waitFor();
    await row(pair.his)
      .getByText(/^Makes room for /)
      .waitFor();
    expect(await findingsOf(page)).toEqual([]);
    expect((await linesNow()).find(({ eventId }) => eventId === pair.hers)).toMatchObject({
      employeeId: ben.id,
      day: day(2),
    });
    await page.keyboard.press('Control+z');
    await take.waitFor();
    expect(await linesNow()).toEqual([]);

    await take.click();
    await row(pair.his)
      .getByRole('button', { name: /^Leave .* open again$/ })
      .click();
    await take.waitFor();
    expect(await linesNow()).toEqual([]);

    await take.click();
    await page.getByRole('button', { name: 'Approve all 2' }).click();
    await page.getByRole('heading', { name: '2 events moved' }).waitFor();
    expect(await eventOf(pair.hers)).toMatchObject({ employeeId: ben.id, workDate: day(2) });
    expect(await eventOf(pair.his)).toMatchObject({ employeeId: ben.id });
    expect((await eventOf(pair.his))?.workDate).not.toBe(day(2));
    await page.keyboard.press('Control+z');
    await page.getByText(`${ada.name} is in after all. 2 events put back.`).waitFor();
    expect(await eventOf(pair.hers)).toMatchObject({ employeeId: ada.id, workDate: day(2) });
    expect(await eventOf(pair.his)).toMatchObject({ employeeId: ben.id, workDate: day(2) });
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
