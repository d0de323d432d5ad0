import { auditLog, type Tx } from '@scheduler/db';
import type { Actor } from './context.ts';

/** One thing done, from what to what. */
export interface AuditEntry {
  /** Such as `schedule.create`. */
  action: string;
  subjectType: 'event' | 'schedule' | 'employee' | 'refresh' | 'store' | 'holiday' | 'user';
  subjectId: number | string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** Writes down who did what, in the transaction that does it. */
export async function audit(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.insert(auditLog).values(
    entries.map((entry) => ({
      ...entry,
      subjectId: String(entry.subjectId),
      actorId: actor.id,
      actorName: actor.name,
      requestId: actor.requestId,
    })),
  );
}
