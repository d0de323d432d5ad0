import { connect } from '@scheduler/db';
import { addDays, formatDay } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { demoStore, type Stack, signedIn, startStack } from './stack.ts';

describe('attendance', () => {
  let stack: Stack;
  let api: Api;
  let person: { id: number; name: string };
  let today: string;

  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    const store = await demoStore(api);
    today = store.today;
    const [first] = await api.employees.list.query({ storeId: store.id });
    if (!first) throw new Error('There is nobody.');
    person = first;
  });
  afterAll(() => stack?.stop());

  const recordOf = async (day: string) => {
    const month = await api.attendance.month.query({ month: day.slice(0, 7), employeeId: person.id });
    return month.people[0]?.records.find((record) => record.day === day);
  };

  it('is recorded in the month with a note, changed by keyboard, taken back, and saved as a file', async () => {
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/people`);
    await page.getByRole('link', { name: 'Attendance' }).click();
    await page.waitForURL('**/people?view=attendance');
    const cell = page.getByRole('button', { name: `${person.name}, ${formatDay(today)}:` });
    await cell.click();
    const dialog = page.getByRole('dialog', { name: `Attendance of ${person.name}` });
    await dialog.getByLabel('Note').fill('Flat tire');
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Late' }).click();
    await page
      .getByRole('button', { name: `${person.name}, ${formatDay(today)}: late. Flat tire` })
      .waitFor();
    expect(await recordOf(today)).toMatchObject({ status: 'late', note: 'Flat tire' });
    expect(await findingsOf(page)).toEqual([]);

    await cell.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toContain(person.name);
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Excused' }).press('Enter');
    await expect.poll(() => recordOf(today)).toMatchObject({ status: 'excused' });
    await page.getByText(`${person.name}, ${formatDay(today)}: excused.`).waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(() => recordOf(today)).toMatchObject({ status: 'late', note: 'Flat tire' });

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export the month' }).click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
    const rows = parse(Buffer.concat(chunks).toString(), { bom: true, columns: true }) as Record<
      string,
      string
    >[];
    expect(rows.find((row) => row.Person === person.name && row.Day === today)).toMatchObject({
      Status: 'late',
      Note: 'Flat tire',
    });
    expect(errors).toEqual([]);
  });

  it('stands on the person’s page as a calendar, fits a phone, and a viewer changes nothing', async () => {
    const { page, errors } = await signedIn(stack, {
      email: 'viewer@demo.test',
      viewport: { width: 320, height: 700 },
    });
    await page.goto(`${stack.apps.webUrl}/people/${person.id}`);
    const section = page.getByRole('region', { name: /^Attendance in / });
    const cell = section.getByRole('button', {
      name: `${person.name}, ${formatDay(today)}: late. Flat tire`,
    });
    await cell.waitFor();
    await expect.poll(() => cell.getAttribute('aria-disabled')).toBe('true');
    expect(await findingsOf(page)).toEqual([]);
    await page.goto(`${stack.apps.webUrl}/people?view=attendance`);
    await page
      .getByRole('link', { name: new RegExp(person.name) })
      .first()
      .waitFor();
    await expect
      .poll(() =>
        page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
      )
      .toBe(true);
    expect(await findingsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('asks to look again where a colleague has recorded the day meanwhile', async () => {
    const yesterday = addDays(today, -1);
    const { page } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/people?view=attendance&month=${yesterday.slice(0, 7)}`);
    await page.getByRole('button', { name: `${person.name}, ${formatDay(yesterday)}:` }).click();
    const dialog = page.getByRole('dialog', { name: `Attendance of ${person.name}` });
    await dialog.waitFor();
    await api.attendance.record.mutate({
      employeeId: person.id,
      day: yesterday,
      version: null,
      status: 'no_show',
    });
    await dialog.getByRole('button', { name: 'On time' }).click();
    await page.getByText(/has recorded no call, no show for .* meanwhile/).waitFor();
    expect(await recordOf(yesterday)).toMatchObject({ status: 'no_show' });
    await page.context().close();
  });

  it('is not replaced unseen by what was typed before a colleague recorded the day, and nothing typed is lost', async () => {
    const board = await api.day.get.query({ day: today });
    const { employeeId = 0 } =
      board.schedules.find(
        (work) => !board.attendance.some((record) => record.employeeId === work.employeeId),
      ) ?? {};
    const name = board.people.find(({ id }) => id === employeeId)?.name ?? '';
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/day?day=${today}`);
    await page.getByRole('button', { name: `${name}: other attendance` }).click();
    const dialog = page.getByRole('dialog', { name: `Attendance of ${name}` });
    await dialog.getByLabel('Note').fill('Came by bus');
    const theirs = await api.attendance.record.mutate({
      employeeId,
      day: today,
      version: null,
      status: 'no_show',
      note: 'Called twice',
    });
    // The page behind the dialog shows it already.
    await page
      .locator(`[aria-label="${name}: No call, no show. Change the attendance"]`)
      .waitFor({ state: 'attached' });
    await dialog.getByRole('button', { name: 'Late' }).click();
    await dialog
      .getByRole('alert')
      .getByText(/has recorded no call, no show for .* meanwhile/)
      .waitFor();
    expect((await api.day.get.query({ day: today })).attendance).toContainEqual(theirs);
    await dialog.getByRole('button', { name: 'No call, no show', pressed: true }).waitFor();
    await expect.poll(() => dialog.getByLabel('Note').inputValue()).toBe('Came by bus');
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Late' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const recorded = async () => {
      const { attendance } = await api.day.get.query({ day: today });
      return attendance.find((record) => record.employeeId === employeeId);
    };
    expect(await recorded()).toMatchObject({ status: 'late', note: 'Came by bus' });
    // What stood there before is the colleague's record.
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await expect.poll(recorded).toMatchObject({ status: 'no_show', note: 'Called twice' });
    const { version = 0 } = (await recorded()) ?? {};
    await api.attendance.remove.mutate({ employeeId, day: today, version });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  /** Somebody who works today and has no mark, whose work then begins some hours from now and takes one. */
  const workToday = async (hours: number) => {
    const board = await api.day.get.query({ day: today });
    const work = board.schedules.find(
      ({ employeeId }) => !board.attendance.some((record) => record.employeeId === employeeId),
    );
    const name = board.people.find(({ id }) => id === work?.employeeId)?.name;
    if (!work || !name) throw new Error('Nobody works today.');
    await beginIn(hours, work.employeeId);
    return { employeeId: work.employeeId, name };
  };
  const beginIn = async (hours: number, employeeId: number) => {
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    await sql`update schedules set starts_at = app_now() + ${hours} * interval '1 hour',
      ends_at = app_now() + ${hours + 1} * interval '1 hour'
      where employee_id = ${employeeId} and work_date = ${today} and ended_at is null`;
    await close();
  };

  it('of somebody who called in leads to the plan that finds others for their work, also work that was given to them just now', async () => {
    const work = await workToday(-2);
    const { name } = work;
    const { page, errors } = await signedIn(stack);
    // A page that was read before the work was moved.
    await page.goto(`${stack.apps.webUrl}/people/${work.employeeId}`);
    await page.getByRole('heading', { name }).first().waitFor();
    await page.getByRole('region', { name: /^Attendance in / }).waitFor();
    await page.getByRole('link', { name: 'Day', exact: true }).click();
    await page.getByRole('button', { name: `${name}: other attendance` }).waitFor();
    await beginIn(2, work.employeeId);
    await page.getByRole('button', { name: `${name}: other attendance` }).click();
    const dialog = page.getByRole('dialog', { name: `Attendance of ${name}` });
    await dialog.getByRole('button', { name: 'Called in' }).click();
    const off = page.getByRole('dialog', { name: `${name} is off today` });
    await off.getByRole('button', { name: /^Record/ }).waitFor();
    await expect
      .poll(async () => (await api.day.get.query({ day: today })).attendance)
      .toContainEqual(expect.objectContaining({ employeeId: work.employeeId, status: 'called_in' }));
    await page.keyboard.press('Escape');
    await off.waitFor({ state: 'hidden' });
    expect((await api.employees.get.query({ employeeId: work.employeeId })).timeOff).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('of somebody who called in after their last work of the day is recorded, and nothing is to be covered', async () => {
    const work = await workToday(-2);
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/day?day=${today}`);
    await page.getByRole('button', { name: `${work.name}: other attendance` }).click();
    const dialog = page.getByRole('dialog', { name: `Attendance of ${work.name}` });
    await dialog.getByRole('button', { name: 'Called in' }).click();
    await page.getByRole('button', { name: `${work.name}: Called in. Change the attendance` }).waitFor();
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    const { attendance } = await api.day.get.query({ day: today });
    expect(attendance).toContainEqual(
      expect.objectContaining({ employeeId: work.employeeId, status: 'called_in' }),
    );
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('is of the store that is chosen, as is its file, while the list has the people of all stores', async () => {
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    const [other] = await sql<{ id: number }[]>`
      insert into stores (crossmark_store_id, number, name, time_zone)
      values ('310043', '8140', 'Club Nine', 'America/Indiana/Indianapolis') returning id`;
    await close();
    const { id: employeeId } = await api.employees.create.mutate({
      storeId: other?.id ?? 0,
      name: 'Nina Nine',
    });
    await api.attendance.record.mutate({ employeeId, day: today, version: null, status: 'excused' });
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/people`);
    await page.getByRole('link', { name: 'Nina Nine' }).waitFor();
    await page.getByRole('link', { name: person.name }).waitFor();
    for (const view of ['Attendance', 'Workload']) {
      await page.goto(`${stack.apps.webUrl}/people`);
      await page.getByRole('link', { name: view }).click();
      const region = page.getByRole('region', { name: view });
      await region.getByRole('link', { name: person.name }).first().waitFor();
      expect(await region.getByRole('link', { name: 'Nina Nine' }).count()).toBe(0);
      await page.getByLabel('Store', { exact: true }).selectOption('Club Nine (8140)');
      await region.getByRole('link', { name: 'Nina Nine' }).first().waitFor();
      await expect.poll(() => region.getByRole('link', { name: person.name }).count()).toBe(0);
    }
    await page.getByRole('link', { name: 'Attendance' }).click();
    await page.getByRole('button', { name: `Nina Nine, ${formatDay(today)}: excused` }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export the month' }).click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
    const rows = parse(Buffer.concat(chunks).toString(), { bom: true, columns: true }) as {
      Person: string;
    }[];
    expect([...new Set(rows.map(({ Person }) => Person))]).toEqual(['Nina Nine']);
    expect(await findingsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('is marked on the Day page with one click, and by keyboard within the timeline', async () => {
    const board = await api.day.get.query({ day: addDays(today, -1) });
    const work = board.schedules.find(
      ({ employeeId }) => !board.attendance.some((record) => record.employeeId === employeeId),
    );
    const name = board.people.find(({ id }) => id === work?.employeeId)?.name;
    if (!work || !name) throw new Error('Nobody worked yesterday.');
    const { page, errors } = await signedIn(stack);
    await page.goto(`${stack.apps.webUrl}/day?day=${addDays(today, -1)}`);
    await page.getByRole('button', { name: `${name}: on time` }).click();
    const mark = page.getByRole('button', { name: `${name}: On time. Change the attendance` });
    await mark.waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByTestId(`lane-${work.employeeId}`).getByRole('link', { name }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: `Attendance of ${name}` });
    await dialog.getByRole('button', { name: 'No call, no show' }).press('Enter');
    await page.getByRole('button', { name: `${name}: No call, no show. Change the attendance` }).waitFor();
    const after = await api.day.get.query({ day: addDays(today, -1) });
    expect(after.attendance).toContainEqual(
      expect.objectContaining({ employeeId: work.employeeId, status: 'no_show' }),
    );
    expect(errors).toEqual([]);
  });
});
