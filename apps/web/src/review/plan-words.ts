import { isWholeDay } from '@scheduler/scheduling';
import type { ProposalSummary, ProposalView } from '@scheduler/server/router';
import { formatDay } from '../lib/time.ts';
import { hoursWords } from '../lib/words.ts';

/** The days that a plan is about: of one with a cause, those of the cause. */
export function daysOf({ cause, fromDay, toDay }: Pick<ProposalSummary, 'cause' | 'fromDay' | 'toDay'>): {
  fromDay: string;
  toDay: string;
} {
  switch (cause?.kind) {
    case 'off':
      return { fromDay: cause.startsOn, toDay: cause.endsOn };
    case 'leaving':
      return { fromDay: cause.lastDay, toDay };
    case 'closed':
      return { fromDay: cause.day, toDay: cause.day };
    default:
      return { fromDay, toDay };
  }
}

/** `Mon Nov 30 – Sat Dec 5`. */
export function daysWords(plan: Pick<ProposalSummary, 'cause' | 'fromDay' | 'toDay'>): string {
  const { fromDay, toDay } = daysOf(plan);
  const days = fromDay === toDay ? formatDay(fromDay) : `${formatDay(fromDay)} – ${formatDay(toDay)}`;
  if (plan.cause?.kind !== 'off' || isWholeDay(plan.cause)) return days;
  const { fromTime = null, untilTime = null } = plan.cause;
  return `${days}, ${hoursWords({ fromTime, untilTime })}`;
}

/** What a plan is, in few words: `Cover for Ada Lead`. */
export function nameOfPlan({ cause, requestedBy }: Pick<ProposalSummary, 'cause' | 'requestedBy'>): string {
  if (!cause) return `Plan by ${requestedBy}`;
  return cause.kind === 'closed' ? `Closed: ${cause.name}` : `Cover for ${cause.name}`;
}

/** Which plan it is, beside others. */
export const planWords = (plan: ProposalSummary): string =>
  plan.cause
    ? `${nameOfPlan(plan)}, ${daysWords(plan)}`
    : `Plan for ${daysWords(plan)} by ${plan.requestedBy}`;

/** Whether a plan recorded time off, which its undo takes back with it. */
export const recordedTimeOff = ({ cause }: Pick<ProposalSummary, 'cause'>): boolean =>
  cause?.kind === 'off' && cause.timeOffId !== null;

/** What stands already, whatever becomes of the plan; or that the reason for it is gone. */
export function factOf({ cause, causeOver }: Pick<ProposalView, 'cause' | 'causeOver'>): string | undefined {
  if (causeOver !== null) return causeOver;
  switch (cause?.kind) {
    case 'off':
      return `The time off of ${cause.name} is recorded.`;
    case 'leaving':
      return `For the days after ${formatDay(cause.lastDay)}. Retire them once this is approved.`;
    case 'closed':
      return `The store is closed on ${formatDay(cause.day)}.`;
    default:
      return undefined;
  }
}

/** `1 event`, `3 events`. */
export const eventsWord = (count: number): string => (count === 1 ? '1 event' : `${count} events`);

/** The states of plans that nobody reviews or waits for any more, although parts may be approved. */
export const isPutAway = ({ state }: Pick<ProposalSummary, 'state'>): boolean =>
  state === 'replaced' || state === 'discarded' || state === 'canceled';
