import { cleanText } from '@scheduler/runtime';
import { CONDITIONS, type Instant } from '@scheduler/scheduling';
import { z } from 'zod';
import type { BadRow, PlannedEvent, QualifiedRep, Rep, TimeZoneOf } from './client.ts';
import { bookingId, employeeNumber, LONGEST_SHOWN_ID, mplanId, repId, storeId } from './ids.ts';
import { fromDay, fromOffset, fromWallTime } from './time.ts';

/**
 * Crossmark mixes numbers, strings and booleans for one and the same field. As told: ids and times are read from it, for a
 * character too many makes them wrong. It leaves this file as {@link plain} text only.
 */
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value).trim());
/** What people read and Postgres keeps. */
const plain = scalar.transform((value) => cleanText(value));
const text = plain.nullish().transform((value) => value ?? '');
const textOrNull = plain.nullish().transform((value) => value || null);
const told = scalar.nullish().transform((value) => value ?? '');
const count = scalar.pipe(z.string().regex(/^\d{1,9}$/, 'is not a count')).transform(Number);

/** 1, "1", true and "true" are yes; everything else, nothing included, is no. */
const yes = z
  .unknown()
  .transform((value) => typeof value !== 'object' && ['1', 'true'].includes(String(value)));

/** An empty PHP map arrives as an empty list. */
const map = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (Array.isArray(value) && value.length === 0 ? {} : value), schema);

/** Makes a schema out of a function that throws on what it can't read. */
const reading =
  <T>(read: (value: string) => T) =>
  (value: string, context: z.RefinementCtx): T => {
    try {
      return read(value);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: error instanceof Error ? error.message : 'cannot be read',
      });
      return z.NEVER;
    }
  };
const id = <T>(read: (value: string) => T) => scalar.transform(reading(read));
const idOrNull = <T>(read: (value: string) => T) =>
  scalar
    .nullish()
    .transform((value, context) =>
      value && value !== '0' && value !== 'false' ? reading(read)(value, context) : null,
    );

/** One line that says where an answer left the expected form. */
function complaint(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.') || 'answer'}: ${issue.message}` : 'not of the expected form';
}

/** An answer that is not of the form it should have; the message says where. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';

  constructor(message: string) {
    super(cleanText(message));
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UnexpectedAnswerError(complaint(parsed.error));
}

/** The JSON of a body, whatever its content type says; undefined where it isn't JSON. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/**
 * Whether a body is the login page: an HTML document with a password field, or one that posts to the login.
 * A valid answer is JSON, and so may say "login" or "password" as often as it likes.
 */
export function isLoginPage(body: string): boolean {
  if (readJson(body) !== undefined || !/^\s*</.test(body)) return false;
  return /<input\b[^<>]*\btype\s*=\s*["']?password\b/i.test(body) || /\/login\/authenticate\b/i.test(body);
}

const refusalWords = z
  .looseObject({ message: told, msg: told, error: told, errorMessage: told })
  .partial()
  .transform((words) => words.message || words.errorMessage || words.msg || words.error || '');

/** Whether a body is Crossmark's explicit no: JSON whose `ok` or `success` says so. */
export function isRefusal(body: string): boolean {
  const parsed = z.looseObject({ ok: z.unknown(), success: z.unknown() }).partial().safeParse(readJson(body));
  const said = parsed.success ? (parsed.data.ok ?? parsed.data.success) : undefined;
  return said !== undefined && said !== null && !yes.parse(said);
}

const LONGEST_REFUSAL = 300;

/**
 * What Crossmark said of a refusal, as one plain line; empty where it said nothing. `scrub` takes secrets out of the whole of
 * it, before it is cut.
 */
export function refusalMessage(body: string, scrub = (words: string): string => words): string {
  const parsed = refusalWords.safeParse(readJson(body));
  const words = scrub(parsed.success ? parsed.data : '');
  return cleanText(words.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' '), LONGEST_REFUSAL);
}

const salesTools = z
  .array(map(z.looseObject({ salesToolURL: told })))
  .nullish()
  .transform((tools) => tools?.[0]?.salesToolURL ?? null);

/** Longer than a signed address of a file, and short enough to keep. A part of an address leads nowhere. */
const LONGEST_LINK = 2_000;

/** A link a person may follow; anything but http(s) is none, nor is one too long to be one. */
function link(url: string | null, base: string): string | null {
  if (!url || url.length > LONGEST_LINK || !URL.canParse(url, base)) return null;
  const { protocol, href } = new URL(url, base);
  return /^https?:$/.test(protocol) && href.length <= LONGEST_LINK ? href : null;
}

const row = z.looseObject({
  mPlanID: id(mplanId),
  storeID: id(storeId),
  storeName: text,
  name: plain.pipe(z.string().min(1, 'is empty')),
  startDate: scalar.transform(reading(fromDay)),
  endDate: scalar.transform(reading(fromDay)),
  scheduleDate: told,
  condition: scalar.pipe(z.enum(CONDITIONS)),
  staffedReps: text,
  scheduleRepID: idOrNull(repId),
  scheduleEventID: idOrNull(bookingId),
  salesTools,
});

const list = z.union([
  z.looseObject({ mplans: z.array(z.unknown()), total: count }),
  z
    .looseObject({ records: z.array(z.unknown()), total: count })
    .transform(({ records, total }) => ({ mplans: records, total })),
]);

/** The rows of a planning list, each still unread, and how many there are in all. */
export function parseList(json: unknown): { rows: unknown[]; total: number } {
  const parsed = list.safeParse(json);
  if (!parsed.success) throw new UnexpectedAnswerError('neither mplans nor records with a total');
  return { rows: parsed.data.mplans, total: parsed.data.total };
}

const shownId = scalar
  .nullish()
  .transform((value) => (value ? cleanText(value, LONGEST_SHOWN_ID) || null : null));
const rowName = map(z.looseObject({ mPlanID: shownId.catch(null), storeID: shownId.catch(null) }));

/** Reads one row; a row that can't be read is named with its reason and never guessed at. */
export function parseRow(given: unknown, timeZoneOf: TimeZoneOf, base: string): PlannedEvent | BadRow {
  const named = rowName.safeParse(given);
  const bad = (reason: string): BadRow => ({
    mplanId: named.success ? named.data.mPlanID : null,
    storeId: named.success ? named.data.storeID : null,
    reason: cleanText(reason),
  });
  const parsed = row.safeParse(given);
  if (!parsed.success) return bad(complaint(parsed.error));
  const read = parsed.data;
  if (read.endDate < read.startDate) return bad('endDate: lies before startDate');
  let startsAt: Instant | null = null;
  if (read.scheduleDate) {
    const timeZone = timeZoneOf(read.storeID);
    if (!timeZone) return bad(`scheduleDate: the time zone of store ${read.storeID} is not known`);
    try {
      startsAt = fromWallTime(read.scheduleDate, timeZone);
    } catch (error) {
      return bad(`scheduleDate: ${error instanceof Error ? error.message : 'cannot be read'}`);
    }
  }
  return {
    mplanId: read.mPlanID,
    storeId: read.storeID,
    storeName: read.storeName,
    name: read.name,
    startsOn: read.startDate,
    dueOn: read.endDate,
    condition: read.condition,
    staffedReps: read.staffedReps
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    repId: read.scheduleRepID,
    bookingId: read.scheduleEventID,
    startsAt,
    instructionsUrl: link(read.salesTools, base),
  };
}

/** What a write's answer says: done, refused, or nothing that can be trusted. */
type Verdict = 'done' | 'refused' | 'unclear';

const okField = z.looseObject({ ok: z.unknown() });
const timeOrNull = scalar
  .nullish()
  .transform((value, context) => (value ? reading(fromOffset)(value, context) : null));
const scheduled = z.looseObject({
  MVScheduledEvent: z.looseObject({
    ID: id(bookingId),
    RepID: idOrNull(repId),
    mPlanID: idOrNull(mplanId),
    LocationID: idOrNull(storeId),
    Start: timeOrNull,
    End: timeOrNull,
  }),
  repName: text,
});

/**
 * Reads the answer to a booking. Done is `ok` 1 and an id, nothing else; `ok` of another value is a refusal;
 * `ok` 1 without an id, or with a field that can't be read, may well have booked and is therefore unclear. What the answer
 * leaves out is null: whether it is about the booking asked for, the caller compares.
 */
export function parseScheduled(json: unknown) {
  const ok = okField.safeParse(json);
  if (!ok.success || ok.data.ok === undefined) return { verdict: 'unclear' as const };
  if (!yes.parse(ok.data.ok)) return { verdict: 'refused' as const };
  const parsed = scheduled.safeParse(json);
  if (!parsed.success) return { verdict: 'unclear' as const };
  const { ID, RepID, mPlanID, LocationID, Start, End } = parsed.data.MVScheduledEvent;
  if (Start !== null && End !== null && End <= Start) return { verdict: 'unclear' as const };
  return {
    verdict: 'done' as const,
    bookingId: ID,
    mplanId: mPlanID,
    storeId: LocationID,
    repId: RepID,
    startsAt: Start,
    endsAt: End,
    repName: parsed.data.repName,
  };
}

/**
 * Reads the answer to an unscheduling. Its form is documented nowhere: `ok` or `success` decide, an answer with
 * neither is unclear.
 */
export function judgeUnscheduled(json: unknown): Verdict {
  if (json === true || json === 1) return 'done';
  const parsed = z.looseObject({ ok: z.unknown(), success: z.unknown() }).partial().safeParse(json);
  if (!parsed.success) return 'unclear';
  const said = parsed.data.ok ?? parsed.data.success;
  if (said === undefined || said === null) return 'unclear';
  return yes.parse(said) ? 'done' : 'refused';
}

/** Reads the answer to a reissue: any object that doesn't say no. */
export function judgeReissued(json: unknown): Verdict {
  const parsed = map(z.looseObject({ ok: z.unknown(), success: z.unknown() }).partial()).safeParse(json);
  if (!parsed.success) return 'unclear';
  return [parsed.data.ok, parsed.data.success].every((said) => said === undefined || yes.parse(said))
    ? 'done'
    : 'refused';
}

const rep = z.looseObject({
  id: told,
  repId: told,
  employeeId: told,
  title: text,
  lastName: textOrNull,
  nameSort: text,
  role: textOrNull,
  email: textOrNull,
  phone: textOrNull,
});
const reps = z.looseObject({ reps: map(z.record(z.string(), z.unknown())) });

/**
 * Reads the rep list, an object keyed by rep id. A person who can't be told by their id is left out, one without a name is
 * called by it: neither takes the others with them. A list of nobody else isn't the rep list.
 */
export function parseReps(json: unknown): Rep[] {
  const entries = Object.entries(parse(reps, json).reps);
  let named = 0;
  const people = entries.flatMap(([key, value]): Rep[] => {
    const parsed = rep.safeParse(value);
    if (!parsed.success) return [];
    const entry = parsed.data;
    const number = z.string().transform(reading(employeeNumber)).safeParse(entry.employeeId);
    const own = id(repId).safeParse(entry.repId || entry.id || key);
    if (!own.success) return [];
    const name = entry.title || entry.nameSort;
    if (name) named += 1;
    return [
      {
        repId: own.data,
        employeeNumber: number.success ? number.data : null,
        name: name || `Rep ${own.data}`,
        lastName: entry.lastName,
        role: entry.role,
        email: entry.email,
        phone: entry.phone,
      },
    ];
  });
  if (entries.length > 0 && named === 0) throw new UnexpectedAnswerError('reps: names nobody');
  return people;
}

const qualified = z.looseObject({
  reps: z.array(z.looseObject({ ID: id(repId), FirstName: text, LastName: text, Timezone: textOrNull })),
});

/** Reads who is qualified, a list. */
export function parseQualified(json: unknown): QualifiedRep[] {
  return parse(qualified, json).reps.map((entry) => ({
    repId: entry.ID,
    firstName: entry.FirstName,
    lastName: entry.LastName,
    name: cleanText(`${entry.FirstName} ${entry.LastName}`),
    timeZone: entry.Timezone,
  }));
}

/** Names, or in their place something empty. Names in any other form are somebody, and not known to be nobody. */
const names = z
  .union([plain, z.array(z.never()), z.strictObject({})], { error: 'is neither names nor empty' })
  .nullish()
  .transform((value) => (typeof value === 'string' ? value : ''));
const location = z.looseObject({ condition: scalar.pipe(z.enum(CONDITIONS)), reps: names, key: scalar });
const nothingTold = z.looseObject({ condition: z.union([z.null(), z.literal('')]).optional() });

/**
 * Reads Crossmark's read-back of one event. `refused` is an `ok` that isn't 1; `nothing` an answer that tells of no event:
 * an empty body, an empty object, or `ok` 1 without a condition.
 */
export function parseLocation(json: unknown, body: string) {
  if (json === undefined && body.trim() === '') return 'nothing';
  if (typeof json === 'object' && json !== null && Object.keys(json).length === 0) return 'nothing';
  const { ok } = parse(okField, json);
  if (ok === undefined) throw new UnexpectedAnswerError('ok: is missing');
  if (!yes.parse(ok)) return 'refused';
  if (nothingTold.safeParse(json).success) return 'nothing';
  const { condition, reps, key } = parse(location, json);
  return { condition, reps, key };
}

const instructions = z.looseObject({ mPlanID: id(mplanId), salesTools });

/** Reads where instructions are: `{mplans: […]}` or the bare list. An entry that can't be read takes no other with it. */
export function parseInstructions(json: unknown, base: string) {
  const entries = Array.isArray(json)
    ? json
    : parse(z.looseObject({ mplans: z.array(z.unknown()) }), json).mplans;
  const read = entries.map((entry) => instructions.safeParse(entry));
  const told = read.flatMap(({ success, data }) =>
    success ? [{ mplanId: data.mPlanID, instructionsUrl: link(data.salesTools, base) }] : [],
  );
  if (entries.length > 0 && told.length === 0) throw new UnexpectedAnswerError('mplans: names no plan');
  return told;
}

const userInfo = z.looseObject({ username: scalar.pipe(z.string().min(1)) });

/** Whether an answer names the user who is signed in. */
export const namesUser = (json: unknown): boolean => userInfo.safeParse(json).success;

/** Whether a sign-in was answered by an explicit no. */
export const saysNo = (json: unknown): boolean => {
  const parsed = z.looseObject({ success: z.unknown() }).safeParse(json);
  return parsed.success && parsed.data.success !== undefined && !yes.parse(parsed.data.success);
};
