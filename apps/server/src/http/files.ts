import { Readable } from 'node:stream';
import { formatDay } from '@scheduler/scheduling';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { auditFilter } from '../activity/audit-router.ts';
import { auditCsv } from '../activity/audit-search.ts';
import { personCalendar } from '../board/person-week.ts';
import { assertRole, inWords } from '../trpc/procedures.ts';
import { id, workDate } from '../trpc/schemas.ts';
import { weekAsCalendar } from './calendar.ts';
import { headersOf } from './connection.ts';
import type { ServerParts } from './parts.ts';

const WEEK_FILE = z.object({
  employeeId: z.coerce.number().pipe(id),
  weekOf: workDate.optional(),
});

const AUDIT_FILE = z.strictObject({ ...auditFilter, storeId: z.coerce.number().pipe(id).optional() });

/**
 * Adds the routes of downloadable files: a person's week as iCalendar, and the audit log as CSV.
 */
export function addFileRoutes(app: FastifyInstance, parts: ServerParts): void {
  /** Calendars open this address without the page. The session's cookie is sent with it. */
  app.get('/api/people/:employeeId/week.ics', async (request, reply) => {
    const user = await parts.auth.userOf(headersOf(request));
    if (!user) return reply.status(401).send({ message: 'You are signed out. Sign in and try again.' });
    parts.userIds.set(request, user.id);
    await parts.shares.begin(user.id, reply.raw);
    const params = WEEK_FILE.safeParse({ ...(request.params as object), ...(request.query as object) });
    if (!params.success) {
      return reply.status(400).send({ message: 'Ask for a person by number and a week by a day of it.' });
    }
    const week = await personCalendar(parts.database.db, params.data);
    if (week.entries.length === 0) {
      const message = `Nothing was ever planned for ${week.employee.name} in the week of ${formatDay(week.weekOf)}.`;
      return reply.status(404).send({ message });
    }
    return reply
      .header('content-type', 'text/calendar; charset=utf-8')
      .header('content-disposition', `attachment; filename="week-${week.weekOf}.ics"`)
      .send(weekAsCalendar(week));
  });

  /**
   * A stream and not a procedure, because it has any length. The browser saves it as it arrives.
   */
  app.get('/api/audit.csv', async (request, reply) => {
    const user = await parts.auth.userOf(headersOf(request));
    if (!user) return reply.status(401).send({ message: 'You are signed out. Sign in and try again.' });
    parts.userIds.set(request, user.id);
    assertRole(user, 'admin');
    const params = AUDIT_FILE.safeParse(request.query);
    if (!params.success) return reply.status(400).send({ message: inWords(params.error).message });
    await parts.shares.begin(user.id, reply.raw);
    const lines = auditCsv(parts.database.db, params.data);
    // Refusals must come before the file begins.
    const { value: first = '' } = await lines.next();
    const file = Readable.from(
      (async function* () {
        yield first;
        yield* lines;
      })(),
    );
    return reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit-log.csv"')
      .send(file);
  });
}
