import { auditLog, type Db, proposalLines, schedules } from '@scheduler/db';
import { eq, inArray } from 'drizzle-orm';
import type { EditLog } from './edit-log.ts';

/** Finds schedules for which an answer had a newer version than Postgres has. */
export async function unsavedEdits(db: Db, { acknowledged }: EditLog): Promise<string[]> {
  const rows = await db.select({ id: schedules.id, version: schedules.version }).from(schedules);
  const versionOf = new Map(rows.map(({ id, version }) => [id, version]));
  return [...acknowledged]
    .filter(([id, version]) => (versionOf.get(id) ?? 0) < version)
    .map(([id, version]) => `schedule ${id}: version ${version} was answered, ${versionOf.get(id)} is saved`);
}

/**
 * Finds events that approvals did not schedule exactly once. Each approved line must have a
 * schedule of its own event that was made once and belongs to no other line. Each schedule in an
 * answer must exist. Each plan must have as many saved lines as the audit entries of its approvals
 * and undos say.
 */
export async function approvalFaults(db: Db, { approvals }: EditLog): Promise<string[]> {
  const [lines, all, entries] = await Promise.all([
    db.select().from(proposalLines).where(eq(proposalLines.state, 'saved')),
    db.select().from(schedules),
    db
      .select({ action: auditLog.action, subjectId: auditLog.subjectId, after: auditLog.after })
      .from(auditLog)
      .where(inArray(auditLog.action, ['schedule.create', 'proposal.approve', 'proposal.undo'])),
  ]);
  const eventOf = new Map(all.map(({ id, eventId }) => [id, eventId]));
  const creations = entries.filter(({ action }) => action === 'schedule.create');
  const made = Map.groupBy(creations, ({ subjectId }) => Number(subjectId));
  const faults: string[] = [];

  const mustBeOf = (eventId: number, scheduleId: number | null, about: string) => {
    if (scheduleId === null || eventOf.get(scheduleId) !== eventId)
      faults.push(`event ${eventId}: ${about}, and schedule ${scheduleId} is not of this event`);
  };
  for (const { id, eventId, scheduleId } of lines) mustBeOf(eventId, scheduleId, `line ${id} is saved`);
  for (const { lineId, eventId, scheduleId } of approvals.flat())
    mustBeOf(eventId, scheduleId, `line ${lineId} was answered as saved`);

  const fresh = lines.filter(({ kind }) => kind === 'new');
  for (const [scheduleId, own] of Map.groupBy(fresh, (line) => line.scheduleId ?? 0)) {
    const [first] = own;
    const times = made.get(scheduleId)?.length ?? 0;
    if (times !== 1 || own.length !== 1)
      faults.push(
        `event ${first?.eventId}: schedule ${scheduleId} was made ${times} times for ${own.length} lines`,
      );
  }
  for (const concurrent of approvals) {
    for (const [eventId, own] of Map.groupBy(concurrent, (line) => line.eventId)) {
      if (own.length > 1) faults.push(`event ${eventId}: ${own.length} approvals at once scheduled it`);
    }
  }

  const saidOf = new Map<number, number>();
  for (const { after } of entries) {
    if (!after || !('proposal' in after)) continue;
    const id = Number(after.proposal);
    saidOf.set(id, (saidOf.get(id) ?? 0) + Number(after.saved ?? 0) - Number(after.restored ?? 0));
  }
  const savedOf = Map.groupBy(lines, ({ proposalId }) => proposalId);
  for (const id of new Set([...saidOf.keys(), ...savedOf.keys()])) {
    const said = saidOf.get(id) ?? 0;
    const saved = savedOf.get(id)?.length ?? 0;
    if (said !== saved) faults.push(`plan ${id}: the audit log says ${said} lines, and ${saved} are saved`);
  }
  return faults;
}
