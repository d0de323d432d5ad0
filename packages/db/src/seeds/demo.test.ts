import { evaluate, ROLES, usualRules, weekStart, workDateOf } from '@scheduler/scheduling';
import { count, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { employees, eventSyncs, events, schedules } from '../schema/index.ts';
import { createTestDatabase, type TestDatabase } from '../testing.ts';
import { crossmarkState } from './crossmark-state.ts';
import { demoScenario } from './demo.ts';
import { largeScenario } from './large.ts';
import { seedScenario } from './seed.ts';

const TODAY = '2026-11-24';
const scenario = demoScenario(TODAY);

describe('the large scenario', () => {
  it('has 50 people with 400 schedules in the week of a day, one Core a day at most, with ids of their own', () => {
    const { people, events, store } = largeScenario(TODAY);
    const bookings = events.flatMap(({ booking, type }) => {
      return booking ? [{ ...booking, type, day: workDateOf(booking.startsAt, store.timeZone) }] : [];
    });
    expect(people).toHaveLength(50);
    expect(new Set(people.map(({ name }) => name)).size).toBe(50);
    expect(bookings).toHaveLength(400);
    expect(new Set(bookings.map(({ day }) => weekStart(day)))).toEqual(new Set([weekStart(TODAY)]));
    expect(new Set(events.map(({ mplanId }) => mplanId)).size).toBe(events.length);
    const cores = bookings.filter(({ type }) => type === 'Core');
    expect(new Set(cores.map(({ employeeNumber, day }) => `${employeeNumber} ${day}`)).size).toBe(
      cores.length,
    );
  });
});

describe('the demo scenario', () => {
  it('is the same club for the same day', () => {
    expect(demoScenario(TODAY)).toEqual(scenario);
  });

  it('has 13 people in four roles and 150 events of every type, with ids of their own', () => {
    expect(scenario.people).toHaveLength(13);
    expect(new Set(scenario.people.map((person) => person.role))).toEqual(new Set(ROLES));
    expect(scenario.events).toHaveLength(150);
    expect(new Set(scenario.events.map((event) => event.type)).size).toBe(9);
    expect(new Set(scenario.events.map((event) => event.mplanId)).size).toBe(150);
    expect(new Set(scenario.people.map((person) => person.repId)).size).toBe(13);
  });

  it('leaves work to do, and books none of it against a rule', () => {
    const booked = scenario.events.filter((event) => event.booking);
    expect(booked.length).toBeGreaterThan(40);
    expect(scenario.events.length - booked.length).toBeGreaterThan(60);
    for (const event of booked) {
      const person = scenario.people.find(
        (candidate) => candidate.employeeNumber === event.booking?.employeeNumber,
      );
      if (!person || !event.booking) throw new Error('booked by nobody');
      const reasons = evaluate({
        event: { ...event, id: 1, scheduled: false, condition: 'Unstaffed' },
        person: { ...person, id: 1, terminatedOn: null, ranges: [], dates: [] },
        startsAt: event.booking.startsAt,
        store: usualRules(scenario.store.timeZone),
        planned: [],
        holidays: [{ ...scenario.holiday, yearly: false }],
      });
      expect(reasons, event.name).toEqual([]);
    }
  });
});

describe('seeding', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  it('writes what the scenario says, synced, and writes it anew when run again', async () => {
    const { db } = database;
    for (const _run of [1, 2]) {
      await seedScenario(db, scenario);
      const rows = async (table: typeof events | typeof employees | typeof schedules) =>
        (await db.select({ rows: count() }).from(table))[0]?.rows;
      expect(await rows(employees)).toBe(13);
      expect(await rows(events)).toBe(150);
      expect(await rows(schedules)).toBe(
        crossmarkState(scenario, { userId: 'u', password: 'p' }).bookings.length,
      );
      const unsettled = await db.select().from(eventSyncs).where(eq(eventSyncs.state, 'pending'));
      expect(unsettled).toEqual([]);
    }
  });
});
