import { createUser } from '@scheduler/auth';
import {
  attendanceRecords,
  auditLog,
  availabilityDates,
  availabilityRanges,
  calendarFeeds,
  crossmarkReps,
  employees,
  eventSyncs,
  notes,
  proposalApprovals,
  proposalLines,
  proposals,
  refreshRuns,
  rotationTurns,
  schedules,
  syncAttempts,
  timeOff,
  users,
} from '@scheduler/db';
import { addDays, type WorkDate } from '@scheduler/scheduling';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  addEvent,
  addPerson,
  addStore,
  coreName,
  empty,
  everything,
  need,
  ORIGIN,
  signIn,
  startTestServer,
  type TestServer,
} from '../../test/fixture.ts';
import type { DayBoard, WeekBoard } from '../board/types.ts';
import { NAMING_FIELDS } from '../core/store-access.ts';
import { COLUMNS } from '../csv/format.ts';
import type { ProposalView } from '../planning/types.ts';
import { appRouter } from '../router.ts';
import { todayAt } from '../stores/stores.ts';

/** What everything of the other store is called. No answer to a user of this store has it. */
const SECRET = 'Zanzibar';
const PASSWORD = 'violet tractor humming';
const DAY = '2026-01-06';

interface Procedure {
  _def: {
    type: 'query' | 'mutation' | 'subscription';
    meta: { role: string; everyStore?: true };
    inputs: z.ZodType[];
  };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);

/** Ids of things of one store. */
interface Ids {
  storeId: number;
  storeNumber: string;
  /** Open, and scheduled. */
  eventId: number;
  scheduledId: number;
  scheduleId: number;
  employeeId: number;
  proposalId: number;
  lineId: number;
  approvalId: number;
  repId: string;
}

let server: TestServer;
let own: Ids;
let other: Ids;
/** The cookies of a dispatcher and a viewer of the own store, and of a dispatcher of all stores. */
let dispatcher: string;
let viewer: string;
let everywhere: string;
let today: WorkDate;
/** A person of the own store with work in the other one within the days of a feed. */
let colleague: number;
/** A person of the other store with work in the own one, and that work. */
let guest: { employeeId: number; eventId: number; scheduleId: number };
/** Their name stands at their work here. Everything else about them has {@link SECRET} in it. */
const GUEST = 'Vera Visitor';
const GUEST_NUMBER = 'US814077';

/** Ids that nothing has. */
const UNKNOWN: Ids = {
  storeId: 990_001,
  storeNumber: '990001',
  eventId: 990_002,
  scheduledId: 990_003,
  scheduleId: 990_004,
  employeeId: 990_005,
  proposalId: 990_006,
  lineId: 990_007,
  approvalId: 990_008,
  repId: '990009',
};

beforeAll(async () => {
  server = await startTestServer();
  const { db } = server.database;
  await empty(server.database);
  own = await fill('8135', 'Acme');
  other = await fill('8140', SECRET);
  // A person of the own store works in the other one too, as Crossmark or a file may have it.
  await schedule(await event(other.storeId, coreName(670_001)), own.employeeId, 20);
  guest = await addGuest();
  for (const [name, role, storeIds] of [
    ['limited-dispatcher', 'dispatcher', [own.storeId]],
    ['limited-viewer', 'viewer', [own.storeId]],
    ['other-dispatcher', 'dispatcher', [other.storeId]],
  ] as const) {
    const displayedName = name.startsWith('other') ? `${SECRET} Dispatcher` : name;
    await createUser(db, {
      email: `${name}@example.test`,
      name: displayedName,
      role,
      storeIds,
      password: PASSWORD,
    });
  }
  [dispatcher, viewer, everywhere] = await Promise.all([
    signIn(server.url, 'limited-dispatcher@example.test', PASSWORD),
    signIn(server.url, 'limited-viewer@example.test', PASSWORD),
    server.cookieOf('dispatcher'),
  ]);
  today = todayAt('America/Indiana/Indianapolis');
  colleague = await addPerson(db, { storeId: own.storeId, name: 'Acme Traveler' });
  const startsAt = `${today}T20:00:00.000Z`;
  await db.insert(schedules).values({
    eventId: await event(other.storeId, `671001-${SECRET}-Oat Bars (260105123456)  - V2-CORE`),
    employeeId: colleague,
    startsAt,
    endsAt: `${today}T21:00:00.000Z`,
    workDate: today,
  });
});
afterAll(() => server.close());

const event = (storeId: number, name: string) => addEvent(server.database.db, { storeId, name });

async function schedule(eventId: number, employeeId: number, hour: number): Promise<number> {
  const startsAt = `${DAY}T${hour}:00:00.000Z`;
  const [row] = await server.database.db
    .insert(schedules)
    .values({ eventId, employeeId, startsAt, endsAt: `${DAY}T${hour + 1}:00:00.000Z`, workDate: DAY })
    .returning({ id: schedules.id });
  return need(row).id;
}

/** Adds a Lead of the other store with work in both, and with a reason for every day off. */
async function addGuest() {
  const { db } = server.database;
  const employeeId = await addPerson(db, {
    storeId: other.storeId,
    name: GUEST,
    role: 'Lead Event Specialist',
    employeeNumber: GUEST_NUMBER,
  });
  const reason = `${SECRET} surgery`;
  await db.insert(timeOff).values([
    { employeeId, startsOn: '2026-01-05', endsOn: '2026-01-05', reason },
    { employeeId, startsOn: DAY, endsOn: DAY, fromTime: '15:00', untilTime: '16:00', reason },
  ]);
  await db
    .insert(availabilityRanges)
    .values({ employeeId, startsOn: '2026-01-07', endsOn: '2026-01-07', available: false, reason });
  await db.insert(availabilityDates).values({ employeeId, day: '2026-01-08', available: false, reason });
  await db.insert(notes).values({ employeeId, text: `${SECRET} note`, writtenBy: SECRET });
  await db
    .insert(attendanceRecords)
    .values({ employeeId, day: DAY, status: 'late', note: `${SECRET} note`, recordedBy: SECRET });
  // On the day after the other store's Core, so that they are busy at the same time there.
  const eventId = await event(own.storeId, '671501-Acme-Oat Bars (260105123456)  - V2-CORE');
  const scheduleId = await schedule(eventId, employeeId, 17);
  const elsewhere = await event(other.storeId, `671502-${SECRET}-Oat Bars (260105123456)  - V2-CORE`);
  await schedule(elsewhere, employeeId, 18);
  // A plan of an earlier version had offered them more.
  const proposedId = await event(own.storeId, '671503-Acme-Oat Bars (260105123456)  - V2-CORE');
  const times = {
    startsAt: '2026-01-05T18:00:00.000Z',
    endsAt: '2026-01-05T19:00:00.000Z',
    workDate: '2026-01-05',
  };
  await db
    .insert(proposalLines)
    .values({ proposalId: own.proposalId, kind: 'new', eventId: proposedId, employeeId, ...times, why: '' });
  return { employeeId, eventId, scheduleId };
}

let number = 610_000;

/** Adds a store with some of everything, all of it named after `word`. */
async function fill(storeNumber: string, word: string): Promise<Ids> {
  const { db } = server.database;
  const core = () => {
    number += 1;
    return `${number}-${word}-Oat Bars (260105123456)  - V2-CORE`;
  };
  const storeId = await addStore(db, storeNumber);
  await db.execute(sql`update stores set name = ${`Club ${word}`} where id = ${storeId}`);
  const eventId = await event(storeId, core());
  const scheduledId = await event(storeId, core());
  const employeeId = await addPerson(db, {
    storeId,
    name: `${word} Person`,
    employeeNumber: `US${storeNumber}00`,
  });
  const scheduleId = await schedule(scheduledId, employeeId, 15);
  const colleague = await addPerson(db, { storeId, name: `${word} Colleague`, linked: false });
  const reason = `${word} reason`;
  await db
    .insert(timeOff)
    .values({ employeeId: colleague, startsOn: '2026-01-08', endsOn: '2026-01-09', reason });
  await db.insert(notes).values([
    { eventId, text: `${word} note`, writtenBy: word },
    { employeeId, text: `${word} note`, writtenBy: word },
    { storeId, day: DAY, text: `${word} note`, writtenBy: word },
  ]);
  await db
    .insert(attendanceRecords)
    .values({ employeeId, day: DAY, status: 'late', note: `${word} note`, recordedBy: word });
  await db.insert(rotationTurns).values({ storeId, kind: 'juicer', weekday: 2, employeeId });
  const syncs = [eventId, scheduledId].map((id) => ({
    eventId: id,
    state: 'failed' as const,
    failureKind: 'rejected' as const,
    failureReason: reason,
    wantedVersion: 1,
  }));
  await db.insert(eventSyncs).values(syncs);
  // The reason for waiting of most events.
  for (const each of word === SECRET ? [1, 2] : []) {
    const waiting = await event(storeId, `${each}-${core()}`);
    await db.insert(eventSyncs).values({ eventId: waiting, state: 'waiting', failureReason: reason });
  }
  await db.insert(syncAttempts).values({
    task: 'sync_schedule',
    jobId: '1',
    workerId: 'w',
    eventId,
    finishedAt: `${DAY}T10:00:00.000Z`,
    outcome: 'dead',
    failureReason: reason,
  });
  const [proposal] = await db
    .insert(proposals)
    .values({
      storeId,
      state: 'ready',
      requestedBy: word,
      requestedByName: word,
      fromDay: DAY,
      toDay: DAY,
      options: {},
      madeBy: 'greedy',
      note: `${word} note`,
      outcome: { open: [], passes: [], fairness: [], repairs: [] },
    })
    .returning({ id: proposals.id });
  const proposalId = need(proposal).id;
  const times = { startsAt: `${DAY}T18:00:00.000Z`, endsAt: `${DAY}T19:00:00.000Z`, workDate: DAY };
  const [line] = await db
    .insert(proposalLines)
    .values({ proposalId, kind: 'new', eventId, employeeId, ...times, why: `${word} why` })
    .returning({ id: proposalLines.id });
  const [approval] = await db
    .insert(proposalApprovals)
    .values({ proposalId, approvedBy: word, approvedByName: word })
    .returning({ id: proposalApprovals.id });
  const [rep] = await db
    .update(employees)
    .set({ version: 1 })
    .where(eq(employees.id, employeeId))
    .returning({ repId: employees.repId });
  const repId = need(rep?.repId);
  await db.insert(crossmarkReps).values({ repId, name: `${word} Person`, email: `${word}@example.test` });
  const [run] = await db
    .insert(refreshRuns)
    .values({
      requestedBy: 'schedule',
      state: word === SECRET ? 'needs_decision' : 'done',
      missing: [eventId],
      badRows: word === SECRET ? [{ mplanId: '1', reason }] : [],
    })
    .returning({ id: refreshRuns.id });
  const admin = need((await db.select().from(users).where(eq(users.role, 'admin')))[0]);
  await db.insert(calendarFeeds).values({ employeeId, tokenHash: `${word} hash`, userId: admin.id });
  await db.insert(calendarFeeds).values({ storeId, tokenHash: `${word} store`, userId: admin.id });
  const entry = { actorId: word, actorName: word, after: { name: word } };
  await db.insert(auditLog).values([
    { ...entry, action: 'event.lengthen', subjectType: 'event', subjectId: String(eventId) },
    { ...entry, action: 'schedule.create', subjectType: 'schedule', subjectId: String(scheduleId) },
    { ...entry, action: 'employee.update', subjectType: 'employee', subjectId: String(employeeId) },
    { ...entry, action: 'store.settings', subjectType: 'store', subjectId: String(storeId) },
    // Of a person who was deleted since: nothing tells its store.
    { ...entry, action: 'employee.delete', subjectType: 'employee', subjectId: '980000' },
    { ...entry, action: 'refresh.request', subjectType: 'refresh', subjectId: String(need(run).id) },
  ]);
  return {
    storeId,
    storeNumber,
    eventId,
    scheduledId,
    scheduleId,
    employeeId,
    proposalId,
    lineId: need(line).id,
    approvalId: need(approval).id,
    repId,
  };
}

const row = (values: { store: string; number: string }) =>
  [
    COLUMNS.join(','),
    `699999-New-Oat Bars (260105123456)  - V2-CORE,123456789,1,${values.store},Club,01/05/2026 12:00:00 AM,01/15/2026 12:01:00 AM,390,Somebody,${values.number},01/07/2026 10:45:00 AM`,
  ].join('\n');

/**
 * How a procedure keeps a user of one store from another one. `admin`: only admins, who have all stores,
 * may call it. `everyStore`: only users with all stores may. `refused`: the input names something of the
 * other store, and gets the refusal of an unknown id. `own`: it names nothing, so the answer is about the
 * user's stores alone; `input` is what is sent, and `refuses` the code with which it is refused.
 */
type Case =
  | 'admin'
  | 'everyStore'
  | 'noStore'
  | { refused: ((ids: Ids) => unknown)[] }
  | { own: unknown; refused?: ((ids: Ids) => unknown)[]; refuses?: string };

const seen = { version: 1 };
const days = { startsOn: '2026-01-07', endsOn: '2026-01-07', reason: null };
const at = '2026-01-07T15:45:00.000Z';
const ofEvent = { refused: [({ eventId }: Ids) => ({ eventId })] };
const ofStore = { own: {}, refused: [({ storeId }: Ids) => ({ storeId })] };
const ofPerson = (more: object = {}): Case => ({
  refused: [({ employeeId }) => ({ employeeId, ...more })],
});

/** An entry for each procedure. */
const CASES: Record<string, Case> = {
  'access.open': 'noStore',
  'access.accept': 'noStore',
  'access.setUp': 'noStore',
  'account.digests': { own: undefined },
  'account.setDigest': { refused: [({ storeId }) => ({ storeId, sendAt: '06:00' })] },
  'account.sessions': { own: undefined },
  'account.endSession': { own: { sessionId: 'unknown' }, refuses: 'NOT_FOUND' },
  'account.changePassword': {
    own: { current: 'wrong wrong wrong', password: 'violet tractor hums on' },
    refuses: 'BAD_REQUEST',
  },
  'activity.attention': ofStore,
  'activity.history': {
    own: {},
    refused: [({ storeId }) => ({ storeId }), ({ employeeId }) => ({ employeeId })],
  },
  'activity.ofEvent': ofEvent,
  'activity.actors': { own: undefined },
  'attendance.month': {
    own: { month: '2026-01' },
    refused: [
      ({ storeId }) => ({ storeId, month: '2026-01' }),
      ({ storeId, employeeId }) => ({ storeId, employeeId, month: '2026-01' }),
    ],
  },
  'attendance.export': {
    own: { month: '2026-01' },
    refused: [
      ({ storeId }) => ({ storeId, month: '2026-01' }),
      ({ storeId, employeeId }) => ({ storeId, employeeId, month: '2026-01' }),
    ],
  },
  'attendance.record': ofPerson({ day: DAY, version: 1, status: 'on_time' }),
  'attendance.remove': ofPerson({ day: DAY, ...seen }),
  'audit.list': 'admin',
  'audit.actors': 'admin',
  'board.week': { own: { weekOf: DAY }, refused: [({ storeId }) => ({ storeId, weekOf: DAY })] },
  'csv.preview': { own: { text: '' } },
  'csv.import': { own: { text: '' }, refuses: 'BAD_REQUEST' },
  'csv.shortened': { own: undefined },
  'csv.lengthen': { refused: [({ eventId }) => ({ cores: [{ eventId, schedule: null }] })] },
  'csv.export': {
    own: { kind: 'scheduled' },
    refused: [({ storeId }) => ({ storeId, kind: 'unscheduled' })],
  },
  'csv.exportEvents': {
    own: {},
    refused: [({ storeId }) => ({ storeId }), ({ employeeId }) => ({ employeeId })],
  },
  'day.get': { own: { day: DAY }, refused: [({ storeId }) => ({ storeId, day: DAY })] },
  'day.reassignPreview': {
    refused: [
      ({ storeId }) => ({ storeId, day: DAY, toEmployeeId: own.employeeId }),
      ({ employeeId }) => ({ day: DAY, toEmployeeId: employeeId }),
      ({ employeeId }) => ({ day: DAY, fromEmployeeId: employeeId, toEmployeeId: own.employeeId }),
    ],
  },
  'day.reassign': {
    refused: [
      ({ scheduleId }) => ({ toEmployeeId: own.employeeId, schedules: [{ scheduleId, ...seen }] }),
      ({ employeeId }) => ({
        toEmployeeId: employeeId,
        schedules: [{ scheduleId: own.scheduleId, ...seen }],
      }),
    ],
  },
  'employees.list': ofStore,
  'employees.get': ofPerson(),
  'employees.create': {
    own: { name: 'Ben', employeeNumber: 'US814000' },
    refused: [({ storeId }) => ({ storeId, name: 'Ben' })],
    refuses: 'CONFLICT',
  },
  'employees.update': ofPerson({ ...seen, changes: { name: 'Ben' } }),
  'employees.delete': ofPerson(seen),
  'employees.week': ofPerson({ weekOf: DAY }),
  'employees.sheets': {
    own: { weekOf: DAY },
    refused: [({ storeId }) => ({ storeId }), ({ employeeId }) => ({ employeeId })],
  },
  'employees.setAvailability': ofPerson({ ...seen, pattern: null }),
  'employees.addRange': ofPerson({ ...seen, ...days, available: true }),
  'employees.removeRange': ofPerson({ ...seen, rangeId: 1 }),
  'employees.setDate': ofPerson({ ...seen, day: DAY, reason: null }),
  'employees.removeDate': ofPerson({ ...seen, day: DAY }),
  'employees.addTimeOff': ofPerson({ ...seen, ...days }),
  'employees.removeTimeOff': ofPerson({ ...seen, timeOffId: 2 }),
  'events.list': {
    own: {},
    refused: [({ storeId }) => ({ storeId }), ({ employeeId }) => ({ employeeId })],
  },
  'events.get': ofEvent,
  'events.options': {
    refused: [({ eventId }) => ({ eventId }), ({ scheduleId }) => ({ eventId: own.eventId, scheduleId })],
  },
  'events.setType': { refused: [({ eventId }) => ({ eventId, type: 'Other', seen: 'Core' })] },
  'feeds.ofPerson': ofPerson(),
  'feeds.makeOfPerson': ofPerson({ replaces: null }),
  'feeds.revokeOfPerson': ofPerson({ feedId: 3 }),
  'feeds.ofStore': 'admin',
  'feeds.makeOfStore': 'admin',
  'feeds.revokeOfStore': 'admin',
  'month.get': {
    own: { month: '2026-01' },
    refused: [({ storeId }) => ({ storeId, month: '2026-01' })],
  },
  'notes.get': {
    refused: [
      ({ eventId }) => ({ subject: { kind: 'event', eventId } }),
      ({ employeeId }) => ({ subject: { kind: 'person', employeeId } }),
      ({ storeId }) => ({ subject: { kind: 'day', storeId, day: DAY } }),
    ],
  },
  'notes.list': {
    own: { from: '2026-01-01', to: '2026-01-31' },
    refused: [({ storeId }) => ({ storeId, from: DAY, to: DAY })],
  },
  'notes.save': {
    refused: [
      ({ eventId }) => ({ subject: { kind: 'event', eventId }, ...seen, text: 'x' }),
      ({ employeeId }) => ({ subject: { kind: 'person', employeeId }, ...seen, text: 'x' }),
      ({ storeId }) => ({ subject: { kind: 'day', storeId, day: DAY }, ...seen, text: null }),
    ],
  },
  'plan.start': {
    refused: [
      ({ storeId }) => ({ storeId, fromDay: addDays(today, 1), toDay: addDays(today, 1) }),
      ({ eventId }) => ({
        fromDay: addDays(today, 1),
        toDay: addDays(today, 1),
        options: { neverPlan: [eventId] },
      }),
    ],
  },
  'plan.again': { refused: [({ proposalId }) => ({ proposalId, ...seen })] },
  'plan.cancel': { refused: [({ proposalId }) => ({ proposalId })] },
  'plan.get': { refused: [({ proposalId }) => ({ proposalId })] },
  'plan.current': ofStore,
  'plan.list': ofStore,
  'plan.markLines': {
    refused: [
      ({ proposalId }) => ({ proposalId, ...seen, lines: [{ lineId: own.lineId, ticked: false }] }),
      ({ lineId }) => ({ proposalId: own.proposalId, ...seen, lines: [{ lineId, ticked: false }] }),
    ],
  },
  'plan.moveLine': {
    refused: [
      ({ proposalId }) => ({
        proposalId,
        ...seen,
        lineId: own.lineId,
        employeeId: own.employeeId,
        day: DAY,
      }),
      ({ lineId }) => ({
        proposalId: own.proposalId,
        ...seen,
        lineId,
        employeeId: own.employeeId,
        day: DAY,
      }),
      ({ employeeId }) => ({
        proposalId: own.proposalId,
        ...seen,
        lineId: own.lineId,
        employeeId,
        day: DAY,
      }),
    ],
  },
  'plan.takeRepair': {
    refused: [
      ({ proposalId }) => ({ proposalId, ...seen, eventId: own.eventId }),
      ({ eventId }) => ({ proposalId: own.proposalId, ...seen, eventId }),
    ],
  },
  'plan.removeRepair': {
    refused: [
      ({ proposalId }) => ({ proposalId, ...seen, eventId: own.eventId }),
      ({ eventId }) => ({ proposalId: own.proposalId, ...seen, eventId }),
    ],
  },
  'plan.approve': {
    refused: [
      ({ proposalId }) => ({ proposalId, ...seen }),
      ({ lineId }) => ({ proposalId: own.proposalId, ...seen, lineIds: [lineId] }),
    ],
  },
  'packets.get': {
    refused: [({ storeId, eventId }) => ({ storeId, eventId }), ({ storeId }) => ({ storeId, day: DAY })],
  },
  'packets.instructions': ofEvent,
  'packets.fetchInstructions': ofEvent,
  'packets.templates': ofStore,
  'packets.addTemplate': 'admin',
  'packets.editTemplate': 'admin',
  'packets.moveTemplate': 'admin',
  'packets.removeTemplate': 'admin',
  'plan.undoApproval': { refused: [({ approvalId }) => ({ approvalId })] },
  'plan.coverAbsence': ofPerson({ ...seen, ...days }),
  'plan.undoCover': { refused: [({ proposalId }) => ({ proposalId })] },
  'plan.coverLeaving': ofPerson({ lastDay: DAY }),
  'plan.coverClosedDay': { refused: [({ storeId }) => ({ storeId, day: DAY })] },
  'plan.discard': { refused: [({ proposalId }) => ({ proposalId, ...seen })] },
  'plan.restore': { refused: [({ proposalId }) => ({ proposalId, ...seen })] },
  'plan.suggest': {
    refused: [({ eventId }) => ({ eventId }), ({ eventId, proposalId }) => ({ eventId, proposalId })],
  },
  'plan.suggestEvents': {
    refused: [
      ({ employeeId }) => ({ employeeId, day: DAY }),
      ({ employeeId, proposalId }) => ({ employeeId, day: DAY, proposalId }),
    ],
  },
  'plan.suggestTakers': {
    own: { day: DAY },
    refused: [
      ({ storeId }) => ({ storeId, day: DAY }),
      ({ employeeId }) => ({ day: DAY, fromEmployeeId: employeeId }),
    ],
  },
  'plan.rotations': ofStore,
  'plan.turns': {
    own: { fromDay: DAY, toDay: DAY },
    refused: [({ storeId }) => ({ storeId, fromDay: DAY, toDay: DAY })],
  },
  'plan.setTurn': {
    refused: [
      ({ storeId }) => ({ storeId, kind: 'juicer', employeeId: null, seen: null, weekday: 2 }),
      ({ employeeId }) => ({
        storeId: own.storeId,
        kind: 'juicer',
        employeeId,
        seen: own.employeeId,
        weekday: 2,
      }),
    ],
  },
  'plan.setException': {
    refused: [
      ({ storeId }) => ({ storeId, kind: 'juicer', employeeId: null, seen: null, day: DAY }),
      ({ employeeId }) => ({
        storeId: own.storeId,
        kind: 'juicer',
        employeeId,
        seen: null,
        day: DAY,
      }),
    ],
  },
  'plan.settings': ofStore,
  'plan.setSettings': 'admin',
  'plan.setNeverPlan': { refused: [({ eventId }) => ({ eventId, neverPlan: true, seen: false })] },
  'plan.fairness': { own: { weekOf: DAY }, refused: [({ storeId }) => ({ storeId, weekOf: DAY })] },
  'reports.get': {
    own: { from: DAY, to: DAY },
    refused: [({ storeId }) => ({ storeId, from: DAY, to: DAY })],
  },
  'reports.export': {
    own: { from: DAY, to: DAY, by: 'person' },
    refused: [({ storeId }) => ({ storeId, from: DAY, to: DAY, by: 'week' })],
  },
  'reps.list': { own: undefined },
  'reps.read': 'everyStore',
  'reps.preview': ofStore,
  'reps.import': {
    refused: [
      ({ storeId }) => ({ storeId, choices: [{ repId: own.repId, employeeId: null }] }),
      ({ employeeId }) => ({ choices: [{ repId: own.repId, employeeId }] }),
    ],
  },
  'reps.link': ofPerson({ ...seen, repId: '123456' }),
  'schedules.get': { refused: [({ scheduleId }) => ({ scheduleId })] },
  'schedules.create': {
    refused: [
      ({ eventId }) => ({ eventId, employeeId: own.employeeId, startsAt: at }),
      ({ employeeId }) => ({ eventId: own.eventId, employeeId, startsAt: at }),
    ],
  },
  'schedules.createMany': {
    refused: [
      ({ eventId }) => ({ items: [{ eventId, employeeId: own.employeeId, startsAt: at }] }),
      ({ employeeId }) => ({ items: [{ eventId: own.eventId, employeeId, startsAt: at }] }),
    ],
  },
  'schedules.reschedule': {
    refused: [
      ({ scheduleId }) => ({ scheduleId, ...seen, startsAt: at }),
      ({ employeeId }) => ({ scheduleId: own.scheduleId, ...seen, startsAt: at, employeeId }),
    ],
  },
  'schedules.changeEmployee': {
    refused: [
      ({ scheduleId }) => ({ scheduleId, ...seen, employeeId: own.employeeId }),
      ({ employeeId }) => ({ scheduleId: own.scheduleId, ...seen, employeeId }),
    ],
  },
  'schedules.changeMany': {
    refused: [({ scheduleId }) => ({ items: [{ scheduleId, ...seen, unschedule: true }] })],
  },
  'schedules.tradePreview': {
    refused: [
      ({ scheduleId }) => ({ a: { scheduleId: own.scheduleId, ...seen }, b: { scheduleId, ...seen } }),
      ({ scheduleId }) => ({ a: { scheduleId, ...seen }, b: { scheduleId: own.scheduleId, ...seen } }),
    ],
  },
  'schedules.trade': {
    refused: [
      ({ scheduleId }) => ({ a: { scheduleId: own.scheduleId, ...seen }, b: { scheduleId, ...seen } }),
    ],
  },
  'schedules.reissue': {
    refused: [
      ({ eventId }) => ({ eventId, employeeId: own.employeeId, startsAt: at, expiresOn: '2026-01-20' }),
      ({ employeeId }) => ({ eventId: own.eventId, employeeId, startsAt: at, expiresOn: '2026-01-20' }),
    ],
  },
  'schedules.unschedule': { refused: [({ scheduleId }) => ({ scheduleId, ...seen })] },
  'settings.get': ofStore,
  'settings.setEventType': 'admin',
  'settings.setNoonCheck': 'admin',
  'settings.setStore': 'admin',
  'settings.addHoliday': 'admin',
  'settings.removeHoliday': 'admin',
  'stores.list': { own: undefined },
  'sync.get': ofEvent,
  'sync.retry': ofEvent,
  'sync.retryMany': {
    refused: [({ eventId }) => ({ eventIds: [eventId] }), ({ storeId }) => ({ storeId, kind: 'failed' })],
  },
  'sync.resolve': { refused: [({ eventId }) => ({ eventId, choice: 'mine', seenAt: at })] },
  'sync.summary': { own: undefined },
  'sync.refreshNow': 'everyStore',
  'sync.refreshRun': { own: { runId: 2 } },
  'sync.refreshRuns': { own: {} },
  'sync.refreshQuestion': { own: undefined },
  'sync.markMissingGone': 'admin',
  // See the tests of streams below.
  'sync.onChange': 'noStore',
  'users.list': 'admin',
  'users.invite': 'admin',
  'users.withdrawInvitation': 'admin',
  'users.setRole': 'admin',
  'users.setStores': 'admin',
  'users.disable': 'admin',
  'users.enable': 'admin',
  'users.resetLink': 'admin',
  'users.sessions': 'admin',
  'users.endSession': 'admin',
  'verification.days': {
    own: { fromDay: DAY, toDay: DAY },
    refused: [
      ({ storeId }) => ({ storeId, fromDay: DAY, toDay: DAY }),
      ({ proposalId }) => ({ fromDay: DAY, toDay: DAY, proposalId }),
    ],
  },
};

async function call(name: string, input: unknown, cookie: string) {
  const { type } = need(procedures.find(([path]) => path === name))[1]._def;
  const json = JSON.stringify(input);
  const query = type === 'mutation' || json === undefined ? '' : `?input=${encodeURIComponent(json)}`;
  const answer = await fetch(`${server.url}/trpc/${name}${query}`, {
    method: type === 'mutation' ? 'POST' : 'GET',
    headers: { cookie, origin: ORIGIN, 'content-type': 'application/json' },
    ...(type === 'mutation' && { body: json ?? '{}' }),
  });
  const text = await answer.text();
  const body = JSON.parse(text) as { error?: { message: string; data: { code: string } } };
  return { status: answer.status, text, code: body.error?.data.code, message: body.error?.message };
}

const cookieFor = (name: string) =>
  need(procedures.find(([path]) => path === name))[1]._def.meta.role === 'viewer' ? viewer : dispatcher;

/**
 * Calls a procedure as a user limited to one store. Expects that the call changes nothing, and that the
 * answer contains no name from the other store.
 */
async function callAsLimited(name: string, input: unknown, cookie = cookieFor(name)) {
  const before = JSON.stringify(await everything(server.database.db));
  const answer = await call(name, input, cookie);
  expect(JSON.stringify(await everything(server.database.db)) === before, `${name} changes nothing`).toBe(
    true,
  );
  expect(answer.text, name).not.toContain(SECRET);
  expect(answer.text, name).not.toContain(SECRET.toLowerCase());
  return answer;
}

describe('a user of one store', () => {
  test('has an entry for every procedure here', () => {
    expect(Object.keys(CASES).sort()).toEqual(procedures.map(([name]) => name).sort());
  });

  test('is refused everything that is for admins or for users with all stores', async () => {
    for (const [name, { _def: def }] of procedures) {
      const expected = CASES[name];
      expect(def.meta.role === 'admin', name).toBe(expected === 'admin');
      expect(def.meta.everyStore === true, name).toBe(expected === 'everyStore');
      if (expected !== 'admin' && expected !== 'everyStore') continue;
      expect((await callAsLimited(name, {}, dispatcher)).code, name).toBe('FORBIDDEN');
    }
  });

  const refusals = Object.entries(CASES).flatMap(([name, entry]) =>
    typeof entry === 'object' ? (entry.refused ?? []).map((input, index) => ({ name, index, input })) : [],
  );
  test.each(refusals)(
    '$name (input $index) refuses the other store as it refuses an unknown id, and changes nothing',
    async ({ name, input }) => {
      const foreign = await callAsLimited(name, input(other));
      expect(foreign.code).toBe('NOT_FOUND');
      const unknown = await callAsLimited(name, input(UNKNOWN));
      const withoutIds = (message: string | undefined) => message?.replace(/\d+/g, 'N');
      expect(withoutIds(foreign.message)).toBe(withoutIds(unknown.message));
      expect(foreign.status).toBe(unknown.status);
    },
  );

  test.each(
    refusals.filter(({ name }) => need(procedures.find(([path]) => path === name))[1]._def.type === 'query'),
  )('$name (input $index) finds the other store for a user with all stores', async ({ name, input }) => {
    expect((await call(name, input(other), everywhere)).message ?? '').not.toMatch(/^There is no/);
  });

  const ownCalls = Object.entries(CASES).flatMap(([name, entry]) =>
    typeof entry === 'object' && 'own' in entry ? [{ name, ...entry }] : [],
  );
  test.each(ownCalls)('$name answers about their stores alone', async ({ name, own: input, refuses }) => {
    const file = name.startsWith('csv.') && typeof input === 'object' && input !== null && 'text' in input;
    const sent = file ? { text: row({ store: '8140', number: 'US813500' }) } : input;
    const answer = await callAsLimited(name, sent);
    expect(answer.code ?? 'none').toBe(refuses ?? 'none');
  });

  test('names every id of every input in one list, so that it is checked', () => {
    /** Ids that belong to no store, or are looked up beside an id that does. */
    const others = [
      ...['crossmarkStoreId', 'repId', 'userId', 'sessionId', 'actorId', 'invitationId', 'holidayId'],
      // The audit log, the stores of users and changes of templates are for admins.
      ...['objectId', 'storeIds', 'templateId'],
      // Of a refresh of all stores, and of the stream.
      ...['runId', 'lastEventId'],
      // Of a person whose id is beside them.
      ...['rangeId', 'timeOffId', 'feedId'],
    ];
    const ids = new Set<string>();
    for (const [name, { _def: def }] of procedures) {
      for (const field of fieldsOf(
        def.inputs[0] && z.toJSONSchema(def.inputs[0], { io: 'input', unrepresentable: 'any' }),
      )) {
        if (!/ids?$/i.test(field) || others.includes(field)) continue;
        expect(Object.keys(NAMING_FIELDS), `${name} takes ${field}`).toContain(field);
        ids.add(field);
      }
    }
    expect([...ids, 'neverPlan'].sort()).toEqual(Object.keys(NAMING_FIELDS).sort());
  });
});

/** The names of all fields of a JSON schema. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : [];
  return [...own, ...Object.values(schema).flatMap(fieldsOf)];
}

test.each([
  ['attendance.month', () => ({ employeeId: other.employeeId, month: '2026-01' })],
  ['attendance.export', () => ({ employeeId: other.employeeId, month: '2026-01' })],
  ['packets.get', () => ({ storeId: own.storeId, eventId: other.eventId })],
  ['plan.suggest', () => ({ eventId: own.eventId, proposalId: other.proposalId })],
  ['plan.suggestEvents', () => ({ employeeId: own.employeeId, day: DAY, proposalId: other.proposalId })],
])('%s refuses something of the other store beside something of the own one', async (name, input) => {
  expect((await callAsLimited(name, input())).code).toBe('NOT_FOUND');
});

describe('files and search of a user of one store', () => {
  const get = async (path: string, cookie = dispatcher) => {
    const answer = await fetch(`${server.url}${path}`, { headers: { cookie } });
    return { status: answer.status, text: await answer.text() };
  };

  /** Every address of a file, with what a user of one store gets of the other one. */
  const FILES: Record<string, 'admin' | 'feed' | ((ids: Ids) => string)> = {
    '/api/people/:employeeId/week.ics': ({ employeeId }) =>
      `/api/people/${employeeId}/week.ics?weekOf=${DAY}`,
    '/api/stores/:storeId/packets/days/:day': ({ storeId }) => `/api/stores/${storeId}/packets/days/${DAY}`,
    '/api/stores/:storeId/packets/events/:eventId': ({ storeId, eventId }) =>
      `/api/stores/${storeId}/packets/events/${eventId}`,
    '/api/audit.csv': 'admin',
    // The address is the secret; see the test of a feed below.
    '/api/feeds/:file': 'feed',
  };

  test('has an entry for every address of a file here', () => {
    const lines = server.app.printRoutes({ commonPrefix: false }).split('\n');
    const paths = lines.flatMap((line) => /(\/api\/\S+) \(GET/.exec(line)?.[1] ?? []);
    expect(paths.filter((path) => !path.startsWith('/api/auth/')).sort()).toEqual(Object.keys(FILES).sort());
  });

  test.each(Object.entries(FILES))(
    '%s refuses the other store as it refuses an unknown one',
    async (path, file) => {
      if (file === 'feed') return;
      if (file === 'admin') {
        expect((await get(path)).status).toBe(403);
        return;
      }
      const [foreign, unknown] = [await get(file(other)), await get(file(UNKNOWN))];
      expect(foreign.status).toBe(404);
      expect(foreign.text.replace(/\d+/g, 'N')).toBe(unknown.text.replace(/\d+/g, 'N'));
      expect((await get(file(own))).status).toBe(200);
      expect((await get(file(other), everywhere)).status).toBe(200);
    },
  );

  test('a packet of an event in the other store, named with the own one, is that of an unknown event', async () => {
    const packet = ({ eventId }: Ids) => get(`/api/stores/${own.storeId}/packets/events/${eventId}`);
    const [foreign, unknown] = [await packet(other), await packet(UNKNOWN)];
    expect(foreign.status).toBe(404);
    expect(foreign.text.replace(/\d+/g, 'N')).toBe(unknown.text.replace(/\d+/g, 'N'));
  });

  test('a row of a file finds neither the other store nor a person of it', async () => {
    const otherStore = await callAsLimited('csv.preview', {
      text: row({ store: '8140', number: 'US813500' }),
    });
    expect(otherStore.text).toContain('No store here has number 8140');
    const otherPerson = await callAsLimited('csv.preview', {
      text: row({ store: '8135', number: 'US814000' }),
    });
    expect(otherPerson.text).toContain('Nobody here has employee number US814000');
  });
});

describe('a user of two stores', () => {
  test('sees the people of both in one list, those of one of them on request, and of no other', async () => {
    const { db } = server.database;
    const [first, second, third] = [
      await addStore(db, '8150'),
      await addStore(db, '8151'),
      await addStore(db, '8152'),
    ];
    for (const [storeId, name] of [
      [first, 'Ada First'],
      [second, 'Bea Second'],
      [third, 'Cy Third'],
    ] as const)
      await addPerson(db, { storeId, name });
    await createUser(db, {
      email: 'both@example.test',
      name: 'Both',
      role: 'viewer',
      storeIds: [first, second],
      password: PASSWORD,
    });
    const both = await signIn(server.url, 'both@example.test', PASSWORD);
    const namesOf = async (input: unknown) =>
      dataOf<{ name: string }[]>(await call('employees.list', input, both)).map(({ name }) => name);
    expect(await namesOf({})).toEqual(['Ada First', 'Bea Second']);
    expect(await namesOf(undefined)).toEqual(['Ada First', 'Bea Second']);
    expect(await namesOf({ storeId: second })).toEqual(['Bea Second']);
    expect((await call('employees.list', { storeId: third }, both)).code).toBe('NOT_FOUND');
  });
});

describe('a person who works in two stores', () => {
  test('is busy there, for a user of one: times, but no names', async () => {
    const week = await callAsLimited('employees.week', { employeeId: own.employeeId, weekOf: DAY });
    const { schedules } = dataOf<{
      schedules: { eventName: string; isElsewhere: boolean; startsAt: string }[];
    }>(week);
    expect(
      schedules.map(({ eventName, isElsewhere }) => [eventName.includes('Acme-Oat'), isElsewhere]),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(schedules[1]).toMatchObject({
      eventName: 'Work in another store',
      instructionsUrl: null,
      startsAt: `${DAY}T20:00:00.000Z`,
    });
    const seen = await call('employees.week', { employeeId: own.employeeId, weekOf: DAY }, everywhere);
    expect(seen.text).toContain('670001');
    for (const [name, input] of [
      ['employees.week', { employeeId: own.employeeId, weekOf: DAY }],
      ['employees.sheets', { employeeId: own.employeeId, weekOf: DAY }],
      ['employees.get', { employeeId: own.employeeId }],
      ['board.week', { weekOf: DAY }],
      ['day.get', { day: DAY }],
      ['verification.days', { fromDay: DAY, toDay: DAY }],
    ] as const) {
      expect((await callAsLimited(name, input)).text, name).not.toContain('670001');
    }
    const board = await callAsLimited('board.week', { weekOf: DAY });
    expect(dataOf<{ besides: object[] }>(board).besides).toMatchObject([
      { startsAt: `${DAY}T20:00:00.000Z` },
    ]);
    const answer = await fetch(`${server.url}/api/people/${own.employeeId}/week.ics?weekOf=${DAY}`, {
      headers: { cookie: viewer },
    });
    const calendar = await answer.text();
    expect(calendar).toContain('Work in another store');
    expect(calendar).not.toContain('670001');
    // The work elsewhere has no place: the person's own store is not where it is.
    expect(placesIn(calendar)).toEqual(['Club Acme (store 8135)']);
    const whole = await fetch(`${server.url}/api/people/${own.employeeId}/week.ics?weekOf=${DAY}`, {
      headers: { cookie: everywhere },
    });
    expect(placesIn(await whole.text())).toEqual(['Club Acme (store 8135)', `Club ${SECRET} (store 8140)`]);
  });

  test('a feed tells what the user who made it may see', async () => {
    const { database } = server;
    const made = await call('feeds.makeOfPerson', { employeeId: colleague, replaces: null }, dispatcher);
    const { token } = dataOf<{ token: string }>(made);
    const readFeed = async () => (await fetch(`${server.url}/api/feeds/${token}.ics`)).text();
    const calendar = await readFeed();
    expect(calendar).toContain('Work in another store');
    expect(calendar).not.toContain(SECRET);
    await database.db.update(users).set({ storeIds: null }).where(eq(users.name, 'limited-dispatcher'));
    expect(await readFeed()).toContain(SECRET);
    await database.db
      .update(users)
      .set({ storeIds: [own.storeId] })
      .where(eq(users.name, 'limited-dispatcher'));
  });

  test('a rep of another store’s person is on no list, and linking them says what an unlisted one says', async () => {
    const link = (repId: string) =>
      callAsLimited('reps.link', { employeeId: own.employeeId, ...seen, repId });
    const [foreign, unknown] = [await link(other.repId), await link('123456')];
    expect(foreign.message?.replace(/\d+/g, 'N')).toBe(unknown.message?.replace(/\d+/g, 'N'));
    expect(foreign.code).toBe('NOT_FOUND');
  });
});

describe('a guest: a person of the other store who has work in the own one', () => {
  /** Procedures that name people, with what is asked, and whether the answer names the guest. */
  const NAMING: Record<string, { ask: () => unknown; isNamed: boolean }> = {
    // Their work here has their name.
    'board.week': { ask: () => ({ weekOf: DAY }), isNamed: true },
    'day.get': { ask: () => ({ day: DAY }), isNamed: true },
    'events.list': { ask: () => ({}), isNamed: true },
    'events.get': { ask: () => ({ eventId: guest.eventId }), isNamed: true },
    'csv.export': { ask: () => ({ kind: 'scheduled' }), isNamed: true },
    'csv.exportEvents': { ask: () => ({}), isNamed: true },
    'packets.get': { ask: () => ({ storeId: own.storeId, day: DAY }), isNamed: true },
    'reports.get': { ask: () => ({ from: DAY, to: DAY }), isNamed: true },
    'reports.export': { ask: () => ({ from: DAY, to: DAY, by: 'person' }), isNamed: true },
    'plan.get': { ask: () => ({ proposalId: own.proposalId }), isNamed: true },
    // They are no candidates, and their own store's affairs are its own.
    'events.options': { ask: () => ({ eventId: own.eventId, day: DAY }), isNamed: false },
    'plan.suggest': { ask: () => ({ eventId: own.eventId, day: DAY }), isNamed: false },
    'plan.suggestTakers': { ask: () => ({ day: DAY }), isNamed: false },
    'plan.rotations': { ask: () => ({}), isNamed: false },
    'plan.turns': { ask: () => ({ fromDay: DAY, toDay: DAY }), isNamed: false },
    'plan.fairness': { ask: () => ({ weekOf: DAY }), isNamed: false },
    'employees.list': { ask: () => ({}), isNamed: false },
    'employees.sheets': { ask: () => ({ weekOf: DAY }), isNamed: false },
    'attendance.month': { ask: () => ({ month: '2026-01' }), isNamed: false },
    'attendance.export': { ask: () => ({ month: '2026-01' }), isNamed: false },
    'notes.list': { ask: () => ({ from: DAY, to: DAY }), isNamed: false },
    'reps.list': { ask: () => undefined, isNamed: false },
    'reps.preview': { ask: () => ({}), isNamed: false },
    'activity.attention': { ask: () => ({}), isNamed: false },
  };

  test.each(Object.entries(NAMING))(
    '%s tells nothing of their own store, and their name only where their work here has it',
    async (name, { ask, isNamed }) => {
      // No answer has the word of the other store in it.
      const answer = await callAsLimited(name, ask());
      expect(answer.code, answer.text).toBeUndefined();
      expect(answer.text.includes(GUEST)).toBe(isNamed);
      expect((await call(name, ask(), everywhere)).code).toBeUndefined();
    },
  );

  test('is on the board and the day without reasons, hours elsewhere, attendance and what the rules need', async () => {
    const board = dataOf<WeekBoard>(await callAsLimited('board.week', { weekOf: DAY }));
    const person = need(board.people.find(({ name }) => name === GUEST));
    expect(person).toMatchObject({ isGuest: true, mayOpen: false, repId: null, pattern: null });
    expect([person.timeOff, person.ranges, person.dates]).toEqual([[], [], []]);
    expect(person.off).toEqual([
      { day: '2026-01-05', reason: 'Time off' },
      { day: '2026-01-07', reason: 'Not available' },
      { day: '2026-01-08', reason: 'Not available' },
    ]);
    expect(board.besides.filter(({ employeeId }) => employeeId === guest.employeeId)).toEqual([]);
    const day = dataOf<DayBoard>(await callAsLimited('day.get', { day: DAY }));
    expect(day.people.find(({ name }) => name === GUEST)).toMatchObject({ off: null, mayOpen: false });
    expect(day.attendance.map(({ employeeId }) => employeeId)).not.toContain(guest.employeeId);

    const seen = dataOf<WeekBoard>(
      await call('board.week', { storeId: own.storeId, weekOf: DAY }, everywhere),
    );
    expect(seen.people.find(({ name }) => name === GUEST)).toMatchObject({ isGuest: true, mayOpen: true });
    expect(JSON.stringify(seen.people)).toContain(`${SECRET} surgery`);
  });

  test('that a plan has a line for is said to be no one to plan, and not why they can’t', async () => {
    const plan = dataOf<ProposalView>(await callAsLimited('plan.get', { proposalId: own.proposalId }));
    expect(plan.lines.find(({ employeeName }) => employeeName === GUEST)?.changed).toBe(
      'The event or the person is no longer there to be planned.',
    );
  });

  test('can’t be named by a change, a file or a calendar of a user who may not see their store', async () => {
    const { employeeId, scheduleId } = guest;
    for (const [name, input] of [
      ['schedules.create', { eventId: own.eventId, employeeId, startsAt: at }],
      ['schedules.changeEmployee', { scheduleId: own.scheduleId, ...seen, employeeId }],
      ['attendance.record', { employeeId, day: DAY, version: null, status: 'late' }],
      ['employees.sheets', { employeeId, weekOf: DAY }],
      ['employees.week', { employeeId, weekOf: DAY }],
      ['notes.get', { subject: { kind: 'person', employeeId } }],
      ['plan.coverAbsence', { employeeId, ...seen, ...days }],
      ['day.reassignPreview', { day: DAY, toEmployeeId: employeeId }],
      ['feeds.makeOfPerson', { employeeId, replaces: null }],
    ] as const) {
      expect((await callAsLimited(name, input)).code, name).toBe('NOT_FOUND');
    }
    const moved = await callAsLimited('schedules.reschedule', { scheduleId, ...seen, startsAt: at });
    expect(moved.message).toBe(`${GUEST} belongs to another store than Core 671501.`);
    const trade = { a: { scheduleId: own.scheduleId, ...seen }, b: { scheduleId, ...seen } };
    expect((await callAsLimited('schedules.tradePreview', trade)).message).toContain('another store');
    const file = await callAsLimited('csv.preview', { text: row({ store: '8135', number: GUEST_NUMBER }) });
    expect(file.text).toContain(`Nobody here has employee number ${GUEST_NUMBER}`);
  });
});

const placesIn = (calendar: string): string[] =>
  [...calendar.matchAll(/^LOCATION:(.*)$/gm)].map(([, place = '']) => place.trim());

const dataOf = <Data>({ text }: { text: string }) =>
  (JSON.parse(text) as { result: { data: Data } }).result.data;

describe('a live stream of a user of one store', () => {
  /** Opens a stream, and returns the changes that it has brought. */
  async function openStream(cookie: string) {
    const leave = new AbortController();
    const answer = await fetch(`${server.url}/trpc/sync.onChange`, {
      headers: { cookie },
      signal: leave.signal,
    });
    const heard: { kind: string; id: number }[] = [];
    const reading = (async () => {
      const decoder = new TextDecoder();
      let text = '';
      for await (const chunk of answer.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        const messages = text.split('\n\n');
        text = messages.pop() ?? '';
        for (const message of messages) {
          const [, data] = /^data: (\{"kind".*\})$/m.exec(message) ?? [];
          if (data) heard.push(JSON.parse(data));
        }
      }
    })().catch(() => {});
    await expect.poll(() => heard).toEqual([{ kind: 'all', id: 0 }]);
    heard.length = 0;
    return {
      heard,
      close: async () => {
        leave.abort();
        await reading;
      },
    };
  }

  /** Changes something of each kind in a store, and then what everybody hears of. */
  async function changeAll(ids: Ids): Promise<void> {
    const { sql: run } = server.database;
    await run`update events set name = name || '.' where id = ${ids.eventId}`;
    await run`update schedules set version = version + 1 where id = ${ids.scheduleId}`;
    await run`update event_syncs set tries = tries + 1 where event_id = ${ids.scheduledId}`;
    await run`update employees set version = version + 1 where id = ${ids.employeeId}`;
    await run`update attendance_records set version = version + 1 where employee_id = ${ids.employeeId}`;
    await run`update notes set version = version + 1 where employee_id = ${ids.employeeId}`;
    await run`update notes set version = version + 1 where event_id = ${ids.eventId}`;
    await run`update notes set version = version + 1 where store_id = ${ids.storeId}`;
    await run`update proposals set version = version + 1 where id = ${ids.proposalId}`;
    await run`update rotation_turns set weekday = (weekday + 1) % 7 where store_id = ${ids.storeId}`;
  }
  const changesOf = (ids: Ids) => [
    { kind: 'event', id: ids.eventId },
    { kind: 'event', id: ids.scheduledId },
    { kind: 'event', id: ids.scheduledId },
    { kind: 'employee', id: ids.employeeId },
    { kind: 'attendance', id: 0 },
    { kind: 'note', id: 0 },
    { kind: 'note', id: 0 },
    { kind: 'note', id: 0 },
    { kind: 'proposal', id: ids.proposalId },
    { kind: 'proposal', id: 0 },
  ];
  const end = { kind: 'refresh', id: 1 };
  const endChanges = () => server.database.sql`update refresh_runs set read = read + 1 where id = 1`;

  test('brings no change of another store', async () => {
    const stream = await openStream(viewer);
    await changeAll(other);
    await changeAll(own);
    await endChanges();
    await expect.poll(() => stream.heard).toEqual([...changesOf(own), end]);
    await stream.close();
  });

  test('goes on with the new stores, and without the old ones, from the commit that changes them', async () => {
    const user = need(
      (await server.database.db.select().from(users).where(eq(users.name, 'limited-viewer')))[0],
    );
    const admin = await server.as('admin');
    const stream = await openStream(viewer);
    await admin.users.setStores.mutate({ userId: user.id, version: user.version, storeIds: [other.storeId] });
    await changeAll(own);
    await changeAll(other);
    await endChanges();
    await expect.poll(() => stream.heard).toEqual([{ kind: 'access', id: 0 }, ...changesOf(other), end]);
    // The next call counts the new stores too.
    expect((await call('board.week', { storeId: own.storeId }, viewer)).code).toBe('NOT_FOUND');
    expect((await call('board.week', {}, viewer)).text).toContain(SECRET);
    await admin.users.setStores.mutate({
      userId: user.id,
      version: user.version + 1,
      storeIds: [own.storeId],
    });
    expect((await call('board.week', { storeId: other.storeId }, viewer)).code).toBe('NOT_FOUND');
    await stream.close();
  });
});
