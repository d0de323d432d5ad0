import {
  type Condition,
  type EventType,
  eventTitle,
  type Hours,
  type NoonCheckOrder,
  normalForm,
  type Role,
} from '@scheduler/scheduling';
import type { SyncBadge } from '@scheduler/server/router';
import { addDays, formatClock, formatDay } from './time.ts';

/**
 * Returns the short name of an event: client and product, without the numbers and the type in
 * Crossmark's name. The whole name is shown only if there is room.
 */
export const titleOf = (event: { name: string }): string => eventTitle(event.name);

/**
 * Returns the parts of {@link titleOf}: product and client. Without a client the product is the
 * whole title.
 */
export function titleParts(event: { name: string }): { product: string; client: string } {
  const [client = '', ...rest] = titleOf(event).split('\u00a0– ');
  return rest.length > 0 ? { client, product: rest.join(' – ') } : { client: '', product: client };
}

/**
 * Each type's short name on a card, and the token of its color. The token of its tint ends with
 * `-soft`.
 */
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

/** A type before a name, on paper; without it where the name says it, or where it says nothing. */
export function typeBefore(type: EventType, word: string, name: string): string {
  return type === 'Other' || normalForm(name).startsWith(normalForm(word)) ? '' : `${word}: `;
}

/** Conditions that are not shown on a scheduled event, because they are the usual ones. */
export const PLAIN_CONDITIONS: readonly Condition[] = ['Scheduled', 'Unstaffed'];

export type SyncState = SyncBadge['state'];

export const STATE_WORDS: Record<SyncState, string> = {
  synced: 'Synced',
  pending: 'Saving…',
  waiting: 'Waiting',
  failed: 'Failed',
  conflict: 'Conflict',
};

/** The sync states, the most urgent first. */
export const STATES = ['failed', 'conflict', 'waiting', 'pending', 'synced'] as const satisfies SyncState[];

/** Returns a sentence about a schedule's sync state and what it means. */
export function syncSentence(sync: SyncBadge): string {
  switch (sync.state) {
    case 'synced':
      return 'Crossmark holds exactly this schedule.';
    case 'pending':
      return 'Saved here and on its way to Crossmark.';
    case 'waiting':
      return sync.reason ?? 'Saved here, but not in Crossmark yet. It is retried automatically.';
    case 'failed':
      return sync.reason ?? 'Crossmark did not accept it. It is not retried until you act.';
    case 'conflict':
      return sync.reason ?? 'It was changed in Crossmark and here at the same time.';
  }
}

/** Actions that a sentence may advise. */
export type Act = 'change' | 'end';

const ADVICE_PATTERNS: readonly { act: Act | undefined; begins: RegExp }[] = [
  // The text beside a conflict explains its buttons.
  { act: undefined, begins: /^Choose which / },
  { act: 'change', begins: /^(Choose|Change the schedule)\b/ },
  { act: 'end', begins: /^Unschedule it\b/ },
];

/** Returns a message without the advice at its end that can't be followed where it is shown. */
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

/** Returns the last day on which an event may be worked, which is the day before the due day. */
export const lastDayOf = (event: { dueOn: string }): string => addDays(event.dueOn, -1);

/**
 * Whether a day is the last one of an unscheduled event that still needs somebody. One that
 * Crossmark has booked for an unknown rep does not.
 */
export const isDueOn = (event: { dueOn: string; bookedElsewhere: string | null }, day: string): boolean =>
  event.bookedElsewhere === null && lastDayOf(event) === day;

/** `Jan 5 – Jan 12`, or one day by its name. */
export function windowWords(event: { startsOn: string; dueOn: string }): string {
  const last = lastDayOf(event);
  if (last <= event.startsOn) return formatDay(event.startsOn);
  return `${formatDay(event.startsOn)} – ${formatDay(last)}`;
}

/** The people who do noon checks, for each setting of a store. */
export const NOON_CHECK_WORDS: Record<NoonCheckOrder, string> = {
  lead_with_core: 'A Lead who has a Core that day, else the Club Supervisor',
  club_supervisor: 'The Club Supervisor, else a Lead who has a Core that day',
};

/** Short names of roles. The whole name is shown on hover. */
export const SHORT_ROLES: Record<Role, string> = {
  'Club Supervisor': 'Supervisor',
  'Lead Event Specialist': 'Lead',
  'Event Specialist': 'Specialist',
  'Juicer Barista': 'Juicer Barista',
};

/** Returns the initials of the first and the last name: `ZN` for `Zoë Núñez`. */
export function initialsOf(name: string): string {
  const names = name.split(/\s+/).filter(Boolean);
  const initials = [names[0], names.length > 1 ? names.at(-1) : undefined];
  return initials
    .map((each) => [...(each ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}

/** Hours where there is little room: `1 PM – 5:30 PM`, `from 1 PM`, `until 11 AM`. */
export function hoursWords({ fromTime, untilTime }: Hours): string {
  const clock = (time: string) => formatClock(time).replace(':00', '');
  if (fromTime === null) return untilTime === null ? 'all day' : `until ${clock(untilTime)}`;
  return untilTime === null ? `from ${clock(fromTime)}` : `${clock(fromTime)} – ${clock(untilTime)}`;
}

/** Time off for some hours: `Off 1 PM – 5 PM`, with its reason if it has one. */
export function hoursOffWords({ reason, ...hours }: Hours & { reason: string }): string {
  const words = `Off ${hoursWords(hours)}`;
  return reason === 'Time off' ? words : `${words}: ${reason}`;
}
