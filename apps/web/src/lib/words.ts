import { type Condition, type EventType, type NoonCheckOrder, workName } from '@scheduler/scheduling';
import type { SyncBadge } from '@scheduler/server/router';
import { addDays, daysBetween, formatDay } from './time.ts';

/**
 * What a person calls an event: client and product, without the numbers and the type that stand
 * around them in Crossmark's name. The whole name is shown where there is room.
 */
export function titleOf(event: { name: string }): string {
  const title = workName(event.name)
    .replace(/-(\d{1,2}[AP]M)$/, ', $1')
    .replace(/^(\d+)HR-ES\d-JUICER-PRODUCTION(-.*)?$/, 'Juicer Production, $1 h')
    .replace(/^(\S[^-]*)-/, '$1\u00a0– ')
    .trim();
  return title || event.name;
}

/** Each type's word on a card and its colour's name among the tokens. */
export const TYPES: Record<EventType, { short: string; token: string }> = {
  Core: { short: 'Core', token: '--type-core' },
  Supervisor: { short: 'Supervisor', token: '--type-supervisor' },
  'Juicer Production': { short: 'Juicer', token: '--type-juicer-production' },
  'Juicer Survey': { short: 'Juicer survey', token: '--type-juicer-survey' },
  'Digital Setup': { short: 'Setup', token: '--type-digital-setup' },
  'Digital Refresh': { short: 'Refresh', token: '--type-digital-refresh' },
  'Digital Teardown': { short: 'Teardown', token: '--type-digital-teardown' },
  Freeosk: { short: 'Freeosk', token: '--type-freeosk' },
  Other: { short: 'Other', token: '--type-other' },
};

/** Conditions that go without saying on a planned event. */
export const PLAIN_CONDITIONS: readonly Condition[] = ['Scheduled', 'Unstaffed'];

export type SyncState = SyncBadge['state'];

export const STATE_WORDS: Record<SyncState, string> = {
  synced: 'Synced',
  pending: 'Saving…',
  waiting: 'Waiting',
  failed: 'Failed',
  conflict: 'Conflict',
};

/** Those that need a person first. */
export const STATES = ['failed', 'conflict', 'waiting', 'pending', 'synced'] as const satisfies SyncState[];

/** One line on how far a schedule has got, and what its state means for it. */
export function syncSentence(sync: SyncBadge): string {
  switch (sync.state) {
    case 'synced':
      return 'Crossmark holds exactly what stands here.';
    case 'pending':
      return 'Saved here and on its way to Crossmark.';
    case 'waiting':
      return sync.reason ?? 'Saved here; Crossmark could not be told yet. It is retried by itself.';
    case 'failed':
      return sync.reason ?? 'Crossmark did not take it. It is not retried until you act.';
    case 'conflict':
      return sync.reason ?? 'Crossmark’s side was changed while ours was too.';
  }
}

/** Acts that a sentence may advise. */
export type Act = 'change' | 'end';

const ADVICE_PATTERNS: readonly { act: Act | undefined; begins: RegExp }[] = [
  // A conflict's buttons and what follows from them are told beside it.
  { act: undefined, begins: /^Choose which / },
  { act: 'change', begins: /^(Choose|Change the schedule)\b/ },
  { act: 'end', begins: /^Unschedule it\b/ },
];

/** A sentence's facts; of the advice that it ends with only what can be done where it is shown. */
export function withOfferedAdvice(message: string, offeredActs: readonly Act[] = []): string {
  const lastEnd = [...message.matchAll(/[.!?]”? (?=[A-Z])/g)].at(-1);
  if (!lastEnd) return message;
  const adviceAt = lastEnd.index + lastEnd[0].length;
  const advice = message.slice(adviceAt);
  const adviceEntry = /^[^.]*\.$/.test(advice) && ADVICE_PATTERNS.find(({ begins }) => begins.test(advice));
  return adviceEntry && !(adviceEntry.act && offeredActs.includes(adviceEntry.act))
    ? message.slice(0, adviceAt - 1)
    : message;
}

/** Last day on which an event may be worked: the due day itself is too late. */
export const lastDayOf = (event: { dueOn: string }): string => addDays(event.dueOn, -1);

/** How pressing an unscheduled event is, most pressing first. */
export const URGENCIES = [
  'Past its last day',
  'Today is the last day',
  'Within three days',
  'Within a week',
  'Later',
] as const;

export type Urgency = (typeof URGENCIES)[number];

/** @param today the store's day */
export function urgencyOf(event: { dueOn: string }, today: string): Urgency {
  const left = daysBetween(today, lastDayOf(event));
  if (left < 0) return 'Past its last day';
  if (left === 0) return 'Today is the last day';
  if (left <= 3) return 'Within three days';
  return left <= 7 ? 'Within a week' : 'Later';
}

/** `Jan 5 – Jan 12`, or one day by its name. */
export function windowWords(event: { startsOn: string; dueOn: string }): string {
  const last = lastDayOf(event);
  if (last <= event.startsOn) return formatDay(event.startsOn);
  return `${formatDay(event.startsOn)} – ${formatDay(last)}`;
}

/** Who does noon checks, by whom a store asks first. */
export const NOON_CHECK_WORDS: Record<NoonCheckOrder, string> = {
  lead_with_core: 'A Lead who has a Core that day, else the Club Supervisor',
  club_supervisor: 'The Club Supervisor, else a Lead who has a Core that day',
};
