import { type Db, employees, rotationExceptions, rotationTurns, stores, type Tx } from '@scheduler/db';
import { loadHolidays, loadPeople, loadPlanned, type Person } from '@scheduler/db/facts';
import { ROTATION_KINDS, type RotationKind } from '@scheduler/planner';
import { loadRotations } from '@scheduler/plans';
import { addDays, holidayOn, type WorkDate, withArticle } from '@scheduler/scheduling';
import {
  leadsFirst,
  MAY_TAKE_TURNS,
  mayTakeTurn,
  secondaryLeadOn,
  turnOn,
  whyOff,
} from '@scheduler/verification';
import { and, eq, gte } from 'drizzle-orm';
import { audit } from '../core/audit.ts';
import { notFound, Refusal } from '../core/errors.ts';
import { save } from '../core/transaction.ts';
import { findStore, todayAt } from '../stores/stores.ts';
import type { Actor } from '../trpc/context.ts';
import type { DayTurns, RotationsView, Turn } from './types.ts';

const KIND_WORDS: Record<RotationKind, string> = { juicer: 'the Juicer', primary_lead: 'the primary Lead' };
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/**
 * Returns whose turn it is on each weekday, the exceptions from today on, and the people who may be
 * chosen.
 */
export async function getRotations(db: Db, query: { storeId?: number | undefined }): Promise<RotationsView> {
  const store = await findStore(db, query.storeId);
  const today = todayAt(store.timeZone);
  const [weekdays, exceptions, people] = await Promise.all([
    db
      .select({
        kind: rotationTurns.kind,
        weekday: rotationTurns.weekday,
        employeeId: rotationTurns.employeeId,
        name: employees.name,
      })
      .from(rotationTurns)
      .innerJoin(employees, eq(employees.id, rotationTurns.employeeId))
      .where(eq(rotationTurns.storeId, store.id))
      .orderBy(rotationTurns.kind, rotationTurns.weekday),
    db
      .select({
        kind: rotationExceptions.kind,
        day: rotationExceptions.day,
        employeeId: rotationExceptions.employeeId,
        name: employees.name,
        reason: rotationExceptions.reason,
      })
      .from(rotationExceptions)
      .innerJoin(employees, eq(employees.id, rotationExceptions.employeeId))
      .where(and(eq(rotationExceptions.storeId, store.id), gte(rotationExceptions.day, today)))
      .orderBy(rotationExceptions.day, rotationExceptions.kind),
    loadPeople(db, { storeId: store.id }),
  ]);
  const choices = (kind: RotationKind) =>
    people
      .filter((person) => mayTakeTurn(kind, person, today))
      .map(({ id, name, role }) => ({ employeeId: id, name, role }));
  return {
    storeId: store.id,
    weekdays,
    exceptions,
    choices: { juicer: choices('juicer'), primary_lead: choices('primary_lead') },
  };
}

/**
 * Sets whose turn it is on a weekday; null means nobody's.
 * @param input.seen the person that the user saw. The change is refused as stale if it is another
 * person by now
 */
export async function setTurn(
  db: Db,
  actor: Actor,
  input: {
    storeId: number;
    kind: RotationKind;
    weekday: number;
    employeeId: number | null;
    seen: number | null;
  },
): Promise<{ employeeId: number | null }> {
  const { storeId, kind, weekday, employeeId, seen } = input;
  return save(db, async (tx) => {
    const store = await lockStore(tx, storeId);
    const where = and(
      eq(rotationTurns.storeId, storeId),
      eq(rotationTurns.kind, kind),
      eq(rotationTurns.weekday, weekday),
    );
    const [before] = await tx.select().from(rotationTurns).where(where);
    assertSeen(before?.employeeId ?? null, seen);
    const person =
      employeeId === null ? null : await choice(tx, store, kind, employeeId, todayAt(store.timeZone));
    if ((before?.employeeId ?? null) === employeeId) return { employeeId };
    await tx.delete(rotationTurns).where(where);
    if (person) await tx.insert(rotationTurns).values({ storeId, kind, weekday, employeeId: person.id });
    const [was] = before ? await loadPeople(tx, { ids: [before.employeeId] }) : [];
    await audit(tx, actor, [
      {
        action: 'rotation.turn',
        subjectType: 'store',
        subjectId: storeId,
        before: { turn: KIND_WORDS[kind], weekday: WEEKDAYS[weekday], person: was?.name ?? null },
        after: { turn: KIND_WORDS[kind], weekday: WEEKDAYS[weekday], person: person?.name ?? null },
      },
    ]);
    return { employeeId };
  });
}

/**
 * Sets whose turn it is on a single day in place of the weekday's person; null removes the
 * exception.
 * @param input.seen the exception's person that the user saw; null if there was no exception
 */
export async function setException(
  db: Db,
  actor: Actor,
  input: {
    storeId: number;
    kind: RotationKind;
    day: WorkDate;
    employeeId: number | null;
    reason?: string | undefined;
    seen: number | null;
  },
): Promise<{ employeeId: number | null }> {
  const { storeId, kind, day, employeeId, seen } = input;
  return save(db, async (tx) => {
    const store = await lockStore(tx, storeId);
    const where = and(
      eq(rotationExceptions.storeId, storeId),
      eq(rotationExceptions.kind, kind),
      eq(rotationExceptions.day, day),
    );
    const [before] = await tx.select().from(rotationExceptions).where(where);
    assertSeen(before?.employeeId ?? null, seen);
    const person = employeeId === null ? null : await choice(tx, store, kind, employeeId, day);
    const reason = input.reason ?? null;
    await tx.delete(rotationExceptions).where(where);
    if (person)
      await tx.insert(rotationExceptions).values({ storeId, kind, day, employeeId: person.id, reason });
    const [was] = before ? await loadPeople(tx, { ids: [before.employeeId] }) : [];
    await audit(tx, actor, [
      {
        action: 'rotation.exception',
        subjectType: 'store',
        subjectId: storeId,
        before: { turn: KIND_WORDS[kind], day, person: was?.name ?? null, reason: before?.reason ?? null },
        after: { turn: KIND_WORDS[kind], day, person: person?.name ?? null, reason },
      },
    ]);
    return { employeeId };
  });
}

/** Locks the store, so that one change of its rotations or settings is made at a time. */
async function lockStore(tx: Tx, storeId: number) {
  const [store] = await tx.select().from(stores).where(eq(stores.id, storeId)).for('no key update');
  if (!store) throw notFound('store', storeId);
  return store;
}

function assertSeen(now: number | null, seen: number | null): void {
  if (now === seen) return;
  throw new Refusal(
    'Somebody changed this turn after you opened it. Nothing of yours was saved; look again and repeat your change if it still fits.',
    { code: 'stale', changes: [], currentVersion: null },
  );
}

async function choice(
  tx: Tx,
  store: { id: number; name: string },
  kind: RotationKind,
  employeeId: number,
  day: WorkDate,
): Promise<Person> {
  const [person] = await loadPeople(tx, { ids: [employeeId] });
  if (!person || person.storeId !== store.id) throw notFound('person', employeeId);
  if (mayTakeTurn(kind, person, day)) return person;
  const roles = MAY_TAKE_TURNS[kind].map(withArticle).join(' or ');
  const why = MAY_TAKE_TURNS[kind].includes(person.role)
    ? `${person.name} has left by then.`
    : `${person.name} is ${withArticle(person.role)}; ${KIND_WORDS[kind]} is ${roles}.`;
  throw new Refusal(`${why} Choose somebody else.`, { code: 'not_allowed' });
}

/**
 * Returns whose turn it is on each of some days, the secondary Lead, and substitutes for people who
 * are off.
 */
export async function turnsBetween(
  db: Db,
  query: { storeId?: number | undefined; fromDay: WorkDate; toDay: WorkDate },
): Promise<DayTurns[]> {
  const { fromDay, toDay } = query;
  const store = await findStore(db, query.storeId);
  const [rotations, people, holidays] = await Promise.all([
    loadRotations(db, store.id, query),
    loadPeople(db, { storeId: store.id }),
    loadHolidays(db),
  ]);
  const planned = await loadPlanned(db, { employeeIds: people.map(({ id }) => id), days: [fromDay, toDay] });
  const load = (person: Person) => planned.filter(({ employeeId }) => employeeId === person.id).length;
  const turns: DayTurns[] = [];
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) {
    if (holidayOn(day, holidays)) {
      turns.push({ day, juicer: null, primaryLead: null, secondaryLead: null });
      continue;
    }
    const turnOf = (kind: RotationKind): Turn | null => {
      const turn = turnOn(kind, day, { rotations, people });
      if (!turn) return null;
      const { person, off } = turn;
      const others = people
        .filter((each) => each.id !== person.id && mayTakeTurn(kind, each, day) && whyOff(each, day) === null)
        .sort((a, b) => leadsFirst(a) - leadsFirst(b) || load(a) - load(b) || a.id - b.id);
      return {
        employeeId: person.id,
        name: person.name,
        off,
        isException: rotations.exceptions.some((each) => each.kind === kind && each.day === day),
        substitutes: off === null ? [] : others.map((each) => ({ employeeId: each.id, name: each.name })),
      };
    };
    const [juicer, primaryLead] = ROTATION_KINDS.map(turnOf);
    const secondary = secondaryLeadOn(day, primaryLead?.employeeId, people);
    turns.push({
      day,
      juicer: juicer ?? null,
      primaryLead: primaryLead ?? null,
      secondaryLead: primaryLead && secondary ? { employeeId: secondary.id, name: secondary.name } : null,
    });
  }
  return turns;
}
