/**
 * Parses Crossmark's answers. Every text that leaves this file is one clean line of limited length.
 */
import { cleanText } from '@scheduler/runtime';
import { CONDITIONS, type Instant } from '@scheduler/scheduling';
import { z } from 'zod';
import { bookingId, employeeNumber, LONGEST_SHOWN_ID, mplanId, repId, storeId } from './ids.ts';
import { fromDay, fromOffset, fromWallTime } from './time.ts';
import type { BadRow, EventInstructions, PlannedEvent, Rep, TimeZoneOf } from './types.ts';

/**
 * Crossmark sends the same field as a number, a string or a boolean. The text is kept as sent,
 * because one extra character makes an id or a time wrong; {@link plainText} cleans the text for
 * display.
 */
const rawText = z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value).trim());
/** A text that people read and Postgres stores. */
const plainText = rawText.transform((value) => cleanText(value));
const textOrEmpty = plainText.nullish().transform((value) => value ?? '');
const textOrNull = plainText.nullish().transform((value) => value || null);
const rawTextOrEmpty = rawText.nullish().transform((value) => value ?? '');
const count = rawText.pipe(z.string().regex(/^\d{1,9}$/, 'is not a count')).transform(Number);

/** Whether a flag is set. 1, "1", true and "true" are yes; everything else is no. */
const isYes = (value: unknown): boolean => typeof value !== 'object' && ['1', 'true'].includes(String(value));

/** PHP encodes an empty map as an empty list. */
const phpMap = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (Array.isArray(value) && value.length === 0 ? {} : value), schema);

/** Turns a function that throws on invalid text into a Zod transform that reports an issue. */
const transformWith =
  <T>(parseText: (text: string) => T) =>
  (text: string, context: z.RefinementCtx): T => {
    try {
      return parseText(text);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: error instanceof Error ? error.message : 'cannot be read',
      });
      return z.NEVER;
    }
  };
const id = <T>(parseId: (text: string) => T) => rawText.transform(transformWith(parseId));
const idOrNull = <T>(parseId: (text: string) => T) =>
  rawText
    .nullish()
    .transform((value, context) =>
      value && value !== '0' && value !== 'false' ? transformWith(parseId)(value, context) : null,
    );

/** One line that says which field of an answer is wrong, and how. */
function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.') || 'answer'}: ${issue.message}` : 'does not have the expected form';
}

/** The failure to parse an answer without the expected form. The message names the field. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';

  constructor(message: string) {
    super(cleanText(message));
  }
}

function parseOrThrow<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UnexpectedAnswerError(describeIssue(parsed.error));
}

/** Parses a body as JSON, whatever its content type; undefined if it isn't JSON. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/**
 * Whether a body is the login page: an HTML document with a password field or a form that posts to
 * the login. A valid answer is JSON and may contain the words "login" and "password".
 */
export function isLoginPage(body: string): boolean {
  if (readJson(body) !== undefined || !/^\s*</.test(body)) return false;
  return /<input\b[^<>]*\btype\s*=\s*["']?password\b/i.test(body) || /\/login\/authenticate\b/i.test(body);
}

const refusalSchema = z
  .looseObject({
    message: rawTextOrEmpty,
    msg: rawTextOrEmpty,
    error: rawTextOrEmpty,
    errorMessage: rawTextOrEmpty,
  })
  .partial()
  .transform((fields) => fields.message || fields.errorMessage || fields.msg || fields.error || '');

const flagsSchema = z.looseObject({ ok: z.unknown(), success: z.unknown() }).partial();

/** Whether a body is an explicit refusal: JSON with `ok` or `success` set to no. */
export function isRefusal(body: string): boolean {
  const parsed = flagsSchema.safeParse(readJson(body));
  const flag = parsed.success ? (parsed.data.ok ?? parsed.data.success) : undefined;
  return flag !== undefined && flag !== null && !isYes(flag);
}

const LONGEST_REFUSAL = 300;

/**
 * Crossmark's explanation of a refusal as one plain line; empty if it gave none. `redact` removes
 * secrets from the whole text before it is shortened.
 */
export function refusalMessage(body: string, redact = (text: string): string => text): string {
  const parsed = refusalSchema.safeParse(readJson(body));
  const text = redact(parsed.success ? parsed.data : '');
  return cleanText(text.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' '), LONGEST_REFUSAL);
}

const salesTools = z
  .array(phpMap(z.looseObject({ salesToolURL: rawTextOrEmpty })))
  .nullish()
  .transform((tools) => tools?.[0]?.salesToolURL ?? null);

/**
 * Longer than a signed address of a file. An address can't be shortened, so a longer one is
 * dropped.
 */
const LONGEST_LINK = 2_000;

/**
 * A link that a person may follow; null for anything else than http(s) and for an oversized
 * address.
 */
function httpLink(url: string | null, base: string): string | null {
  if (!url || url.length > LONGEST_LINK || !URL.canParse(url, base)) return null;
  const { protocol, href } = new URL(url, base);
  return /^https?:$/.test(protocol) && href.length <= LONGEST_LINK ? href : null;
}

const rowSchema = z.looseObject({
  mPlanID: id(mplanId),
  storeID: id(storeId),
  storeName: textOrEmpty,
  name: plainText.pipe(z.string().min(1, 'is empty')),
  startDate: rawText.transform(transformWith(fromDay)),
  endDate: rawText.transform(transformWith(fromDay)),
  scheduleDate: rawTextOrEmpty,
  condition: rawText.pipe(z.enum(CONDITIONS)),
  staffedReps: textOrEmpty,
  scheduleRepID: idOrNull(repId),
  scheduleEventID: idOrNull(bookingId),
  salesTools,
});

const listSchema = z.union([
  z.looseObject({ mplans: z.array(z.unknown()), total: count }),
  z
    .looseObject({ records: z.array(z.unknown()), total: count })
    .transform(({ records, total }) => ({ mplans: records, total })),
]);

/**
 * Parses a page of the planning list into unparsed rows and the number of rows in the whole list.
 */
export function parseList(json: unknown): { rows: unknown[]; total: number } {
  const parsed = listSchema.safeParse(json);
  if (!parsed.success) throw new UnexpectedAnswerError('neither mplans nor records with a total');
  return { rows: parsed.data.mplans, total: parsed.data.total };
}

const shownId = rawText
  .nullish()
  .transform((value) => (value ? cleanText(value, LONGEST_SHOWN_ID) || null : null));
const rowIdsSchema = phpMap(z.looseObject({ mPlanID: shownId.catch(null), storeID: shownId.catch(null) }));

/**
 * Parses one row. For a row that can't be parsed, returns its ids and the reason, and guesses
 * nothing.
 */
export function parseRow(raw: unknown, timeZoneOf: TimeZoneOf, base: string): PlannedEvent | BadRow {
  const ids = rowIdsSchema.safeParse(raw);
  const badRow = (reason: string): BadRow => ({
    mplanId: ids.success ? ids.data.mPlanID : null,
    storeId: ids.success ? ids.data.storeID : null,
    reason: cleanText(reason),
  });
  const parsed = rowSchema.safeParse(raw);
  if (!parsed.success) return badRow(describeIssue(parsed.error));
  const row = parsed.data;
  if (row.endDate < row.startDate) return badRow('endDate: lies before startDate');
  let startsAt: Instant | null = null;
  if (row.scheduleDate) {
    const timeZone = timeZoneOf(row.storeID);
    if (!timeZone) return badRow(`scheduleDate: the time zone of store ${row.storeID} is not known`);
    try {
      startsAt = fromWallTime(row.scheduleDate, timeZone);
    } catch (error) {
      return badRow(`scheduleDate: ${error instanceof Error ? error.message : 'cannot be read'}`);
    }
  }
  return {
    mplanId: row.mPlanID,
    storeId: row.storeID,
    storeName: row.storeName,
    name: row.name,
    startsOn: row.startDate,
    dueOn: row.endDate,
    condition: row.condition,
    staffedReps: row.staffedReps
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    repId: row.scheduleRepID,
    bookingId: row.scheduleEventID,
    startsAt,
    instructionsUrl: httpLink(row.salesTools, base),
  };
}

/** What the answer to a write says: done, refused, or nothing that can be trusted. */
type WriteResult = 'done' | 'refused' | 'unclear';

const okSchema = z.looseObject({ ok: z.unknown() });
const timeOrNull = rawText
  .nullish()
  .transform((value, context) => (value ? transformWith(fromOffset)(value, context) : null));
const scheduledSchema = z.looseObject({
  MVScheduledEvent: z.looseObject({
    ID: id(bookingId),
    RepID: idOrNull(repId),
    mPlanID: idOrNull(mplanId),
    LocationID: idOrNull(storeId),
    Start: timeOrNull,
    End: timeOrNull,
  }),
  repName: textOrEmpty,
});

/**
 * Parses the answer to a booking. Only `ok` 1 with a booking id is `done`; another value of `ok` is
 * `refused`. `ok` 1 without an id, or with a field that can't be parsed, may have booked and is
 * therefore `unclear`. Fields that the answer omits are null; the caller compares the others with
 * its request.
 */
export function parseScheduled(json: unknown) {
  const ok = okSchema.safeParse(json);
  if (!ok.success || ok.data.ok === undefined) return { result: 'unclear' as const };
  if (!isYes(ok.data.ok)) return { result: 'refused' as const };
  const parsed = scheduledSchema.safeParse(json);
  if (!parsed.success) return { result: 'unclear' as const };
  const { ID, RepID, mPlanID, LocationID, Start, End } = parsed.data.MVScheduledEvent;
  if (Start !== null && End !== null && End <= Start) return { result: 'unclear' as const };
  return {
    result: 'done' as const,
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
 * Parses the answer to the removal of a booking. Its form is not documented: `ok` or `success`
 * decides, and an answer with neither is `unclear`.
 */
export function parseRemoved(json: unknown): WriteResult {
  if (json === true || json === 1) return 'done';
  const parsed = flagsSchema.safeParse(json);
  if (!parsed.success) return 'unclear';
  const flag = parsed.data.ok ?? parsed.data.success;
  if (flag === undefined || flag === null) return 'unclear';
  return isYes(flag) ? 'done' : 'refused';
}

/** Parses the answer to a reissue: any object that doesn't say no is `done`. */
export function parseReissued(json: unknown): WriteResult {
  const parsed = phpMap(flagsSchema).safeParse(json);
  if (!parsed.success) return 'unclear';
  const isDone = [parsed.data.ok, parsed.data.success].every((flag) => flag === undefined || isYes(flag));
  return isDone ? 'done' : 'refused';
}

const repSchema = z.looseObject({
  id: rawTextOrEmpty,
  repId: rawTextOrEmpty,
  employeeId: rawTextOrEmpty,
  title: textOrEmpty,
  lastName: textOrNull,
  nameSort: textOrEmpty,
  role: textOrNull,
  email: textOrNull,
  phone: textOrNull,
});
const repsSchema = z.looseObject({ reps: phpMap(z.record(z.string(), z.unknown())) });

/**
 * Parses the rep list, an object keyed by rep id. A person without a valid id is left out; a person
 * without a name gets their id as name. Throws if the list has entries and none of them has a name,
 * because it is then not the rep list.
 */
export function parseReps(json: unknown): Rep[] {
  const entries = Object.entries(parseOrThrow(repsSchema, json).reps);
  let namesFound = 0;
  const reps = entries.flatMap(([key, value]): Rep[] => {
    const parsed = repSchema.safeParse(value);
    if (!parsed.success) return [];
    const rep = parsed.data;
    const number = z.string().transform(transformWith(employeeNumber)).safeParse(rep.employeeId);
    const ownId = id(repId).safeParse(rep.repId || rep.id || key);
    if (!ownId.success) return [];
    const name = rep.title || rep.nameSort;
    if (name) namesFound += 1;
    return [
      {
        repId: ownId.data,
        employeeNumber: number.success ? number.data : null,
        name: name || `Rep ${ownId.data}`,
        lastName: rep.lastName,
        role: rep.role,
        email: rep.email,
        phone: rep.phone,
      },
    ];
  });
  if (entries.length > 0 && namesFound === 0) throw new UnexpectedAnswerError('reps: names nobody');
  return reps;
}

/** A list of names, or an empty value. Any other form may name a person, so it is rejected. */
const names = z
  .union([plainText, z.array(z.never()), z.strictObject({})], { error: 'is neither names nor empty' })
  .nullish()
  .transform((value) => (typeof value === 'string' ? value : ''));
const locationSchema = z.looseObject({
  condition: rawText.pipe(z.enum(CONDITIONS)),
  reps: names,
  key: rawText,
});
const noConditionSchema = z.looseObject({ condition: z.union([z.null(), z.literal('')]).optional() });

/**
 * Parses the read-back of one event. Returns `refused` for an `ok` other than 1, and `noEvent` for
 * an answer that describes no event: an empty body, an empty object, or `ok` 1 without a condition.
 */
export function parseLocation(json: unknown, body: string) {
  if (json === undefined && body.trim() === '') return 'noEvent';
  if (typeof json === 'object' && json !== null && Object.keys(json).length === 0) return 'noEvent';
  const { ok } = parseOrThrow(okSchema, json);
  if (ok === undefined) throw new UnexpectedAnswerError('ok: is missing');
  if (!isYes(ok)) return 'refused';
  if (noConditionSchema.safeParse(json).success) return 'noEvent';
  const { condition, reps, key } = parseOrThrow(locationSchema, json);
  return { condition, reps, key };
}

const instructionsSchema = z.looseObject({ mPlanID: id(mplanId), salesTools });

/**
 * Parses the addresses of instructions: `{mplans: […]}` or the bare list. An entry that can't be
 * parsed is left out. Throws if there are entries and none of them can be parsed.
 */
export function parseInstructions(json: unknown, base: string): EventInstructions[] {
  const entries = Array.isArray(json)
    ? json
    : parseOrThrow(z.looseObject({ mplans: z.array(z.unknown()) }), json).mplans;
  const parsed = entries.flatMap((entry) => {
    const { success, data } = instructionsSchema.safeParse(entry);
    return success ? [{ mplanId: data.mPlanID, instructionsUrl: httpLink(data.salesTools, base) }] : [];
  });
  if (entries.length > 0 && parsed.length === 0) throw new UnexpectedAnswerError('mplans: names no plan');
  return parsed;
}

const userInfoSchema = z.looseObject({ username: rawText.pipe(z.string().min(1)) });

/** Whether an answer names the signed-in user. */
export const namesUser = (json: unknown): boolean => userInfoSchema.safeParse(json).success;

/** Whether the answer to a sign-in is an explicit refusal. */
export const isSignInRefusal = (json: unknown): boolean => {
  const parsed = z.looseObject({ success: z.unknown() }).safeParse(json);
  return parsed.success && parsed.data.success !== undefined && !isYes(parsed.data.success);
};
