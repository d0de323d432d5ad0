import { SYNC_STATES } from '@scheduler/db';
import { CONDITIONS, EVENT_TYPES, type Instant } from '@scheduler/scheduling';
import { z } from 'zod';

/** Postgres integers end at 2^31. */
const positiveInteger = () =>
  z
    .int('must be a whole number')
    .positive('must be positive')
    .max(2_147_483_647, 'must be smaller than 2147483648');

/** A row's id. */
export const id = positiveInteger();

/** The version that an edit was based on. */
export const version = positiveInteger();

/** A local day of a store. */
export const workDate = z.iso
  .date('must be a day such as 2026-01-05')
  .refine((day) => day >= '2000-01-01' && day < '2100-01-01', 'must be between 2000 and 2099');

/** A month of the calendar. */
export const month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-01, between 2000 and 2099');

/** A point in time, made canonical; whole minutes, for nobody starts work at a second. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-05T15:45:00.000Z' })
  .transform((text): Instant => new Date(text).toISOString())
  .refine((text) => text >= '2000' && text < '2100', 'must be between 2000 and 2099')
  .refine((text) => text.endsWith(':00.000Z'), 'must be on a full minute');

/** A point in time that was shown, exactly as it was sent. */
export const shownInstant = z.iso.datetime('must be a time such as 2026-01-05T15:45:00.000Z');

/** Controls, halves of characters, line and paragraph ends, and what turns the direction of writing around. */
const UNWANTED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
/** Neither a space nor a character without a shape. */
const VISIBLE = /[^\p{Z}\p{C}]/u;

/** One line of text for people, without what Postgres or a page would choke on. */
export const text = (longest: number) =>
  z
    .string('must be text')
    .trim()
    .max(longest, { error: `must be ${longest} characters at most`, abort: true })
    .refine((line) => !UNWANTED.test(line), 'must be one line without control characters')
    .refine((line) => UNWANTED.test(line) || VISIBLE.test(line), 'must not be empty');

/** Text that stands in the database already, to be found there: no pattern, but nothing that Postgres can't compare. */
export const searchTerm = (longest: number) =>
  z
    .string('must be text')
    .max(longest, { error: `must be ${longest} characters at most`, abort: true })
    .refine((words) => words.isWellFormed() && !words.includes('\u0000'), 'must be text');

/** Why a soft conflict is accepted. */
export const overrideReason = text(300);

/** What a list of events can be ordered by. */
const EVENT_SORTS = ['due', 'name', 'type', 'condition', 'work', 'person', 'sync'] as const;

/** Fields that narrow a list of events down, and its order; what is absent doesn't narrow. */
export const eventFilter = {
  /** The first store where none is named. */
  storeId: id.optional(),
  /** With or without a live schedule here. */
  scheduled: z.boolean().optional(),
  types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).optional(),
  conditions: z.array(z.enum(CONDITIONS)).max(CONDITIONS.length).optional(),
  /** Who has the live schedule. */
  employeeId: id.optional(),
  /** How far they have got towards Crossmark. Unsettled ones are listed though Crossmark dropped them. */
  syncStates: z.array(z.enum(SYNC_STATES)).max(SYNC_STATES.length).optional(),
  /** Words that are all part of the name, the event number or the plan id. */
  text: text(100).optional(),
  /** Days, both included: of windows that touch them, or of live schedules on them. */
  from: workDate.optional(),
  to: workDate.optional(),
  dates: z.enum(['window', 'work']).default('window'),
  /** Work of the last 14 days that Crossmark has no report of, also where it was booked there alone. */
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

/** What somebody types as a password, as it is; whether it will do as a new one is looked at where it is set. */
export const password = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(1_000, 'must be 1000 characters at most');

/** An IANA zone by its name. */
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
