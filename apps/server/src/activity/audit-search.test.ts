import { auditLog } from '@scheduler/db';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  everything,
  need,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';

let server: TestServer;
let admin: Client;
let storeId: number;
let ada: number;
let ben: number;

beforeAll(async () => {
  server = await startTestServer();
  admin = await server.as('admin');
});
afterAll(() => server.close());
beforeEach(async () => {
  const { db } = server.database;
  await empty(server.database);
  storeId = await addStore(db);
  ada = await addPerson(db, { storeId, name: 'Ada Example' });
  ben = await addPerson(db, { storeId, name: 'Ben Sample' });
});

type Entry = typeof auditLog.$inferInsert;
const entry = (values: Partial<Entry>): Entry => ({
  actorId: 'somebody',
  actorName: 'Somebody',
  action: 'schedule.create',
  subjectType: 'schedule',
  subjectId: '1',
  ...values,
});
const add = (...entries: Partial<Entry>[]) => server.database.db.insert(auditLog).values(entries.map(entry));

type Query = Parameters<Client['audit']['list']['query']>[0];
const actionsOf = async (query: Query) =>
  (await admin.audit.list.query(query)).entries.map((one) => one.action);

/** Requests the export as the browser of that user does. */
const download = async (query: string, cookie?: string) =>
  fetch(`${server.url}/api/audit.csv${query}`, { headers: cookie ? { cookie } : {} });
const rowsOf = async (query: string): Promise<Record<string, string>[]> => {
  const answer = await download(query, await server.cookieOf('admin'));
  expect(answer.status).toBe(200);
  return parse(await answer.text(), { bom: true, columns: true });
};

describe('the audit log', () => {
  test('says when, who, what, from what to what, and of which schedule and person', async () => {
    const eventId = await addEvent(server.database.db, { storeId });
    const api = await server.as('dispatcher');
    const { scheduleId } = await api.schedules.create.mutate({
      eventId,
      employeeId: ada,
      startsAt: '2026-01-05T15:45:00.000Z',
    });
    await api.schedules.reschedule.mutate({
      scheduleId,
      version: 1,
      employeeId: ben,
      startsAt: '2026-01-06T16:15:00.000Z',
    });
    const { entries, timeZone, next } = await admin.audit.list.query({});
    expect(timeZone).toBe('America/Indiana/Indianapolis');
    expect(next).toBeNull();
    expect(entries[0]).toMatchObject({
      by: 'Dispatcher Person',
      kind: 'plan',
      what: 'moved it from Mon Jan 5, 10:45 AM to Tue Jan 6, 11:15 AM and gave it from Ada Example to Ben Sample',
      object: { type: 'schedule', id: String(scheduleId), name: coreName(612345) },
      event: { eventId, type: 'Core' },
      person: { employeeId: ben, name: 'Ben Sample' },
    });
    expect(entries[0]?.changes).toContainEqual({
      field: 'starts at',
      from: 'Mon Jan 5 2026, 10:45 AM',
      to: 'Tue Jan 6 2026, 11:15 AM',
    });
    expect(entries[0]?.changes).toContainEqual({
      field: 'employee name',
      from: 'Ada Example',
      to: 'Ben Sample',
    });
    expect(entries[0]?.changes.map(({ field }) => field)).not.toContain('ended');
    expect(entries[1]?.changes).toContainEqual({ field: 'employee name', from: null, to: 'Ada Example' });
    expect(entries.every(({ requestId }) => requestId)).toBe(true);
  });

  test('holds what was done on the admin page and from the command line', async () => {
    await add(
      {
        action: 'queue.pause',
        subjectType: 'queue',
        subjectId: 'sync_schedule',
        before: { paused: false },
        after: { paused: true },
      },
      {
        action: 'job.retry',
        subjectType: 'job',
        subjectId: '17,18',
        before: { errors: ['x', 'y'] },
        after: { retried: 2 },
      },
      {
        action: 'user.add',
        subjectType: 'user',
        subjectId: 'u1',
        actorId: 'command-line',
        actorName: 'Command line (root)',
        after: { name: 'Cy New', role: 'viewer' },
      },
    );
    const { entries } = await admin.audit.list.query({});
    expect(entries.map(({ kind, what, object }) => [kind, what, object.id, object.name])).toEqual([
      ['access', 'added this user', 'u1', 'Cy New'],
      ['queues', 'had failed jobs run again', '17,18', null],
      ['queues', 'paused the queue', 'sync_schedule', null],
    ]);
    expect(entries[2]?.changes).toEqual([{ field: 'paused', from: 'no', to: 'yes' }]);
    expect(await admin.audit.actors.query()).toContainEqual({ id: 'command-line', name: 'Command line' });
    expect(await actionsOf({ actorId: 'command-line' })).toEqual(['user.add']);
  });

  test('is narrowed down by who, kind, object and by days of the store, all at once', async () => {
    const { db } = server.database;
    const eventId = await addEvent(db, { storeId });
    // Half past eleven at night in the club, the next day in UTC.
    await add(
      { at: '2026-01-06T04:30:00.000Z', action: 'schedule.late' },
      { at: '2026-01-06T05:00:00.000Z', action: 'schedule.midnight', actorId: 'other' },
      {
        at: '2026-01-07T04:59:59.999Z',
        action: 'event.last',
        subjectType: 'event',
        subjectId: String(eventId),
      },
      {
        at: '2026-01-07T05:00:00.000Z',
        action: 'store.settings',
        subjectType: 'store',
        subjectId: String(storeId),
      },
    );
    expect(await actionsOf({})).toEqual([
      'store.settings',
      'event.last',
      'schedule.midnight',
      'schedule.late',
    ]);
    expect(await actionsOf({ from: '2026-01-06', to: '2026-01-06' })).toEqual([
      'event.last',
      'schedule.midnight',
    ]);
    expect(await actionsOf({ to: '2026-01-05' })).toEqual(['schedule.late']);
    expect(await actionsOf({ actorId: 'other' })).toEqual(['schedule.midnight']);
    expect(await actionsOf({ actorId: 'other', from: '2026-01-07' })).toEqual([]);
    expect(await actionsOf({ kind: 'settings' })).toEqual(['store.settings']);
    expect(await actionsOf({ kind: 'plan' })).toEqual(['schedule.midnight', 'schedule.late']);
    expect(await actionsOf({ object: 'store' })).toEqual(['store.settings']);
    expect(await actionsOf({ object: 'store', objectId: '999' })).toEqual([]);
  });

  test('of an event is that of its schedules too', async () => {
    const { db } = server.database;
    const [mine, other] = [await addEvent(db, { storeId }), await addEvent(db, { storeId })];
    const api = await server.as('dispatcher');
    for (const [eventId, employeeId] of [
      [mine, ada],
      [other, ben],
    ] as const) {
      await api.schedules.create.mutate({ eventId, employeeId, startsAt: '2026-01-05T15:45:00.000Z' });
    }
    await add({ action: 'event.import', subjectType: 'event', subjectId: String(mine) });
    expect(await actionsOf({ object: 'event', objectId: String(mine) })).toEqual([
      'event.import',
      'schedule.create',
    ]);
  });

  test('of a store leaves out what is another one’s, not what is nobody’s', async () => {
    const { db } = server.database;
    const other = await addStore(db, '9000');
    const foreign = await addEvent(db, { storeId: other });
    await add(
      { action: 'event.import', subjectType: 'event', subjectId: String(foreign) },
      { action: 'employee.update', subjectType: 'employee', subjectId: String(ada) },
      { action: 'queue.pause', subjectType: 'queue', subjectId: 'refresh_events' },
    );
    expect(await actionsOf({ storeId })).toEqual(['queue.pause', 'employee.update']);
    expect(await actionsOf({ storeId: other })).toEqual(['queue.pause', 'event.import']);
  });

  test('is searched for words: of who did it, of what stood there, and of what it was done to', async () => {
    const { db } = server.database;
    const eventId = await addEvent(db, { storeId, name: coreName(700_001) });
    await add(
      { action: 'event.import', subjectType: 'event', subjectId: String(eventId) },
      {
        action: 'employee.update',
        subjectType: 'employee',
        subjectId: String(ben),
        before: { phone: '555 0100' },
        after: { phone: '100%_sure' },
      },
      { action: 'user.invite', subjectType: 'user', subjectId: 'cy@company.example', actorName: 'Zoë Admin' },
    );
    expect(await actionsOf({ text: '700001' })).toEqual(['event.import']);
    expect(await actionsOf({ text: 'ben sample' })).toEqual(['employee.update']);
    expect(await actionsOf({ text: '0100 SURE' })).toEqual(['employee.update']);
    expect(await actionsOf({ text: 'zoë cy@company' })).toEqual(['user.invite']);
    // What a pattern would take for anything is a sign like others.
    expect(await actionsOf({ text: '%_s' })).toEqual(['employee.update']);
    expect(await actionsOf({ text: '_0_0' })).toEqual([]);
    expect(await actionsOf({ text: 'ben', kind: 'access' })).toEqual([]);
  });

  test('is read page by page without a gap or a double, also among entries of one moment', async () => {
    await add(
      ...Array.from({ length: 25 }, (_, n) => ({
        action: `note.${n}`,
        at: `2026-01-05T15:00:0${Math.floor(n / 6)}.000Z`,
      })),
    );
    for (const text of [undefined, 'somebody']) {
      const all: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await admin.audit.list.query({
          limit: 4,
          ...(text && { text }),
          ...(cursor && { cursor }),
        });
        all.push(...page.entries.map(({ action }) => action));
        cursor = page.next;
      }
      expect(all).toEqual(Array.from({ length: 25 }, (_, n) => `note.${24 - n}`));
    }
  });

  test('is searched in stretches: what lies behind many others is found by going on', async () => {
    await add({ action: 'note.needle', at: '2025-01-05T15:00:00.000Z', actorName: 'Needle' });
    await server.database.sql`
      insert into audit_log (actor_id, actor_name, action, subject_type, subject_id)
      select 'x', 'Hay', 'note.hay', 'event', n::text from generate_series(1, 50001) n`;
    const first = await admin.audit.list.query({ text: 'needle' });
    expect(first.entries).toEqual([]);
    expect(first.reached).toMatch(/^20/);
    const second = await admin.audit.list.query({ text: 'needle', cursor: need(first.next) });
    expect(second.entries.map(({ action }) => action)).toEqual(['note.needle']);
    expect(second.next).toBeNull();
    expect((await rowsOf('?text=needle')).map((row) => row.Action)).toEqual(['note.needle']);
  });

  test('is not changed by being read or exported', async () => {
    await add({});
    const before = await everything(server.database.db);
    await admin.audit.list.query({});
    await rowsOf('');
    expect(await everything(server.database.db)).toEqual(before);
  });
});

describe('the export', () => {
  test('is an admin’s alone', async () => {
    expect((await download('')).status).toBe(401);
    for (const role of ['viewer', 'dispatcher'] as const) {
      const answer = await download('', await server.cookieOf(role));
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('only an admin');
    }
  });

  test('holds exactly the filtered rows, all pages of them, in the store’s time', async () => {
    await add(
      ...Array.from({ length: 2_345 }, (_, n) => ({
        action: `note.${n}`,
        at: new Date(Date.parse('2026-01-06T05:00:00.000Z') + n * 1000).toISOString(),
      })),
      { action: 'note.other', actorId: 'other' },
    );
    const rows = await rowsOf('?actorId=somebody&from=2026-01-06');
    expect(rows).toHaveLength(2_345);
    expect(rows.at(-1)).toMatchObject({
      Time: '2026-01-06 00:00:00',
      'Time zone': 'America/Indiana/Indianapolis',
      'Time (UTC)': '2026-01-06T05:00:00.000Z',
      Who: 'Somebody',
      Action: 'note.0',
    });
    expect(new Set(rows.map((row) => row.Action)).size).toBe(2_345);
  });

  test('hands a spreadsheet no formula, whoever wrote it', async () => {
    await add({
      actorName: '=HYPERLINK("http://evil.example")',
      action: '@SUM(1)',
      subjectId: '+1',
      after: { name: '-2+3' },
      requestId: '\tx',
    });
    const [row] = await rowsOf('');
    for (const field of Object.values(need(row))) expect(field).not.toMatch(/^[=+\-@\t\r]/);
    expect(row).toMatchObject({ Who: `'=HYPERLINK("http://evil.example")`, 'Object id': "'+1" });
  });

  test('refuses what it can’t read before it begins', async () => {
    const cookie = await server.cookieOf('admin');
    for (const query of [
      '?from=yesterday',
      '?kind=x',
      '?storeId=x',
      '?limit=9',
      '?from=2026-01-01&from=2026-01-02',
    ])
      expect((await download(query, cookie)).status, query).toBe(400);
    expect((await download('?storeId=999', cookie)).status).toBe(404);
  });
});
