import { createUser } from '@scheduler/auth';
import { employeeNumber, mplanId, repId, storeId } from '@scheduler/crossmark';
import { type Db, employees, events, schedules, stores, USER_ROLES, type UserRole } from '@scheduler/db';
import { createTestDatabase, type TestDatabase } from '@scheduler/db/testing';
import { createLogger } from '@scheduler/runtime';
import {
  defaultDurationMinutes,
  detectEventType,
  EVENT_RULES_VERSION,
  eventNumber,
  type Role,
} from '@scheduler/scheduling';
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { onTestFinished, vi } from 'vitest';
import { buildServer } from '../src/http/app.ts';
import type { AppRouter } from '../src/router.ts';

/** The clubs of this package's tests are five hours behind UTC in January. */
export const ZONE = 'America/Indiana/Indianapolis';
export const ORIGIN = 'http://localhost:5173';
const PASSWORD = 'a long enough password';
const SECRET = 'only-for-tests-only-for-tests-only-for-tests';

export type Client = ReturnType<typeof createTRPCClient<AppRouter>>;

/** A running server on a database of its own, with a user for each role. */
export interface TestServer {
  database: TestDatabase;
  app: FastifyInstance;
  url: string;
  /** Signs in over HTTP, once per role, and returns the cookie. */
  cookieOf(role: UserRole): Promise<string>;
  as(role: UserRole): Promise<Client>;
  signedOut: Client;
  close(): Promise<void>;
}

/** Starts a server on a free port, without a log unless one is given. */
export async function startTestServer(log = createLogger('server-test', 'silent')): Promise<TestServer> {
  const database = await createTestDatabase();
  const app = await buildServer({
    // As the role that apps run as.
    databaseUrl: database.appUrl,
    authSecret: SECRET,
    origins: [ORIGIN],
    sessions: { idleHours: 12, maxHours: 168 },
    trustedProxies: ['loopback'],
    log,
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await Promise.all(
    USER_ROLES.map((role) =>
      createUser(database.db, {
        email: emailOf(role),
        name: `${role[0]?.toUpperCase()}${role.slice(1)} Person`,
        role,
        password: PASSWORD,
      }),
    ),
  );
  const cookies = new Map<UserRole, Promise<string>>();
  const cookieOf = (role: UserRole) => {
    const cookie = cookies.get(role) ?? signIn(url, emailOf(role), PASSWORD);
    cookies.set(role, cookie);
    return cookie;
  };
  return {
    database,
    app,
    url,
    cookieOf,
    as: async (role) => client(url, { cookie: await cookieOf(role), origin: ORIGIN }),
    signedOut: client(url, { origin: ORIGIN }),
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}

/** Signs in and returns the session's cookie; throws with the status where it is refused. */
export async function signIn(url: string, email: string, password: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok) throw new Error(`Sign-in: ${answer.status} ${await answer.text()}`);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

export const emailOf = (role: UserRole): string => `${role}@example.test`;

/** A client that sends the given headers with each call. */
export function client(url: string, headers: Record<string, string>): Client {
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc`, headers })] });
}

/** What a refused call was told. Throws where it was not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<{
  message: string;
  code: string;
  reason: NonNullable<NonNullable<TRPCClientError<AppRouter>['data']>['reason']>;
}> {
  const error = await call.then(
    (value) => {
      throw new Error(`Was not refused: ${JSON.stringify(value)}`);
    },
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TRPCClientError)) throw error;
  const { message, data } = error as TRPCClientError<AppRouter>;
  if (!data) throw error;
  return { message, code: data.code, reason: data.reason };
}

/** Empties everything but users and their sessions, and the queue. */
export async function empty(database: TestDatabase): Promise<void> {
  await database.db.execute(
    sql`truncate stores, holidays, refresh_runs, rep_readings, crossmark_reps, audit_log, crossmark_breakers restart identity cascade`,
  );
  await database.db.execute(sql`delete from graphile_worker._private_jobs`);
}

/** Adds a store. */
export async function addStore(db: Db, number = '8135'): Promise<number> {
  const [row] = await db
    .insert(stores)
    .values({ crossmarkStoreId: storeId(`31${number}`), number, name: `Club ${number}`, timeZone: ZONE })
    .returning({ id: stores.id });
  return need(row).id;
}

let nextRep = 100_000;

/** Adds a person, linked to a rep unless said otherwise. */
export async function addPerson(
  db: Db,
  person: { storeId: number; name: string; role?: Role; linked?: boolean; employeeNumber?: string },
): Promise<number> {
  const linked = person.linked ?? true;
  nextRep += 1;
  const [row] = await db
    .insert(employees)
    .values({
      storeId: person.storeId,
      name: person.name,
      role: person.role ?? 'Event Specialist',
      repId: linked ? repId(nextRep) : null,
      linkState: linked ? 'linked' : 'unchecked',
      employeeNumber: person.employeeNumber ? employeeNumber(person.employeeNumber) : null,
    })
    .returning({ id: employees.id });
  return need(row).id;
}

let nextPlan = 40_000_000;

/** Adds an event whose type, number and duration follow from its name; window 1 to 15 January 2026. */
export async function addEvent(
  db: Db,
  event: { storeId: number; name?: string; startsOn?: string; dueOn?: string },
): Promise<number> {
  const name = event.name ?? '612345-Acme-Oat Bars (260105123456)  - V2-CORE';
  const type = detectEventType(name);
  nextPlan += 1;
  const [row] = await db
    .insert(events)
    .values({
      storeId: event.storeId,
      mplanId: mplanId(nextPlan),
      name,
      type,
      eventNumber: eventNumber(name),
      startsOn: event.startsOn ?? '2026-01-01',
      dueOn: event.dueOn ?? '2026-01-15',
      durationMinutes: defaultDurationMinutes(type, name),
      rulesVersion: EVENT_RULES_VERSION,
    })
    .returning({ id: events.id });
  return need(row).id;
}

/** Makes it another time for the server of this test, until the test has ended; the database keeps its own. */
export function itIs(instant: string): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(instant) });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Names of real shape. */
export const coreName = (number: number): string => `${number}-Acme-Oat Bars (260105123456)  - V2-CORE`;
export const supervisorName = (number: number): string =>
  `${number}-Acme-Oat Bars (260105123456)  - V2-Supervisor`;

/** Keys of all jobs in the queue with their task, sorted. */
export async function jobs(db: Db): Promise<string[]> {
  const rows = await db.execute<{ job: string }>(sql`
    select tasks.identifier || ' ' || jobs.key as job
    from graphile_worker._private_jobs jobs join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id
    order by 1`);
  return rows.map((row) => row.job);
}

/** Everything that a refused request must leave as it is. */
export async function everything(db: Db): Promise<unknown> {
  const tables = [
    'schedules',
    'events',
    'event_syncs',
    'employees',
    'availability_patterns',
    'availability_ranges',
    'availability_dates',
    'time_off',
    'attendance_records',
    'notes',
    'stores',
    'holidays',
    'audit_log',
    'refresh_runs',
    'proposals',
    'proposal_lines',
    'proposal_approvals',
    'rotation_turns',
    'rotation_exceptions',
    'rep_readings',
    'crossmark_reps',
    'users',
    'user_accounts',
    'access_links',
    'calendar_feeds',
    'digest_subscriptions',
    'paper_templates',
    'event_instructions',
  ];
  const contents = await Promise.all(
    tables.map((table) =>
      db.execute(sql`select to_jsonb(t) as row from ${sql.identifier(table)} t order by to_jsonb(t)::text`),
    ),
  );
  return { contents, jobs: await jobs(db) };
}

/** Live schedules, oldest first. */
export async function live(db: Db) {
  return db.select().from(schedules).where(sql`${schedules.endedAt} is null`).orderBy(schedules.id);
}

/** The value, or an error where there is none. */
export function need<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('Expected a value.');
  return value;
}
