import { readFileSync } from 'node:fs';
import { bookingId, employeeNumber, mplanId, storeId } from '@scheduler/crossmark';
import {
  auditLog,
  type Db,
  employees,
  eventSyncs,
  events,
  holidays,
  schedules,
  stores,
  timeOff,
} from '@scheduler/db';
import { demoScenario } from '@scheduler/db/seeds';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { asc, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { weekBoard } from '../board/week.ts';
import { Refusal } from '../core/errors.ts';
import { exportCsv } from './export.ts';
import { COLUMNS } from './format.ts';
import { importCsv, MOST_ROWS, previewImport } from './import.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const SCHEDULED = fixture('scheduled.csv');
const UNSCHEDULED = fixture('unscheduled.csv');
const NAME = '620119-Alderbrook-Oat Clusters (018159083016)  - V2-CORE';
const actor = { id: 'user-1', name: 'Demo Dispatcher', requestId: 'request-1' };

/** A file of one row: the Core of {@link NAME}, Mon Mar 8 2027 at 10:45 for Alma Fairweather, unless said otherwise. */
const file = (...rows: Partial<Record<(typeof COLUMNS)[number], string>>[]) =>
  [
    COLUMNS.join(','),
    ...rows.map((row) => COLUMNS.map((column, index) => row[column] ?? DEFAULTS[index] ?? '').join(',')),
  ].join('\r\n');
const DEFAULTS = [
  NAME,
  '410200356',
  '',
  '8135',
  'Maple Grove Club',
  '03/07/2027 12:00:00 AM',
  '03/20/2027 12:01:00 AM',
  '360',
  'ALMA FAIRWEATHER',
  'US900007',
  '03/08/2027 10:45:00 AM',
];
const UNSCHEDULE = { 'Rep Name': '', 'Employee ID': '', 'Schedule Date/Time': '' };

/** The demo club's store and people, without events. */
async function addClub(db: Db): Promise<void> {
  const { store, people } = demoScenario('2026-01-05');
  const [row] = await db.insert(stores).values(store).returning();
  await db.insert(employees).values(
    people.map(({ name, role, employeeNumber: number, repId: rep }) => ({
      storeId: row?.id ?? 0,
      name,
      role,
      employeeNumber: number,
      repId: rep,
    })),
  );
}

describe('CSV import', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
    await addClub(database.db);
  });
  afterEach(() => database.close());

  /** Everything an import could write. */
  const everything = async () => ({
    events: await database.db.select().from(events).orderBy(asc(events.id)),
    schedules: await database.db.select().from(schedules).orderBy(asc(schedules.id)),
    syncs: await database.db.select().from(eventSyncs).orderBy(asc(eventSyncs.eventId)),
    people: await database.db.select().from(employees).orderBy(asc(employees.id)),
    audit: await database.db.select().from(auditLog).orderBy(asc(auditLog.id)),
    jobs: await jobs(),
  });
  const jobs = () =>
    database.db.execute<{ key: string; task_identifier: string }>(
      sql`select key, task_identifier from graphile_worker.jobs order by id`,
    );
  const only = async () => {
    const { events: rows, schedules: live, ...rest } = await everything();
    expect([rows.length, live.length]).toEqual([1, 1]);
    const [event, schedule] = [rows[0], live[0]];
    if (!event || !schedule) throw new Error('Expected one event and one schedule.');
    return { event, schedule, ...rest };
  };
  const personId = async (number: string) => {
    const [person] = await database.db
      .select({ id: employees.id })
      .from(employees)
      .where(eq(employees.employeeNumber, employeeNumber(number)));
    return person?.id ?? 0;
  };
  const settle = () => database.db.update(eventSyncs).set({ state: 'synced', syncedVersion: 1 });
  const preview = async (text: string) => (await previewImport(database.db, text)).rows;

  it('makes events, live schedules, wanted changes, jobs and audit rows out of both kinds of file', async () => {
    expect((await previewImport(database.db, SCHEDULED)).counts).toEqual({
      new: 36,
      changed: 0,
      same: 0,
      error: 0,
    });
    expect(await importCsv(database.db, actor, { text: SCHEDULED })).toEqual({
      created: 36,
      changed: 0,
      same: 0,
      scheduled: 36,
    });
    expect(await importCsv(database.db, actor, { text: UNSCHEDULED })).toEqual({
      created: 19,
      changed: 0,
      same: 0,
      scheduled: 0,
    });
    const now = await everything();
    expect([
      now.events.length,
      now.schedules.length,
      now.syncs.length,
      now.jobs.length,
      now.audit.length,
    ]).toEqual([55, 36, 36, 36, 55 + 36]);
    expect(now.jobs.every((job) => job.task_identifier === 'sync_schedule')).toBe(true);
    expect(now.syncs.every((sync) => sync.state === 'pending' && sync.wantedVersion === 1)).toBe(true);
    expect(now.audit[0]).toMatchObject({
      actorName: 'Demo Dispatcher',
      action: 'event.import',
      subjectType: 'event',
      subjectId: '1',
      requestId: 'request-1',
      after: { name: NAME },
    });
    const event = now.events.find((one) => one.name === NAME);
    expect(event).toMatchObject({
      mplanId: null,
      eventNumber: '620119',
      type: 'Core',
      startsOn: '2027-03-07',
      dueOn: '2027-03-20',
      durationMinutes: 390,
      condition: 'Scheduled',
      projectReferenceNumber: '410200356',
    });
    expect(now.schedules.find((one) => one.eventId === event?.id)).toMatchObject({
      employeeId: await personId('US900007'),
      // Standard time until Mar 14 2027.
      startsAt: '2027-03-08T15:45:00.000Z',
      endsAt: '2027-03-08T22:15:00.000Z',
      workDate: '2027-03-08',
      source: 'csv',
      version: 1,
      endedAt: null,
    });
    const byType = Map.groupBy(now.events, (one) => one.type);
    expect(Object.fromEntries([...byType].map(([type, list]) => [type, list.length]))).toEqual({
      Core: 27,
      Supervisor: 7,
      'Digital Setup': 3,
      'Digital Refresh': 3,
      'Digital Teardown': 2,
      'Juicer Production': 4,
      'Juicer Survey': 3,
      Freeosk: 3,
      Other: 3,
    });
  });

  it('changes nothing when the same files are imported again', async () => {
    await importCsv(database.db, actor, { text: SCHEDULED });
    await importCsv(database.db, actor, { text: UNSCHEDULED });
    const before = await everything();
    expect((await previewImport(database.db, SCHEDULED)).counts).toEqual({
      new: 0,
      changed: 0,
      same: 36,
      error: 0,
    });
    expect(await importCsv(database.db, actor, { text: SCHEDULED })).toMatchObject({ created: 0, same: 36 });
    expect(await importCsv(database.db, actor, { text: UNSCHEDULED })).toMatchObject({
      created: 0,
      same: 19,
    });
    expect(await everything()).toEqual(before);
  });

  it('makes each event once when two people import the same file at once', async () => {
    const results = await Promise.all(
      [1, 2, 3].map(() => importCsv(database.db, actor, { text: SCHEDULED })),
    );
    expect(results.map((result) => result.created).sort()).toEqual([0, 0, 36]);
    expect(await everything()).toMatchObject({ events: { length: 36 }, schedules: { length: 36 } });
  });

  it('shows a page of rows at a time, of all or of one kind, until every row was shown', async () => {
    const names = Array.from({ length: 450 }, (_, at) => ({
      'Project Name': NAME.replace('620119', String(700_000 + at)),
      ...(at % 3 === 0 ? { 'Start Date/Time': 'soon' } : {}),
    }));
    const text = file(...names);
    for (const [status, count] of [
      [undefined, 450],
      ['error', 150],
      ['new', 300],
      ['same', 0],
    ] as const) {
      const rowNumbers: number[] = [];
      for (let more = 1; more > 0; ) {
        const page = await previewImport(database.db, text, { status, after: rowNumbers.at(-1) });
        expect(page.counts).toEqual({ new: 300, changed: 0, same: 0, error: 150 });
        expect(page.rows.length).toBeLessThanOrEqual(MOST_ROWS);
        rowNumbers.push(...page.rows.map(({ row }) => row));
        more = page.more;
      }
      expect(rowNumbers).toHaveLength(count);
      expect(new Set(rowNumbers).size).toBe(count);
    }
  });

  it('answers in few words, however many rows and fields are wrong', async () => {
    const row = COLUMNS.map(() => 'x'.repeat(100)).join(',');
    const text = [COLUMNS.join(','), ...Array.from({ length: 3_000 }, () => row)].join('\n');
    const answer = await previewImport(database.db, text);
    expect(answer).toMatchObject({ counts: { error: 3_000 }, more: 3_000 - MOST_ROWS });
    expect(JSON.stringify(answer).length).toBeLessThan(400_000);
  });

  it('writes nothing for a preview', async () => {
    const before = await everything();
    await previewImport(database.db, SCHEDULED);
    expect(await everything()).toEqual(before);
  });

  it('finds an event that a refresh named first, and takes duration, reference and schedule alone', async () => {
    const [event] = await database.db
      .insert(events)
      .values({
        storeId: 1,
        mplanId: mplanId(41_300_100),
        name: NAME.replace('  - ', ' - ').replace('Alderbrook', 'ALDERBROOK'),
        eventNumber: '620119',
        type: 'Core',
        startsOn: '2027-03-07',
        dueOn: '2027-03-20',
        durationMinutes: 390,
      })
      .returning();
    const longer = file({ 'Estimated Time': '420' });
    const [row] = await preview(longer);
    expect(row).toMatchObject({
      status: 'changed',
      eventId: event?.id,
      changes: [
        { field: 'reference', from: null, to: '410200356' },
        { field: 'duration', from: '390 minutes', to: '450 minutes' },
        { field: 'schedule', from: null, to: 'Alma Fairweather, Mon Mar 8, 10:45 AM' },
      ],
    });
    await importCsv(database.db, actor, { text: longer });
    const now = await only();
    expect(now.event).toEqual({
      ...event,
      durationMinutes: 450,
      durationSource: 'file',
      projectReferenceNumber: '410200356',
      condition: 'Scheduled',
      updatedAt: now.event.updatedAt,
    });
    expect(now.audit).toMatchObject([
      {
        action: 'event.import-change',
        before: { duration: '390 minutes' },
        after: { duration: '450 minutes' },
      },
      { action: 'schedule.import', after: { version: 1, employeeName: 'Alma Fairweather' } },
    ]);
    expect(now.jobs).toMatchObject([{ key: `event:${event?.id}`, task_identifier: 'sync_schedule' }]);
  });

  it('takes a row of another window, number, type or store as another event', async () => {
    await database.db.insert(stores).values({
      crossmarkStoreId: storeId('612346'),
      number: '9000',
      name: 'Other club',
      timeZone: 'America/Chicago',
    });
    await importCsv(database.db, actor, { text: file(UNSCHEDULE) });
    const others = file(
      { ...UNSCHEDULE, 'Due Date/Time': '03/21/2027 12:01:00 AM' },
      { ...UNSCHEDULE, 'Project Name': NAME.replace('620119', '620120') },
      { ...UNSCHEDULE, 'Project Name': NAME.replace('V2-CORE', 'V2-Supervisor') },
      { ...UNSCHEDULE, 'Store Number': '9000' },
    );
    expect((await preview(others)).map((row) => row.status)).toEqual(['new', 'new', 'new', 'new']);
  });

  it('keeps events apart that share number, type and window, by reference and by name', async () => {
    const twins = file(
      { ...UNSCHEDULE, 'Project Reference Number': '410200001' },
      { ...UNSCHEDULE, 'Project Reference Number': '410200002' },
      { ...UNSCHEDULE, 'Project Reference Number': '410200002', 'Project Name': NAME.replace('Oat', 'Rye') },
    );
    expect(await importCsv(database.db, actor, { text: twins })).toMatchObject({ created: 3 });
    expect(await importCsv(database.db, actor, { text: twins })).toMatchObject({ created: 0, same: 3 });
    const [header, ...rows] = twins.split('\r\n');
    const reversed = [header, ...rows.reverse()].join('\r\n');
    expect(await importCsv(database.db, actor, { text: reversed })).toMatchObject({ created: 0, same: 3 });
  });

  describe('a spreadsheet that cut zeros off', () => {
    const addStores = (...numbers: string[]) =>
      database.db.insert(stores).values(
        numbers.map((number, at) => ({
          crossmarkStoreId: storeId(String(612_400 + at)),
          number,
          name: `Club ${number}`,
          timeZone: 'America/Chicago',
        })),
      );
    const at = (number: string) => file({ ...UNSCHEDULE, 'Store Number': number });

    it('leaves the store known by what is left of its number, where that is one store’s', async () => {
      await addStores('0042');
      await importCsv(database.db, actor, { text: at('0042') });
      expect((await preview(at('42')))[0]).toMatchObject({ status: 'same', eventId: 1 });
      expect(
        (
          await preview(
            file({ ...UNSCHEDULE, 'Store Number': '42' }, { ...UNSCHEDULE, 'Store Number': '0042' }),
          )
        )[1],
      ).toMatchObject({
        status: 'error',
        problems: [{ reason: expect.stringContaining('same event as row 2') }],
      });
      // A store of the very number comes first.
      await database.db.update(stores).set({ number: '42' }).where(eq(stores.number, '8135'));
      expect((await preview(at('42')))[0]).toMatchObject({ status: 'new' });
    });

    it('is not guessed at where two stores may be meant', async () => {
      await addStores('0042', '00042', '1042');
      expect((await preview(at('42')))[0]?.problems).toEqual([
        {
          column: 'Store Number',
          reason:
            'No store here has number 42. If a spreadsheet cut its zeros off, it may be 0042 or 00042: write the whole number.',
        },
      ]);
    });

    it('keeps a known reference number, which distinguishes events with the same event number', async () => {
      const row = (reference: string) => ({ ...UNSCHEDULE, 'Project Reference Number': reference });
      await importCsv(database.db, actor, { text: file(row('00410'), row('00420')) });
      const before = await everything();
      expect(
        (await preview(file(row('420'), row('410')))).map(({ status, eventId }) => [status, eventId]),
      ).toEqual([
        ['same', 2],
        ['same', 1],
      ]);
      expect(await importCsv(database.db, actor, { text: file(row('420'), row('410')) })).toMatchObject({
        same: 2,
      });
      expect(await everything()).toEqual(before);
      // The other way round the file knows more.
      expect((await preview(file(row('000410'), row('00420'))))[0]?.changes).toEqual([
        { field: 'reference', from: '00410', to: '000410' },
      ]);
    });
  });

  it('moves a schedule that a newer file tells differently, and its version with it', async () => {
    await importCsv(database.db, actor, { text: file({}) });
    const moved = file({ 'Employee ID': 'us900008', 'Schedule Date/Time': '03/14/2027 11:15:00 AM' });
    expect((await preview(moved))[0]?.changes).toEqual([
      {
        field: 'schedule',
        from: 'Alma Fairweather, Mon Mar 8, 10:45 AM',
        to: 'Benedikt Osei, Sun Mar 14, 11:15 AM',
      },
    ]);
    expect(await importCsv(database.db, actor, { text: moved })).toMatchObject({ changed: 1, scheduled: 1 });
    const now = await only();
    expect(now.schedule).toMatchObject({
      employeeId: await personId('US900008'),
      // The day on which clocks go forward.
      startsAt: '2027-03-14T15:15:00.000Z',
      endsAt: '2027-03-14T21:45:00.000Z',
      workDate: '2027-03-14',
      version: 2,
    });
    expect(now.syncs).toMatchObject([{ wantedVersion: 2 }]);
    expect(now.audit.at(-1)).toMatchObject({
      action: 'schedule.import',
      before: { version: 1, employeeName: 'Alma Fairweather', startsAt: '2027-03-08T15:45:00.000Z' },
      after: { version: 2, employeeName: 'Benedikt Osei', startsAt: '2027-03-14T15:15:00.000Z' },
    });
    expect(now.jobs).toMatchObject([{ task_identifier: 'sync_schedule_update' }]);
  });

  it('lets the end of a schedule follow a new duration', async () => {
    await importCsv(database.db, actor, { text: file({}) });
    await importCsv(database.db, actor, { text: file({ 'Estimated Time': '420' }) });
    expect((await only()).schedule).toMatchObject({ endsAt: '2027-03-08T23:15:00.000Z', version: 2 });
  });

  it('takes a Core’s Estimated Time for work and adds its lunch; 390, as our older files say, is with lunch', async () => {
    await importCsv(database.db, actor, { text: file({}) });
    const before = await everything();
    expect(before.events[0]?.durationMinutes).toBe(390);
    for (const minutes of ['360', '390']) {
      const again = file({ 'Estimated Time': minutes });
      expect(await importCsv(database.db, actor, { text: again })).toMatchObject({ same: 1, scheduled: 0 });
    }
    expect(await everything()).toEqual(before);
    const endless = file({ 'Estimated Time': '1440' });
    expect((await preview(endless))[0]).toMatchObject({
      status: 'error',
      problems: [{ column: 'Estimated Time', reason: expect.stringContaining('longer than a day') }],
    });
  });

  it('takes the Estimated Time of other work as it stands', async () => {
    const survey = file({ 'Project Name': '03-08 Juicer Survey (1)  - Juicer Production Survey' });
    await importCsv(database.db, actor, { text: survey.replace(',360,', ',15,') });
    expect((await only()).event).toMatchObject({ type: 'Juicer Survey', durationMinutes: 15 });
  });

  it('never unschedules, and keeps a duration that the file leaves out', async () => {
    await importCsv(database.db, actor, { text: file({}) });
    const before = await everything();
    const silent = file({ ...UNSCHEDULE, 'Estimated Time': '' });
    expect(await importCsv(database.db, actor, { text: silent })).toMatchObject({ same: 1 });
    expect(await everything()).toEqual(before);
  });

  it('uses the default duration of the type where the file leaves it out', async () => {
    await importCsv(database.db, actor, { text: file({ 'Estimated Time': '' }) });
    expect((await only()).event.durationMinutes).toBe(390);
  });

  it('is a fact: a schedule that breaks every rule is taken', async () => {
    await database.db.update(employees).set({ repId: null, terminatedOn: '2026-01-01' });
    await importCsv(database.db, actor, { text: file({ 'Schedule Date/Time': '04/08/2027 2:00:00 AM' }) });
    expect((await only()).schedule.workDate).toBe('2027-04-08');
  });

  describe('a schedule that would break a rule', () => {
    const OTHER = { 'Project Name': NAME.replace('620119', '620300') };
    const broken = async (text: string) =>
      (await preview(text)).map(({ row, reasons }) => [row, ...reasons.map((reason) => reason.code)]);
    const save = (text: string) => importCsv(database.db, actor, { text });

    it('outside its window is named in a sentence before it is saved, and is saved all the same', async () => {
      const late = file({ 'Schedule Date/Time': '03/20/2027 10:45:00 AM' });
      const { rows, breaking, counts } = await previewImport(database.db, late);
      expect({ breaking, counts }).toMatchObject({ breaking: 1, counts: { new: 1, error: 0 } });
      expect(rows[0]?.reasons).toEqual([
        {
          code: 'window',
          severity: 'hard',
          message:
            'Core 620119 can be worked from Sun Mar 7 to Fri Mar 19, and Sat Mar 20 is outside. Choose a day within.',
        },
      ]);
      expect(await save(late)).toMatchObject({ scheduled: 1 });
    });

    it('on a day off or a holiday is named', async () => {
      await database.db.insert(timeOff).values({
        employeeId: await personId('US900007'),
        startsOn: '2027-03-08',
        endsOn: '2027-03-09',
      });
      await database.db.insert(holidays).values({ day: '2027-03-10', name: 'Founders Day', yearly: false });
      const on = (day: string) => file({ 'Schedule Date/Time': `03/${day}/2027 10:45:00 AM` });
      expect(await broken(on('08'))).toEqual([[2, 'time_off']]);
      expect(await broken(on('10'))).toEqual([[2, 'holiday']]);
      expect(await broken(on('11'))).toEqual([[2]]);
    });

    it('that overlaps saved work is named; a row that moves away or doesn’t change never conflicts with itself', async () => {
      await save(file({}));
      expect(await broken(file(OTHER))).toEqual([[2, 'second_core', 'long_overlap']]);
      expect(await broken(file({}))).toEqual([[2]]);
      expect(await broken(file({ 'Schedule Date/Time': '03/08/2027 11:15:00 AM' }))).toEqual([[2]]);
      // The saved one moves out of the way in the same file.
      expect(await broken(file({ 'Schedule Date/Time': '03/09/2027 10:45:00 AM' }, OTHER))).toEqual([
        [2],
        [3],
      ]);
      expect(await broken(file({}, OTHER))).toEqual([[2], [3, 'second_core', 'long_overlap']]);
    });

    it('that overlaps another row of the file is named at both; a row that can’t be imported doesn’t count', async () => {
      const wrong = { 'Project Name': NAME.replace('620119', '620301'), 'Store Number': '9999' };
      expect(await broken(file({}, OTHER, wrong))).toEqual([
        [2, 'second_core', 'long_overlap'],
        [3, 'second_core', 'long_overlap'],
        [4],
      ]);
      expect(await broken(file({}, wrong))).toEqual([[2], [3]]);
    });

    it('because it grows longer is told, and one that a file leaves as it is isn’t', async () => {
      const survey = (start: string, minutes: string) => ({
        'Project Name': '03-08 Juicer Survey (1)  - Juicer Production Survey',
        'Schedule Date/Time': `03/08/2027 ${start}`,
        'Estimated Time': minutes,
      });
      await save(file(survey('10:00:00 AM', '15')));
      await save(file({}));
      const [unchanged] = await broken(
        file({ ...survey('10:00:00 AM', '15'), 'Project Reference Number': '7' }),
      );
      expect(unchanged).toEqual([2]);
      const [longer] = await broken(file(survey('10:00:00 AM', '90')));
      expect(longer).toContain('core_on_juicer_day');
    });

    it('is named as the board marks it afterwards, and a correct file has no such sentence', async () => {
      const overlapping = file({}, OTHER, {
        ...OTHER,
        'Project Name': NAME.replace('620119', '620302'),
        'Employee ID': 'US900008',
      });
      const told = Object.fromEntries(
        (await preview(overlapping)).map((row) => [row.name, row.reasons.map((reason) => reason.code)]),
      );
      await save(overlapping);
      const board = await weekBoard(database.db, { weekOf: '2027-03-08' }, null);
      expect(
        Object.fromEntries(
          board.schedules.map(({ event, flags }) => [event.name, flags.map((flag) => flag.code)]),
        ),
      ).toEqual(told);
    });

    it('is counted over the whole file and can be asked for alone, page by page', async () => {
      const clean = Array.from({ length: 250 }, (_, at) => ({
        ...UNSCHEDULE,
        'Project Name': NAME.replace('620119', String(700_000 + at)),
      }));
      const late = Array.from({ length: 250 }, (_, at) => ({
        'Project Name': NAME.replace('620119', String(710_000 + at)),
        'Schedule Date/Time': '03/25/2027 10:45:00 AM',
      }));
      const text = file(...clean, ...late);
      const rowNumbers: number[] = [];
      for (let more = 1; more > 0; ) {
        const page = await previewImport(database.db, text, { breaking: true, after: rowNumbers.at(-1) });
        expect(page.breaking).toBe(250);
        for (const { row, reasons } of page.rows) {
          rowNumbers.push(row);
          // However many rows overlap, a row names only a few of them.
          expect(reasons).toHaveLength(10);
        }
        more = page.more;
      }
      expect(rowNumbers).toEqual(Array.from({ length: 250 }, (_, at) => 252 + at));
    });
  });

  it('leaves a decision alone that was made here and has not reached Crossmark', async () => {
    await importCsv(database.db, actor, { text: file({}) });
    await database.db.update(schedules).set({ source: 'board' });
    const moved = file({ 'Schedule Date/Time': '03/09/2027 11:15:00 AM' });
    expect((await preview(moved))[0]).toMatchObject({
      status: 'error',
      problems: [
        { column: 'Schedule Date/Time', reason: expect.stringContaining('has not reached Crossmark') },
      ],
    });
    await settle();
    expect((await preview(moved))[0]?.status).toBe('changed');
  });

  it('schedules nothing that Crossmark no longer lists', async () => {
    await importCsv(database.db, actor, { text: file(UNSCHEDULE) });
    await database.db.update(events).set({ goneSince: sql`app_now()` });
    expect((await preview(file({})))[0]).toMatchObject({
      status: 'error',
      problems: [{ reason: expect.stringContaining('no longer lists') }],
    });
  });

  it.each(['Canceled', 'Expired', 'Submitted'] as const)('schedules no %s event', async (condition) => {
    await importCsv(database.db, actor, { text: file(UNSCHEDULE) });
    await database.db.update(events).set({ condition });
    expect((await preview(file({})))[0]).toMatchObject({
      status: 'error',
      problems: [{ reason: expect.stringContaining(`is ${condition} in Crossmark`) }],
    });
    expect((await preview(file(UNSCHEDULE)))[0]?.status).toBe('same');
  });

  describe('a row that is wrong', () => {
    const mixed = file(
      {},
      {
        'Project Name': NAME.replace('620119', '620200'),
        'Employee ID': 'US999999',
        'Rep Name': 'NEW PERSON',
      },
      { 'Project Name': NAME.replace('620119', '620201'), 'Store Number': '9999' },
      { 'Project Name': NAME.replace('620119', '620202'), 'Start Date/Time': 'soon' },
      { 'Project Name': NAME.replace('620119', '620203'), 'Schedule Date/Time': '03/14/2027 2:30:00 AM' },
      {},
    );

    const [, other = ''] = file({ 'Project Name': NAME.replace('620119', '620204') }).split('\r\n');

    it('says so with its number, column and reason in the preview', async () => {
      const { rows, counts } = await previewImport(database.db, mixed);
      expect(counts).toEqual({ new: 1, changed: 0, same: 0, error: 5 });
      expect(
        rows.map(({ row, status, problems }) => [row, status, ...problems.map((one) => one.column)]),
      ).toEqual([
        [2, 'new'],
        [3, 'error', 'Employee ID'],
        [4, 'error', 'Store Number'],
        [5, 'error', 'Start Date/Time'],
        [6, 'error', 'Schedule Date/Time'],
        [7, 'error', null],
      ]);
      expect(rows[1]?.problems[0]?.reason).toBe(
        'Nobody here has employee number US999999 (NEW PERSON). Add the person, then import again.',
      );
      expect(rows[5]?.problems[0]?.reason).toBe('It says the same event as row 2. Leave one of them out.');
    });

    it('refuses an import that includes it, with nothing written and no job', async () => {
      const before = await everything();
      const attempt = importCsv(database.db, actor, { text: mixed });
      await expect(attempt).rejects.toThrow(Refusal);
      await expect(attempt).rejects.toMatchObject({
        reason: { code: 'input', fields: { length: 5, 0: { path: 'row 3' } } },
        message: expect.stringMatching(/^Nothing was imported\. Row 3, Employee ID: .* And 2 more\./),
      });
      await expect(importCsv(database.db, actor, { text: mixed, rows: [2, 3] })).rejects.toThrow(Refusal);
      expect(await everything()).toEqual(before);
    });

    it('does not stand in the way of the rows that are chosen, and makes no person', async () => {
      const people = (await everything()).people;
      expect(await importCsv(database.db, actor, { text: mixed, rows: [2] })).toMatchObject({ created: 1 });
      const now = await only();
      expect(now.people).toEqual(people);
      expect(now.event.name).toBe(NAME);
    });

    it('includes one that the file does not have', async () => {
      await expect(importCsv(database.db, actor, { text: mixed, rows: [2, 99] })).rejects.toThrow(
        /no row 99/,
      );
    });

    it('is left out where all but a few rows are imported, as the preview counted them', async () => {
      const { counts } = await previewImport(database.db, `${mixed}\r\n${other}`);
      expect(counts).toMatchObject({ new: 2, error: 5 });
      const text = `${mixed}\r\n${other}`;
      const request = { text, allBut: { rows: [2], counts } };
      expect(await importCsv(database.db, actor, request)).toMatchObject({ created: 1 });
      expect((await only()).event.name).toBe(NAME.replace('620119', '620204'));
      const before = await everything();
      await expect(importCsv(database.db, actor, request)).rejects.toMatchObject({
        reason: { code: 'stale' },
        message: expect.stringContaining('Nothing was imported: since you looked'),
      });
      expect(await everything()).toEqual(before);
    });

    it('and a file that can not be read is refused as a whole', async () => {
      await expect(previewImport(database.db, 'Name\n1')).rejects.toMatchObject({
        reason: { code: 'input' },
        message: expect.stringContaining('Column 1 of the header'),
      });
    });
  });

  it('leaves nothing behind when it fails half-way', async () => {
    const before = await everything();
    await database.db.execute(
      sql`alter table schedules add constraint tripwire check (work_date <> '2027-03-13')`,
    );
    await expect(importCsv(database.db, actor, { text: SCHEDULED })).rejects.toThrow();
    expect(await everything()).toEqual(before);
  });

  describe('export', () => {
    it('gives files that say what is known: importing them changes nothing', async () => {
      await importCsv(database.db, actor, { text: SCHEDULED });
      await importCsv(database.db, actor, { text: UNSCHEDULED });
      const [scheduled, unscheduled] = [
        await exportCsv(database.db, { kind: 'scheduled' }),
        await exportCsv(database.db, { kind: 'unscheduled', storeId: 1 }),
      ];
      expect((await previewImport(database.db, scheduled)).counts).toMatchObject({ same: 36, error: 0 });
      expect((await previewImport(database.db, unscheduled)).counts).toMatchObject({ same: 19, error: 0 });
      expect(scheduled).toContain(',360,Alma Fairweather,US900007,03/08/2027 10:45:00 AM\r\n');
      expect(await exportCsv(database.db, { kind: 'scheduled', storeId: 2 })).toBe(
        `\ufeff${COLUMNS.join(',')}\r\n`,
      );
    });

    it('rebuilds an empty installation', async () => {
      await importCsv(database.db, actor, { text: SCHEDULED });
      const text = await exportCsv(database.db, { kind: 'scheduled' });
      const other = await createTestDatabase();
      await addClub(other.db);
      await importCsv(other.db, actor, { text });
      expect(await exportCsv(other.db, { kind: 'scheduled' })).toBe(text);
      await other.close();
    });

    it('leaves out closed work, and what Crossmark holds a booking for or no longer lists', async () => {
      await importCsv(database.db, actor, { text: UNSCHEDULED });
      const names = async () =>
        (await exportCsv(database.db, { kind: 'unscheduled' })).split('\r\n').length - 2;
      expect(await names()).toBe(19);
      await database.db.update(events).set({ condition: 'Canceled' }).where(eq(events.id, 1));
      await database.db.update(events).set({ goneSince: sql`app_now()` }).where(eq(events.id, 2));
      await database.db.insert(eventSyncs).values({ eventId: 3, bookingId: bookingId(52_600_100) });
      expect(await names()).toBe(16);
    });
  });
});
