import { z } from 'zod';
import { CALLS } from '../src/errors.ts';

/** A delay: fixed, evenly between two, or skewed like a real host's (log-normal through median and 99th percentile). */
const delay = z.union([
  z.number().min(0),
  z.strictObject({ minMs: z.number().min(0), maxMs: z.number().min(0) }),
  z.strictObject({ medianMs: z.number().positive(), p99Ms: z.number().positive() }),
]);
export type Delay = z.output<typeof delay>;

const callOrAll = z.enum(['*', ...CALLS]);
const expiredLook = z.enum(['redirect', 'loginPage', '401', '403']);
export type ExpiredLook = z.output<typeof expiredLook>;
const chance = z.number().min(0).max(1);

/** The switches. Where nobody knows what the real Crossmark does, there is a switch for each thing it may do. */
const settingsSchema = z.strictObject({
  /** Restarts the randomness behind every chance and every distribution. */
  seed: z.number().int(),
  /** From the sign-in, not extended by use; null is for ever. */
  sessionTtlMs: z.number().min(0).nullable(),
  expiredLook,
  loginAnswer: z.enum(['landingPage', 'redirectUrl', 'redirect', 'success']),
  badPassword: z.enum(['401', 'loginPage']),
  /** A second booking of a plan and store edits the first one and keeps its id, or replaces it, or stands beside it. */
  secondBooking: z.enum(['inPlace', 'replace', 'duplicate']),
  /**
   * Where a second booking edits the first one: whether the booking that follows a reissue edits the reopened one as well
   * and keeps its id, or is made beside it, with an id of its own.
   */
  reissueKeepsId: z.boolean(),
  unknownDelete: z.enum(['success', 'error']),
  deleteAnswer: z.enum(['ok', 'success', 'empty']),
  /** Which bookings are refused besides those that name what doesn't exist, and how every refusal looks. */
  refusal: z.strictObject({
    look: z.enum(['ok0', '400', 'loginPage']),
    message: z.string(),
    chance,
    mplanIds: z.array(z.string()),
    repIds: z.array(z.string()),
    storeIds: z.array(z.string()),
  }),
  /** Off: a `<n>_schedule` or an employee number passes and does not do what was meant. */
  rejectNonNumericIds: z.boolean(),
  /** Ids and flags as numbers here and strings there. */
  mixedTypes: z.boolean(),
  /** Whether `row` of a plan (fields of its list row to show differently) is shown. */
  listQuirks: z.boolean(),
  emptyRepsAsList: z.boolean(),
  instructionsAsBareList: z.boolean(),
  /** Whether a search for several plans finds them all, or the first one alone. */
  findsSeveralPlans: z.boolean(),
  /** At most so many rows a page whatever is asked for; null is no limit. */
  maxPageSize: z.number().int().positive().nullable(),
  /** After a first page, with this chance, the list behaves as if rows had come (+) or gone (-) before the next ones. */
  listShift: z.strictObject({ rows: z.number().int(), chance }),
  /** Plans whose row every reading of the list has twice, counted twice as well. */
  repeatedPlans: z.array(z.string()),
  /** What the read-back of one event (call F) answers for a plan that is not there. */
  goneLocation: z.enum(['error', 'emptyObject', 'emptyBody', 'Unstaffed']),
  /** How far Crossmark's clock is ahead in its `Date` and `Retry-After` headers. */
  clockSkewMs: z.number().int(),
  /** How long lists and read-backs show the condition of before a booking or unscheduling. */
  conditionLagMs: z.number().min(0),
  /** By call, `*` for the rest. A write takes effect as it arrives, and answers after its delay. */
  latencyMs: z.partialRecord(callOrAll, delay),
  rateLimit: z.strictObject({
    perSecond: z.number().positive().nullable(),
    retryAfter: z.enum(['seconds', 'date', 'none']),
  }),
});
export type Settings = z.output<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  seed: 1,
  sessionTtlMs: 3_600_000,
  expiredLook: 'redirect',
  loginAnswer: 'landingPage',
  badPassword: '401',
  secondBooking: 'inPlace',
  reissueKeepsId: true,
  unknownDelete: 'error',
  deleteAnswer: 'ok',
  refusal: {
    look: 'ok0',
    message: 'This visit cannot be scheduled.',
    chance: 0,
    mplanIds: [],
    repIds: [],
    storeIds: [],
  },
  rejectNonNumericIds: true,
  mixedTypes: true,
  listQuirks: true,
  emptyRepsAsList: true,
  instructionsAsBareList: false,
  findsSeveralPlans: true,
  maxPageSize: null,
  listShift: { rows: 0, chance: 1 },
  repeatedPlans: [],
  goneLocation: 'error',
  clockSkewMs: 0,
  conditionLagMs: 0,
  latencyMs: {},
  rateLimit: { perSecond: null, retryAfter: 'seconds' },
};

/** A part of the settings; groups may be given in part as well. */
export type SettingsPatch = {
  [Key in keyof Settings]?: Settings[Key] extends object ? Partial<Settings[Key]> : Settings[Key];
};

/** Settings with a part of them changed. Throws a ZodError that names the switch. */
export function patchSettings(current: Settings, patch: unknown): Settings {
  const given = z.record(z.string(), z.unknown()).parse(patch);
  const merged: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(given)) {
    const held = merged[key];
    const both = [held, value].every((part) => typeof part === 'object' && part && !Array.isArray(part));
    merged[key] = both ? { ...(held as object), ...(value as object) } : value;
  }
  return settingsSchema.parse(merged);
}

/** Faults whose answer is well-formed and false. */
export const FALSE_KINDS = ['empty', 'short', 'missing', 'doubled', 'stale', 'later', 'crossed'] as const;

/**
 * Something going wrong on purpose. Rules are tried in the order given; the first that fits and whose chance comes
 * up is used. `times` counts uses (default 1, null without end), `after` lets so many fitting calls pass first.
 *
 * - `drop` closes the connection without an answer; `hang` never answers; `status` answers with a status;
 * - `slow` spreads the answer over `delayMs`; `truncate` breaks off in the middle of it;
 * - `garbage` answers a page that is neither JSON nor the login; `refuse` answers `ok: 0` with `message`;
 * - `expire` ends the session that asks; `notSignedIn` answers as if it were over, and it stays good. Both look as `look`
 *   says, or as the settings do.
 *
 * `applied` says whether the write takes effect all the same (always for `slow` and `truncate`, unless false).
 *
 * The answers of these are well-formed and false. The first five are for the list of events. A reading of the whole list
 * that is `empty`, `short`, `missing` or `stale` is so on all its pages, and counts as one use:
 *
 * - `empty` lists nothing, total 0; `short` lists every second row, with a total that matches;
 * - `missing` leaves out one row (of `mplanId`, or of any plan), with a total that matches;
 * - `doubled` has one row of a page twice, in place of another one (of `mplanId`, or of any plan);
 * - `stale` lists the world as it was `behindMs` ago, or `behindWrites` changes of it ago;
 * - `later` books `minutes` later than asked, and says so;
 * - `crossed` gives the latest answer to the same call about another event (a booking, a search, a read-back); it waits for
 *   there to be one. A write takes effect unless `applied` is false.
 */
export const faultSchema = z.strictObject({
  call: callOrAll.default('*'),
  kind: z.enum([
    'drop',
    'hang',
    'status',
    'slow',
    'truncate',
    'garbage',
    'refuse',
    'expire',
    'notSignedIn',
    ...FALSE_KINDS,
  ]),
  applied: z.boolean().optional(),
  status: z.number().int().min(400).max(599).default(503),
  /** Seconds, or an HTTP date that far off with `retryAfterAsDate`. */
  retryAfter: z.number().int().min(0).optional(),
  retryAfterAsDate: z.boolean().default(false),
  look: expiredLook.optional(),
  message: z.string().default('This visit cannot be scheduled.'),
  delayMs: z.number().min(0).default(0),
  minutes: z.number().int().default(15),
  behindMs: z.number().min(0).default(0),
  behindWrites: z.number().int().min(0).default(1),
  times: z.number().int().positive().nullable().default(1),
  after: z.number().int().min(0).default(0),
  chance: chance.default(1),
  /** Of the list of events: only readings of the whole list, or only searches for plans. */
  reading: z.enum(['list', 'search']).optional(),
  /** Of a search: one that names this plan, alone or among others. */
  mplanId: z.string().optional(),
  storeId: z.string().optional(),
  repId: z.string().optional(),
  bookingId: z.string().optional(),
});
export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** Repeatable randomness (mulberry32): the same seed gives the same numbers, each at least 0 and below 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The 99th percentile of the standard normal distribution. */
const NORMAL_P99 = 2.326;

/** Draws one delay, in milliseconds. */
export function drawDelay(delay: Delay, random: () => number): number {
  if (typeof delay === 'number') return delay;
  if ('minMs' in delay) return delay.minMs + random() * Math.max(0, delay.maxMs - delay.minMs);
  const sigma = Math.max(0, Math.log(delay.p99Ms / delay.medianMs)) / NORMAL_P99;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return delay.medianMs * Math.exp(sigma * normal);
}
