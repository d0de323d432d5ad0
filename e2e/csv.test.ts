import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, daysBetween, instantAt, workDateOf } from '@scheduler/scheduling';
import { type Api, signIn } from '@scheduler/scripts/api';
import { openSwitchboard, type Switchboard } from '@scheduler/scripts/chaos/switchboard';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import { waitFor } from '@scheduler/scripts/process';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badgeOf, planFromTray } from './board.ts';
import { type Stack, signedIn, startStack } from './stack.ts';

const FIXTURE_SUNDAY = '2027-03-07';
const STORE_ZONE = 'America/Indiana/Indianapolis';

/** A fixture with every date moved by whole weeks, so that its planned week is the one after next. */
function fixture(name: 'scheduled' | 'unscheduled', today: string): { name: string; text: string } {
  const sunday = addDays(today, 14 - new Date(`${today}T12:00:00Z`).getUTCDay());
  const shift = daysBetween(FIXTURE_SUNDAY, sunday);
  const text = readFileSync(
    fileURLToPath(new URL(`../apps/server/src/csv/fixtures/${name}.csv`, import.meta.url)),
    'utf8',
  );
  return {
    name: `${name}.csv`,
    text: text.replace(/\b(\d\d)\/(\d\d)\/(\d{4})\b/g, (_whole, month, day, year) => {
      const [y, m, d] = addDays(`${year}-${month}-${day}`, shift).split('-');
      return `${m}/${d}/${y}`;
    }),
  };
}

/** What a file says, read here without the product's own reader. Days are local, instants UTC. */
interface Row {
  name: string;
  startsOn: string;
  dueOn: string;
  booking: { employeeNumber: string; startsAt: string; endsAt: string } | null;
}

function read(text: string): Row[] {
  const day = (field = '') => field.replace(/^(\d\d)\/(\d\d)\/(\d{4}).*$/, '$3-$1-$2');
  const time = (field: string) => {
    const [, hour = '', minute = '', half] = / (\d+):(\d\d):00 ([AP]M)$/.exec(field) ?? [];
    return `${String((Number(hour) % 12) + (half === 'PM' ? 12 : 0)).padStart(2, '0')}:${minute}`;
  };
  const records: string[][] = parse(text, {
    bom: true,
    fromLine: 2,
    relaxColumnCount: true,
    skipEmptyLines: true,
  });
  return records.map(([name = '', , , , , starts, due, minutes, , employeeNumber = '', scheduled]) => {
    const startsAt = scheduled && instantAt(day(scheduled), time(scheduled), STORE_ZONE);
    const endsAt = startsAt && new Date(Date.parse(startsAt) + Number(minutes) * 60_000).toISOString();
    return {
      name,
      startsOn: day(starts),
      dueOn: day(due),
      booking: startsAt && endsAt ? { employeeNumber, startsAt, endsAt } : null,
    };
  });
}

describe('two real export files', () => {
  let stack: Stack;
  let crossmark: Switchboard;
  let page: Page;
  let api: Api;
  let today: string;
  let rows: Row[];
  beforeAll(async () => {
    stack = await startStack();
    crossmark = openSwitchboard(stack.infrastructure.simulatorUrl);
    ({ page } = await signedIn(stack));
    api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
    today = workDateOf(currentInstant(), STORE_ZONE);
    rows = (['scheduled', 'unscheduled'] as const).flatMap((name) => read(fixture(name, today).text));
  });
  afterAll(() => stack?.stop());

  const importFile = async (name: 'scheduled' | 'unscheduled') => {
    await page.goto(`${stack.apps.webUrl}/import`);
    const file = fixture(name, today);
    await page
      .getByLabel('CSV file')
      .setInputFiles({ name: file.name, mimeType: 'text/csv', buffer: Buffer.from(file.text) });
    const counts = page.getByTestId('import-counts');
    await counts.waitFor();
    return counts.innerText();
  };
  const refresh = async () => {
    const { runId } = await api.sync.refreshNow.mutate();
    return waitFor('The refresh', async () => {
      const run = await api.sync.refreshRun.query({ runId });
      return run.state === 'done' || run.state === 'failed' ? run : false;
    });
  };
  const allEvents = async () => (await api.events.list.query({ limit: 1000 })).rows;
  const isImported = ({ event }: { event: { name: string } }) => rows.some((row) => row.name === event.name);

  it('are imported through the web app, after a preview, with no row refused', async () => {
    const before = (await allEvents()).length;
    for (const name of ['scheduled', 'unscheduled'] as const) {
      expect(await importFile(name)).toMatch(/0 errors/);
      await page.getByRole('button', { name: /^Import all/ }).click();
      await page.getByRole('button', { name: 'Nothing to import' }).waitFor();
    }
    expect((await allEvents()).length).toBe(before + rows.length);
  });

  it('become one event each, not two, when Crossmark lists the same work; the planned week is synced', async () => {
    const before = (await allEvents()).length;
    const reps = new Map(
      (await api.employees.list.query({})).map((person) => [person.employeeNumber, person.repId]),
    );
    const [store] = await api.stores.list.query();
    const storeId = store?.crossmarkStoreId;
    const plans = rows.map(({ name, startsOn, dueOn }, index) => {
      return { mplanId: String(77_000_001 + index), storeId, name, startsOn, dueOn, condition: 'Unstaffed' };
    });
    await crossmark.putPlan(plans);
    // Crossmark has the bookings that are in its own export.
    for (const [index, { booking }] of rows.entries()) {
      if (!booking) continue;
      const { employeeNumber, startsAt, endsAt } = booking;
      await crossmark.book({
        mplanId: plans[index]?.mplanId,
        storeId,
        repId: reps.get(employeeNumber),
        startsAt,
        endsAt,
      });
    }
    expect((await refresh()).state).toBe('done');
    const scheduled = rows.filter((row) => row.booking);
    await waitFor('Every imported schedule synced', async () => {
      const imported = (await allEvents()).filter(isImported);
      return (
        imported.length === rows.length &&
        imported.every(({ event }) => event.mplanId !== null && event.sync.state === 'synced')
      );
    });
    expect((await allEvents()).length).toBe(before);
    const state = await crossmark.state();
    const ours = state.bookings.filter((booking: { mplanId: string }) => booking.mplanId.startsWith('77'));
    expect(ours.map((booking: { startsAt: string }) => booking.startsAt).sort()).toEqual(
      scheduled.map(({ booking }) => booking?.startsAt).sort(),
    );
  });

  it('change nothing when imported and refreshed again', async () => {
    const before = await allEvents();
    for (const name of ['scheduled', 'unscheduled'] as const) {
      expect(await importFile(name)).toMatch(/0 new\s+0 changed\s+\d+ same\s+0 errors/);
      await page.getByRole('button', { name: 'Nothing to import' }).waitFor();
    }
    expect(await refresh()).toMatchObject({ created: 0, updated: 0, gone: 0, drifted: 0 });
    expect(await allEvents()).toEqual(before);
  });

  it('leave work that can be planned on the board and reaches Crossmark', async () => {
    const boardEvent = (await allEvents()).find(
      (row) => isImported(row) && row.event.type === 'Core' && !row.schedule,
    );
    if (!boardEvent) throw new Error('No unscheduled Core event was imported.');
    const target = boardEvent.event;
    const day = target.startsOn;
    const options = await api.events.options.query({ eventId: target.eventId, day });
    const [slot] = options.slots;
    const person = options.people.find((each) => (each.reasonsBySlot[slot?.time ?? ''] ?? []).length === 0);
    if (!slot || !person) throw new Error('Nobody may do it.');
    const planned = await planFromTray(page, {
      eventId: target.eventId,
      mplanId: target.mplanId,
      storeId: '',
      weekOf: '',
      day,
      slot: slot.time,
      startsAt: slot.startsAt,
      person: person.name,
      repId: null,
    });
    await badgeOf(page, planned.eventId, 'synced');
    const [held] = await heldBookings(stack.infrastructure.simulatorUrl, target.mplanId);
    expect(held?.startsAt).toBe(instantAt(day, slot.time, STORE_ZONE));
  });

  it('tell before they are saved which schedules break a rule, and show those rows alone', async () => {
    const file = fixture('scheduled', today);
    const [header, first = '', second = ''] = file.text.split(/\r?\n/);
    // On its due day, and so after its last.
    const [due] = /\d\d\/\d\d\/\d{4}(?= 12:01:00 AM)/.exec(first) ?? [];
    const late = first
      .replace(/^\d{6}/, '699998')
      .replace(/\d\d\/\d\d\/\d{4}(?= \d+:\d+:\d+ [AP]M$)/, `${due}`);
    await page.goto(`${stack.apps.webUrl}/import`);
    await page.getByLabel('CSV file').setInputFiles({
      name: 'late.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from([header, second, late].join('\n')),
    });
    await page.getByRole('button', { name: '1 breaks a rule' }).click();
    await page.getByTestId('import-row-2').waitFor({ state: 'detached' });
    await expect
      .poll(() => page.getByTestId('import-row-3').innerText())
      .toMatch(/can be worked .* is outside/);
    await page.getByRole('button', { name: 'Import all 1' }).waitFor();
  });

  it('with a row that can’t be read are refused for that row, in words, and nothing of it is written', async () => {
    const file = fixture('unscheduled', today);
    const [header, first] = file.text.split(/\r?\n/);
    const broken = `${header}\n${first?.replace(/\d\d\/\d\d\/\d{4}/, '13/45/2027').replace(/^\d{6}/, '699999')}\n`;
    const before = (await allEvents()).length;
    await page.goto(`${stack.apps.webUrl}/import`);
    await page
      .getByLabel('CSV file')
      .setInputFiles({ name: 'broken.csv', mimeType: 'text/csv', buffer: Buffer.from(broken) });
    await page.getByTestId('import-row-2').waitFor();
    await expect
      .poll(() => page.getByTestId('import-row-2').innerText())
      .toMatch(/Start Date\/Time.*13\/45\/2027|13\/45\/2027/s);
    await page.getByRole('button', { name: 'Nothing to import' }).waitFor();
    expect((await allEvents()).length).toBe(before);
  });
});
