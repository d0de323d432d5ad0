/**
 * Proves from a history alone, without Postgres' rows or the journal, that no acknowledged edit was
 * lost and that nothing was done at Crossmark that nobody wanted.
 */

/**
 * What an edit makes of an event. A field that it leaves as it was is missing. `anything`: the
 * history doesn't say what it made of it. `anotherTime`: the store's zone changed, so that the booking's
 * wall time may mean another instant. `reported`: its work was reported as done, which leaves person and
 * time as they were.
 */
export type Wish =
  | 'nobody'
  | 'anything'
  | 'anotherTime'
  | 'reported'
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

/** What a board may show of an event: nobody, or somebody of whom only these fields are known. */
type Possible = 'nobody' | { employeeId?: number; startsAt?: string };

const timeless = (one: Possible): Possible => {
  if (one === 'nobody') return one;
  const { startsAt: _, ...person } = one;
  return person;
};

function apply(wish: Wish, to: readonly Possible[]): Possible[] {
  if (wish === 'reported') return [...to];
  if (wish === 'anotherTime') return to.map(timeless);
  if (wish === 'anything') return ['nobody', {}];
  if (wish === 'nobody') return ['nobody'];
  return to.map((one) => (one === 'nobody' ? wish : { ...one, ...wish }));
}

/** Without this, each change that counts or doesn't would double them. */
const distinct = (possible: readonly Possible[]): Possible[] => [
  ...new Map(possible.map((one) => [inWords(one), one])).values(),
];

const matches = (possible: Possible, schedule: EventEnd['schedule']): boolean =>
  possible === 'nobody' || schedule === null
    ? possible === 'nobody' && schedule === null
    : (possible.employeeId ?? schedule.employeeId) === schedule.employeeId &&
      (possible.startsAt ?? schedule.startsAt) === schedule.startsAt;

const inWords = (one: Possible | EventEnd['schedule']): string =>
  one === 'nobody' || one === null
    ? 'nobody'
    : `person ${one.employeeId ?? '(any)'} at ${one.startsAt ?? '(any time)'}`;

/**
 * Checks a whole history and returns a sentence for each fault; none if it is right. Of each event:
 *
 * - The board shows in the end what the saved edits made of it, one after the other, where each edit
 *   without an answer counts or doesn't, and each change on Crossmark's own site counts at some time
 *   before the next write of ours, or doesn't. So an edit that was saved took effect, or was superseded.
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
        ...effects.flatMap((effect) => checkEffect(effect, end, entries, repsOf)),
      ];
    }),
  ];
}

function checkEnd(
  { eventId, before, schedule, held, needsPerson }: EventEnd,
  entries: readonly HistoryEntry[],
  { effects, repsOf }: { effects: readonly RemoteEffect[]; repsOf: ReadonlyMap<number, ReadonlySet<string>> },
): string[] {
  let possible: Possible[] = [before ?? 'nobody'];
  // A change on Crossmark's own site is taken over when it is read, perhaps after later edits, but not
  // once a write of ours has replaced it.
  const outside: HistoryEntry[] = [];
  for (const entry of entries) {
    const changed = apply(entry.wish, possible);
    possible = distinct(entry.kind === 'saved' ? changed : [...possible, ...changed]);
    for (const { wish, endedAt } of outside)
      if (!effects.some(({ at }) => at > endedAt && at <= entry.endedAt))
        possible = distinct([...possible, ...apply(wish, possible)]);
    if (entry.kind === 'outside') outside.push(entry);
  }
  const faults: string[] = [];
  if (!possible.some((one) => matches(one, schedule)))
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
  repsOf: ReadonlyMap<number, ReadonlySet<string>>,
): string[] {
  const sooner = entries.filter(({ startedAt }) => startedAt <= effect.at);
  // A report and another zone are no reason to do anything at Crossmark.
  const earlier = sooner.filter(({ wish }) => wish !== 'reported' && wish !== 'anotherTime');
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
  const isTimeChosen =
    wishes.some((wish) => wish.startsAt === startsAt) || sooner.some(({ wish }) => wish === 'anotherTime');
  return isAny || (isPersonChosen && isTimeChosen)
    ? []
    : [
        `event ${eventId}: ${repId} was booked for ${startsAt} at ${effect.at}, and nobody had wanted that before`,
      ];
}
