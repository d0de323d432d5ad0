import { auditLog, type Executor } from '@scheduler/db';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { AuditEntry } from './audit.ts';
import type { ForeignChange } from './errors.ts';

/** The actions on an object after one of its versions, oldest first, from the audit log. */
export async function changesSince(
  db: Executor,
  subject: { type: AuditEntry['subjectType']; id: number; version: number },
  what: (before: Record<string, unknown>, after: Record<string, unknown>) => string,
): Promise<ForeignChange[]> {
  // Relies on the index audit_log_subject.
  const rows = await db
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.subjectType, subject.type),
        eq(auditLog.subjectId, String(subject.id)),
        sql`(${auditLog.after}->>'version')::int > ${subject.version}`,
      ),
    )
    .orderBy(asc(auditLog.id))
    .limit(20);
  return rows.map((row) => ({
    at: row.at,
    by: row.actorName,
    what: what(row.before ?? {}, row.after ?? {}),
  }));
}

/** Describes the fields in which two states differ: `changed the role, the phone number`. */
export function fieldsChanged(
  words: Readonly<Record<string, string>>,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): string {
  const changed = Object.entries(words).flatMap(([field, word]) =>
    before[field] === after[field] ? [] : [word],
  );
  return `changed ${changed.join(', ')}`;
}
