import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { apiQueries, trpc, trpcClient } from '../lib/api.ts';
import { useEdits } from '../planning/edits.ts';
import { toast } from '../ui/toast.tsx';

/** Returns the handler that each form of this page calls after a save. */
export function useAvailabilitySaved(
  person: EmployeeDetail,
  onSaved: (broken: AvailabilitySaved['broken']) => void,
) {
  const utils = trpc.useUtils();
  return async ({ broken }: AvailabilitySaved) => {
    toast(`The days of ${person.name} are saved.`);
    onSaved(broken);
    void utils.board.week.invalidate();
    void utils.events.invalidate();
    await utils.employees.invalidate();
  };
}

/**
 * Returns how to save days on which a person's usual week doesn't apply. A single day on which they
 * work is a date of its own, because it also frees a day within a range.
 */
export function useSetAvailable(name: string) {
  const { refresh } = useEdits();
  return async (
    days: { employeeId: number; version: number; startsOn: string; endsOn: string; reason: string | null },
    available: boolean,
  ): Promise<AvailabilitySaved['broken']> => {
    const { startsOn, endsOn, ...what } = days;
    const { broken } =
      available && startsOn === endsOn
        ? await trpcClient.employees.setDate.mutate({ ...what, day: startsOn })
        : await trpcClient.employees.addRange.mutate({ ...days, available });
    toast(`The days of ${name} are saved.`);
    await Promise.all([refresh(), apiQueries.employees.invalidate()]);
    return broken;
  };
}
