import type { AuditEntryView } from '@scheduler/server/router';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import { formatDay, formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { type Change, wordsOf } from './audit-filters.tsx';
import { KINDS, OBJECTS } from './audit-search.ts';

export const dayWithYear = (day: string) => `${formatDay(day)}, ${day.slice(0, 4)}`;

const LINK = 'text-left text-accent-text hover:underline pointer-coarse:min-h-8';

export function AuditEntry({
  entry,
  timeZone,
  onSearch,
}: {
  entry: AuditEntryView;
  timeZone: string;
  onSearch: (change: Change, replace?: boolean) => void;
}) {
  const { event, person, object, changes } = entry;
  const known = wordsOf(OBJECTS).find(([type]) => type === object.type);
  const title = event ? titleOf(event) : object.name;
  return (
    <li className="grid gap-x-2 gap-y-1 px-3 py-2 text-sm sm:grid-cols-[4.75rem_minmax(0,1fr)]">
      <time dateTime={entry.at} className="text-ink-2">
        {formatTime(entry.at, timeZone)}
      </time>
      <div className="min-w-0">
        <p>
          <span className="font-medium">{entry.by}</span> {entry.what}
        </p>
        <p className="flex flex-wrap items-baseline gap-x-3 text-ink-2">
          {event ? (
            <button
              type="button"
              title={event.name}
              onClick={() => onSearch({ event: event.eventId }, false)}
              className={LINK}
            >
              {titleOf(event)}
            </button>
          ) : (
            title && object.type !== 'employee' && <span className="min-w-0">{title}</span>
          )}
          {person && (
            <Link to="/people/$id" params={{ id: String(person.employeeId) }} className={LINK}>
              {person.name}
            </Link>
          )}
          {known ? (
            <button
              type="button"
              title={`Only what was done to this ${known[1].toLowerCase()}`}
              onClick={() => onSearch({ object: known[0], id: object.id })}
              className={`min-w-0 break-all ${LINK}`}
            >
              {known[1]} {object.id}
            </button>
          ) : (
            <span className="min-w-0 break-all">
              {object.type} {object.id}
            </span>
          )}
          <span>{KINDS[entry.kind]}</span>
        </p>
        {changes.length > 0 && <Changes changes={changes} />}
      </div>
    </li>
  );
}

/** The number of fields that are shown at first. */
const SHOWN = 6;

function Changes({ changes }: { changes: AuditEntryView['changes'] }) {
  const rest = changes.slice(SHOWN);
  return (
    <div className="mt-1 grid gap-1 text-xs">
      <ChangeList changes={changes.slice(0, SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary className="cursor-pointer text-ink-2 pointer-coarse:py-2">
            {rest.length} more {rest.length === 1 ? 'field' : 'fields'}
          </summary>
          <ChangeList changes={rest} />
        </details>
      )}
    </div>
  );
}

function ChangeList({ changes }: { changes: AuditEntryView['changes'] }) {
  return (
    <dl className="grid grid-cols-[minmax(0,8rem)_minmax(0,1fr)] gap-x-3 gap-y-0.5">
      {changes.map(({ field, from, to }) => (
        <div key={field} className="contents">
          <dt className="text-ink-2">{field}</dt>
          <dd>
            {from !== null && (
              <>
                <span className="sr-only">from </span>
                <span className="text-ink-2">{from}</span>{' '}
                <ArrowRight aria-hidden className="inline size-3 align-[-1px] text-ink-3" />
                <span className="sr-only">to</span>{' '}
              </>
            )}
            {to ?? <span className="text-ink-2">nothing</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
