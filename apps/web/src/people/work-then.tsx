import type { EmployeeDetail } from '@scheduler/server/router';
import { TickBox } from '@scheduler/ui/field';
import { formatWhen } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';

/** Work that is listed one by one; of more, the number is told. */
const MOST_LISTED = 6;

type Work = EmployeeDetail['upcoming'][number];

/** What a person has at the time at which they are off, and whether others are found for it. */
export function WorkThen({
  person,
  work,
  begun,
  findsCover,
  onFindCover,
}: {
  person: EmployeeDetail | undefined;
  work: readonly Work[];
  /** The part of the work that has begun and stays. */
  begun: readonly Work[];
  findsCover: boolean;
  /** Undefined if there is nothing for which others could be found. */
  onFindCover: ((find: boolean) => void) | undefined;
}) {
  return (
    <div className="grid min-h-24 content-start gap-1 text-sm" aria-live="polite">
      {person && work.length === 0 && <p className="text-ink-2">Nothing is planned for them then.</p>}
      {work.length > 0 && (
        <>
          <p>They have then:</p>
          <ul className="list-disc pl-5 text-ink-2">
            {work.slice(0, MOST_LISTED).map((each) => (
              <li key={each.scheduleId}>
                {person && formatWhen(each.startsAt, person.store.timeZone)}:{' '}
                {titleOf({ name: each.eventName })}
                {begun.includes(each) && ' (has begun, so it stays)'}
                {findsCover && !each.isInOwnStore && ' (in another store: nobody is looked for)'}
              </li>
            ))}
            {work.length > MOST_LISTED && <li>and {work.length - MOST_LISTED} more</li>}
          </ul>
          {onFindCover && (
            <div className="mt-1">
              <TickBox checked={findsCover} onChange={({ target }) => onFindCover(target.checked)}>
                Find others for it. Nothing is given away until you approve.
              </TickBox>
            </div>
          )}
        </>
      )}
    </div>
  );
}
