import { describeOtherTimeOff } from '@scheduler/scheduling';
import type { AvailabilitySaved } from '@scheduler/server/router';
import { apiQueries, trpcClient } from '../lib/api.ts';
import { useEdits } from '../planning/edits.ts';
import { recordChange } from '../planning/undo.ts';
import { toast } from '../ui/toast.tsx';
import { coverKey, takeCoverBack } from './approve.ts';
import { useShowPlan } from './use-show-plan.ts';

/** Time off to record: days, or the same hours of each of them. */
interface Off {
  employeeId: number;
  version: number;
  startsOn: string;
  endsOn: string;
  fromTime: string | null;
  untilTime: string | null;
  reason: string | null;
}

/**
 * Returns how to record that somebody is off, with the way back. With `findCover` a plan shows who
 * could take their work over. The schedules that need somebody else and are in no such plan are returned.
 */
export function useRecordOff(): (
  off: Off,
  how: { name: string; when: string; findCover: boolean },
) => Promise<AvailabilitySaved['broken']> {
  const showPlan = useShowPlan();
  const { refresh } = useEdits();
  return async (off, { name, when, findCover }) => {
    const { proposalId, timeOffId, broken } = findCover ? await startCover(off) : await recordOnly(off);
    if (timeOffId === null) {
      toast(`The time off of ${name} was recorded before.`);
      if (proposalId !== null) await showPlan({ proposalId }, off.startsOn);
      return broken;
    }
    recordChange(
      {
        ...(proposalId !== null && { key: coverKey(proposalId) }),
        message: `${name} is off ${when}.${wordsOf(broken.length)}`,
        before: [],
        after: [],
        undo: async () => ({
          restored: [],
          message:
            proposalId === null
              ? await removeTimeOff(off, timeOffId, name)
              : await takeCoverBack({ proposalId, version: 0 }, name),
        }),
      },
      () => void Promise.all([refresh(), apiQueries.plan.invalidate(), apiQueries.employees.invalidate()]),
    );
    if (proposalId !== null) await showPlan({ proposalId }, off.startsOn);
    else await Promise.all([refresh(), apiQueries.employees.invalidate()]);
    return broken;
  };
}

async function startCover(off: Off) {
  const { proposalId, timeOffId, broken } = await trpcClient.plan.coverAbsence.mutate(off);
  return { proposalId, timeOffId, broken };
}

async function recordOnly(off: Off) {
  const { timeOffId, broken } = await trpcClient.employees.addTimeOff.mutate(off);
  return { proposalId: null, timeOffId, broken };
}

const wordsOf = (broken: number): string => {
  if (broken === 0) return '';
  return broken === 1
    ? ' One schedule needs somebody else; the board marks it.'
    : ` ${broken} schedules need somebody else; the board marks them.`;
};

async function removeTimeOff(off: Off, timeOffId: number, name: string): Promise<string> {
  const { employeeId } = off;
  const { version, timeOff } = await trpcClient.employees.get.query({ employeeId });
  await trpcClient.employees.removeTimeOff.mutate({ employeeId, version, timeOffId });
  const others = timeOff.filter(({ id }) => id !== timeOffId);
  return describeOtherTimeOff(name, others, off) ?? `${name} is in after all.`;
}
