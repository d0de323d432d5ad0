/** Selects the fault for each call and creates false answers. */
import { z } from 'zod';
import type { CallName } from '../src/errors.ts';
import { FALSE_KINDS, type Fault, type FaultInput, faultSchema } from './settings.ts';
import { type Answer, type FalseAnswer, matchesPlan, type Params, searchedPlans } from './site.ts';
import type { Plan, World } from './world.ts';

/** The parts of a call that a fault rule can match. */
export type FaultTarget = {
  call: CallName;
  params: Params;
  /** `<mplanId>_<storeId>`, if the call names an event. */
  event: string | null;
  bookingId: string | null;
};

/** Faults that apply to all pages of a pass over the whole list. */
const PASS_FAULTS: readonly string[] = ['empty', 'short', 'missing', 'stale'];
const LIST_FAULTS: readonly string[] = [...PASS_FAULTS, 'doubled'];
/** Calls whose answers can be swapped with those of other callers. */
const CROSSABLE_CALLS: readonly CallName[] = [
  'scheduleMplanEvent',
  'getPlanningMplans',
  'getmPlanLocationCondition',
];
/** Answers kept per call for crossed connections. */
const MAX_ANSWERS_KEPT = 20;

export const hasFalseAnswer = (fault: Fault): boolean => FALSE_KINDS.some((kind) => kind === fault.kind);
/**
 * Whether a call reads the whole list, which has an interval. A search names plans. Crossmark's own
 * first page of open work has neither.
 */
const isWholeList = ({ call, params }: FaultTarget) =>
  call === 'getPlanningMplans' && Boolean(params.intervalStart) && !searchedPlans(params);
const isFirstPage = ({ params }: FaultTarget) => Number(params.start ?? 0) === 0;

/** The subjects of a call: events in the form `<mplanId>_<storeId>`, or the plans of a search. */
function subjectsOf({ call, params, event }: FaultTarget): string[] {
  if (call === 'getPlanningMplans') return searchedPlans(params) ?? [];
  return event ? [event] : [];
}

/** `page` returns the plans on a truthful page of the list. */
export function createFaults(world: World, page: (params: Params) => Plan[], random: () => number) {
  let rules: { fault: Fault; id: number; used: number; seen: number }[] = [];
  let nextId = 1;
  /** The pass over the whole list whose pages are all false at present. */
  let falsePass: { query: string; falseAnswer: FalseAnswer } | undefined;
  let answers: { call: CallName; subjects: string[]; body: string }[] = [];

  const queryOf = ({ searchFields, intervalStart, intervalEnd, sort }: Params) =>
    JSON.stringify([searchFields, intervalStart, intervalEnd, sort]);

  function matchesSubject(fault: Fault, target: FaultTarget): boolean {
    const { call, params, event, bookingId } = target;
    if (fault.repId && params.RepID !== fault.repId) return false;
    if (fault.bookingId && bookingId !== fault.bookingId) return false;
    if (call !== 'getPlanningMplans') {
      const [mplanId, storeId] = event?.split('_') ?? [];
      return (!fault.mplanId || mplanId === fault.mplanId) && (!fault.storeId || storeId === fault.storeId);
    }
    const plans = searchedPlans(params);
    if (plans) return !fault.mplanId || plans.includes(fault.mplanId);
    // In a read of the whole list, only these faults concern a single row.
    return (!fault.mplanId && !fault.storeId) || fault.kind === 'missing' || fault.kind === 'doubled';
  }

  function matches(fault: Fault, target: FaultTarget): boolean {
    const { call, params } = target;
    if (fault.call !== '*' && fault.call !== call) return false;
    if (fault.reading === 'list' && !isWholeList(target)) return false;
    if (fault.reading === 'search' && !(call === 'getPlanningMplans' && searchedPlans(params))) return false;
    if (!matchesSubject(fault, target)) return false;
    if (fault.kind === 'later') return call === 'scheduleMplanEvent';
    if (fault.kind === 'crossed') return crossedAnswer(target) !== undefined;
    if (!LIST_FAULTS.includes(fault.kind)) return true;
    if (call !== 'getPlanningMplans') return false;
    if (fault.kind === 'doubled') {
      const plans = page(params);
      return plans.length > 1 && plans.some((plan) => matchesPlan(plan, fault));
    }
    return !PASS_FAULTS.includes(fault.kind) || isFirstPage(target) || !isWholeList(target);
  }

  function createFalseAnswer(fault: Fault): FalseAnswer {
    const asOf =
      fault.behindMs > 0 ? world.changeNumber(fault.behindMs) : world.changeNumber() - fault.behindWrites;
    return { fault, draw: random(), asOf };
  }

  /** The latest answer to the same call about another subject; undefined if there is none. */
  function crossedAnswer(target: FaultTarget): string | undefined {
    const subjects = subjectsOf(target);
    if (!CROSSABLE_CALLS.includes(target.call) || subjects.length === 0) return undefined;
    const other = answers.findLast(
      (answer) => answer.call === target.call && !answer.subjects.some((one) => subjects.includes(one)),
    );
    return other?.body;
  }

  return {
    /** Appends rules and returns their ids. Throws a ZodError. */
    add(inputs: FaultInput | FaultInput[]): number[] {
      return z
        .array(faultSchema)
        .parse([inputs].flat())
        .map((fault) => {
          rules.push({ fault, id: nextId, used: 0, seen: 0 });
          return nextId++;
        });
    },
    clear() {
      rules = [];
      falsePass = undefined;
    },
    list: () => rules.map(({ fault, id, used }) => ({ id, used, ...fault })),

    /** Selects the fault for a call and counts its use. Returns nothing if no fault applies. */
    select(target: FaultTarget): { fault?: Fault; falseAnswer?: FalseAnswer } {
      if (isWholeList(target) && isFirstPage(target)) falsePass = undefined;
      for (const rule of rules) {
        const { fault } = rule;
        if (!matches(fault, target)) continue;
        rule.seen += 1;
        if (rule.seen <= fault.after || (fault.times !== null && rule.used >= fault.times)) continue;
        if (fault.chance < 1 && random() >= fault.chance) continue;
        rule.used += 1;
        if (!hasFalseAnswer(fault)) return { fault };
        const falseAnswer = createFalseAnswer(fault);
        if (isWholeList(target) && PASS_FAULTS.includes(fault.kind)) {
          falsePass = { query: queryOf(target.params), falseAnswer };
        }
        return { fault, falseAnswer };
      }
      if (!falsePass || !isWholeList(target) || falsePass.query !== queryOf(target.params)) return {};
      return { fault: falsePass.falseAnswer.fault, falseAnswer: falsePass.falseAnswer };
    },

    crossedAnswer,
    /** Keeps an answer so that a later `crossed` fault can give it to another call. */
    recordAnswer(target: FaultTarget, answer: Answer) {
      const subjects = subjectsOf(target);
      if (!CROSSABLE_CALLS.includes(target.call) || subjects.length === 0) return;
      if (answer.status !== 200 || answer.refused) return;
      answers.push({ call: target.call, subjects, body: answer.body });
      const ofCall = answers.filter(({ call }) => call === target.call);
      if (ofCall.length > MAX_ANSWERS_KEPT) answers = answers.filter((one) => one !== ofCall[0]);
    },
  };
}
