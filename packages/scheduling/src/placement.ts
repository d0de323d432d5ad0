import { slotsFor } from './event-type.ts';
import { type Candidate, evaluate, type PlannedWork, type Reason } from './rules.ts';
import { instantAt, timeOf } from './time.ts';
import type { Instant, WorkDate } from './vocabulary.ts';

/**
 * The overall verdict of the rules. `free`: no reasons or only hints. `soft`: allowed with a
 * reason. `hard`: forbidden.
 */
export type Verdict = 'free' | 'soft' | 'hard';

/** The verdict of the most severe reason. */
export function verdictOf(reasons: readonly Reason[]): Verdict {
  if (reasons.some((reason) => reason.severity === 'hard')) return 'hard';
  return reasons.some((reason) => reason.severity === 'soft') ? 'soft' : 'free';
}

/** The place of an event, and the reasons against it. */
export interface Placement {
  startsAt: Instant;
  reasons: Reason[];
  verdict: Verdict;
}

/**
 * Places an event on a person's day: at `time` (HH:mm) if given, as for work that moves, otherwise
 * at the usual slot without conflicts that the fewest other events of the day use, so that Cores
 * spread over their slots.
 */
export function placeOn(
  ask: Omit<Candidate, 'startsAt'> & {
    day: WorkDate;
    time?: string | undefined;
    /** All work of that day, which shows how often a slot is used. */
    dayWork?: readonly PlannedWork[];
  },
): Placement {
  const { day, time, dayWork = [], ...candidate } = ask;
  const { timeZone, slots: setSlots } = ask.store;
  const at = (slot: string): Placement => {
    const startsAt = instantAt(day, slot, timeZone);
    const reasons = evaluate({ ...candidate, startsAt });
    return { startsAt, reasons, verdict: verdictOf(reasons) };
  };
  if (time !== undefined) return at(time);

  const taken = (slot: string) =>
    dayWork.filter(
      (work) =>
        work.type === ask.event.type &&
        work.eventId !== ask.event.id &&
        timeOf(work.startsAt, timeZone) === slot,
    ).length;
  const slots = slotsFor(ask.event.type, setSlots);
  const sortedSlots = slots.toSorted((a, b) => taken(a) - taken(b));
  let best: Placement | undefined;
  for (const slot of sortedSlots) {
    const placement = at(slot);
    if (placement.reasons.length === 0) return placement;
    if (!best || RANKS[placement.verdict] < RANKS[best.verdict]) best = placement;
  }
  return best ?? at('12:00');
}

const RANKS: Record<Verdict, number> = { free: 0, soft: 1, hard: 2 };
