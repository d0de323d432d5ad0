import { currentInstant } from '@scheduler/runtime/clock';
import { addDays, workDateOf } from '@scheduler/scheduling';
import { signIn } from '@scheduler/scripts/api';
import type { Page } from 'playwright-core';
import type { Stack } from './stack.ts';

/** An unscheduled event, with a day, a slot and a person that no rule forbids. */
export interface FreeEvent {
  eventId: number;
  mplanId: string | null;
  storeId: string;
  weekOf: string;
  day: string;
  /** `HH:mm` in the store's zone. */
  slot: string;
  startsAt: string;
  person: string;
  repId: string | null;
}

/** The event that was scheduled on the board. */
export type Planned = FreeEvent;

/** Finds an event that can be scheduled, with the same call of the API as the schedule dialog. */
export async function freeEvent(stack: Stack, type: string): Promise<FreeEvent> {
  const api = await signIn(stack.apps.serverUrl, stack.infrastructure.env.WEB_ORIGIN ?? '');
  const [store] = await api.stores.list.query();
  if (!store) throw new Error('There is no store.');
  const today = workDateOf(currentInstant(), store.timeZone);
  const people = new Map((await api.employees.list.query({})).map((person) => [person.id, person.repId]));
  for (const week of [0, 1, 2, 3]) {
    const board = await api.board.week.query({ weekOf: addDays(today, week * 7) });
    for (const event of board.tray.filter((candidate) => candidate.type === type)) {
      const day = event.startsOn > today ? event.startsOn : addDays(today, 1);
      if (day >= event.dueOn) continue;
      const options = await api.events.options.query({ eventId: event.eventId, day });
      for (const slot of options.slots) {
        const able = options.people.find((person) => (person.reasonsBySlot[slot.time] ?? []).length === 0);
        if (!able) continue;
        return {
          eventId: event.eventId,
          mplanId: event.mplanId,
          storeId: store.crossmarkStoreId,
          weekOf: board.weekOf,
          day,
          slot: slot.time,
          startsAt: slot.startsAt,
          person: able.name,
          repId: people.get(able.employeeId) ?? null,
        };
      }
    }
  }
  throw new Error(`No ${type} event of the demo data can be planned.`);
}

/** Makes the tray visible. */
export async function openTray(page: Page): Promise<void> {
  await page.getByLabel('Unscheduled events').first().waitFor();
}

/**
 * Schedules an event with the dialog, as a user does: opens it from the tray, chooses day, start
 * and person, and saves.
 */
export async function planFromTray(page: Page, event: FreeEvent): Promise<Planned> {
  await page.goto(`${new URL(page.url()).origin}/?week=${weekOf(event.day)}`);
  await openTray(page);
  await page.getByTestId(`tray-event-${event.eventId}`).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.locator(`input[type=radio][value="${event.day}"]`).check();
  await dialog.locator(`input[type=radio][value="${event.slot}"]`).check();
  await dialog.getByLabel(event.person).check();
  await dialog.getByRole('button', { name: 'Schedule', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  return event;
}

/** Waits until the badge on an event's card shows a state. */
export async function badgeOf(page: Page, eventId: number, state: string, withinMs = 30_000): Promise<void> {
  await page
    .locator(`[data-event-id="${eventId}"]:is([data-sync-state=${state}], :has([data-sync-state=${state}]))`)
    .first()
    .waitFor({ timeout: withinMs });
}

/** Returns the Sunday on or before a day. */
function weekOf(day: string): string {
  return addDays(day, -new Date(`${day}T12:00:00Z`).getUTCDay());
}
