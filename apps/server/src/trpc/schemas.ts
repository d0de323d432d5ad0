import { SYNC_STATES } from '@scheduler/db';
import { CONDITIONS, EVENT_TYPES, type Instant } from '@scheduler/scheduling';
import { z } from 'zod';

/** The largest Postgres integer. */
const positiveInteger = () =>
  z
    .int('must be a whole number')
    .positive('must be positive')
    .max(2_147_483_647, 'must be smaller than 2147483648');

/** A row's id. */
export const id = positiveInteger();

/** The version on which an edit is based. */
export const version = positiveInteger();

/** A local day of a store. Checks that compare days are made only with days that exist. */
export const workDate = z.iso
  .date({ error: 'must be a day such as 2026-01-05', abort: true })
  .refine((day) => day >= '2000-01-01' && day < '2100-01-01', 'must be between 2000 and 2099');

/** A time of day on a store's clocks. */
export const time = z
  .string('must be text')
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 10:45');

/** A part of a day. Without a time it begins or ends with the day. */
export const hours = { fromTime: time.nullable().default(null), untilTime: time.nullable().default(null) };

/** A check of {@link hours}, for `refine`. */
export const hoursOrder = { path: ['untilTime'], error: 'must be later than the time from which it counts' };

/** A month of the calendar. */
export const month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-01, between 2000 and 2099');

/** An instant in canonical form, in whole minutes, because no work starts at a second. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-05T15:45:00.000Z' })
  .transform((text): Instant => new Date(text).toISOString())
  .refine((text) => text >= '2000' && text < '2100', 'must be between 2000 and 2099')
  .refine((text) => text.endsWith(':00.000Z'), 'must be on a full minute');

/** An instant that was displayed, exactly as it was sent. */
export const shownInstant = z.iso.datetime('must be a time such as 2026-01-05T15:45:00.000Z');

/**
 * Control characters, lone surrogates, line and paragraph separators, and characters that change
 * the writing direction.
 */
const UNWANTED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
/** A visible character: neither a space nor invisible. */
const VISIBLE = /[^\p{Z}\p{C}]/u;

/** One line of text for people, without characters that Postgres or a page can't handle. */
export const text = (longest: number) =>
  z
    .string('must be text')
    .trim()
    .max(longest, { error: `must be ${longest} characters at most`, abort: true })
    .refine((line) => !UNWANTED.test(line), 'must be one line without control characters')
    .refine((line) => UNWANTED.test(line) || VISIBLE.test(line), 'must not be empty');

/** Like {@link text}, but of any number of lines. */
export const lines = (longest: number) =>
  z
    .string('must be text')
    .transform((typed) => typed.replace(/\r\n?/g, '\n').trim())
    .pipe(
      z
        .string()
        .max(longest, { error: `must be ${longest} characters at most`, abort: true })
        .refine((typed) => !UNWANTED.test(typed.replaceAll('\n', '')), 'must not have control characters')
        .refine((typed) => VISIBLE.test(typed), 'must not be empty'),
    );

/**
 * Text to be found in the database: no pattern, but without characters that Postgres can't compare.
 */
export const searchTerm = (longest: number) =>
  z
    .string('must be text')
    .max(longest, { error: `must be ${longest} characters at most`, abort: true })
    .refine((words) => words.isWellFormed() && !words.includes('\u0000'), 'must be text');

/** Why a soft conflict is overridden. */
export const overrideReason = text(300);

/** The columns by which a list of events can be sorted. */
const EVENT_SORTS = ['due', 'name', 'type', 'condition', 'work', 'person', 'sync'] as const;

/** The filters of an event list, and its order. An absent field doesn't filter. */
export const eventFilter = {
  /** By default the first store. */
  storeId: id.optional(),
  /** With or without a live schedule here. */
  scheduled: z.boolean().optional(),
  types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).optional(),
  conditions: z.array(z.enum(CONDITIONS)).max(CONDITIONS.length).optional(),
  /** The person of the live schedule. */
  employeeId: id.optional(),
  /** Sync states. Unsettled events are listed even if Crossmark dropped them. */
  syncStates: z.array(z.enum(SYNC_STATES)).max(SYNC_STATES.length).optional(),
  /** Words that all occur in the name, the event number or the plan id. */
  text: text(100).optional(),
  /** A range of days, both included: of windows that overlap it, or of live schedules in it. */
  from: workDate.optional(),
  to: workDate.optional(),
  dates: z.enum(['window', 'work']).default('window'),
  /**
   * Work of the last 14 days without a report in Crossmark, including work that is only booked
   * there.
   */
  unreported: z.literal(true).optional(),
  sort: z.enum(EVENT_SORTS).default('due'),
  descending: z.boolean().default(false),
};
/** A user's or a session's id. */
export const userId = z.string('must be text').regex(/^[\w-]{1,64}$/, 'must be letters, figures and dashes');

export const email = z
  .string('must be text')
  .max(200, { error: 'must be 200 characters at most', abort: true })
  .check(z.email('must be an e-mail address'));

/** A typed password, unchanged. A new password is checked where it is set. */
export const password = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(1_000, 'must be 1000 characters at most');

/** The name of an IANA zone. */
export const timeZone = z
  .string('must be text')
  .max(60, { error: 'must be 60 characters at most', abort: true })
  .refine(
    (zone) => /^[A-Z][A-Za-z]+(\/[\w+-]+)*$/.test(zone) && isZone(zone),
    'must be a time zone such as America/Chicago',
  );

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
