import type { Tx } from '@scheduler/db';
import { Refusal } from '../core/errors.ts';
import type { Plan } from '../schedules/plan-transaction.ts';
import type { LineRecord } from './proposals.ts';

/** Lines that are changed together or not at all: a Core with its noon check, or a line alone. */
export type Group = readonly LineRecord[];

/** Whether a line changes a schedule; others make a new one. */
export const isMove = ({ fromScheduleId }: LineRecord): boolean => fromScheduleId !== null;

/** Returns lines in groups, in their order, and in each group the Core first. */
export function groupsOf(lines: readonly LineRecord[]): Group[] {
  const isWithCore = ({ coreEventId }: LineRecord) => lines.some(({ eventId }) => eventId === coreEventId);
  return lines
    .filter((line) => !isWithCore(line))
    .map((core) => [core, ...lines.filter(({ coreEventId }) => coreEventId === core.eventId)]);
}

/**
 * Changes schedules by groups of lines, each group completely or not at all. Returns the result of
 * each line, or its refusal.
 * @param rounds the groups in order. The groups of a round are tried until none of them succeeds any
 * more, because one may make room for another one before it
 * @param change changes the schedule of a line in an open plan. Throws a {@link Refusal} before it
 * writes
 * @param withoutPair returns the refusal of a line whose Core or noon check was refused
 */
export async function changeGroups<Done>(
  tx: Tx,
  plan: Plan,
  rounds: readonly (readonly Group[])[],
  change: (within: Tx, line: LineRecord, group: Group) => Promise<Done>,
  withoutPair: (line: LineRecord) => Refusal,
): Promise<Map<number, Done | Refusal>> {
  const results = new Map<number, Done | Refusal>();
  const isChanged = async (group: Group): Promise<boolean> => {
    const done = new Map<number, Done>();
    let tried: LineRecord | undefined;
    const changeAll = async (within: Tx) => {
      for (const line of group) {
        tried = line;
        done.set(line.id, await change(within, line, group));
      }
    };
    try {
      await (group.length > 1 ? plan.changeTogether(tx, group.some(isMove), changeAll) : changeAll(tx));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      for (const line of group) results.set(line.id, line === tried ? error : withoutPair(line));
      return false;
    }
    for (const [lineId, result] of done) results.set(lineId, result);
    return true;
  };
  for (const round of rounds) {
    let waiting = round.filter(([line]) => line && isOpen(results.get(line.id)));
    for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
      before = waiting.length;
      const left: Group[] = [];
      for (const group of waiting) if (!(await isChanged(group))) left.push(group);
      waiting = left;
    }
  }
  return results;
}

const isOpen = (result: unknown): boolean => result === undefined || result instanceof Refusal;
