import { Readable } from 'node:stream';
import { formatDay } from '@scheduler/scheduling';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { auditFilter } from '../activity/audit-router.ts';
import { auditCsv } from '../activity/audit-search.ts';
import { writeCalendar } from '../calendars/calendar.ts';
import { weekCalendar } from '../calendars/entries.ts';
import { inWords } from '../trpc/procedures.ts';
import { id, workDate } from '../trpc/schemas.ts';
import { admitToFile } from './admit-to-file.ts';
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
    const user = await admitToFile(request, parts);
    await parts.shares.begin(user.id, reply.raw);
    const params = WEEK_FILE.safeParse({ ...(request.params as object), ...(request.query as object) });
    if (!params.success) {
      return reply.status(400).send({ message: 'Ask for a person by number and a week by a day of it.' });
    }
    const week = await weekCalendar(parts.database.db, params.data, user.storeIds);
    if (week.entries.length === 0) {
      const message = `Nothing was ever planned for ${week.person} in the week of ${formatDay(week.sunday)}.`;
      return reply.status(404).send({ message });
    }
    return reply
      .header('content-type', 'text/calendar; charset=utf-8')
      .header('content-disposition', `attachment; filename="week-${week.sunday}.ics"`)
      .send(writeCalendar(week, { kind: 'file' }));
  });

  /**
   * A stream and not a procedure, because it has any length. The browser saves it as it arrives.
   */
  app.get('/api/audit.csv', async (request, reply) => {
    const user = await admitToFile(request, parts, 'admin');
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
