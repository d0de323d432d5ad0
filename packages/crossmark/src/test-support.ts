import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createSimulator, DEMO_USER, type SettingsPatch, type WorldInput } from '../simulator/index.ts';
import { createCrossmarkClient } from './client.ts';
import { bookingId, mplanId, repId, type StoreId, storeId } from './ids.ts';
import type { CrossmarkClientOptions } from './options.ts';
import type { EventPage } from './types.ts';

export const INDIANA = 'America/Indiana/Indianapolis';
export const PHOENIX = 'America/Phoenix';

export const CLUB = storeId('200101');
export const OTHER_CLUB = storeId('200102');
export const PLAN = mplanId('31000001');
export const ANN = repId('140001');
export const BEN = repId('140002');
export const EVENT = { mplanId: PLAN, storeId: CLUB };
export const BOOKING = {
  ...EVENT,
  repId: ANN,
  startsAt: '2026-01-05T15:45:00.000Z',
  endsAt: '2026-01-05T22:15:00.000Z',
  timeZone: INDIANA,
};
export const SOME_BOOKING = bookingId('50009999');

const ZONES: Record<string, string> = { [CLUB]: INDIANA, [OTHER_CLUB]: PHOENIX };
/** The query for every event of the small world. */
export const ALL = {
  from: '2026-01-01',
  to: '2026-12-31',
  timeZoneOf: (store: StoreId) => ZONES[store],
};

export const LOGIN_PAGE =
  '<!DOCTYPE html><form action="/login/authenticate"><input type="password" name="Password"></form>';

/** Two clubs in two zones, one plan that runs in both, two people. */
export function world(): WorldInput {
  const plan = {
    name: '610001-Acme-Oat Bars (123456789012)  - V2-CORE',
    startsOn: '2026-01-02',
    dueOn: '2026-01-16',
  };
  return {
    stores: [
      { storeId: CLUB, name: 'Club Indiana', timeZone: INDIANA },
      { storeId: OTHER_CLUB, name: 'Club Arizona', timeZone: PHOENIX },
    ],
    reps: [
      {
        repId: ANN,
        employeeNumber: 'US100001',
        firstName: 'Ann',
        lastName: 'Archer',
        email: 'ann@example.test',
      },
      { repId: BEN, employeeNumber: 'US100002', firstName: 'Ben', lastName: 'Baker', timeZone: PHOENIX },
    ],
    plans: [
      { mplanId: PLAN, storeId: CLUB, ...plan },
      { mplanId: PLAN, storeId: OTHER_CLUB, ...plan },
    ],
  };
}

/** Creates `count` more plans of one club with consecutive ids. */
export function manyPlans(count: number, first = 32_000_001): NonNullable<WorldInput['plans']> {
  return Array.from({ length: count }, (_, index) => ({
    mplanId: String(first + index),
    storeId: CLUB,
    name: `Plan ${index}`,
    startsOn: '2026-02-01',
    dueOn: '2026-02-09',
  }));
}

/** Starts a simulator with the small world; it closes when the test ends. */
export async function simulate(settings: SettingsPatch = {}, state: WorldInput = world()) {
  const simulator = createSimulator({ state, settings });
  await simulator.listen();
  onTestFinished(() => simulator.close());
  return simulator;
}

/** Creates a client; it closes when the test ends. */
export function connect(baseUrl: string, options: Partial<CrossmarkClientOptions> = {}) {
  const client = createCrossmarkClient({ baseUrl, ...DEMO_USER, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Starts a host that accepts every sign-in and answers all other calls with `answer`. */
export async function hostAnswering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    if (request.url === '/login/authenticate') {
      response.setHeader('set-cookie', 'PHPSESSID=abc123abc123; path=/').end('{"success":true}');
    } else if (request.url === '/users/getUserInfo') response.end('{"username":"demo"}');
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a host that accepts every sign-in and answers all other calls with one body. */
export const hostAnsweringJson = (body: unknown) =>
  hostAnswering((_request, response) => response.end(typeof body === 'string' ? body : JSON.stringify(body)));

/** Joins the pages of a list. */
export async function collect(pages: AsyncIterable<EventPage>) {
  const all = { rows: [] as EventPage['rows'], bad: [] as EventPage['bad'], read: 0, total: 0 };
  for await (const page of pages) {
    all.rows.push(...page.rows);
    all.bad.push(...page.bad);
    all.read = page.read;
    all.total = page.total;
  }
  return all;
}

/** Returns the error that a promise rejects with; throws if it resolves. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: unknown) => error,
  );
}
