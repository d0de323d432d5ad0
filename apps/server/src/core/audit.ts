import type { Tx } from '@scheduler/db';
import { type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../trpc/context.ts';

/** One action, with the state before and after. */
export interface AuditEntry {
  /** Such as `schedule.create`. */
  action: string;
  subjectType: 'event' | 'schedule' | 'employee' | 'refresh' | 'store' | 'holiday' | 'user';
  subjectId: number | string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** Writes audit entries in the transaction of the change. */
export async function audit(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.execute(auditSql(entries.map((entry) => ({ ...entry, actor }))));
}

/** The statement that writes entries of the actions of several people. */
export function auditSql(entries: readonly (AuditEntry & { actor: Actor })[]): SQL {
  const rows = entries.map(({ actor, subjectId, ...entry }) => ({
    ...entry,
    subjectId: String(subjectId),
    actorId: actor.id,
    actorName: actor.name,
    requestId: actor.requestId,
  }));
  // One parameter for any number of entries: a statement whose text is always the same is planned
  // once.
  return sql`
    insert into audit_log (actor_id, actor_name, action, subject_type, subject_id, before, after, request_id)
    select "actorId", "actorName", action, "subjectType", "subjectId", before, after, "requestId"
    from json_to_recordset(${JSON.stringify(rows)}::json) as given("actorId" text, "actorName" text, action text,
      "subjectType" text, "subjectId" text, before jsonb, after jsonb, "requestId" text)`;
}
