import type { EmployeeNumber, RepId } from '@scheduler/crossmark';
import { crossmarkReps, type Db, type Executor, employees, onlyRow, repReadings } from '@scheduler/db';
import { lockForLink, requestRepReading, resendSchedules, tidyName } from '@scheduler/sync';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { type AuditEntry, audit } from '../core/audit.ts';
import { Refusal } from '../core/errors.ts';
import { covers, type StoreScope } from '../core/store-access.ts';
import { save } from '../core/transaction.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import {
  auditSnapshot,
  type EmployeeRecord,
  lockEmployee,
  lockNames,
  saveOrRefuseDuplicate,
  toEmployee,
  updateEmployeeRow,
} from './employees.ts';
import type { Employee, ImportPreview, ImportResult, ImportRow, Rep, RepList, RepReading } from './types.ts';

type RepRecord = typeof crossmarkReps.$inferSelect;

/** Queues a read of Crossmark's rep list, or returns the one in progress. */
export async function readReps(db: Db, actor: Actor): Promise<{ readingId: number }> {
  return save(db, async (tx) => ({ readingId: await requestRepReading(tx, { requestedBy: actor.id }) }));
}

/** Returns Crossmark's reps as of the latest read, by name. */
export async function listReps(db: Db, scope: StoreScope): Promise<RepList> {
  const [readings, reps, people] = await readKept(db, scope);
  return { ...readings, reps: reps.map((rep) => repView(rep, people)) };
}

/**
 * Returns what an import into a store (by default the first one) would do with each rep of the
 * latest read.
 */
export async function previewImport(
  db: Db,
  query: { storeId?: number | undefined },
  scope: StoreScope,
): Promise<ImportPreview> {
  const store = await findStore(db, query.storeId);
  const [readings, reps, people] = await readKept(db, scope);
  return { ...readings, rows: matchReps(reps, people, { id: store.id, today: todayAt(store.timeZone) }) };
}

/** A rep to import: as a new person (`null`), or into the person that the preview named. */
export interface ImportChoice {
  repId: string;
  employeeId: number | null;
}

/**
 * Adds or changes the people of some reps, all or none. An unchanged person stays as it is, so a
 * repeated import creates nobody twice. A rep whose case has changed since the preview is refused.
 */
export async function importReps(
  db: Db,
  actor: Actor,
  input: { storeId?: number | undefined; choices: readonly ImportChoice[] },
): Promise<ImportResult> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    const store = await findStore(tx, input.storeId);
    const ids = input.choices.flatMap((choice) => choice.employeeId ?? []);
    await lockForLink(tx, ids);
    await tx
      .select({ id: employees.id })
      .from(employees)
      .where(inArray(employees.id, ids))
      .orderBy(employees.id)
      .for('update');
    await lockNames(tx);
    const [, reps, people] = await readKept(tx, actor.storeIds ?? null);
    const rows = new Map(
      matchReps(reps, people, { id: store.id, today: todayAt(store.timeZone) }).map((row) => [
        row.rep.repId,
        row,
      ]),
    );
    const entries: AuditEntry[] = [];
    const moved: number[] = [];
    const result: ImportResult = { created: 0, changed: 0 };
    for (const choice of input.choices) {
      const row = rows.get(choice.repId);
      if (row?.status === 'same') continue;
      if (row?.status === 'new' && choice.employeeId === null) {
        const made = onlyRow(
          await tx
            .insert(employees)
            .values({ storeId: store.id, ...linked(row.rep), email: row.rep.email, phone: row.rep.phone })
            .returning(),
        );
        entries.push({
          action: 'employee.import',
          subjectType: 'employee',
          subjectId: made.id,
          after: auditSnapshot(made),
        });
        result.created += 1;
      } else if (row?.status === 'changed' && row.employee?.id === choice.employeeId) {
        const before = people.find((person) => person.id === choice.employeeId);
        if (!before) throw new Error('The person is locked and gone.');
        const after = onlyRow(
          await tx
            .update(employees)
            .set({ ...linked(row.rep, before), version: before.version + 1, updatedAt: sql`app_now()` })
            .where(eq(employees.id, before.id))
            .returning(),
        );
        entries.push({
          action: 'employee.import',
          subjectType: 'employee',
          subjectId: after.id,
          before: auditSnapshot(before),
          after: auditSnapshot(after),
        });
        if (after.repId !== before.repId) moved.push(after.id);
        result.changed += 1;
      } else throw otherByNow(choice.repId, row);
    }
    await audit(tx, actor, entries);
    await resendSchedules(tx, moved);
    return result;
  });
}

function otherByNow(repId: string, row: ImportRow | undefined): Refusal {
  const what = row
    ? `${row.rep.name} (RepID ${repId}) is another matter by now: ${row.note ?? 'somebody changed the person meanwhile.'}`
    : `Rep ${repId} is no longer on Crossmark’s list.`;
  return new Refusal(`${what} Nothing was imported; look at the list again.`, {
    code: 'stale',
    changes: [],
    currentVersion: null,
  });
}

/** The fields of a person that follow from a rep. */
const linked = (rep: Rep, person?: EmployeeRecord) => ({
  name: person && tidyName(person.name) === tidyName(rep.name) ? person.name : rep.name,
  repId: rep.repId as RepId,
  employeeNumber: (rep.employeeNumber ?? person?.employeeNumber ?? null) as EmployeeNumber | null,
  linkState: 'linked' as const,
  linkReason: null,
});

/**
 * Links a person to a rep, if Crossmark's list is ambiguous. Their schedules are then sent under
 * that RepID. Throws a {@link Refusal} if the rep belongs to another person.
 */
export async function linkEmployee(
  db: Db,
  actor: Actor,
  input: { employeeId: number; version: number; repId: string },
): Promise<Employee> {
  return saveOrRefuseDuplicate(db, async (tx) => {
    await lockForLink(tx, [input.employeeId]);
    const person = await lockEmployee(tx, input);
    const [, reps, people] = await readKept(tx, actor.storeIds ?? null);
    const rep = reps.find((one) => one.repId === input.repId);
    if (!rep) {
      throw new Refusal(
        `Crossmark’s list as last read has no rep ${input.repId}. Read it again and choose from it.`,
        { code: 'not_found' },
      );
    }
    const holder = holderOf(
      rep,
      people.filter((one) => one.id !== person.id),
    );
    if (holder) {
      throw new Refusal(
        `Rep ${rep.repId} (${properName(rep.name)}) is ${holder.name} already. Correct that person first, or choose another rep.`,
        { code: 'taken' },
      );
    }
    const employeeNumber = rep.employeeNumber ?? person.employeeNumber;
    if (
      person.linkState === 'linked' &&
      person.repId === rep.repId &&
      person.employeeNumber === employeeNumber
    ) {
      return toEmployee(person);
    }
    const link = { repId: rep.repId, employeeNumber, linkState: 'linked' as const, linkReason: null };
    const changed = await updateEmployeeRow(tx, actor, person, link, 'employee.link');
    if (changed.repId !== person.repId) await resendSchedules(tx, [person.id]);
    return toEmployee(changed);
  });
}

/**
 * Returns the latest read of the list, the time of the last successful one, its reps, and the
 * people here. Without people of stores outside of `scope`, and without their reps.
 */
async function readKept(
  db: Executor,
  scope: StoreScope,
): Promise<[{ reading: RepReading | null; readAt: string | null }, RepRecord[], EmployeeRecord[]]> {
  const [[latest], [done], reps, people] = await Promise.all([
    db.select().from(repReadings).orderBy(desc(repReadings.id)).limit(1),
    db
      .select({ readAt: repReadings.finishedAt })
      .from(repReadings)
      .where(and(eq(repReadings.state, 'done')))
      .orderBy(desc(repReadings.id))
      .limit(1),
    db.select().from(crossmarkReps),
    db.select().from(employees).orderBy(employees.id),
  ]);
  const reading = latest && {
    readingId: latest.id,
    state: latest.state,
    requestedAt: latest.requestedAt,
    finishedAt: latest.finishedAt,
    failureReason: latest.failureReason,
  };
  const own = people.filter((person) => covers(scope, person.storeId));
  const byName = reps
    .filter((rep) => covers(scope, holderOf(rep, people)?.storeId ?? null))
    .sort((a, b) => properName(a.name).localeCompare(properName(b.name), 'en'));
  return [{ reading: reading ?? null, readAt: done?.readAt ?? null }, byName, own];
}

const holderOf = (rep: RepRecord, people: readonly EmployeeRecord[]): EmployeeRecord | undefined =>
  people.find((person) => person.repId === rep.repId) ??
  people.find((person) => rep.employeeNumber !== null && person.employeeNumber === rep.employeeNumber);

function repView(rep: RepRecord, people: readonly EmployeeRecord[]): Rep {
  const { repId, employeeNumber, email, phone } = rep;
  const holder = holderOf(rep, people);
  return {
    repId,
    employeeNumber,
    email,
    phone,
    name: properName(rep.name),
    holder: holder ? { id: holder.id, name: holder.name } : null,
  };
}

/**
 * Converts `EXAMPLE,ADA` and `ADA EXAMPLE` to `Ada Example`; a name in mixed case stays unchanged.
 */
export function properName(name: string): string {
  const [last = '', first] = name.split(',');
  const fullName = (first === undefined ? name : `${first} ${last}`).trim().replace(/\s+/g, ' ');
  if (fullName !== fullName.toUpperCase()) return fullName;
  return fullName.toLowerCase().replace(/(^|[\s'’-])\p{L}/gu, (start) => start.toUpperCase());
}

/**
 * Returns what an import would do with each rep. It matches by RepID, then by employee number, then
 * by a name that fits one rep and one person. Conflicts come first, then changes, new people, and
 * unchanged people.
 */
function matchReps(
  reps: readonly RepRecord[],
  people: readonly EmployeeRecord[],
  store: { id: number; today: string },
): ImportRow[] {
  const listed = new Set(reps.map((rep) => rep.repId));
  const repsByName = Map.groupBy(reps, (rep) => tidyName(rep.name));
  const peopleByName = Map.groupBy(
    people.filter((person) => person.storeId === store.id),
    (person) => tidyName(person.name),
  );
  const rows = reps.map((rep): ImportRow => {
    const view = repView(rep, people);
    const row = (
      status: ImportRow['status'],
      person: EmployeeRecord | null,
      note: string | null = null,
    ): ImportRow => ({
      rep: view,
      status,
      employee: person && {
        id: person.id,
        name: person.name,
        retired: person.terminatedOn !== null && person.terminatedOn < store.today,
      },
      changes: person && status !== 'conflict' ? changesOf(view, person) : [],
      note,
    });
    const settled = (person: EmployeeRecord): ImportRow =>
      row(changesOf(view, person).length > 0 ? 'changed' : 'same', person);

    const byId = people.find((person) => person.repId === rep.repId);
    const byNumber = people.find(
      (person) => rep.employeeNumber !== null && person.employeeNumber === rep.employeeNumber,
    );
    if (byId && byNumber && byId !== byNumber) {
      return row(
        'conflict',
        null,
        `RepID ${rep.repId} is ${byId.name}’s here, and employee number ${rep.employeeNumber} is ${byNumber.name}’s. Correct one of the two people.`,
      );
    }
    if (byId) return settled(byId);
    if (byNumber?.repId && listed.has(byNumber.repId)) {
      return row(
        'conflict',
        null,
        `${byNumber.name} has this employee number, but is rep ${byNumber.repId} here. Choose their rep on their page.`,
      );
    }
    if (byNumber) return settled(byNumber);

    const namesakes = peopleByName.get(tidyName(rep.name)) ?? [];
    // A person of that name with another RepID or number is a different person.
    const possible = namesakes.filter(
      (person) =>
        person.repId === null &&
        (!person.employeeNumber || !rep.employeeNumber || person.employeeNumber === rep.employeeNumber),
    );
    const sameName = repsByName.get(tidyName(rep.name)) ?? [];
    const [person] = possible;
    if (person) {
      if (sameName.length > 1) {
        return row(
          'conflict',
          null,
          `${sameName.length} reps are called ${view.name}, and so is ${person.name} here. Choose which one they are on their page.`,
        );
      }
      if (possible.length > 1) {
        return row(
          'conflict',
          null,
          `${possible.length} people here are called ${view.name}. Choose on the right one’s page.`,
        );
      }
      return settled(person);
    }
    if (namesakes.length === 0 && (rep.employeeNumber !== null || sameName.length === 1))
      return row('new', null);
    if (rep.employeeNumber === null) {
      return row(
        'conflict',
        null,
        `Crossmark tells no employee number of ${view.name}, and the name alone doesn’t tell who it is.`,
      );
    }
    const other = namesakes[0]?.employeeNumber ?? namesakes[0]?.repId;
    return row('new', null, `Somebody else of that name is here already (${other}).`);
  });
  const order: ImportRow['status'][] = ['conflict', 'changed', 'new', 'same'];
  return rows.sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
}

function changesOf(rep: Rep, person: EmployeeRecord): ImportRow['changes'] {
  const to = linked(rep, person);
  return (['name', 'employeeNumber', 'repId'] as const).flatMap((field) => {
    const value = to[field];
    return value === null || value === person[field] ? [] : [{ field, from: person[field], to: value }];
  });
}
