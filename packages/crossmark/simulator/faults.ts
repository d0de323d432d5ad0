/** Which fault strikes which call, and what the false answers are made of. */
import { z } from 'zod';
import type { CallName } from '../src/errors.ts';
import { FALSE_KINDS, type Fault, type FaultInput, faultSchema } from './settings.ts';
import { type Answer, type Falsehood, isMeant, type Params, plansSought } from './site.ts';
import type { Plan, World } from './world.ts';

/** A call as a fault looks at it. */
export type Struck = {
  call: CallName;
  params: Params;
  /** `<mplanId>_<storeId>`, where the call names one. */
  event: string | null;
  bookingId: string | null;
};

/** What is false of all pages of a reading alike. */
const OF_A_READING: readonly string[] = ['empty', 'short', 'missing', 'stale'];
const OF_THE_LIST: readonly string[] = [...OF_A_READING, 'doubled'];
/** Calls whose answers may come to somebody else's call. */
const CROSSING: readonly CallName[] = [
  'scheduleMplanEvent',
  'getPlanningMplans',
  'getmPlanLocationCondition',
];
/** Answers kept of each call for crossed connections. */
const ANSWERS_KEPT = 20;

export const isFalse = (fault: Fault): boolean => FALSE_KINDS.some((kind) => kind === fault.kind);
/** A read of the whole list has an interval; a search names plans; Crossmark's first page of all that is open has neither. */
const isReading = ({ call, params }: Struck) =>
  call === 'getPlanningMplans' && Boolean(params.intervalStart) && !plansSought(params);
const isFirstPage = ({ params }: Struck) => Number(params.start ?? 0) === 0;

/** What a call is about: events in the form `<mplanId>_<storeId>`, or the plans that a search names. */
const subjectsOf = ({ call, params, event }: Struck): string[] =>
  call === 'getPlanningMplans' ? (plansSought(params) ?? []) : event ? [event] : [];

/** `page` gives the plans on a page of the list as it is. */
export function createFaults(world: World, page: (params: Params) => Plan[], random: () => number) {
  let rules: { fault: Fault; id: number; used: number; seen: number }[] = [];
  let nextId = 1;
  /** The reading of the whole list that is false from its first page on. */
  let reading: { query: string; falsehood: Falsehood } | undefined;
  let answers: { call: CallName; subjects: string[]; body: string }[] = [];

  const queryOf = ({ searchFields, intervalStart, intervalEnd, sort }: Params) =>
    JSON.stringify([searchFields, intervalStart, intervalEnd, sort]);

  function isAbout(fault: Fault, struck: Struck): boolean {
    const { call, params, event, bookingId } = struck;
    if (fault.repId && params.RepID !== fault.repId) return false;
    if (fault.bookingId && bookingId !== fault.bookingId) return false;
    if (call !== 'getPlanningMplans') {
      const [mplanId, storeId] = event?.split('_') ?? [];
      return (!fault.mplanId || mplanId === fault.mplanId) && (!fault.storeId || storeId === fault.storeId);
    }
    const sought = plansSought(params);
    if (sought) return !fault.mplanId || sought.includes(fault.mplanId);
    // Only what is false of a row is about one in a reading of the whole list.
    return (!fault.mplanId && !fault.storeId) || fault.kind === 'missing' || fault.kind === 'doubled';
  }

  function fits(fault: Fault, struck: Struck): boolean {
    const { call, params } = struck;
    if (fault.call !== '*' && fault.call !== call) return false;
    if (fault.reading === 'list' && !isReading(struck)) return false;
    if (fault.reading === 'search' && !(call === 'getPlanningMplans' && plansSought(params))) return false;
    if (!isAbout(fault, struck)) return false;
    if (fault.kind === 'later') return call === 'scheduleMplanEvent';
    if (fault.kind === 'crossed') return crossed(struck) !== undefined;
    if (!OF_THE_LIST.includes(fault.kind)) return true;
    if (call !== 'getPlanningMplans') return false;
    if (fault.kind === 'doubled') {
      const plans = page(params);
      return plans.length > 1 && plans.some((plan) => isMeant(plan, fault));
    }
    return !OF_A_READING.includes(fault.kind) || isFirstPage(struck) || !isReading(struck);
  }

  function falsehood(fault: Fault): Falsehood {
    const asOf =
      fault.behindMs > 0 ? world.changeNumber(fault.behindMs) : world.changeNumber() - fault.behindWrites;
    return { fault, draw: random(), asOf };
  }

  /** The latest answer to the same call about something else; undefined where there is none. */
  function crossed(struck: Struck): string | undefined {
    const subjects = subjectsOf(struck);
    if (!CROSSING.includes(struck.call) || subjects.length === 0) return undefined;
    const other = answers.findLast(
      (answer) => answer.call === struck.call && !answer.subjects.some((one) => subjects.includes(one)),
    );
    return other?.body;
  }

  return {
    /** Adds rules, to be tried after those there are. Throws a ZodError. */
    add(given: FaultInput | FaultInput[]): number[] {
      return z
        .array(faultSchema)
        .parse([given].flat())
        .map((fault) => {
          rules.push({ fault, id: nextId, used: 0, seen: 0 });
          return nextId++;
        });
    },
    clear() {
      rules = [];
      reading = undefined;
    },
    list: () => rules.map(({ fault, id, used }) => ({ id, used, ...fault })),

    /** The fault that strikes a call, and what is false of its answer. Uses the fault up by one. */
    strike(struck: Struck): { fault?: Fault; falsehood?: Falsehood } {
      if (isReading(struck) && isFirstPage(struck)) reading = undefined;
      for (const rule of rules) {
        const { fault } = rule;
        if (!fits(fault, struck)) continue;
        rule.seen += 1;
        if (rule.seen <= fault.after || (fault.times !== null && rule.used >= fault.times)) continue;
        if (fault.chance < 1 && random() >= fault.chance) continue;
        rule.used += 1;
        if (!isFalse(fault)) return { fault };
        const made = falsehood(fault);
        if (isReading(struck) && OF_A_READING.includes(fault.kind)) {
          reading = { query: queryOf(struck.params), falsehood: made };
        }
        return { fault, falsehood: made };
      }
      const goesOn = isReading(struck) && reading?.query === queryOf(struck.params);
      return goesOn && reading ? { fault: reading.falsehood.fault, falsehood: reading.falsehood } : {};
    },

    crossed,
    /** Keeps an answer for a connection to be crossed later. */
    answered(struck: Struck, answer: Answer) {
      const subjects = subjectsOf(struck);
      if (!CROSSING.includes(struck.call) || subjects.length === 0) return;
      if (answer.status !== 200 || answer.refused) return;
      answers.push({ call: struck.call, subjects, body: answer.body });
      const ofCall = answers.filter(({ call }) => call === struck.call);
      if (ofCall.length > ANSWERS_KEPT) answers = answers.filter((one) => one !== ofCall[0]);
    },
  };
}
