/**
 * The least cost of a save with a job on this machine: Fastify, and one insert with `add_job` in
 * one transaction. There is no session, no rules and no audit. The same for many saves in one call.
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
// The least cost of many saves with their jobs in one transaction.
app.post<{ Body: Save[] }>('/schedules/many', ({ body }) =>
  sql.begin(async (tx) => {
    const saves = JSON.stringify(body);
    await tx`
      insert into bare_schedules (event_id, employee_id, starts_at)
      select "eventId", "employeeId", "startsAt"
      from json_to_recordset(${saves}::text::json) as given("eventId" int, "employeeId" int, "startsAt" timestamptz)`;
    await tx`
      select count(*) from graphile_worker.add_jobs(array(
        select json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'sync_schedule',
          'payload', json_build_object('eventId', "eventId"), 'job_key', 'event:' || "eventId"))
        from json_to_recordset(${saves}::text::json) as given("eventId" int)))`;
    return { saved: body.length };
  }),
);
await app.listen({ host: '127.0.0.1', port: Number(setting('PORT')) });
