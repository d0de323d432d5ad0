import { currentInstant } from '@scheduler/runtime/clock';
import { signIn } from '@scheduler/scripts/api';
import { heldBookings } from '@scheduler/scripts/crossmark-side';
import { waitFor } from '@scheduler/scripts/process';
import type { Page } from 'playwright-core';
import { type FreeEvent, freeEvent } from './board.ts';
import type { Stack } from './stack.ts';

/** A screen of the app: how to open it, and how to wait until it is complete. */
export interface Screen {
  name: string;
  /** The address. `event` is an open event of {@link makeNews}. */
  path: string | ((event: FreeEvent) => string);
  /** Whether only admins can see it. */
  admin?: true;
  ready: (page: Page) => Promise<unknown>;
}

/** The looks in which screens are checked. */
export const LOOKS = [
  { suffix: '', viewport: { width: 1440, height: 900 }, dark: false },
  { suffix: '-dark', viewport: { width: 1440, height: 900 }, dark: true },
  { suffix: '-phone', viewport: { width: 360, height: 740 }, dark: false },
  { suffix: '-phone-dark', viewport: { width: 360, height: 740 }, dark: true },
] as const;

const badge = async (page: Page) => {
  await page.locator('[data-sync-state]').first().waitFor();
  await page.getByRole('navigation', { name: 'Sync with Crossmark' }).locator('a, span').first().waitFor();
};
const listed = (page: Page) => page.locator('[data-index][data-event-id]').first().waitFor();
const dialog = (page: Page) => page.getByRole('dialog').getByRole('button').nth(1).waitFor();

/** Every screen of the scheduler, in the order of the documentation. */
export const SCREENS: readonly Screen[] = [
  { name: 'board', path: '/', ready: badge },
  {
    name: 'tray',
    path: '/?view=tray',
    ready: (page) => page.getByLabel('Unscheduled events').first().waitFor(),
  },
  { name: 'event', path: (event) => `/?event=${event.eventId}&view=tray`, ready: dialog },
  {
    name: 'schedule',
    path: (event) => `/?event=${event.eventId}&view=tray`,
    ready: async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Schedule', exact: true }).click();
      await page.getByText('May do it').first().waitFor();
    },
  },
  {
    name: 'account',
    path: '/',
    ready: async (page) => {
      await badge(page);
      await page.getByRole('button', { name: /^Account of/ }).click();
    },
  },
  {
    name: 'day',
    path: '/day',
    ready: (page) => page.locator('[data-event-id]').first().waitFor(),
  },
  {
    name: 'next-days',
    path: '/',
    ready: async (page) => {
      await badge(page);
      const more = page.getByRole('button', { name: 'More of this week' });
      const days = page.getByRole('button', { name: 'Next days' });
      await days.or(more).first().waitFor();
      if (await more.isVisible()) await more.click();
      if ((await days.getAttribute('aria-expanded')) === 'false') await days.click();
      await page
        .getByTestId(/^next-/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'checks',
    path: '/checks',
    ready: (page) =>
      page
        .getByTestId(/^checked-/)
        .first()
        .waitFor(),
  },
  {
    name: 'reassign',
    path: '/day',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Reassign' }).click();
      await page.getByRole('radio').first().waitFor();
      await page
        .getByText(/^(To be reassigned|Not changed|There is nothing)/)
        .first()
        .waitFor();
    },
  },
  { name: 'daily-sheet', path: '/day/print', ready: (page) => page.locator('.day-sheet').waitFor() },
  { name: 'month', path: '/month', ready: (page) => page.locator('a[data-day]').first().waitFor() },
  { name: 'events', path: '/events', ready: listed },
  { name: 'unreported', path: '/events?view=unreported', ready: listed },
  {
    name: 'reissue',
    path: '/events?view=unreported',
    ready: async (page) => {
      await page
        .getByRole('button', { name: /^Reissue / })
        .first()
        .click();
      await page.getByText('May do it').first().waitFor();
    },
  },
  { name: 'activity', path: '/activity', ready: (page) => page.getByTestId('attention-list').waitFor() },
  {
    name: 'activity-failed',
    path: '/activity?show=failed',
    ready: (page) => page.getByTestId('attention-list').waitFor(),
  },
  {
    name: 'reports',
    path: '/reports',
    ready: (page) => page.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' }),
  },
  {
    name: 'history',
    path: '/activity?tab=history',
    ready: (page) => page.getByTestId('history').waitFor(),
  },
  {
    name: 'refreshes',
    path: '/activity?tab=refreshes',
    ready: (page) => page.getByTestId('refreshes').waitFor(),
  },
  {
    name: 'people',
    path: '/people',
    ready: (page) => page.locator('[data-testid^=person-]').first().waitFor(),
  },
  {
    name: 'person',
    path: '/people',
    ready: async (page) => {
      await page.locator('[data-testid^=person-]').getByRole('link').first().click();
      await page.getByRole('heading', { name: 'When they can work' }).waitFor();
    },
  },
  {
    name: 'person-week',
    path: '/people',
    ready: async (page) => {
      await page.locator('[data-testid^=person-]').getByRole('link').first().click();
      await page.getByRole('link', { name: 'Print week' }).click();
      await page.locator('.sheet').waitFor();
    },
  },
  { name: 'wall-sheet', path: '/week/print', ready: (page) => page.locator('.sheet').waitFor() },
  {
    name: 'people-sheets',
    path: '/people/print?weeks=2',
    ready: (page) => page.locator('.sheet').first().waitFor(),
  },
  { name: 'settings', path: '/settings', ready: (page) => page.getByTestId('type-Core').waitFor() },
  {
    name: 'users',
    path: '/users',
    admin: true,
    ready: (page) => page.getByRole('table').waitFor(),
  },
  { name: 'audit', path: '/audit', admin: true, ready: (page) => page.getByTestId('audit').waitFor() },
  {
    name: 'audit-search',
    path: '/audit?object=event&q=demo',
    admin: true,
    ready: (page) => page.getByLabel('Which event').waitFor(),
  },
  {
    name: 'import',
    path: '/import',
    ready: (page) => page.getByLabel('CSV file').waitFor({ state: 'attached' }),
  },
  {
    name: 'not-found',
    path: '/nowhere',
    ready: (page) => page.getByRole('heading', { name: 'There is no such page' }).waitFor(),
  },
];

/** Opens a screen and waits until it is complete. */
export async function openScreen(page: Page, stack: Stack, screen: Screen, event: FreeEvent): Promise<void> {
  const path = typeof screen.path === 'string' ? screen.path : screen.path(event);
  await page.goto(stack.apps.webUrl + path);
  await screen.ready(page);
}

/**
 * Creates an example of everything that a screen can show: failed work, a conflict, an adopted
 * booking, a booking of an unknown rep, and a finished refresh. Returns an open event.
 */
export async function makeNews(stack: Stack): Promise<FreeEvent> {
  const { infrastructure, apps } = stack;
  const api = await signIn(apps.serverUrl, infrastructure.env.WEB_ORIGIN ?? '');
  const crossmark = async (method: string, path: string, body: unknown) => {
    const answer = await fetch(`${infrastructure.simulatorUrl}/__sim/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const settled = (eventId: number, state: string) =>
    waitFor(`Event ${eventId} ${state}`, async () => {
      return (await api.sync.get.query({ eventId })).state === state;
    });

  const people = new Map((await api.employees.list.query({})).map(({ name, id }) => [name, id]));
  for (const _ of [1, 2]) {
    const event = await freeEvent(stack, 'Core');
    await crossmark('POST', 'faults', { call: 'scheduleMplanEvent', kind: 'refuse', mplanId: event.mplanId });
    await api.schedules.create.mutate({
      eventId: event.eventId,
      employeeId: people.get(event.person) ?? 0,
      startsAt: event.startsAt,
      withSupervisor: false,
    });
    await settled(event.eventId, 'failed');
  }

  const planned = (await api.events.list.query({ scheduled: true, types: ['Core'], limit: 1000 })).rows;
  const today = currentInstant();
  const open = planned.filter(({ event, schedule }) => {
    return event.sync.state === 'synced' && schedule && schedule.startsAt > today;
  });
  const [conflict, drift, unknown] = await Promise.all(
    open.slice(-3).map(async ({ event, schedule }) => {
      const [held] = await heldBookings(infrastructure.simulatorUrl, event.mplanId);
      if (!schedule || !held) throw new Error(`Nothing is held for event ${event.eventId}.`);
      const later = new Date(Date.parse(schedule.startsAt) + 3_600_000).toISOString();
      return { event, schedule, held, later };
    }),
  );
  if (!conflict || !drift || !unknown) throw new Error('The demo has too few events planned ahead.');
  const stranger = open.find(({ schedule }) => schedule?.employeeId !== conflict.schedule.employeeId);
  await crossmark('PATCH', `bookings/${conflict.held.bookingId}`, { startsAt: conflict.later });
  await crossmark('PATCH', `bookings/${drift.held.bookingId}`, { startsAt: drift.later });
  // A rep of Crossmark's list who is not a person of this club.
  await crossmark('PATCH', `bookings/${unknown.held.bookingId}`, { repId: '205011' });
  await api.schedules.changeEmployee.mutate({
    scheduleId: conflict.schedule.scheduleId,
    version: conflict.schedule.version,
    employeeId: stranger?.schedule?.employeeId ?? 0,
    overrideReason: 'Agreed with the club',
  });
  await settled(conflict.event.eventId, 'conflict');
  const { runId } = await api.sync.refreshNow.mutate();
  await waitFor('The refresh', async () => (await api.sync.refreshRun.query({ runId })).state === 'done');
  return freeEvent(stack, 'Core');
}
