/**
 * The least cost of a save with a job on this machine: Fastify, and one insert with `add_job` in
 * one transaction. There is no session, no rules and no audit.
 */
import { fastify } from 'fastify';
import postgres from 'postgres';
import { setting } from './booking.ts';

const sql = postgres(setting('DATABASE_URL'), { max: 10, onnotice: () => {} });
await sql`
  create table if not exists bare_schedules (
    id integer primary key generated always as identity,
    event_id integer not null,
    employee_id integer not null,
    starts_at timestamptz not null
  )`;

interface Save {
  eventId: number;
  employeeId: number;
  startsAt: string;
}

const app = fastify();
app.get('/healthz', () => ({ ok: true }));
app.post<{ Body: Save }>('/schedules', ({ body: { eventId, employeeId, startsAt } }) =>
  sql.begin(async (tx) => {
    const [row] = await tx`
      insert into bare_schedules (event_id, employee_id, starts_at)
      values (${eventId}, ${employeeId}, ${startsAt}) returning id`;
    await tx`
      select count(*) from graphile_worker.add_job(
        'sync_schedule', payload => json_build_object('eventId', ${eventId}::int), job_key => ${`event:${eventId}`}::text)`;
    return { scheduleId: row?.id };
  }),
);
await app.listen({ host: '127.0.0.1', port: Number(setting('PORT')) });
