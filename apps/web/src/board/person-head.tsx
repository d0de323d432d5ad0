import { MOST_MINUTES_PER_WEEK } from '@scheduler/scheduling';
import type { BoardPerson, BoardSchedule } from '@scheduler/server/router';
import { TriangleAlert } from 'lucide-react';
import { formatHours } from '../lib/time.ts';
import { initialsOf, SHORT_ROLES } from '../lib/words.ts';
import { NoteMark } from '../notes/note-mark.tsx';
import { FairnessButton } from '../planning/fairness-button.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import type { BoardActions } from './board-actions.ts';
import { HeadLink } from './head-link.tsx';
import { loadOf } from './people-in-week.ts';

/** The head of a row: a link to the person's page, and their load in the week. */
export function PersonHead({
  person,
  work,
  freeDays,
  storeId,
  weekOf,
  actions,
}: {
  person: BoardPerson;
  /** Day by day. */
  work: readonly (readonly BoardSchedule[])[];
  /** The number of days of the week on which they can work. */
  freeDays: number;
  storeId: number;
  weekOf: string;
  actions: BoardActions;
}) {
  const load = loadOf(work.flat());
  const share = load.minutes / MOST_MINUTES_PER_WEEK;
  const days = load.days === 1 ? '1 day' : `${load.days} days`;
  const words = `${formatHours(load.minutes)} of ${formatHours(MOST_MINUTES_PER_WEEK)}, ${days} of ${freeDays} on which they can work`;
  const look = share > 1 ? { text: 'text-failed', bar: 'bg-failed' } : { text: '', bar: 'bg-ink-3' };
  const near = share > 0.95 && share <= 1 ? { text: 'text-waiting', bar: 'bg-waiting' } : look;
  return (
    <div className="group/head grid h-full grid-cols-[1.7333rem_minmax(0,1fr)] grid-rows-[minmax(0,1fr)_3px] items-center gap-x-2 gap-y-px px-2.5 py-1">
      <span
        aria-hidden
        className="grid size-6.5 place-items-center rounded-full bg-surface-2 text-xs font-semibold text-ink-2"
      >
        {initialsOf(person.name)}
      </span>
      <div className="col-start-2 row-start-1 min-w-0">
        <HeadLink href={`/people/${person.id}`} className="pointer-coarse:pr-6" onGo={actions.goTo}>
          <TruncatedText text={person.name} className="leading-tight font-medium" />
        </HeadLink>
        <div className="flex justify-between gap-2 text-xs leading-tight whitespace-nowrap text-ink-2">
          <span className="truncate" title={person.role}>
            {SHORT_ROLES[person.role]}
          </span>
          <NoteMark subject={{ kind: 'person', employeeId: person.id }} />
          {/* Their share beside the others', on hover, focus or a click. */}
          <FairnessButton
            {...{ storeId, weekOf, employeeId: person.id, name: person.name }}
            className={near.text}
          >
            {formatHours(load.minutes)}
            <span className="sr-only"> {words}</span>
          </FairnessButton>
        </div>
        {person.linkState !== 'linked' && (
          <div className="inline-flex items-center gap-1 text-xs text-waiting">
            <TriangleAlert aria-hidden className="size-3" />
            Not linked
          </div>
        )}
      </div>
      {actions.off && person.mayOpen && (
        <button
          type="button"
          data-stop
          tabIndex={-1}
          aria-label={`${person.name} is off…`}
          title={`${person.name} is off…`}
          onClick={() => actions.off?.(person.id)}
          // Over the end of a long name, so that names keep their room.
          className="drawn drawn-off drawn-later col-start-2 row-start-1 -mt-0.5 -mr-1.5 grid size-7 self-start justify-self-end place-items-center rounded-sm text-ink-2 group-hover/head:bg-surface hover:bg-surface-2! hover:text-ink focus-visible:bg-surface pointer-coarse:bg-surface"
        />
      )}
      <span
        aria-hidden
        title={words}
        className="col-span-2 row-start-2 h-[3px] rounded-full bg-surface-2 forced-colors:border"
      >
        <span
          className={`block h-full rounded-full forced-color-adjust-none ${near.bar}`}
          style={{ width: `${Math.min(share, 1) * 100}%` }}
        />
      </span>
    </div>
  );
}
