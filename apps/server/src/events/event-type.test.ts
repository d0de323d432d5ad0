import { auditLog, events, schedules } from '@scheduler/db';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addEvent,
  addPerson,
  addStore,
  type Client,
  coreName,
  empty,
  everything,
  live,
  refusalOf,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import { COLUMNS } from '../csv/format.ts';

let server: TestServer;
let api: Client;
let storeId: number;
let ada: number;
const AT = '2026-01-05T15:45:00.000Z';
const UNTOLD = '612345-Acme-Oat Bars (260105123456)';

beforeAll(async () => {
  server = await startTestServer();
  api = await server.as('dispatcher');
});
afterAll(() => server.close());
beforeEach(async () => {
  await empty(server.database);
  const { db } = server.database;
  storeId = await addStore(db);
  ada = await addPerson(db, { storeId, name: 'Ada Example', role: 'Lead Event Specialist' });
});

const eventOf = async (eventId: number) => {
  const [row] = await server.database.db.select().from(events).where(eq(events.id, eventId));
  return row;
};
const audits = () =>
  server.database.db
    .select()
    .from(auditLog)
    .where(eq(auditLog.action, 'event.type'))
    .orderBy(asc(auditLog.id));

describe('the type of an event', () => {
  test('is set by a dispatcher and left to its name again, each written down; the duration follows', async () => {
    const eventId = await addEvent(server.database.db, { storeId, name: UNTOLD });
    expect(await api.events.get.query({ eventId })).toMatchObject({
      event: { type: 'Other', durationMinutes: 60 },
      typeByHand: false,
    });
    await api.events.setType.mutate({ eventId, type: 'Core', seen: 'Other' });
    expect(await api.events.get.query({ eventId })).toMatchObject({
      event: { type: 'Core', durationMinutes: 390 },
      typeByHand: true,
    });
    await api.events.setType.mutate({ eventId, type: null, seen: 'Core' });
    expect(await eventOf(eventId)).toMatchObject({ type: 'Other', typeByHand: false, durationMinutes: 60 });
    expect(await audits()).toMatchObject([
      {
        actorName: 'Dispatcher Person',
        subjectId: String(eventId),
        before: { type: 'Other', toldBy: 'its name', durationMinutes: 60 },
        after: { type: 'Core', toldBy: 'a person', durationMinutes: 390 },
      },
      { before: { type: 'Core' }, after: { type: 'Other', toldBy: 'its name' } },
    ]);
  });

  test('that stands already is chosen without a trace', async () => {
    const eventId = await addEvent(server.database.db, { storeId });
    const before = await everything(server.database.db);
    await api.events.setType.mutate({ eventId, type: null, seen: 'Core' });
    expect(await everything(server.database.db)).toEqual(before);
    // Keeping the type that the name implies today is a choice too.
    await api.events.setType.mutate({ eventId, type: 'Core', seen: 'Core' });
    expect(await eventOf(eventId)).toMatchObject({ type: 'Core', typeByHand: true });
    expect(await audits()).toHaveLength(1);
  });

  test('changes no schedule and sends nothing; minutes that a file told stay', async () => {
    const { db } = server.database;
    const eventId = await addEvent(db, { storeId, name: UNTOLD });
    await db.update(events).set({ durationMinutes: 45, durationSource: 'file' });
    await api.schedules.create.mutate({ eventId, employeeId: ada, startsAt: AT });
    const before = await db.select().from(schedules);
    await server.database.sql`delete from graphile_worker._private_jobs`;
    await api.events.setType.mutate({ eventId, type: 'Freeosk', seen: 'Other' });
    expect(await db.select().from(schedules)).toEqual(before);
    expect(await eventOf(eventId)).toMatchObject({ type: 'Freeosk', durationMinutes: 45 });
    expect(await server.database.sql`select from graphile_worker._private_jobs`).toHaveLength(0);
  });

  test('makes a pair of a Core and the Supervisor event whose name doesn’t tell', async () => {
    const { db } = server.database;
    const core = await addEvent(db, { storeId, name: coreName(612345) });
    const check = await addEvent(db, { storeId, name: UNTOLD });
    await api.events.setType.mutate({ eventId: check, type: 'Supervisor', seen: 'Other' });
    await api.schedules.create.mutate({ eventId: core, employeeId: ada, startsAt: AT });
    expect(await live(db)).toMatchObject([
      { eventId: core },
      { eventId: check, startsAt: '2026-01-05T17:00:00.000Z' },
    ]);
  });

  test('is kept by a file that is imported, which finds the event by its name', async () => {
    const { db } = server.database;
    const eventId = await addEvent(db, { storeId, name: coreName(612345) });
    await api.events.setType.mutate({ eventId, type: 'Other', seen: 'Core' });
    const row = [coreName(612345), '', '', '8135', 'Club', '01/01/2026 12:00:00 AM'];
    const text = `${COLUMNS.join(',')}\n${[...row, '01/15/2026 12:01:00 AM', '60'].join(',')}`;
    const { rows } = await api.csv.preview.mutate({ text });
    expect(rows).toMatchObject([{ status: 'same', eventId, type: 'Other' }]);
  });

  test('chosen in view of another one is refused: somebody was first, or its name changed', async () => {
    const eventId = await addEvent(server.database.db, { storeId, name: UNTOLD });
    await api.events.setType.mutate({ eventId, type: 'Core', seen: 'Other' });
    const late = { eventId, type: 'Freeosk', seen: 'Other' } as const;
    const first = await refusalOf(api.events.setType.mutate(late));
    expect(first.message).toContain('Dispatcher Person made it Core');
    expect(first.reason).toMatchObject({ code: 'stale', changes: [{ what: 'made it Core' }] });
    await server.database.db.update(events).set({ type: 'Supervisor', typeByHand: false });
    const renamed = await refusalOf(api.events.setType.mutate(late));
    expect(renamed.message).toContain('its name tells Supervisor now');
  });

  test('is no viewer’s to set', async () => {
    const eventId = await addEvent(server.database.db, { storeId });
    const viewer = await server.as('viewer');
    const refused = await refusalOf(viewer.events.setType.mutate({ eventId, type: 'Other', seen: 'Core' }));
    expect(refused.message).toContain('only a');
  });
});
