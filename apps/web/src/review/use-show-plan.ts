import { useNavigate } from '@tanstack/react-router';
import { apiQueries } from '../lib/api.ts';
import { weekStart } from '../lib/time.ts';
import { useEdits } from '../planning/edits.ts';
import { useMedia } from '../ui/use-media.ts';
import { showPlan } from './use-review.ts';

/** Returns a function that shows a plan on the board, in the week of a day. */
export function useShowPlan(): (plan: { proposalId: number }, day: string) => Promise<void> {
  const navigate = useNavigate();
  const { refresh } = useEdits();
  const hasRoom = useMedia('(min-width: 1100px)');
  return async ({ proposalId }, day) => {
    showPlan(proposalId);
    void refresh();
    await Promise.all([apiQueries.plan.invalidate(), apiQueries.employees.invalidate()]);
    await navigate({ to: '/', search: { week: weekStart(day), ...(!hasRoom && { view: 'tray' as const }) } });
  };
}
