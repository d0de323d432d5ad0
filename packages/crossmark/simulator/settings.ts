import { z } from 'zod';
import { CALLS } from '../src/errors.ts';

/** A delay in milliseconds: fixed, uniform between two values, or log-normal like a real host's. */
const delaySchema = z.union([
  z.number().min(0),
  z.strictObject({ minMs: z.number().min(0), maxMs: z.number().min(0) }),
  z.strictObject({ medianMs: z.number().positive(), p99Ms: z.number().positive() }),
]);
export type Delay = z.output<typeof delaySchema>;

const callOrAll = z.enum(['*', ...CALLS]);
const expiredLook = z.enum(['redirect', 'loginPage', '401', '403']);
export type ExpiredLook = z.output<typeof expiredLook>;
const chance = z.number().min(0).max(1);

/**
 * The switches. Each unknown behavior of the real Crossmark has a switch that lists the possible
 * behaviors.
 */
const settingsSchema = z.strictObject({
  /** Restarts the random numbers of every chance and every distribution. */
  seed: z.number().int(),
  /**
   * The life of a session, measured from the sign-in and not extended by use. With null it never
   * expires.
   */
  sessionTtlMs: z.number().min(0).nullable(),
  expiredLook,
  loginAnswer: z.enum(['landingPage', 'redirectUrl', 'redirect', 'success']),
  badPassword: z.enum(['401', 'loginPage']),
  /**
   * Whether a second booking of a plan and store edits the first one and keeps its id, replaces it,
   * or is kept beside it.
   */
  secondBooking: z.enum(['inPlace', 'replace', 'duplicate']),
  /**
   * With `inPlace`: whether the booking after a reissue also edits the reopened booking and keeps
   * its id, or is made beside it with an id of its own.
   */
  reissueKeepsId: z.boolean(),
  unknownDelete: z.enum(['success', 'error']),
  deleteAnswer: z.enum(['ok', 'success', 'empty']),
  /**
   * Which bookings are refused although their plan, store and rep exist, and the form of every
   * refusal.
   */
  refusal: z.strictObject({
    look: z.enum(['ok0', '400', 'loginPage']),
    message: z.string(),
    chance,
    mplanIds: z.array(z.string()),
    repIds: z.array(z.string()),
    storeIds: z.array(z.string()),
  }),
  /** If false, an id such as `<n>_schedule` or an employee number is accepted without effect. */
  rejectNonNumericIds: z.boolean(),
  /** Whether ids and flags are numbers in some answers and strings in others. */
  mixedTypes: z.boolean(),
  /** Whether a plan's `row` replaces fields of its list row. */
  listQuirks: z.boolean(),
  emptyRepsAsList: z.boolean(),
  instructionsAsBareList: z.boolean(),
  /** Whether a search for several plans finds all of them, or only the first. */
  findsSeveralPlans: z.boolean(),
  /** The most rows per page, whatever was requested; null is no limit. */
  maxPageSize: z.number().int().positive().nullable(),
  /**
   * With this chance, the pages after the first are shifted as if `rows` rows had been added (+) or
   * removed (-).
   */
  listShift: z.strictObject({ rows: z.number().int(), chance }),
  /** Plans whose row is in every list twice, and counted twice. */
  repeatedPlans: z.array(z.string()),
  /** The answer of the read-back of one event for a plan that does not exist. */
  goneLocation: z.enum(['error', 'emptyObject', 'emptyBody', 'Unstaffed']),
  /** How far Crossmark's clock is ahead in the `Date` and `Retry-After` headers. */
  clockSkewMs: z.number().int(),
  /** How long lists and read-backs show the old condition after a booking or unscheduling. */
  conditionLagMs: z.number().min(0),
  /**
   * By call; `*` for all other calls. A write takes effect on arrival and is answered after the
   * delay.
   */
  latencyMs: z.partialRecord(callOrAll, delaySchema),
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

/** Some of the settings; a group may be partial too. */
export type SettingsPatch = {
  [Key in keyof Settings]?: Settings[Key] extends object ? Partial<Settings[Key]> : Settings[Key];
};

/** Returns the settings with a patch applied. Throws a ZodError that names the invalid switch. */
export function patchSettings(current: Settings, patch: unknown): Settings {
  const changes = z.record(z.string(), z.unknown()).parse(patch);
  const merged: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    const areGroups = [old, value].every((part) => typeof part === 'object' && part && !Array.isArray(part));
    merged[key] = areGroups ? { ...(old as object), ...(value as object) } : value;
  }
  return settingsSchema.parse(merged);
}

/** Faults with a well-formed, false answer. */
export const FALSE_KINDS = ['empty', 'short', 'missing', 'doubled', 'stale', 'later', 'crossed'] as const;

/**
 * A rule for a deliberate fault. The first rule that matches a call and passes its `chance` is
 * used. `times` is the number of uses (default 1; null is unlimited). `after` is the number of
 * matching calls that pass first.
 *
 * - `drop` closes the connection without an answer; `hang` never answers; `status` answers a
 *   status;
 * - `slow` spreads the answer over `delayMs`; `truncate` ends it in the middle;
 * - `garbage` answers with a page that is neither JSON nor the login page; `refuse` answers `ok: 0`
 *   with `message`;
 * - `expire` ends the caller's session; `notSignedIn` answers as if it had ended, and it stays
 *   valid. The form of both answers is `look`, by default the one in the settings.
 *
 * `applied` says whether the write takes effect nevertheless; by default only for `slow` and
 * `truncate`.
 *
 * The answers of the following faults are well-formed and false. The first five apply to the list
 * of events. A pass over the whole list that is `empty`, `short`, `missing` or `stale` is so on all
 * pages, which count as one use.
 *
 * - `empty` lists nothing, with total 0; `short` lists every second row, with a matching total;
 * - `missing` omits one row (of `mplanId`, or of any plan), with a matching total;
 * - `doubled` lists one row (of `mplanId`, or of any plan) twice on a page, in place of another
 *   row;
 * - `stale` lists the world as it was `behindMs` ago, or `behindWrites` changes ago;
 * - `later` books `minutes` later than requested, and answers so;
 * - `crossed` gives the latest answer to the same call about another event (a booking, a search, a
 *   read-back), once there is one. A write takes effect unless `applied` is false.
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
  /** Seconds; sent as an HTTP date with `retryAfterAsDate`. */
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
  /** For the list of events: only reads of the whole list, or only searches for plans. */
  reading: z.enum(['list', 'search']).optional(),
  /** For a search: one that names this plan, alone or among other plans. */
  mplanId: z.string().optional(),
  storeId: z.string().optional(),
  repId: z.string().optional(),
  bookingId: z.string().optional(),
});
export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** The 99th percentile of the standard normal distribution. */
const NORMAL_P99 = 2.326;

/** Draws one delay in milliseconds. */
export function drawDelay(delay: Delay, random: () => number): number {
  if (typeof delay === 'number') return delay;
  if ('minMs' in delay) return delay.minMs + random() * Math.max(0, delay.maxMs - delay.minMs);
  const sigma = Math.max(0, Math.log(delay.p99Ms / delay.medianMs)) / NORMAL_P99;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return delay.medianMs * Math.exp(sigma * normal);
}
