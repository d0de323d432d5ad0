import { readFileSync } from 'node:fs';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, eventTitle, formatDay, timeOf, weekStart, workDateOf } from '@scheduler/scheduling';
import { type Api, refusal, signIn } from '@scheduler/scripts/api';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsInBothSchemes, findingsOf } from './accessibility.ts';
import { freeEvent } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const STORE_ZONE = 'America/Indiana/Indianapolis';
const today = workDateOf(currentInstant(), STORE_ZONE);

describe('a dispatcher who looks after people', () => {
  let stack: Stack;
  let page: Page;
  let errors: string[];
  let api: Api;
  beforeAll(async () => {
    stack = await startStack();
    ({ page, errors } = await signedIn(stack));
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
  });
  afterAll(() => stack?.stop());

  const open = (path: string) => page.goto(stack.apps.webUrl + path);
  const addReps = (reps: object[]) =>
    fetch(`${stack.infrastructure.simulatorUrl}/__sim/reps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(reps),
    });

  /** Somebody with work on a day to come on which they can work. */
  const working = async () => {
    for (const week of [0, 1, 2]) {
      const board = await api.board.week.query({ weekOf: addDays(today, week * 7) });
      const work = board.schedules.find((one) => one.workDate > today);
      const person = board.people.find((one) => one.id === work?.employeeId);
      if (work && person && !person.off.some((off) => off.day === work.workDate)) return { work, person };
    }
    throw new Error('Nobody has work to come in the demo data.');
  };

  it('adds time off by keyboard alone: told what it concerns, the board marks it, the rules refuse more', async () => {
    const { work, person } = await working();
    const day = work.workDate;
    await open(`/people/${person.id}`);
    await page.getByRole('button', { name: 'Add days' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const typed = `${day.slice(5, 7)}${day.slice(8)}${day.slice(0, 4)}`;
    await dialog.getByLabel('First day').focus();
    await page.keyboard.type(typed);
    await dialog.getByLabel('Last day').focus();
    await page.keyboard.type(typed);
    await dialog.getByLabel('Reason').focus();
    await page.keyboard.type('Jury duty');
    await dialog.getByRole('checkbox', { name: /^Find others for it/ }).focus();
    await page.keyboard.press('Space');
    await dialog.getByRole('button', { name: 'Record', exact: true }).press('Enter');
    await dialog.waitFor({ state: 'hidden' });

    const told = page.getByRole('alert').filter({ hasText: 'can’t work' });
    await told.waitFor();
    await page.getByTestId('exceptions').getByText('Jury duty').waitFor();
    await told.getByRole('link').first().press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Jury duty').first().waitFor();
    expect(new URL(page.url()).searchParams.get('week')?.replaceAll('"', '')).toBe(weekStart(day));

    const event = await freeEvent(stack, 'Core');
    const startsAt = `${day}T16:15:00.000Z`;
    const said = await refusal(
      api.schedules.create.mutate({ eventId: event.eventId, employeeId: person.id, startsAt }),
    );
    expect(said).toContain('has time off');

    await open(`/people/${person.id}`);
    await page.getByRole('button', { name: `Remove time off ${formatDay(day)}` }).click();
    await page.getByText('Jury duty').first().waitFor({ state: 'hidden' });
    const { timeOff } = await api.employees.get.query({ employeeId: person.id });
    expect(timeOff.some((off) => off.reason === 'Jury duty')).toBe(false);
  });

  it('drags over days of a person’s calendar, and by keys gives a part of some days off', async () => {
    const { person } = await working();
    const { today } = await api.employees.get.query({ employeeId: person.id });
    const before = (await api.employees.get.query({ employeeId: person.id })).timeOff.length;
    const sunday = addDays(weekStart(today), 28);
    const [monday, wednesday] = [addDays(sunday, 1), addDays(sunday, 3)];
    const dayOf = (day: string) => page.locator(`[data-day="${day}"]`);
    const dialog = page.getByRole('dialog');
    const latest = async () => (await api.employees.get.query({ employeeId: person.id })).timeOff;
    await open(`/people/${person.id}`);
    await dayOf(monday).hover();
    await page.mouse.down();
    await dayOf(wednesday).hover();
    await page.mouse.up();
    await dialog.waitFor();
    await expect.poll(() => dialog.getByLabel('First day', { exact: true }).inputValue()).toBe(monday);
    await expect.poll(() => dialog.getByLabel('Last day', { exact: true }).inputValue()).toBe(wednesday);
    await dialog.getByLabel('Reason').fill('Camping');
    await dialog.getByRole('button', { name: /^Record/ }).click();
    await page.getByTestId('exceptions').getByText('Camping').waitFor();
    expect(await latest()).toContainEqual(
      expect.objectContaining({ startsOn: monday, endsOn: wednesday, fromTime: null, untilTime: null }),
    );
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByTestId('exceptions').getByText('Camping').waitFor({ state: 'hidden' });
    expect(await latest()).toHaveLength(before);

    await dayOf(monday).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await dialog.getByRole('checkbox', { name: 'Only a part of each day' }).press('Space');
    await dialog.getByLabel('From', { exact: true }).fill('13:00');
    await dialog.getByLabel('Until', { exact: true }).fill('12:00');
    await dialog.getByLabel('Reason').fill('Course');
    await dialog.getByRole('button', { name: /^Record/ }).press('Enter');
    await dialog.getByText('must be later than the time from which it counts').waitFor();
    expect(await latest()).toHaveLength(before);
    await dialog.getByLabel('Until', { exact: true }).fill('17:30');
    await dialog.getByRole('button', { name: /^Record/ }).press('Enter');
    await page.getByTestId('exceptions').getByText('1 PM – 5:30 PM').waitFor();
    expect(await latest()).toContainEqual(
      expect.objectContaining({
        startsOn: monday,
        endsOn: addDays(monday, 1),
        fromTime: '13:00',
        untilTime: '17:30',
      }),
    );
    await expect.poll(() => dayOf(monday).textContent()).toContain('off 1 PM – 5:30 PM: Course');
    await open(`/?week=${sunday}`);
    await page.getByText('Off 1 PM – 5:30 PM: Course').first().waitFor();
    await open(`/people/${person.id}`);
    await page.getByRole('button', { name: `Remove time off ${formatDay(monday)}` }).click();
    await page.getByText('Course').first().waitFor({ state: 'hidden' });
  });

  it('sees the usual week in the next weeks while ticking it, and is refused where a colleague was first', async () => {
    const { person } = await working();
    await open(`/people/${person.id}`);
    const saturday = page.getByLabel('Sat', { exact: true });
    expect(await saturday.isChecked()).toBe(true);
    await saturday.focus();
    await page.keyboard.press('Space');
    await page.getByText('never works on Saturdays').first().waitFor();
    const { version } = await api.employees.get.query({ employeeId: person.id });
    await api.employees.update.mutate({ employeeId: person.id, version, changes: { phone: '317-555-0199' } });
    await page.getByText('317-555-0199').waitFor();
    await page.getByRole('button', { name: 'Save usual week' }).click();
    const refused = page.getByRole('alert').filter({ hasText: 'changed the phone number' });
    await refused.getByRole('button', { name: 'Keep what I entered and continue' }).click();
    await page.getByRole('button', { name: 'Save usual week' }).click();
    await expect
      .poll(async () => (await api.employees.get.query({ employeeId: person.id })).pattern?.[6] ?? true)
      .toBe(false);
  });

  it('leaves what was begun about one person with that person', async () => {
    const [ada, bea] = await api.employees.list.query({});
    if (!ada || !bea) throw new Error('There are not two people.');
    const goTo = async ({ name }: { name: string }) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Page, person, event or day' }).fill(name);
      await page
        .getByRole('option', { name: new RegExp(`^${name}`), selected: true })
        .waitFor({ state: 'attached' });
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();
    };
    const note = page.getByRole('textbox', { name: 'Note' });
    const save = page.getByRole('button', { name: 'Save usual week' });
    // Both are read already, so that the page goes from one to the other without loading.
    await open(`/people/${bea.id}`);
    await page.getByRole('heading', { level: 1, name: bea.name }).waitFor();
    await goTo(ada);
    await page.getByLabel('Sun', { exact: true }).press('Space');
    await page.getByRole('button', { name: /^(Add a|Edit) note$/ }).click();
    await note.fill('About Ada alone.');
    await expect.poll(() => save.isEnabled()).toBe(true);
    await goTo(bea);
    await expect.poll(() => save.isEnabled()).toBe(false);
    await expect.poll(() => note.count()).toBe(0);
    await goTo(ada);
    await expect.poll(() => note.inputValue()).toBe('About Ada alone.');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await note.waitFor({ state: 'hidden' });
  });

  it('gives a weekday of the usual week its hours, which the next weeks show while they are typed', async () => {
    const { person } = await working();
    await open(`/people/${person.id}`);
    await page.getByRole('checkbox', { name: 'Only some hours of a day' }).press('Space');
    await page.getByLabel('Mon from').fill('12:00');
    await page
      .getByText('off until 12 PM: works from 12:00 PM on Mondays')
      .first()
      .waitFor({ state: 'attached' });
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save usual week' }).click();
    const hoursOf = async () => (await api.employees.get.query({ employeeId: person.id })).patternHours;
    await expect
      .poll(hoursOf)
      .toEqual([null, { fromTime: '12:00', untilTime: null }, null, null, null, null, null]);
    // Nothing is left to save: the page has read what it saved.
    const saveButton = page.getByRole('button', { name: 'Save usual week' });
    await expect.poll(() => saveButton.isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Only some hours of a day' }).press('Space');
    await saveButton.click();
    await expect.poll(hoursOf).toBe(null);
  });

  it('imports somebody from Crossmark after a preview, and the same again makes nobody twice', async () => {
    const count = async () => (await api.employees.list.query({ includeRetired: true })).length;
    const before = await count();
    await open('/people');
    await page.getByRole('link', { name: 'Import from Crossmark' }).click();
    await page.getByRole('button', { name: 'Read it now' }).click();
    await page.getByTestId('rep-counts').waitFor();
    expect(await count()).toBe(before);
    await page.getByLabel('Search reps').fill('Gideon');
    const row = page.locator('[data-testid^=rep-2]').filter({ hasText: 'Gideon Fairbanks' });
    await row.getByText('New', { exact: true }).waitFor();
    await page.getByLabel('Import Gideon Fairbanks').check();
    await page.getByRole('button', { name: 'Import 1' }).click();
    await row.getByText('Same', { exact: true }).waitFor();
    expect(await count()).toBe(before + 1);

    await page.getByRole('button', { name: 'Read it again' }).click();
    await expect
      .poll(async () => {
        const { reading } = await api.reps.list.query();
        return reading && `${reading.readingId} ${reading.state}`;
      })
      .toBe('2 done');
    await row.getByText('Same', { exact: true }).waitFor();
    expect(await row.getByRole('checkbox').count()).toBe(0);
    expect(await count()).toBe(before + 1);
    expect(await api.employees.list.query({})).toContainEqual(
      expect.objectContaining({ name: 'Gideon Fairbanks', linkState: 'linked' }),
    );
  });

  it('says by hand which of two reps somebody is, and what is planned for them reaches Crossmark', async () => {
    const twin = { firstName: 'Robin', lastName: 'Twin' };
    await addReps([
      { repId: '290001', employeeNumber: 'US990001', ...twin },
      { repId: '290002', employeeNumber: 'US990002', ...twin },
    ]);
    const { id: employeeId } = await api.employees.create.mutate({ name: 'Robin Twin' });
    await waitFor('The look-up', async () => {
      const { linkState } = await api.employees.get.query({ employeeId });
      return linkState === 'ambiguous';
    });
    await open(`/people/${employeeId}`);
    await page.getByText('Several reps in Crossmark are called Robin Twin').waitFor();
    await page.getByRole('button', { name: 'Choose the rep' }).click();
    const dialog = page.getByRole('dialog');
    // The list of the import is older than the twins.
    await dialog.getByRole('button', { name: /^Read it/ }).click();
    const choice = dialog.getByRole('radio', { name: /RepID 290002/ });
    await choice.waitFor();
    await choice.press('Space');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('RepID 290002').waitFor();

    const event = await freeEvent(stack, 'Core');
    await api.schedules.create.mutate({
      eventId: event.eventId,
      employeeId,
      startsAt: event.startsAt,
      withSupervisor: false,
    });
    await expect
      .poll(() => heldBookings(stack.infrastructure.simulatorUrl, event.mplanId), { timeout: 30_000 })
      .toEqual([expect.objectContaining({ repId: '290002', startsAt: event.startsAt })]);
  });

  it('takes a week along as a calendar file and on paper', async () => {
    const { work, person } = await working();
    const week = weekStart(work.workDate);
    await open(`/people/${person.id}?week=${week}`);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Calendar file (.ics)' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`week-${week}.ics`);
    const text = readFileSync(await file.path(), 'utf8');
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\n/);
    const stamp = `${work.workDate}T${timeOf(work.startsAt, STORE_ZONE)}00`.replace(/[-:]/g, '');
    expect(text).toContain(`UID:event-${work.event.eventId}-person-${person.id}@crossmark-scheduler\r\n`);
    expect(text).toContain(`DTSTART;TZID=${STORE_ZONE}:${stamp}\r\n`);

    await page.getByRole('link', { name: 'Print week' }).click();
    // The page it leaves has the same heading, and tables.
    const print = page.getByRole('button', { name: 'Print', exact: true });
    await print.waitFor();
    await page.getByRole('heading', { level: 1, name: person.name }).waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await print.isVisible()).toBe(false);
    await expect.poll(() => page.getByRole('table').innerText()).toContain(eventTitle(work.event.name));
    await page.emulateMedia({ media: null });
  });

  it.each(['/people/abc', '/people/abc/print', '/people/999999'])(
    'is told at %s that there is no such person',
    async (path) => {
      await open(path);
      await page.getByText('There is no such person.').waitFor();
      expect(await page.getByText('employeeId').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    },
  );

  it.each([
    ['wide', { viewport: { width: 1440, height: 900 } }],
    ['at 360 px', { viewport: { width: 360, height: 740 } }],
  ])('gets pages without a finding of axe and without sideways scrolling, %s', async (_, look) => {
    const { person } = await working();
    const { page: fresh, errors: itsErrors } = await signedIn(stack, look);
    await fresh.locator('[data-sync-state]').first().waitFor();
    const pages: [path: string, ready: string][] = [
      ['/people', 'People'],
      ['/people/import', 'Import people from Crossmark'],
      [`/people/${person.id}`, person.name],
      [`/people/${person.id}/print`, person.name],
    ];
    for (const [path, heading] of pages) {
      await fresh.goto(stack.apps.webUrl + path);
      await fresh.getByRole('heading', { level: 1, name: heading }).waitFor();
      await fresh.locator('[aria-label^=Loading]').first().waitFor({ state: 'detached' });
      expect(await findingsInBothSchemes(fresh), path).toEqual([]);
    }
    await fresh.goto(`${stack.apps.webUrl}/people/${person.id}`);
    await fresh.getByRole('button', { name: 'Add days' }).click();
    await fresh.getByRole('dialog').waitFor();
    expect(await findingsInBothSchemes(fresh), 'dialog').toEqual([]);
    expect(itsErrors).toEqual([]);
    await fresh.context().close();
  });

  it('has met no error in the page', () => {
    expect(errors).toEqual([]);
  });
});
