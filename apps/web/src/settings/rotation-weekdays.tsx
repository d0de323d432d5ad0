import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { addDays, formatDay, useToday } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { toast } from '../ui/toast.tsx';
import { KIND_WORDS, KINDS, type RotationsProps } from './rotation-kinds.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The turns by weekday. Each choice is saved at once, and the next days show its effect. */
export function Weekdays({ rotations, timeZone }: RotationsProps) {
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const today = useToday(timeZone);
  const { storeId, weekdays, choices } = rotations;
  const turns = trpc.plan.turns.useQuery({ storeId, fromDay: today, toDay: addDays(today, 6) });
  const set = trpc.plan.setTurn.useMutation({
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.invalidate(),
  });
  return (
    <table className="w-full text-sm">
      <thead className="text-left text-xs text-ink-2">
        <tr>
          <th scope="col" className="py-1.5 pr-2 font-medium">
            Day
          </th>
          {KINDS.map((kind) => (
            <th key={kind} scope="col" className="py-1.5 pr-2 font-medium">
              {KIND_WORDS[kind]}
            </th>
          ))}
          <th scope="col" className="hidden py-1.5 font-medium sm:table-cell">
            Secondary Lead
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {WEEKDAYS.map((word, weekday) => {
          const next = turns.data?.find(({ day }) => new Date(`${day}T12:00:00Z`).getUTCDay() === weekday);
          return (
            <tr key={word} data-testid={`rotation-${weekday}`}>
              <th scope="row" className="py-1 pr-2 text-left font-medium">
                <span aria-hidden className="sm:hidden">
                  {word.slice(0, 3)}
                </span>
                <span className="sr-only sm:not-sr-only">{word}</span>
              </th>
              {KINDS.map((kind) => {
                const now = weekdays.find((each) => each.kind === kind && each.weekday === weekday);
                if (!mayWrite) {
                  return (
                    <td key={kind} className="py-1 pr-2">
                      {now?.name ?? '–'}
                    </td>
                  );
                }
                // A person who has left or has another role now stays in the list until replaced.
                const isListed = choices[kind].some(({ employeeId }) => employeeId === now?.employeeId);
                return (
                  <td key={kind} className="py-1 pr-2">
                    <select
                      aria-label={`${KIND_WORDS[kind]} on ${word}`}
                      value={now?.employeeId ?? ''}
                      disabled={set.isPending}
                      onChange={({ target }) =>
                        set.mutate({
                          storeId,
                          kind,
                          weekday,
                          seen: now?.employeeId ?? null,
                          employeeId: target.value === '' ? null : Number(target.value),
                        })
                      }
                      className="h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-1.5 pointer-coarse:h-11"
                    >
                      <option value="">Nobody</option>
                      {now && !isListed && <option value={now.employeeId}>{now.name}</option>}
                      {choices[kind].map(({ employeeId, name }) => (
                        <option key={employeeId} value={employeeId}>
                          {name}
                        </option>
                      ))}
                    </select>
                  </td>
                );
              })}
              <td className="hidden py-1 text-xs text-ink-2 sm:table-cell">
                {next?.secondaryLead ? `${next.secondaryLead.name} (${formatDay(next.day)})` : '–'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
