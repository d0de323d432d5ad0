import { EVENT_RULES_VERSION, workDateOf } from '@scheduler/scheduling';
import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../connect.ts';
import { onlyRow } from '../only-row.ts';
import {
  availabilityPatterns,
  employees,
  eventSyncs,
  events,
  holidays,
  schedules,
  stores,
  timeOff,
} from '../schema/index.ts';
import type { DemoScenario } from './demo.ts';

/**
 * Replaces the club's data (stores, people, events, schedules, sync history, queued jobs; not
 * users) by a scenario, in one transaction. Schedules arrive synced: the scenario says what
 * Crossmark holds as well. Links lead to Crossmark's host.
 */
export async function seedScenario(
  db: Db,
  scenario: DemoScenario,
  crossmarkUrl = 'https://crossmark.demo.test',
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`truncate stores, holidays, refresh_runs, rep_readings, crossmark_reps, audit_log restart identity cascade`,
    );
    await tx.execute(sql`delete from graphile_worker._private_jobs`);
    await insertScenario(tx, scenario, crossmarkUrl);
  });
}

async function insertScenario(tx: Tx, scenario: DemoScenario, crossmarkUrl: string): Promise<void> {
  const store = onlyRow(await tx.insert(stores).values(scenario.store).returning());
  await tx.insert(holidays).values(scenario.holiday);

  const people = await tx
    .insert(employees)
    .values(
      scenario.people.map(({ pattern, timeOff, ...person }) => ({
        ...person,
        storeId: store.id,
        linkState: 'linked' as const,
      })),
    )
    .returning();
  const personBy = new Map(people.map((person) => [person.employeeNumber, person]));
  for (const { employeeNumber, pattern, timeOff: off } of scenario.people) {
    const employeeId = personBy.get(employeeNumber)?.id;
    if (employeeId === undefined) continue;
    if (pattern) {
      const [sunday, monday, tuesday, wednesday, thursday, friday, saturday] = pattern as [
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
      ];
      await tx
        .insert(availabilityPatterns)
        .values({ employeeId, sunday, monday, tuesday, wednesday, thursday, friday, saturday });
    }
    if (off.length > 0) await tx.insert(timeOff).values(off.map((days) => ({ ...days, employeeId })));
  }

  const rows = await tx
    .insert(events)
    .values(
      scenario.events.map(({ booking, ...event }) => ({
        ...event,
        instructionsUrl: event.instructionsUrl && new URL(event.instructionsUrl, crossmarkUrl).href,
        storeId: store.id,
        rulesVersion: EVENT_RULES_VERSION,
      })),
    )
    .returning({ id: events.id, mplanId: events.mplanId });
  const eventIdOf = new Map(rows.map((row) => [row.mplanId, row.id]));
  const idOf = (event: DemoScenario['events'][number]) => eventIdOf.get(event.mplanId) as number;

  const booked = scenario.events.flatMap((event) => {
    const person = event.booking && personBy.get(event.booking.employeeNumber);
    return event.booking && person ? [{ event, booking: event.booking, person }] : [];
  });
  await tx.insert(schedules).values(
    booked.map(({ event, booking, person }) => ({
      eventId: idOf(event),
      employeeId: person.id,
      startsAt: booking.startsAt,
      endsAt: booking.endsAt,
      workDate: workDateOf(booking.startsAt, scenario.store.timeZone),
    })),
  );
  await tx.insert(eventSyncs).values(
    booked.map(({ event, booking, person }) => ({
      eventId: idOf(event),
      state: 'synced' as const,
      wantedVersion: 1,
      syncedVersion: 1,
      syncedAt: sql`app_now()`,
      bookingId: booking.bookingId,
      bookedRepId: person.repId,
      bookedRepNames: person.name,
      bookedStartsAt: booking.startsAt,
      bookedEndsAt: booking.endsAt,
    })),
  );
}
