import { addDays, instantAt } from '@scheduler/scheduling';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
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
    await page.getByTestId('sync-badge').first().waitFor();
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
  const card = (event: Listed, on = page) => on.locator(`article[data-event-id="${event.eventId}"]`);
  const checkOf = (code: string, fine: boolean, on = page) =>
    on.locator(`[data-testid="check-${code}"][data-fine="${fine}"]`);
  const repOf = async (event: Listed) => {
    const held = await heldBookings(stack.infrastructure.simulatorUrl, event.mplanId);
    return held.map(({ repId }) => repId);
  };

  it('shows work by time, who takes which slot, and a Core whose noon check is open', async () => {
    const times = await page.locator('section[aria-label="Work by time"] h3').allInnerTexts();
    expect(times).toEqual(['10:00 AM', '10:15 AM', '10:30 AM', '10:45 AM', '11:00 AM', '11:15 AM']);
    const slots = await page.getByTestId('slots-Core').innerText();
    expect(slots).toMatch(
      new RegExp(`10:45 AM\\s+${ada.name}\\s+11:15 AM\\s+${ben.name}\\s+11:45 AM\\s+open`),
    );
    await card(coreA).getByText('The noon check is open.').waitFor();
    expect(await checkOf('noon_checks', false).innerText()).toContain('nobody checks Core 695001 at noon');
  });

  it('schedules the open noon check, which then stands with its Core', async () => {
    await card(coreA)
      .getByRole('button', { name: /^Schedule/ })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(lea.name).check();
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await card(coreA).getByText('Noon check, 12:00 PM').waitFor();
    expect(await card(coreA).innerText()).toContain(lea.name);
    await checkOf('noon_checks', true).waitFor();
  });

  it('shows a broken rule with a way to mend it, and is clean afterwards', async () => {
    await checkOf('due_scheduled', false)
      .getByRole('button', { name: /^Schedule it/ })
      .click();
    const dialog = page.getByRole('dialog');
    // Nobody yet has a Core at that time, and somebody else than the two has none that day.
    await dialog.locator('input[type=radio][value="11:45"]').check({ force: true });
    const third = (await week.peopleAs('Event Specialist'))[2];
    await dialog.getByLabel(third?.name ?? '').check();
    await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await checkOf('due_scheduled', true).waitFor();
    await card(due).waitFor();
    await page.getByText('All is as it should be').waitFor();
  });

  it('reassigns all short work of the day after a preview, and Crossmark holds it for the other Lead', async () => {
    await page.getByRole('button', { name: 'Reassign' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Give it to').selectOption({ label: lou.name });
    await dialog.getByText('Goes over (5)').waitFor();
    // Nothing is saved by looking.
    expect(await repOf(check)).toEqual([lea.repId]);
    await dialog.getByRole('button', { name: 'Reassign 5 events' }).click();
    await dialog.waitFor({ state: 'hidden' });
    // Who points at a notice holds it, as the next test wants its Undo.
    await page.getByText(`${lou.name} does 5 events now.`).hover();
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
    await dialog.getByLabel('Give it to').selectOption(String(id));
    await dialog.getByText('Stays as it is (5)').waitFor();
    expect(await dialog.getByText(/has no RepID, so Crossmark can't book them/).count()).toBe(5);
    expect(await dialog.getByRole('button', { name: 'Reassign', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  it('trades two Cores once the preview says that no rule speaks against it; both are synced', async () => {
    await card(coreA)
      .getByRole('button', { name: /^Trade/ })
      .click();
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
    await card(coreB)
      .getByRole('button', { name: /^Trade/ })
      .click();
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
    const unschedule = card(due).getByRole('button', { name: /^Unschedule/ });
    await unschedule.focus();
    await page.keyboard.press('Enter');
    await card(due).waitFor({ state: 'hidden' });
    await checkOf('due_scheduled', false).waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().focus();
    await page.keyboard.press('Enter');
    await card(due).waitFor();
    await checkOf('due_scheduled', true).waitFor();
    await waitFor('Its booking', async () => (await repOf(due)).length === 1);
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
    await page.unrouteAll();
    await expectTypedDay(page, field, 'day', day);
    await card(due).waitFor();
  });

  it('prints a daily sheet with everybody’s work by time, black on white in the dark as well', async () => {
    const { page: dark } = await signedIn(stack, { dark: true });
    await dark.getByTestId('sync-badge').first().waitFor();
    await dark.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await dark.getByRole('link', { name: 'Daily sheet' }).click();
    const sheet = dark.locator('.day-sheet');
    await sheet.getByText('Biscuit 695001').first().waitFor();
    const rows = await sheet.locator('tbody tr').allInnerTexts();
    expect(rows).toHaveLength(8);
    expect(rows[0]).toMatch(new RegExp(`10:00 AM – 10:15 AM\\s+${lea.name}\\s+Freeosk`));
    expect(rows.at(-1)).toMatch(/12:00 PM – 12:05 PM/);
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
    await viewer.getByTestId('sync-badge').first().waitFor();
    await viewer.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await card(coreA, viewer).waitFor();
    expect(
      await viewer.getByRole('button', { name: /^(Reassign|Move|Trade|Change|Unschedule|Schedule)/ }).count(),
    ).toBe(0);
    await viewer.context().close();
  });

  it.each([
    ['wide and light', {}],
    ['wide and dark', { dark: true }],
    ['on a phone, light', { viewport: PHONE, touch: true }],
    ['on a phone, dark', { viewport: PHONE, touch: true, dark: true }],
  ])('has no finding of axe and never scrolls sideways, %s', async (_, options) => {
    const { page: fresh, errors: itsErrors } = await signedIn(stack, options);
    await fresh.getByTestId('sync-badge').first().waitFor();
    await fresh.goto(`${stack.apps.webUrl}/day?day=${day}`);
    await card(coreA, fresh).waitFor();
    const sound = async (what: string) => expect(await findingsOf(fresh), what).toEqual([]);
    await sound('day');
    await fresh.getByRole('button', { name: 'Reassign' }).click();
    await fresh.getByLabel('Give it to').selectOption({ label: lou.name });
    await fresh.getByText(/^Goes over/).waitFor();
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
