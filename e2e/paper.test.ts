import { connect } from '@scheduler/db';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, formatDay, timeOf, workDateOf } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from './accessibility.ts';
import { printed } from './pdf.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const ZONE = 'America/Indiana/Indianapolis';
const today = workDateOf(currentInstant(), ZONE);

describe('on paper', () => {
  let stack: Stack;
  let page: Page;
  let api: Api;
  /** A day with a Core at 10:45, whose lunch the product knows. */
  let day: string;
  let names: string[];
  beforeAll(async () => {
    stack = await startStack();
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    for (const week of [0, 1]) {
      const board = await api.board.week.query({ weekOf: addDays(today, week * 7) });
      const core = board.schedules.find(
        ({ event, startsAt }) => event.type === 'Core' && timeOf(startsAt, ZONE) === '10:45',
      );
      if (!core) continue;
      day = core.workDate;
      const atWork = new Set(
        board.schedules.filter(({ workDate }) => workDate === day).map(({ employeeId }) => employeeId),
      );
      names = board.people.filter(({ id }) => atWork.has(id)).map(({ name }) => name);
      break;
    }
    ({ page } = await signedIn(stack, { email: 'admin@demo.test' }));
    await page.locator('[data-sync-state]').first().waitFor();
  });
  afterAll(() => stack?.stop());

  const openSheet = async () => {
    await page.goto(`${stack.apps.webUrl}/day/print?day=${day}`);
    await page.locator('.day-sheet').waitFor();
  };

  it('the daily sheet says start, lunch and end of everybody’s work, with room to sign, on one upright page', async () => {
    await openSheet();
    const pages = await printed(page);
    expect(pages.map(({ width, height }) => [width, height])).toEqual([[612, 792]]);
    const [sheet] = pages;
    expect(sheet?.outside).toEqual([]);
    for (const name of names) expect(sheet?.text).toContain(name);
    for (const head of ['Start', 'Lunch', 'End', 'Person', 'Event', 'Signature'])
      expect(sheet?.text).toContain(head);
    expect(sheet?.text).toMatch(/10:45 AM\s+1:30 PM – 2:00 PM\s+5:15 PM/);
    expect(await findingsOf(page)).toEqual([]);
  });

  it('lunch and end of a start are a setting of the store', async () => {
    await page.goto(`${stack.apps.webUrl}/settings`);
    await page.getByRole('button', { name: 'Edit Core' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Lunch of the start at 10:45 AM').fill('10:00');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('The lunch of the start at 10:45 must be after it.').waitFor();
    await dialog.getByLabel('Lunch of the start at 10:45 AM').fill('13:00');
    await dialog.getByLabel('End of the start at 10:45 AM').fill('17:00');
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByTestId('type-Core').getByText('10:45 AM, lunch 1:00 PM, end 5:00 PM').waitFor();
    await openSheet();
    const [sheet] = await printed(page);
    expect(sheet?.text).toMatch(/10:45 AM\s+1:00 PM – 1:30 PM\s+5:00 PM/);
  });

  it('the sheet for the wall has the week’s people and times on one page on its side, and so has Ctrl+P on the board', async () => {
    const board = await api.board.week.query({ weekOf: day });
    const subject = { kind: 'day' as const, storeId: board.store.id, day };
    await api.notes.save.mutate({ subject, version: null, text: 'Inventory at noon.' });
    const [work] = board.schedules.filter(({ workDate }) => workDate === day);
    const eventId = work?.event.eventId ?? 0;
    await api.notes.save.mutate({
      subject: { kind: 'event', eventId },
      version: null,
      text: 'Two tables.',
    });
    await page.goto(`${stack.apps.webUrl}/?week=${day}`);
    await page.getByRole('rowheader').first().waitFor();
    await page.locator('[title="Inventory at noon."]').waitFor({ state: 'attached' });
    await page.locator('.board-on-paper').waitFor({ state: 'attached' });
    const ofBoard = await printed(page);
    await page.getByRole('link', { name: 'Print', exact: true }).click();
    await page.locator('.sheet').getByText('Two tables.').waitFor();
    const ofSheet = await printed(page);
    for (const pages of [ofBoard, ofSheet]) {
      expect(pages.map(({ width, height }) => [width, height])).toEqual([[792, 612]]);
      const [sheet] = pages;
      expect(sheet?.outside).toEqual([]);
      for (const { name } of board.people) expect(sheet?.text).toContain(name);
      for (const each of board.days) expect(sheet?.text).toContain(formatDay(each));
      for (const text of ['Inventory at noon.', 'Two tables.', '10:45a']) expect(sheet?.text).toContain(text);
    }
    expect(await findingsOf(page)).toEqual([]);
  });

  it('a person’s one or two weeks stand on one page, and everybody’s on one page each', async () => {
    const sheets = await api.employees.sheets.query({ weekOf: day, weeks: 2 });
    const person = sheets.people.find(({ schedules }) =>
      schedules.some(({ type, startsAt }) => type === 'Core' && timeOf(startsAt, ZONE) === '10:45'),
    );
    if (!person) throw new Error('Nobody has a Core at 10:45.');
    const subject = { kind: 'person' as const, employeeId: person.id };
    await api.notes.save.mutate({ subject, version: null, text: 'Bring the key.' });
    await page.goto(`${stack.apps.webUrl}/people/${person.id}?week=${day}`);
    await page.getByRole('link', { name: 'Print week' }).click();
    await page.locator('.sheet').getByText('Bring the key.').waitFor();
    const [week, ...others] = await printed(page);
    expect([week?.width, week?.height, others]).toEqual([612, 792, []]);
    expect(week?.outside).toEqual([]);
    for (const text of [person.name, 'Bring the key.', formatDay(sheets.days[6] ?? '')])
      expect(week?.text).toContain(text);
    expect(week?.text).not.toContain(formatDay(sheets.days[7] ?? ''));
    await page.getByRole('button', { name: 'Two weeks' }).click();
    await page
      .locator('.sheet')
      .getByText(formatDay(sheets.days[13] ?? ''))
      .waitFor();
    const [both, ...more] = await printed(page);
    expect(more).toEqual([]);
    expect(both?.outside).toEqual([]);
    // Start, lunch and end, as the store has set them.
    expect(both?.text).toMatch(/10:45 AM\s+1:00 PM – 1:30 PM\s+5:00 PM/);
    expect(await findingsOf(page)).toEqual([]);

    await page.goto(`${stack.apps.webUrl}/people`);
    await page.getByRole('link', { name: 'Print all' }).click();
    await page.getByRole('button', { name: 'Two weeks' }).click();
    await page.getByText(`${sheets.people.length} pages`).waitFor();
    // The sheets come once their notes have been read, and so does the button.
    await expect.poll(() => page.locator('.sheet').count()).toBe(sheets.people.length);
    const all = await printed(page);
    expect(all).toHaveLength(sheets.people.length);
    for (const [index, { text, outside }] of all.entries()) {
      expect(text).toContain(sheets.people[index]?.name);
      expect(outside).toEqual([]);
    }
    expect(await findingsOf(page)).toEqual([]);
  });

  it('a long daily sheet goes on, with its head on each page, and leaves no text out', async () => {
    await page.route(
      (url) => url.pathname.includes('day.get'),
      async (route) => {
        const answer = await route.fetch();
        const body = await answer.json();
        for (const { result } of [body].flat()) {
          const { schedules } = result?.data ?? {};
          if (!schedules) continue;
          const longName = `Event ${'with a long name '.repeat(8)}`;
          result.data.schedules = Array.from({ length: 60 }, (_, index) => {
            const copied = structuredClone(schedules[index % schedules.length]);
            copied.event.name = index % 7 === 0 ? longName : copied.event.name;
            return { ...copied, scheduleId: 1_000_000 + index };
          });
        }
        await route.fulfill({ response: answer, json: body });
      },
    );
    await openSheet();
    await expect.poll(() => page.locator('.day-sheet tbody tr').count()).toBe(60);
    const pages = await printed(page);
    await page.unrouteAll({ behavior: 'wait' });
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.length).toBeLessThan(8);
    for (const { text, outside } of pages) {
      expect(text).toContain('Signature');
      expect(outside).toEqual([]);
    }
  });

  it.each([
    ['the month', '/month', '[data-day]'],
    ['the events', '/events', '[data-index][data-event-id]'],
  ])('%s is printed on its side, and leaves no text out', async (_, path, ready) => {
    await page.goto(stack.apps.webUrl + path);
    await page.locator(ready).first().waitFor();
    const pages = await printed(page);
    if (path === '/month') expect(pages).toHaveLength(1);
    for (const { width, height, outside } of pages) {
      expect([width, height]).toEqual([792, 612]);
      expect(outside).toEqual([]);
    }
  });

  it('with names that no line holds, busy days, long notes and many people, each sheet stays on its page', async () => {
    const word = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft';
    const { sql, close } = connect(stack.infrastructure.databaseUrl, { max: 1 });
    await sql`update events set name = case when id % 2 = 0 then ${word} else name || ' ' || ${'many words more, '.repeat(12)} end`;
    await sql`update employees set name = ${word} || ' ' || name where id % 3 = 0`;
    await sql`insert into employees (store_id, name, role) select min(stores.id), 'Guest ' || series, 'Event Specialist' from stores, generate_series(1, 8) series group by series`;
    await sql`update stores set name = ${word} || ' ' || name`;
    await sql`update notes set text = repeat(text || ' ', 10)`;
    await sql`update schedules set employee_id = (select min(id) from employees) where work_date = ${day} and ended_at is null`;
    await close();
    const { people, days } = await api.employees.sheets.query({ weekOf: day, weeks: 2 });
    expect(people.length).toBeGreaterThan(20);
    const busy = people.find(
      ({ schedules }) => schedules.filter(({ workDate }) => workDate === day).length > 4,
    );
    for (const [path, count] of [
      [`/week/print?week=${day}`, 1],
      [`/people/${busy?.id}/print?week=${day}`, 1],
      [`/people/print?week=${day}&weeks=2`, people.length],
    ] as const) {
      await page.goto(stack.apps.webUrl + path);
      await page.locator('.sheet .paper-note').first().waitFor();
      const pages = await printed(page);
      expect(pages, path).toHaveLength(count);
      for (const { outside } of pages) expect(outside, path).toEqual([]);
      // The last person, and the last day.
      if (path.startsWith('/week')) expect(pages[0]?.text).toContain(people.at(-1)?.name.split(' ').at(-1));
      else expect(pages.at(-1)?.text).toContain(formatDay(days[path.includes('weeks=2') ? 13 : 6] ?? ''));
    }
    for (const path of [`/day/print?day=${day}`, '/month', '/events']) {
      await page.goto(stack.apps.webUrl + path);
      await page.locator('.day-sheet, [data-day], [data-event-id]').first().waitFor();
      for (const { outside } of await printed(page)) expect(outside, path).toEqual([]);
    }
  });
});
