import type { AvailabilitySaved, EmployeeDetail } from '@scheduler/server/router';
import { trpc } from '../lib/api.ts';
import { toast } from '../ui/toast.tsx';

/** What each form of this page does after it saved. */
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
