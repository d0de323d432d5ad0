import {
  type Db,
  employees,
  events,
  nextVersion,
  notes,
  onlyRow,
  schedules,
  stores,
  type Tx,
} from '@scheduler/db';
import { liveSchedule } from '@scheduler/db/facts';
import { formatDay, type WorkDate } from '@scheduler/scheduling';
import { and, between, eq, gte, lte, or, type SQL, sql } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { Note, NoteSubject } from './types.ts';

type NoteRecord = typeof notes.$inferSelect;

/** The note about an event, a person or a day; null if there is none. */
export async function noteOn(db: Db, subject: NoteSubject): Promise<Note | null> {
  const [record] = await db.select().from(notes).where(isAbout(subject));
  return record ? toNote(record) : null;
}

/**
 * The notes that a page of some days shows: about these days, about all people of the store, and
 * about its events that are scheduled on these days, or may be worked on one of them.
 */
export async function notesBetween(
  db: Db,
  query: { storeId?: number | undefined; from: WorkDate; to: WorkDate },
): Promise<Note[]> {
  const { from, to } = query;
  const { id: storeId } = await findStore(db, query.storeId);
  const records = await db
    .select({ note: notes })
    .from(notes)
    .leftJoin(employees, eq(employees.id, notes.employeeId))
    .leftJoin(events, eq(events.id, notes.eventId))
    .leftJoin(schedules, liveSchedule)
    .where(
      or(
        and(eq(notes.storeId, storeId), between(notes.day, from, to)),
        eq(employees.storeId, storeId),
        and(
          eq(events.storeId, storeId),
          or(between(schedules.workDate, from, to), and(lte(events.startsOn, to), gte(events.dueOn, from))),
        ),
      ),
    )
    .orderBy(notes.id);
  return records.map(({ note }) => toNote(note));
}

/**
 * Writes a note, replaces it, or removes it (null). `version` is that of the note that the user
 * saw, null if there was none. Throws a {@link Refusal} if another user's change came first.
 * Returns what stands there then.
 */
export async function saveNote(
  db: Db,
  actor: Actor,
  input: { subject: NoteSubject; version: number | null; text: string | null },
): Promise<Note | null> {
  const { subject, version, text } = input;
  return save(db, async (tx) => {
    await lockSubject(tx, subject);
    const { subjectType, id: subjectId } = rowOf(subject);
    const [before] = await tx.select().from(notes).where(isAbout(subject)).for('update');
    if ((before?.version ?? null) !== version) throw staleNote(before);
    if ((before?.text ?? null) === text) return before ? toNote(before) : null;
    const after = await write(tx, actor, { subject, before, text });
    await audit(tx, actor, [
      {
        action: after ? 'note.save' : 'note.remove',
        subjectType,
        subjectId,
        ...(before && { before: inWords(before) }),
        after: after ? inWords(after) : dayOf(subject),
      },
    ]);
    return after && toNote(after);
  });
}

async function write(
  tx: Tx,
  actor: Actor,
  { subject, before, text }: { subject: NoteSubject; before: NoteRecord | undefined; text: string | null },
): Promise<NoteRecord | null> {
  if (text === null) {
    await tx.delete(notes).where(isAbout(subject));
    return null;
  }
  const { kind: _, ...ids } = subject;
  if (!before) {
    return onlyRow(
      await tx
        .insert(notes)
        .values({ ...ids, text, writtenBy: actor.name })
        .returning(),
    );
  }
  return onlyRow(
    await tx
      .update(notes)
      .set({ text, version: nextVersion, writtenBy: actor.name, writtenAt: sql`app_now()` })
      .where(isAbout(subject))
      .returning(),
  );
}

/** The row that a note is about: its table, its id, and how messages and the audit log name it. */
function rowOf(subject: NoteSubject) {
  switch (subject.kind) {
    case 'event':
      return { table: events, id: subject.eventId, thing: 'event', subjectType: 'event' } as const;
    case 'person':
      return { table: employees, id: subject.employeeId, thing: 'person', subjectType: 'employee' } as const;
    case 'day':
      return { table: stores, id: subject.storeId, thing: 'store', subjectType: 'store' } as const;
  }
}

/**
 * Locks the subject's row, so that two first notes come one after the other. Work on the event or
 * person goes on meanwhile.
 */
async function lockSubject(tx: Tx, subject: NoteSubject): Promise<void> {
  const { table, id, thing } = rowOf(subject);
  const rows = await tx.select({ id: table.id }).from(table).where(eq(table.id, id)).for('no key update');
  if (rows.length === 0) throw notFound(thing, id);
}

function isAbout(subject: NoteSubject): SQL | undefined {
  if (subject.kind === 'event') return eq(notes.eventId, subject.eventId);
  if (subject.kind === 'person') return eq(notes.employeeId, subject.employeeId);
  return and(eq(notes.storeId, subject.storeId), eq(notes.day, subject.day));
}

const toNote = ({ text, version, writtenBy, writtenAt, ...about }: NoteRecord): Note => ({
  subject: subjectOf(about),
  text,
  version,
  writtenBy,
  writtenAt,
});

function subjectOf({
  eventId,
  employeeId,
  storeId,
  day,
}: Pick<NoteRecord, 'eventId' | 'employeeId' | 'storeId' | 'day'>): NoteSubject {
  if (eventId !== null) return { kind: 'event', eventId };
  if (employeeId !== null) return { kind: 'person', employeeId };
  if (storeId !== null && day !== null) return { kind: 'day', storeId, day };
  throw new Error('A note is about nothing.');
}

const dayOf = (subject: NoteSubject) => (subject.kind === 'day' ? { day: subject.day } : {});

const inWords = ({ day, text }: NoteRecord) => ({ ...(day !== null && { day }), note: text });

function staleNote(record: NoteRecord | undefined): Refusal {
  const about = record?.day ? ` about ${formatDay(record.day)}` : '';
  const now = record
    ? `${record.writtenBy} has changed the note${about} meanwhile: “${record.text}”`
    : 'The note was removed meanwhile.';
  return new Refusal(`${now} Yours was not saved.`, {
    code: 'stale',
    changes: [],
    currentVersion: record?.version ?? null,
  });
}
