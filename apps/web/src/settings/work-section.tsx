import { type EventType, slotTimesFor } from '@scheduler/scheduling';
import { IconButton } from '@scheduler/ui/button';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { formatClock, formatDuration } from '../lib/time.ts';
import { TypeMark } from '../ui/badges.tsx';
import { SECTION, type SectionProps } from './section.ts';
import { SetHere } from './set-here.tsx';
import { hasLunch, limitsRoles, type Work } from './work.ts';
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
          The starts are offered when work is planned. Durations apply to new events. Existing events keep
          theirs, and a duration in a name or a CSV row takes precedence. People of other roles can do a kind
          of work only if its setting allows it, each time with a reason that is recorded.
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
                  <span key={slot} className={hasLunch(each) ? 'block' : undefined}>
                    {index > 0 && !hasLunch(each) && ', '}
                    <span className="whitespace-nowrap">{slotInWords(each, slot, settings.store)}</span>
                  </span>
                ))}
                {isSetHere(each, settings.store) && <SetHere />}
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

/** A start with its lunch and its end, where the store or the product says them. */
function slotInWords({ type }: Work, start: string, store: SectionProps['settings']['store']): string {
  const { lunchAt, endsAt } = slotTimesFor(type, start, store.slotTimes);
  return [
    formatClock(start),
    lunchAt && `lunch ${formatClock(lunchAt)}`,
    endsAt && `end ${formatClock(endsAt)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

const isSetHere = (work: Work, store: SectionProps['settings']['store']): boolean =>
  work.slots.join() !== work.usualSlots.join() || store.slotTimes[work.type] !== undefined;

/** Returns the text of the table about who does a kind of work. */
function doneBy(work: Work): string {
  if (!limitsRoles(work)) return 'Everybody';
  const roles = work.roles.join(', ');
  return work.roleLimit === 'soft' ? `${roles}; others with a reason` : roles;
}
