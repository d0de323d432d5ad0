/**
 * The simulated Crossmark's calls: their effect on the world and their answers. Written from the
 * protocol alone. It shares no parsing and no time conversion with the client, so that tests find a
 * mistake in either of them.
 */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CallName } from '../src/errors.ts';
import { instructionsPdf } from './instructions-pdf.ts';
import type { Fault, Settings } from './settings.ts';
import {
  keyOf,
  type Plan,
  type SimulatedBooking,
  type SimulatedRep,
  type View,
  type World,
  WorldError,
} from './world.ts';

/** The parameters of a call, in whatever encoding they were sent. */
export type Params = Record<string, string>;

export type Answer = {
  status: number;
  headers?: Record<string, string | string[]>;
  body: string;
  /** For a write: whether it changed anything. */
  applied?: boolean;
  refused?: boolean;
  bookingId?: string;
};

/**
 * The fault of a false answer. `draw` (at least 0, below 1) selects the row; `asOf` is the number
 * of a change of the world.
 */
export type FalseAnswer = { fault: Fault; draw: number; asOf: number };

export const json = (value: unknown, rest: Partial<Answer> = {}): Answer => ({
  status: 200,
  body: JSON.stringify(value),
  ...rest,
});

export const LOGIN_PAGE = `<!DOCTYPE html>
<html lang="en"><head><title>Crossmark</title></head>
<body class="login"><form method="post" action="/login/authenticate">
<label>User ID <input name="UserID" type="text" autocomplete="username"></label>
<label>Password <input name="Password" type="password" autocomplete="current-password"></label>
<button type="submit">Sign in</button></form></body></html>`;

export const LANDING_PAGE = `<!DOCTYPE html>
<html lang="en"><head><title>Crossmark</title></head>
<body><nav><a href="/planning/">Planning</a> <a href="/scheduling/">Scheduling</a> <a href="/logout">Log out</a></nav>
<div id="app"></div></body></html>`;

/** The error page of a proxy in front of the host: neither JSON nor the login. */
export const GARBAGE_PAGE =
  '<!DOCTYPE html><html><head><title>Crossmark</title></head><body><h1>Please try again in a moment</h1></body></html>';

/** Crossmark's refusal of a write. */
export function refusal(settings: Settings, message: string): Answer {
  const { look } = settings.refusal;
  if (look === 'loginPage') return { status: 200, body: LOGIN_PAGE, refused: true };
  return json({ ok: 0, message }, { status: look === '400' ? 400 : 200, refused: true });
}

const WRITES: readonly CallName[] = ['scheduleMplanEvent', 'deleteScheduledMplanEvent', 'createPendingWork'];
export const isWrite = (call: CallName) => WRITES.includes(call);

const usDay = (isoDay: string) => `${isoDay.slice(5, 7)}/${isoDay.slice(8, 10)}/${isoDay.slice(0, 4)}`;

function wallTime(instant: string, timeZone: string): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(at.hour % 12 || 12)}:${two(at.minute)}:${two(at.second)} ${at.hour < 12 ? 'AM' : 'PM'}`;
  return `${usDay(at.toPlainDate().toString())} ${clock}`;
}

/** Crossmark's UTC format: `…+00:00` without a fraction. */
const utc = (instant: string) => `${instant.slice(0, 19)}+00:00`;

const searchSchema = z.object({
  searchTerms: z.record(
    z.string(),
    z.object({ items: z.array(z.object({ value: z.array(z.coerce.string()) })) }),
  ),
});
const sortSchema = z.array(z.object({ property: z.string(), direction: z.string() }));

function parseJson<T extends z.ZodType>(schema: T, text: string | undefined): z.output<T> | undefined {
  try {
    return schema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

/** The plans that a search names; undefined for a read of the whole list. */
export function searchedPlans(params: Params): string[] | undefined {
  const items = parseJson(searchSchema, params.searchFields)?.searchTerms.mPlanID?.items;
  return items?.flatMap((item) => item.value);
}

/** Whether a fault concerns a plan's row. */
export const matchesPlan = (plan: Plan, { mplanId, storeId }: Fault): boolean =>
  (!mplanId || plan.mplanId === mplanId) && (!storeId || plan.storeId === storeId);

const LOCAL_WITH_OFFSET = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

export function createSite(world: World, settings: () => Settings, random: () => number) {
  /**
   * Sends some ids of one kind as numbers and others as strings, always the same way for one
   * object.
   */
  const mixed = (id: string, by: number): string | number =>
    settings().mixedTypes && by % 2 === 0 ? Number(id) : id;

  function staffedReps(plan: Plan, view: View = world): string {
    return view
      .bookingsOf(plan)
      .map((booking) => world.nameOf(booking))
      .filter(Boolean)
      .join(', ');
  }

  function listRow(plan: Plan, view: View) {
    const parity = Number(plan.mplanId);
    const booking = view.bookingsOf(plan).at(-1);
    const store = world.store(plan.storeId);
    const row: Record<string, unknown> = {
      mPlanID: mixed(plan.mplanId, parity),
      name: plan.name,
      storeID: mixed(plan.storeId, parity + 1),
      storeName: store?.name ?? '',
      startDate: usDay(plan.startsOn),
      endDate: usDay(plan.dueOn),
      condition: view.shownCondition(plan),
      staffedReps: booking ? world.nameOf(booking) : '',
      salesTools: plan.instructionsUrl ? [{ salesToolURL: plan.instructionsUrl }] : [],
    };
    if (booking) {
      row.scheduleDate = wallTime(booking.startsAt, store?.timeZone ?? 'UTC');
      row.scheduleRepID = booking.repId ? mixed(booking.repId, parity) : null;
      row.scheduleEventID = mixed(booking.bookingId, parity + 1);
    } else if (parity % 2 === 0 || !settings().mixedTypes) {
      Object.assign(row, { scheduleDate: '', scheduleRepID: '', scheduleEventID: '' });
    } else row.scheduleRepID = 0;
    return settings().listQuirks ? { ...row, ...plan.row } : row;
  }

  const sorters: Record<string, (plan: Plan, view: View) => string> = {
    startDate: (plan) => plan.startsOn,
    endDate: (plan) => plan.dueOn,
    staffedReps,
    name: (plan) => plan.name,
    condition: (plan) => plan.condition,
  };

  /** Returns the plans that a search finds, sorted. */
  function find(params: Params, view: View): Plan[] {
    const { findsSeveralPlans, repeatedPlans } = settings();
    const conditionItems = parseJson(searchSchema, params.searchFields)?.searchTerms.condition?.items;
    const conditions = conditionItems && new Set(conditionItems.flatMap((item) => item.value));
    const ids = searchedPlans(params);
    const { intervalStart: from, intervalEnd: to } = params;
    const sort = parseJson(sortSchema, params.sort)?.[0];
    const sortKey = sorters[sort?.property ?? ''] ?? sorters.startDate;
    const sign = sort?.direction === 'DESC' ? -1 : 1;
    const named = ids && [...new Set(ids)].slice(0, findsSeveralPlans ? ids.length : 1);
    return (named?.flatMap(view.plansOf) ?? view.plans())
      .filter(
        (plan) =>
          (!conditions || conditions.has(view.shownCondition(plan))) &&
          (!from || plan.dueOn >= from) &&
          (!to || plan.startsOn <= to),
      )
      .map((plan) => [`${sortKey?.(plan, view)}\n${keyOf(plan)}`, plan] as const)
      .sort(([a], [b]) => {
        if (a === b) return 0;
        return a < b ? -sign : sign;
      })
      .flatMap(([, plan]) => (repeatedPlans.includes(plan.mplanId) ? [plan, plan] : [plan]));
  }

  let cached: { query: string; plans: Plan[] } | undefined;
  /** {@link find}, cached until the world changes, because a list is read page by page. */
  function findCached(params: Params): Plan[] {
    const version = world.version();
    if (version === null) return find(params, world);
    const { searchFields, intervalStart, intervalEnd, sort } = params;
    const { findsSeveralPlans, repeatedPlans } = settings();
    const query = JSON.stringify([
      version,
      searchFields,
      intervalStart,
      intervalEnd,
      sort,
      findsSeveralPlans,
      repeatedPlans,
    ]);
    if (cached?.query !== query) cached = { query, plans: find(params, world) };
    return cached.plans;
  }

  /**
   * Returns the plans of a false list. `doubled` concerns one page and is done by {@link
   * repeatRow}.
   */
  function findFalsely(params: Params, { fault, draw }: FalseAnswer, view: View): Plan[] {
    const plans = find(params, view);
    switch (fault.kind) {
      case 'empty':
        return [];
      case 'short':
        return plans.filter((_plan, index) => index % 2 === 0);
      case 'missing': {
        const matching = plans.filter((plan) => matchesPlan(plan, fault));
        const omitted = matching[Math.floor(draw * matching.length)];
        return plans.filter((plan) => plan !== omitted);
      }
      default:
        return plans;
    }
  }

  /** Repeats one row of a page in place of another row. */
  function repeatRow(plans: Plan[], { fault, draw }: FalseAnswer): Plan[] {
    const matching = plans.filter((plan) => matchesPlan(plan, fault));
    const at = plans.indexOf(matching[Math.floor(draw * matching.length)] as Plan);
    const neighbour = plans[at === 0 ? 1 : at - 1];
    return at < 0 || !neighbour ? plans : plans.with(at, neighbour);
  }

  let shift = 0;
  const limitOf = ({ limit }: Params) =>
    Math.min(Number(limit ?? 25), settings().maxPageSize ?? Number.POSITIVE_INFINITY);
  function pageOf(params: Params, plans: Plan[]): Plan[] {
    const from = Math.max(0, Number(params.start ?? 0) - shift);
    return plans.slice(from, from + limitOf(params));
  }

  function getPlanningMplans(params: Params, falseAnswer?: FalseAnswer): Answer {
    const view = falseAnswer?.fault.kind === 'stale' ? world.viewAsOf(falseAnswer.asOf) : world;
    const plans = falseAnswer ? findFalsely(params, falseAnswer, view) : findCached(params);
    const start = Number(params.start ?? 0);
    const limit = limitOf(params);
    const { rows, chance } = settings().listShift;
    if (start === 0) shift = 0;
    const page = pageOf(params, plans);
    const listed = falseAnswer?.fault.kind === 'doubled' ? repeatRow(page, falseAnswer) : page;
    const answer = json({
      mplans: listed.map((plan) => listRow(plan, view)),
      total: plans.length + shift,
    });
    if (start === 0 && rows !== 0 && limit < plans.length && random() < chance) shift = rows;
    return answer;
  }

  function bookingRefusal(params: Params): string | undefined {
    const { refusal: rule, rejectNonNumericIds } = settings();
    const { RepID = '', mPlanID = '', LocationID = '', Start = '', End = '' } = params;
    if (rejectNonNumericIds && ![RepID, mPlanID, LocationID].every((id) => /^\d+$/.test(id))) {
      return 'RepID, mPlanID and LocationID must be numeric.';
    }
    if (/^\d+$/.test(RepID) && !world.rep(RepID)) return `There is no rep ${RepID}.`;
    if (![Start, End].every((time) => LOCAL_WITH_OFFSET.test(time)))
      return 'Start and End need a time with an offset.';
    const isRefused =
      rule.mplanIds.includes(mPlanID) || rule.repIds.includes(RepID) || rule.storeIds.includes(LocationID);
    return isRefused || (rule.chance > 0 && random() < rule.chance) ? rule.message : undefined;
  }

  function scheduleMplanEvent(params: Params, falseAnswer?: FalseAnswer): Answer {
    const refusedBecause = bookingRefusal(params);
    if (refusedBecause) return refusal(settings(), refusedBecause);
    const laterMinutes = falseAnswer?.fault.kind === 'later' ? falseAnswer.fault.minutes : 0;
    const toInstant = (time: string | undefined) =>
      Temporal.Instant.from(time ?? '')
        .add({ minutes: laterMinutes })
        .toString({ fractionalSecondDigits: 3 });
    let booking: SimulatedBooking;
    try {
      booking = world.book({
        mplanId: params.mPlanID ?? '',
        storeId: params.LocationID ?? '',
        repId: params.RepID ?? '',
        startsAt: toInstant(params.Start),
        endsAt: toInstant(params.End),
      });
    } catch (error) {
      if (error instanceof WorldError || error instanceof RangeError)
        return refusal(settings(), error.message);
      throw error;
    }
    const parity = Number(booking.bookingId);
    const event = {
      ClassName: 'MVScheduledmPlan',
      ID: mixed(booking.bookingId, parity),
      RepID: mixed(booking.repId ?? '', parity + 1),
      mPlanID: mixed(booking.mplanId, parity),
      LocationID: mixed(booking.storeId, parity),
      Start: utc(booking.startsAt),
      End: utc(booking.endsAt),
      Created: utc(booking.createdAt),
      LastEdited: utc(booking.lastEditedAt),
      IsRecurring: '0',
      IsDeleted: '0',
      AllDay: '0',
      PairedWithLogEntry: '0',
      LastEditedClass: 'MVEntityUser',
      LastEditedID: 1,
      CreatorClass: 'MVEntityUser',
      CreatorID: '1',
      MVID: timeUuid(booking.createdAt, `booking ${booking.bookingId}`),
      MasterEntityID: '0',
      ParentEventID: '0',
      TimezoneID: 0,
      RecordClassName: 'MVScheduledmPlan',
    };
    const done = { applied: true, bookingId: booking.bookingId };
    return json({ ok: 1, MVScheduledEvent: event, repName: world.nameOf(booking) }, done);
  }

  function deleteScheduledMplanEvent(params: Params): Answer {
    const id = params.id ?? '';
    const done = (rest: Partial<Answer>): Answer => {
      const { deleteAnswer } = settings();
      if (deleteAnswer === 'empty') return { status: 200, body: '', ...rest };
      return json(deleteAnswer === 'ok' ? { ok: 1 } : { success: true }, rest);
    };
    if (!/^\d+$/.test(id)) {
      return settings().rejectNonNumericIds
        ? refusal(settings(), 'id must be numeric.')
        : done({ applied: false });
    }
    if (world.unbook(id)) return done({ applied: true, bookingId: id });
    return settings().unknownDelete === 'success'
      ? done({ applied: false })
      : refusal(settings(), `There is no scheduled event ${id}.`);
  }

  function createPendingWork(params: Params): Answer {
    // The real Crossmark answers with success and does nothing.
    if (!params.storeID) return json({ success: true }, { applied: false });
    const repId = /^\[\s*"?(\d+)"?\s*\]$/.exec(params.overriddenRepIDs ?? '')?.[1];
    const bookingId = params.workLogEntryID ?? '';
    const expiresOn = /^(\d{4}-\d\d-\d\d)T00:00:00$/.exec(params.expirationDate ?? '')?.[1];
    if (!repId || !world.rep(repId))
      return json({ success: false, message: 'No such rep.' }, { refused: true });
    if (!/^\d+$/.test(bookingId) || !expiresOn || params.action !== 'reissue') {
      return json({ success: false, message: 'The reissue is not complete.' }, { refused: true });
    }
    try {
      world.reissue({
        bookingId,
        mplanId: params.mPlanID ?? '',
        storeId: params.storeID,
        repId,
        expiresOn,
      });
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      return json({ success: false, message: error.message }, { refused: true });
    }
    return json({ success: true }, { applied: true, bookingId });
  }

  function availableRep(rep: SimulatedRep) {
    const isOdd = Number(rep.repId) % 2 === 1;
    return {
      id: rep.repId,
      repId: rep.repId,
      employeeId: rep.employeeNumber,
      repMvid: hexOf(`rep ${rep.repId}`),
      title: `${rep.firstName} ${rep.lastName}`.toUpperCase(),
      lastName: rep.lastName.toUpperCase(),
      nameSort: `${rep.lastName},${rep.firstName}`.toUpperCase(),
      availableHoursPerDay: '8',
      ...(isOdd ? { scheduledHours: null, visitCount: null } : { scheduledHours: '0', visitCount: '0' }),
      ...((rep.role || isOdd) && { role: rep.role ?? null }),
      ...(rep.email && { email: rep.email }),
      ...(rep.phone && { phone: rep.phone }),
    };
  }

  function getAvailableReps(params: Params): Answer {
    if (!/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d,\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/.test(params.project ?? '')) {
      return json({ ok: 0, message: 'project must be a range of times.' }, { status: 400, refused: true });
    }
    const reps = Object.fromEntries(world.reps().map((rep) => [rep.repId, availableRep(rep)]));
    return json({ reps: settings().emptyRepsAsList && world.reps().length === 0 ? [] : reps });
  }

  function getLocationCondition(params: Params): Answer {
    const plan = world.plan(params.mPlanID ?? '', params.storeID ?? '');
    if (!plan) return goneLocation(params);
    const condition = world.shownCondition(plan);
    return json({ ok: 1, reps: staffedReps(plan), condition, key: keyOf(plan), workStatus: '' });
  }

  /** The real answer for an event that does not exist was never observed. */
  function goneLocation({ mPlanID = '', storeID = '' }: Params): Answer {
    switch (settings().goneLocation) {
      case 'error':
        return json({ ok: 0, message: 'There is no such plan in this store.' }, { refused: true });
      case 'emptyObject':
        return json({});
      case 'emptyBody':
        return { status: 200, body: '' };
      case 'Unstaffed': {
        const key = keyOf({ mplanId: mPlanID, storeId: storeID });
        return json({ ok: 1, reps: '', condition: 'Unstaffed', key, workStatus: '' });
      }
    }
  }

  function bulkPrint(params: Params): Answer {
    const locations = parseJson(
      z.array(z.object({ mPlanID: z.coerce.string(), storeID: z.coerce.string() })),
      params.mplanLocationIDs,
    );
    const mplans = (locations ?? []).flatMap(({ mPlanID, storeID }) => {
      const plan = world.plan(mPlanID, storeID);
      if (!plan) return [];
      return [
        {
          mPlanID: mixed(mPlanID, Number(mPlanID)),
          salesTools: plan.instructionsUrl ? [{ salesToolURL: plan.instructionsUrl }] : [],
        },
      ];
    });
    return json(settings().instructionsAsBareList ? mplans : { mplans });
  }

  /** The instructions of a plan, whose number is the name of the file. */
  function salesTool({ file = '' }: Params): Answer {
    const plan = world.state().plans.find(({ mplanId }) => `${mplanId}.pdf` === file);
    if (!plan) return { status: 404, body: 'Not Found' };
    return { status: 200, headers: { 'content-type': 'application/pdf' }, body: instructionsPdf(plan.name) };
  }

  /** Answers a signed-in caller. A write takes effect before this returns. */
  function answer(
    call: CallName,
    params: Params,
    headers: Record<string, unknown>,
    falseAnswer?: FalseAnswer,
  ): Answer {
    switch (call) {
      case 'getPlanningMplans':
        return getPlanningMplans(params, falseAnswer);
      case 'scheduleMplanEvent':
        return scheduleMplanEvent(params, falseAnswer);
      case 'deleteScheduledMplanEvent':
        return deleteScheduledMplanEvent(params);
      case 'getAvailableReps':
        return getAvailableReps(params);
      case 'getmPlanLocationCondition':
        return getLocationCondition(params);
      case 'createPendingWork':
        return headers['x-requested-with'] === 'XMLHttpRequest'
          ? createPendingWork(params)
          : { status: 400, body: 'Bad Request', refused: true };
      case 'bulkPrintMplanLocations':
        return bulkPrint(params);
      case 'salesTool':
        return salesTool(params);
      case 'getUserInfo':
      case 'authenticate':
        throw new TypeError(`${call} is answered by the simulator's session handling.`);
    }
  }

  return {
    answer,
    /** Returns the plans on a truthful page of the list. */
    page: (params: Params): Plan[] => pageOf(params, findCached(params)),
  };
}

const hexOf = (text: string) => createHash('md5').update(text).digest('hex');

/** 100 ns ticks from the epoch of version-1 UUIDs (start of the Gregorian calendar) to 1970. */
const UUID_EPOCH_TICKS = 0x01b21dd213814000n;

/** A version-1 UUID with the given time. The same time and text give the same UUID. */
function timeUuid(instant: string, text: string): string {
  const ticks = BigInt(Temporal.Instant.from(instant).epochMilliseconds) * 10_000n + UUID_EPOCH_TICKS;
  const time = ticks.toString(16).padStart(15, '0');
  const rest = hexOf(text);
  return `${time.slice(7)}-${time.slice(3, 7)}-1${time.slice(0, 3)}-8${rest.slice(0, 3)}-${rest.slice(3, 15)}`;
}
