import {
  type Db,
  employees,
  eventInstructions,
  events,
  instructionFiles,
  paperTemplates,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import { eventTitle, formatWhen, type WorkDate } from '@scheduler/scheduling';
import { fetchInstructionsAgain } from '@scheduler/sync';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import type { Actor } from '../trpc/context.ts';
import type { Instructions, Packet, PacketEvent } from './types.ts';

/** What a packet is of: one event, or the work of a day. Both name their store. */
export type PacketSubject = { storeId: number; eventId: number } | { storeId: number; day: WorkDate };

/** A packet with the files to merge. */
export interface PacketParts extends Packet {
  events: (PacketEvent & { fileHash: string | null })[];
}

const instructionFields = {
  link: events.instructionsUrl,
  state: eventInstructions.state,
  source: eventInstructions.source,
  failure: eventInstructions.failure,
  fetchedAt: eventInstructions.fetchedAt,
  fileHash: eventInstructions.fileHash,
  size: instructionFiles.size,
  pages: instructionFiles.pages,
};
type InstructionRow = {
  [Field in keyof typeof instructionFields]: (typeof instructionFields)[Field]['_']['data'] | null;
};

const joinFile = and(
  eq(instructionFiles.storeId, eventInstructions.storeId),
  eq(instructionFiles.hash, eventInstructions.fileHash),
);

/** How far the file of an event's instructions has been fetched. */
export async function instructionsOf(db: Db, eventId: number): Promise<Instructions> {
  const [row] = await db
    .select(instructionFields)
    .from(events)
    .leftJoin(eventInstructions, eq(eventInstructions.eventId, events.id))
    .leftJoin(instructionFiles, joinFile)
    .where(eq(events.id, eventId));
  if (!row) throw notFound('event', eventId);
  const { source, failure, size, pages, fetchedAt } = row;
  return {
    state: row.link === null ? 'no_link' : (row.state ?? 'not_requested'),
    source,
    failure,
    file: size === null || pages === null || fetchedAt === null ? null : { size, pages, fetchedAt },
  };
}

/** Has the file of an event's instructions fetched again. */
export async function fetchAgain(db: Db, actor: Actor, eventId: number): Promise<Instructions> {
  await save(db, async (tx) => {
    const [event] = await tx
      .select({ id: events.id })
      .from(events)
      .where(eq(events.id, eventId))
      .for('no key update');
    if (!event) throw notFound('event', eventId);
    if (!(await fetchInstructionsAgain(tx, eventId)))
      throw new Refusal('Crossmark has no link to instructions for this event, so nothing can be fetched.', {
        code: 'not_allowed',
      });
    await audit(tx, actor, [
      { action: 'event.fetch_instructions', subjectType: 'event', subjectId: eventId },
    ]);
  });
  return instructionsOf(db, eventId);
}

/** Reads what a packet consists of, in one snapshot. */
export async function readPacket(db: Db, subject: PacketSubject): Promise<PacketParts> {
  return db.transaction(
    async (tx) => {
      const [store] = await tx
        .select({ id: stores.id, number: stores.number, name: stores.name, timeZone: stores.timeZone })
        .from(stores)
        .where(eq(stores.id, subject.storeId));
      if (!store) throw notFound('store', subject.storeId);
      const rows = await readEvents(tx, subject);
      if ('eventId' in subject && rows.length === 0) throw notFound('event', subject.eventId);
      const templates = await tx
        .select({
          id: paperTemplates.id,
          name: paperTemplates.name,
          level: paperTemplates.level,
          pages: paperTemplates.pages,
        })
        .from(paperTemplates)
        .where(
          and(
            eq(paperTemplates.storeId, store.id),
            eq(paperTemplates.isActive, true),
            'eventId' in subject ? eq(paperTemplates.level, 'event') : undefined,
          ),
        )
        .orderBy(asc(paperTemplates.position));
      return {
        store,
        day: 'day' in subject ? subject.day : null,
        events: rows.map(({ eventId, name, eventNumber, person, startsAt, ...row }) => ({
          eventId,
          title: eventTitle(name),
          eventNumber,
          person,
          startsAt,
          pages: row.pages,
          reason: reasonOf(row, store.timeZone),
          fileHash: row.fileHash,
        })),
        templates,
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Reads the events of a packet by start. The packet of one event has it even if nobody is scheduled. */
async function readEvents(tx: Tx, subject: PacketSubject) {
  // Relies on the index schedules_live_by_day for a day.
  return tx
    .select({
      eventId: events.id,
      name: events.name,
      eventNumber: events.eventNumber,
      person: employees.name,
      startsAt: schedules.startsAt,
      ...instructionFields,
    })
    .from(events)
    .leftJoin(schedules, and(eq(schedules.eventId, events.id), isNull(schedules.endedAt)))
    .leftJoin(employees, eq(employees.id, schedules.employeeId))
    .leftJoin(eventInstructions, eq(eventInstructions.eventId, events.id))
    .leftJoin(instructionFiles, joinFile)
    .where(
      and(
        eq(events.storeId, subject.storeId),
        'day' in subject ? eq(schedules.workDate, subject.day) : eq(events.id, subject.eventId),
      ),
    )
    .orderBy(asc(schedules.startsAt), asc(employees.name), asc(events.id));
}

/** Why instructions are missing, or may be old; null if they are as they should be. */
function reasonOf(row: InstructionRow, timeZone: string): string | null {
  const failure = row.failure ? ` ${row.failure}` : '';
  if (row.link === null) return 'Crossmark has no link to instructions.';
  if (row.fileHash !== null && row.fetchedAt !== null)
    return failure
      ? `This is the file of ${formatWhen(row.fetchedAt, timeZone)}. Fetching it again failed.${failure}`
      : null;
  return row.state === 'failed'
    ? (row.failure ?? 'The file can’t be fetched.')
    : `Not fetched yet.${failure}`;
}
