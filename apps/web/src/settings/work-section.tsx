import type { EventType } from '@scheduler/scheduling';
import { IconButton } from '@scheduler/ui/button';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { formatClock, formatDuration } from '../lib/time.ts';
import { TypeMark } from '../ui/badges.tsx';
import { SECTION, type SectionProps } from './section.ts';
import { SetHere } from './set-here.tsx';
import { limitsRoles, type Work } from './work.ts';
import { WorkDialog } from './work-dialog.tsx';

export function WorkSection({ settings, isAdmin }: SectionProps) {
  const [edited, setAsked] = useState<EventType>();
  const work = settings.types.find((each) => each.type === edited);
  return (
    <section aria-labelledby="work" className={SECTION}>
      <div>
        <h2 id="work" className="font-semibold">
          Kinds of work
        </h2>
        <p className="text-sm text-ink-2">
          The starts are offered when work is planned. Durations count for events that come from now on; those
          that are here keep theirs, and a name or a CSV row that tells a duration wins. People of other roles
          do a kind of work only where it is set so, one by one and with a reason that is kept.
        </p>
      </div>
      <table className="block w-full text-sm sm:table">
        <thead className="hidden text-left text-xs text-ink-2 sm:table-header-group">
          <tr>
            {['Type', 'Usual starts', 'Duration', 'Done by'].map((head) => (
              <th key={head} scope="col" className="py-1.5 pr-3 font-medium">
                {head}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="block divide-y divide-line sm:table-row-group">
          {settings.types.map((each) => (
            <tr
              key={each.type}
              data-testid={`type-${each.type}`}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-2 py-1.5 sm:table-row"
            >
              <th scope="row" className="text-left font-medium sm:py-1.5 sm:pr-3">
                <TypeMark type={each.type} whole />
              </th>
              <td className="col-start-1 sm:py-1.5 sm:pr-3">
                {each.slots.map((slot, index) => (
                  <span key={slot}>
                    {index > 0 && ', '}
                    <span className="whitespace-nowrap">{formatClock(slot)}</span>
                  </span>
                ))}
                {each.slots.join() !== each.usualSlots.join() && <SetHere />}
              </td>
              <td className="col-start-1 whitespace-nowrap sm:py-1.5 sm:pr-3">
                {formatDuration(each.minutes)}
                {each.minutes !== each.usualMinutes && <SetHere />}
              </td>
              <td className="col-start-1 sm:py-1.5 sm:pr-3">
                {doneBy(each)}
                {each.roleLimit !== each.usualRoleLimit && <SetHere />}
              </td>
              <td className="col-start-2 row-span-4 row-start-1 text-right sm:py-1">
                {isAdmin && (
                  <IconButton label={`Edit ${each.type}`} onClick={() => setAsked(each.type)}>
                    <Pencil aria-hidden className="size-4" />
                  </IconButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {work && <WorkDialog settings={settings} work={work} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

/** Who does a kind of work, for the table. */
function doneBy(work: Work): string {
  if (!limitsRoles(work)) return 'Everybody';
  const roles = work.roles.join(', ');
  return work.roleLimit === 'soft' ? `${roles}; others with a reason` : roles;
}
