import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createSimulator, DEMO_USER, type SettingsPatch, type WorldInput } from '../simulator/index.ts';
import { type CrossmarkClientOptions, createCrossmarkClient } from './client.ts';
import { bookingId, mplanId, repId, storeId } from './ids.ts';

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

/** As many more plans of one club, one after the other in time. */
export function manyPlans(count: number, first = 32_000_001): NonNullable<WorldInput['plans']> {
  return Array.from({ length: count }, (_, index) => ({
    mplanId: String(first + index),
    storeId: CLUB,
    name: `Plan ${index}`,
    startsOn: '2026-02-01',
    dueOn: '2026-02-09',
  }));
}

/** A listening simulator with the small world, gone with the test. */
export async function simulate(settings: SettingsPatch = {}, state: WorldInput = world()) {
  const simulator = createSimulator({ state, settings });
  await simulator.listen();
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A client, gone with the test. */
export function connect(baseUrl: string, options: Partial<CrossmarkClientOptions> = {}) {
  const client = createCrossmarkClient({ baseUrl, ...DEMO_USER, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A host that lets everybody in and answers all other calls as told. */
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

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: unknown) => error,
  );
}
