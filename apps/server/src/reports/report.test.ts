import { auditLog } from '@scheduler/db';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';

/** Two weeks: from Sunday, January 4, and from Sunday, January 11. Each is published on the Thursday before. */
const RANGE = { from: '2026-01-07', to: '2026-01-11' };
const SURVEY = '612345-Juicer Survey-V2';

let server: TestServer;
let viewer: Client;
let storeId: number;
let ada: number;
let bea: number;
/** An event whose schedule was made and moved before its week. */
let movedEventId: number;

beforeAll(async () => {
  server = await startTestServer();
  viewer = await server.as('viewer');
  const { db, sql } = server.database;
  storeId = await addStore(db);
  const elsewhere = await addStore(db, '8200');
  ada = await addPerson(db, { storeId, name: '=Ada Example', role: 'Lead Event Specialist' });
  bea = await addPerson(db, { storeId, name: 'Bea Example' });
  await addPerson(db, { storeId, name: 'Idle Example' });

  /** A schedule, now at a place. Its changes are told with {@link change}. */
  const schedule = async (
    employeeId: number,
    day: string,
    event: { name?: string; at?: string; dueOn?: string; storeId?: number } = {},
  ) => {
    const eventId = await addEvent(db, { storeId, dueOn: '2026-01-15', ...event });
    const startsAt = event.at ?? `${day}T15:45:00Z`;
    const [row] = await sql`
      insert into schedules (event_id, employee_id, starts_at, ends_at, work_date, source)
      select id, ${employeeId}, ${startsAt}, ${startsAt}::timestamptz + make_interval(mins => duration_minutes), ${day}, 'board'
      from events where id = ${eventId} returning id`;
    return { eventId, scheduleId: Number(row?.id) };
  };
  const at = (employeeId: number, day: string) => ({
    employeeId,
    startsAt: `${day}T15:45:00.000Z`,
    workDate: day,
  });
  /** A line of the audit log, and the attempt that brought it to Crossmark some seconds later. */
  const change = async (
    of: { eventId: number; scheduleId: number },
    action: string,
    when: string,
    sides: { before?: Record<string, unknown>; after?: Record<string, unknown>; secs?: number; by?: string },
  ) => {
    const { before = null, after = null, secs, by = 'user' } = sides;
    await db.insert(auditLog).values({
      at: new Date(when).toISOString(),
      actorId: by,
      actorName: 'Somebody',
      action,
      subjectType: 'schedule',
      subjectId: String(of.scheduleId),
      before,
      after,
    });
    if (secs === undefined) return;
    // One that failed first doesn't count.
    for (const [outcome, after] of [
      ['retry', 1],
      ['done', secs],
    ] as const)
      await sql`insert into sync_attempts (task, job_id, worker_id, event_id, started_at, finished_at, outcome)
        values ('sync_schedule', '1', 'w', ${of.eventId}, ${when}::timestamptz + interval '0.5 s',
          ${when}::timestamptz + make_interval(secs => ${after}), ${outcome})`;
  };

  const moved = await schedule(ada, '2026-01-05');
  movedEventId = moved.eventId;
  await change(moved, 'schedule.create', '2025-12-20T12:00:00Z', { after: at(ada, '2026-01-06'), secs: 12 });
  await change(moved, 'schedule.reschedule', '2026-01-02T12:00:00Z', {
    before: at(ada, '2026-01-06'),
    after: at(ada, '2026-01-05'),
    secs: 30,
  });
  // Crossmark's own change has no click.
  await change(moved, 'schedule.adopt', '2026-01-03T12:00:00Z', {
    before: at(ada, '2026-01-05'),
    after: at(bea, '2026-01-05'),
    secs: 500,
    by: 'system',
  });
  const added = await schedule(ada, '2026-01-05', {
    name: SURVEY,
    at: '2026-01-05T22:00:00Z',
    dueOn: '2026-01-06',
  });
  await change(added, 'schedule.create', '2026-01-04T12:00:00Z', { after: at(ada, '2026-01-05'), secs: 20 });
  const ended = await schedule(ada, '2026-01-07', { dueOn: '2026-01-08' });
  await sql`update schedules set ended_at = '2026-01-06T12:00:00Z' where id = ${ended.scheduleId}`;
  await change(ended, 'schedule.unschedule', '2026-01-06T12:00:00Z', {
    before: at(ada, '2026-01-07'),
    after: { ...at(ada, '2026-01-07'), ended: true },
    secs: 50,
  });
  const taken = await schedule(bea, '2026-01-14');
  await change(taken, 'schedule.change_employee', '2026-01-10T12:00:00Z', {
    before: at(ada, '2026-01-14'),
    after: at(bea, '2026-01-14'),
  });
  // Somebody kept Crossmark's side, which had nobody: that is a change, but no click that was synced.
  const dropped = await schedule(bea, '2026-01-13', { name: SURVEY, at: '2026-01-13T22:00:00Z' });
  await sql`update schedules set ended_at = '2026-01-10T12:00:00Z' where id = ${dropped.scheduleId}`;
  await change(dropped, 'sync.keep_theirs', '2026-01-10T12:00:00Z', {
    before: at(bea, '2026-01-13'),
    after: { ...at(bea, '2026-01-13'), ended: true },
    secs: 900,
  });
  // Crossmark newly had a booking, and another one on the first list of the store.
  for (const [isFirstList, day] of [
    [false, '2026-01-16'],
    [true, '2026-01-17'],
  ] as const) {
    const adopted = await schedule(bea, day, { name: SURVEY, at: `${day}T22:00:00Z`, dueOn: '2026-01-25' });
    await change(adopted, 'schedule.adopt', '2026-01-10T12:00:00Z', {
      after: { ...at(bea, day), ...(isFirstList && { isFirstList }) },
      by: 'system',
    });
  }
  // Not of this store, not of these weeks, canceled, gone, and done without a schedule here.
  await schedule(bea, '2026-01-14', { storeId: elsewhere });
  await schedule(bea, '2026-01-18', { dueOn: '2026-01-25' });
  const canceled = await addEvent(db, { storeId, dueOn: '2026-01-15' });
  await sql`update events set condition = 'Canceled' where id = ${canceled}`;
  const gone = await addEvent(db, { storeId, dueOn: '2026-01-15' });
  await sql`update events set gone_since = app_now() where id = ${gone}`;
  const done = await addEvent(db, { storeId, dueOn: '2026-01-11' });
  await sql`update events set condition = 'Submitted' where id = ${done}`;
  for (const [who, day, status] of [
    [ada, '2026-01-05', 'on_time'],
    [ada, '2026-01-06', 'late'],
    [bea, '2026-01-14', 'on_time'],
    [bea, '2026-01-18', 'no_show'],
  ] as const)
    await sql`insert into attendance_records (employee_id, day, status, recorded_by) values (${who}, ${day}, ${status}, 'x')`;
});
afterAll(() => server.close());

test('a report has the figures of whole weeks, by week and by person', async () => {
  const report = await viewer.reports.get.query({ storeId, ...RANGE });
  expect(report).toMatchObject({ from: '2026-01-04', to: '2026-01-17', publishedDaysBefore: 3 });
  const none = { moved: 0, reassigned: 0, unscheduled: 0, added: 0 };
  expect(report.weeks).toEqual([
    {
      weekOf: '2026-01-04',
      minutes: 420,
      workedMinutes: 390,
      days: 1,
      cores: 1,
      people: 1,
      recorded: 2,
      onTime: 1,
      changes: { moved: 1, reassigned: 1, unscheduled: 1, added: 1 },
      due: 3,
      covered: 2,
      sync: { count: 4, medianSeconds: 20, p95Seconds: 50 },
    },
    {
      weekOf: '2026-01-11',
      minutes: 450,
      workedMinutes: 420,
      days: 3,
      cores: 1,
      people: 1,
      recorded: 1,
      onTime: 1,
      changes: { ...none, reassigned: 1, unscheduled: 1, added: 1 },
      due: 3,
      covered: 2,
      sync: null,
    },
  ]);
  expect(report.total).toMatchObject({
    minutes: 870,
    days: 4,
    people: 2,
    due: 6,
    covered: 4,
    changes: { moved: 1, reassigned: 2, unscheduled: 2, added: 2 },
    sync: { count: 4, medianSeconds: 20, p95Seconds: 50 },
  });
  // Everybody with a figure; a change is of the person who had the work.
  expect(report.people).toMatchObject([
    {
      employeeId: ada,
      minutes: 420,
      cores: 1,
      recorded: 2,
      onTime: 1,
      changes: { moved: 1, reassigned: 2, unscheduled: 1, added: 1 },
    },
    {
      employeeId: bea,
      minutes: 450,
      cores: 1,
      recorded: 1,
      onTime: 1,
      changes: { ...none, unscheduled: 1, added: 1 },
    },
  ]);
});

test('a week that is published later has fewer changes after it', async () => {
  const report = await viewer.reports.get.query({ storeId, ...RANGE, publishedDaysBefore: 0 });
  expect(report.weeks.map(({ changes }) => changes)).toEqual([
    { moved: 0, reassigned: 0, unscheduled: 1, added: 1 },
    { moved: 0, reassigned: 0, unscheduled: 0, added: 0 },
  ]);
});

test('its files have the same figures, and no name that a spreadsheet would run', async () => {
  const rowsOf = async (by: 'person' | 'week') =>
    parse(await viewer.reports.export.query({ storeId, ...RANGE, by }), { bom: true }) as string[][];
  const [head, ...people] = await rowsOf('person');
  expect(head?.slice(0, 3)).toEqual(['Person', 'Role', 'Hours']);
  expect(people).toEqual([
    ["'=Ada Example", 'Lead Event Specialist', '7', '6.5', '1', '1', '2', '1', '50', '1', '2', '1', '1'],
    ['Bea Example', 'Event Specialist', '7.5', '7', '3', '1', '1', '1', '100', '0', '0', '1', '1'],
  ]);
  const [, first, second] = await rowsOf('week');
  expect(first).toEqual([
    '2026-01-04',
    '1',
    '7',
    '6.5',
    '1',
    '1',
    '2',
    '1',
    '50',
    '1',
    '1',
    '1',
    '1',
    '3',
    '2',
    '66.67',
    '20',
    '50',
  ]);
  expect(second?.slice(-5)).toEqual(['3', '2', '66.67', '', '']);
});

test('a change whose own attempts are no longer kept has no time: a later attempt is not taken for one', async () => {
  const { sql } = server.database;
  await sql`insert into sync_attempts (task, job_id, worker_id, event_id, started_at, finished_at, outcome)
    values ('sync_schedule', '1', 'w', ${movedEventId}, '2026-04-20', '2026-04-20', 'nothing')`;
  /** The first week's time on the page and in its file, after older attempts were removed. */
  const syncWithout = async (before: string) => {
    await sql`delete from sync_attempts where started_at < ${before}`;
    const { weeks, total } = await viewer.reports.get.query({ storeId, ...RANGE });
    const file = await viewer.reports.export.query({ storeId, ...RANGE, by: 'week' });
    const [, first] = parse(file, { bom: true }) as string[][];
    expect(total.sync).toEqual(weeks[0]?.sync);
    return [weeks[0]?.sync, first?.slice(-2)];
  };
  expect(await syncWithout('2026-01-03')).toEqual([
    { count: 2, medianSeconds: 20, p95Seconds: 50 },
    ['20', '50'],
  ]);
  expect(await syncWithout('2026-01-10')).toEqual([null, ['', '']]);
});

test('weeks without anything have zeros, and a range has 53 weeks at most', async () => {
  const empty = await viewer.reports.get.query({ storeId, from: '2030-01-06', to: '2031-01-11' });
  expect(empty.weeks).toHaveLength(53);
  expect(empty.people).toEqual([]);
  expect(empty.total).toMatchObject({ minutes: 0, due: 0, sync: null });
});
