/**
 * Proves from a history alone, without Postgres' rows or the journal, that no acknowledged edit was
 * lost and that nothing was done at Crossmark that nobody wanted.
 */
import { instantAt, timeOf, workDateOf } from '@scheduler/scheduling';

/**
 * The store's zone changed. `zones` has those that it had here and at Crossmark before and after: a wall
 * time that one side tells in one of them may be read in another.
 */
export interface AnotherZone {
  zones: readonly string[];
}

/**
 * What an edit makes of an event. A field that it leaves as it was is missing. `anything`: the
 * history doesn't say what it made of it. `reported`: its work was reported as done, which leaves person
 * and time as they were.
 */
export type Wish =
  | 'nobody'
  | 'anything'
  | 'reported'
  | AnotherZone
  | { employeeId?: number; startsAt?: string };

/** Something that a person did. All times are instants. */
export interface HistoryEntry {
  eventId: number;
  /** When it was requested: no effect of it comes earlier. */
  startedAt: string;
  /** When it was answered; of an edit without an answer, when its caller gave up. */
  endedAt: string;
  wish: Wish;
  /**
   * `saved`: the server said that it is saved. `unanswered`: it may have been saved or not.
   * `outside`: it was done on Crossmark's own site, and may have been taken over here or not.
   */
  kind: 'saved' | 'unanswered' | 'outside';
  /** It opened work again that was done. */
  isReissue?: boolean;
}

/** A change at Crossmark by one of our calls. */
export type RemoteEffect = { eventId: number; at: string } & (
  | { kind: 'book'; repId: string; startsAt: string }
  | { kind: 'remove' }
  | { kind: 'reopen' }
);

interface Booking {
  repId: string;
  startsAt: string;
  endsAt: string;
}

/** What both sides have of an event in the end. */
export interface EventEnd {
  eventId: number;
  /** What the board shows before the first edit. */
  before: { employeeId: number; startsAt: string } | null;
  /** What the board shows in the end. */
  schedule: { employeeId: number; startsAt: string; endsAt: string } | null;
  /** What Crossmark holds, without work from before a reissue, and without reports. */
  held: readonly Booking[];
  /** Whether it is shown as waiting for a person's decision. */
  needsPerson: boolean;
}

/**
 * What a board may show of an event: nobody, or somebody of whom only these fields are known. `chosenAt` is
 * when an edit asked for the time; it is missing if the event had that time from the start.
 */
type Possible = 'nobody' | { employeeId?: number; startsAt?: string; chosenAt?: string };

const isAnotherZone = (wish: Wish): wish is AnotherZone => typeof wish === 'object' && 'zones' in wish;

/** An entry that gives an event another person or time. A report and another zone don't. */
type Change = Omit<HistoryEntry, 'wish'> & { wish: Exclude<Wish, 'reported' | AnotherZone> };

const isChange = (entry: HistoryEntry): entry is Change =>
  entry.wish !== 'reported' && !isAnotherZone(entry.wish);

function apply({ wish, startedAt }: Change, to: readonly Possible[]): Possible[] {
  if (wish === 'anything') return ['nobody', {}];
  if (wish === 'nobody') return ['nobody'];
  const chosen = wish.startsAt === undefined ? wish : { ...wish, chosenAt: startedAt };
  return to.map((one) => (one === 'nobody' ? chosen : { ...one, ...chosen }));
}

/** Without this, each change that counts or doesn't would double them. */
const distinct = (possible: readonly Possible[]): Possible[] => [
  ...new Map(
    possible.map((one) => [`${inWords(one)} ${one === 'nobody' ? '' : one.chosenAt}`, one]),
  ).values(),
];

/** Whether a wall time that one side tells of one instant means the other one where it is read in another zone. */
const isMisread = (told: string, read: string, { zones }: AnotherZone): boolean =>
  zones.some((there) =>
    zones.some(
      (here) => here !== there && instantAt(workDateOf(told, there), timeOf(told, there), here) === read,
    ),
  );

/**
 * Whether a board that may show `possible` may show this. A change of zone since that time was asked for
 * lets the board show another one: what Crossmark holds since then, read in the other zone.
 */
function matches(
  possible: Possible,
  schedule: EventEnd['schedule'],
  { entries, effects }: { entries: readonly HistoryEntry[]; effects: readonly RemoteEffect[] },
): boolean {
  if (possible === 'nobody' || schedule === null) return possible === 'nobody' && schedule === null;
  const { employeeId, startsAt, chosenAt = '' } = possible;
  if (employeeId !== undefined && employeeId !== schedule.employeeId) return false;
  if (startsAt === undefined || startsAt === schedule.startsAt) return true;
  const held = [
    startsAt,
    ...effects.flatMap((effect) => (effect.kind === 'book' && effect.at >= chosenAt ? effect.startsAt : [])),
  ];
  return entries.some(
    ({ wish, endedAt }) =>
      isAnotherZone(wish) &&
      endedAt >= chosenAt &&
      held.some((one) => isMisread(one, schedule.startsAt, wish)),
  );
}

const inWords = (one: Possible | EventEnd['schedule']): string =>
  one === 'nobody' || one === null
    ? 'nobody'
    : `person ${one.employeeId ?? '(any)'} at ${one.startsAt ?? '(any time)'}`;

/**
 * Checks a whole history and returns a sentence for each fault; none if it is right. Of each event:
 *
 * - The board shows in the end what the saved edits made of it, one after the other, where each edit
 *   without an answer, and each change on Crossmark's own site, counts or doesn't. Such a change counts
 *   after later edits only if these cancelled each other out and nothing was written to Crossmark
 *   meanwhile. So an edit that was saved took effect, or was superseded.
 * - After a change of the store's zone, a time on the board or in a booking of ours may also be one that
 *   Crossmark held, whose wall time was read in the other zone.
 * - Crossmark holds exactly that, once, unless the event is shown as needing a person.
 * - Every booking, removal and reopening at Crossmark has an edit that was requested before and
 *   wants it.
 *
 * @param repsOf all RepIDs that a person ever had
 */
export function checkHistory(history: {
  entries: readonly HistoryEntry[];
  effects: readonly RemoteEffect[];
  ends: readonly EventEnd[];
  repsOf: ReadonlyMap<number, ReadonlySet<string>>;
}): string[] {
  const { ends, repsOf } = history;
  const entriesOf = Map.groupBy(history.entries, ({ eventId }) => eventId);
  const effectsOf = Map.groupBy(history.effects, ({ eventId }) => eventId);
  const known = new Set(ends.map(({ eventId }) => eventId));
  const strange = [...new Set([...entriesOf.keys(), ...effectsOf.keys()])].filter((id) => !known.has(id));
  return [
    ...strange.map((id) => `event ${id} was changed, and nothing says how it ended`),
    ...ends.flatMap((end) => {
      const effects = effectsOf.get(end.eventId) ?? [];
      const entries = (entriesOf.get(end.eventId) ?? []).toSorted((a, b) =>
        a.endedAt.localeCompare(b.endedAt),
      );
      return [
        ...checkEnd(end, entries, { effects, repsOf }),
        ...effects.flatMap((effect) => checkEffect(effect, end, entries, { effects, repsOf })),
      ];
    }),
  ];
}

function checkEnd(
  { eventId, before, schedule, held, needsPerson }: EventEnd,
  entries: readonly HistoryEntry[],
  { effects, repsOf }: { effects: readonly RemoteEffect[]; repsOf: ReadonlyMap<number, ReadonlySet<string>> },
): string[] {
  let possible: Possible[] = [
    before ? { employeeId: before.employeeId, startsAt: before.startsAt } : 'nobody',
  ];
  // A change on Crossmark's own site is taken over when it is read. After a later edit that happens only where
  // nothing is left to send, because the board is again as it was, and where no write of ours has replaced it.
  const outside: { change: Change; before: ReadonlySet<string> }[] = [];
  const changes = entries.filter(isChange);
  for (const [index, entry] of changes.entries()) {
    const sooner = new Set(possible.map(inWords));
    const changed = apply(entry, possible);
    possible = distinct(entry.kind === 'saved' ? changed : [...possible, ...changed]);
    const next = changes[index + 1];
    for (const { change, before } of outside) {
      const isReplaced = effects.some(
        ({ at }) => at > change.endedAt && (next === undefined || at < next.startedAt),
      );
      const back = possible.filter((one) => before.has(inWords(one)));
      if (!isReplaced && back.length > 0) possible = distinct([...possible, ...apply(change, back)]);
    }
    if (entry.kind === 'outside') outside.push({ change: entry, before: sooner });
  }
  const faults: string[] = [];
  if (!possible.some((one) => matches(one, schedule, { entries, effects })))
    faults.push(
      `event ${eventId}: the board shows ${inWords(schedule)}; what was saved makes it ${[...new Set(possible.map(inWords))].join(' or ')}`,
    );
  if (needsPerson) return faults;
  const isHeld = ({ repId, startsAt, endsAt }: Booking) =>
    schedule !== null &&
    repsOf.get(schedule.employeeId)?.has(repId) === true &&
    startsAt === schedule.startsAt &&
    endsAt === schedule.endsAt;
  const others = held.filter((booking) => !isHeld(booking));
  if (schedule && !held.some(isHeld))
    faults.push(
      `event ${eventId}: Crossmark does not hold ${inWords(schedule)}, and nobody is told to decide`,
    );
  if (held.filter(isHeld).length > 1)
    faults.push(`event ${eventId}: Crossmark holds ${inWords(schedule)} twice`);
  for (const { repId, startsAt } of others)
    faults.push(`event ${eventId}: Crossmark holds ${repId} at ${startsAt}, and nobody is told to decide`);
  return faults;
}

function checkEffect(
  effect: RemoteEffect,
  { eventId, before }: EventEnd,
  entries: readonly HistoryEntry[],
  { effects, repsOf }: { effects: readonly RemoteEffect[]; repsOf: ReadonlyMap<number, ReadonlySet<string>> },
): string[] {
  const sooner = entries.filter(({ startedAt }) => startedAt <= effect.at);
  // A report and another zone are no reason to do anything at Crossmark.
  const earlier = sooner.filter(isChange);
  // A booking of somebody who gets another RepID is made again under that.
  const isRepIdNew = before !== null && (repsOf.get(before.employeeId)?.size ?? 0) > 1;
  if (effect.kind === 'remove')
    return earlier.length > 0 || isRepIdNew
      ? []
      : [`event ${eventId}: a booking was removed at ${effect.at}, and nobody had changed the event`];
  if (effect.kind === 'reopen')
    return earlier.some(({ isReissue }) => isReissue)
      ? []
      : [`event ${eventId}: its work was opened again at ${effect.at}, and nobody had reissued it`];
  const wishes = [
    ...(before ? [before] : []),
    ...earlier.map(({ wish }) => (wish === 'anything' ? {} : wish)),
  ].flatMap((wish) => (typeof wish === 'string' ? [] : [wish]));
  const { repId, startsAt } = effect;
  const isAny = wishes.some((wish) => Object.keys(wish).length === 0);
  // One edit may have chosen the person and another one the time.
  const isPersonChosen = wishes.some(
    ({ employeeId }) => employeeId !== undefined && repsOf.get(employeeId)?.has(repId),
  );
  // The board may have taken over a booking from before, whose wall time was read in another zone.
  const held = [
    ...(before ? [before.startsAt] : []),
    ...effects.flatMap((one) => (one.kind === 'book' && one.at < effect.at ? one.startsAt : [])),
  ];
  const isTimeChosen =
    wishes.some((wish) => wish.startsAt === startsAt) ||
    sooner.some(({ wish }) => isAnotherZone(wish) && held.some((one) => isMisread(one, startsAt, wish)));
  return isAny || (isPersonChosen && isTimeChosen)
    ? []
    : [
        `event ${eventId}: ${repId} was booked for ${startsAt} at ${effect.at}, and nobody had wanted that before`,
      ];
}
