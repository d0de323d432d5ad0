import type { Reason } from '@scheduler/scheduling';
import type { ScheduleOptions, Suggestions } from '@scheduler/server/router';
import { useId } from 'react';
import { ReasonList } from '../ui/badges.tsx';
import { UnablePeople } from './unable-people.tsx';

/**
 * People: those whom nothing speaks against, those with a warning, and those who can't with the
 * reason.
 */
export function PersonPicker({
  options,
  suggestions,
  time,
  currentId,
  value,
  onChange,
}: {
  options: ScheduleOptions;
  /** People in order, the best first, and why the others can't; those of `options` where not given. */
  suggestions?: Suggestions | undefined;
  time: string | undefined;
  currentId: number | undefined;
  value: number | undefined;
  onChange: (employeeId: number) => void;
}) {
  const name = useId();
  const ranks = new Map(suggestions?.people.map((each, rank) => [each.employeeId, { ...each, rank }]));
  const rankOf = (id: number) => ranks.get(id)?.rank ?? ranks.size;
  const sorted = options.people.toSorted((a, b) => rankOf(a.employeeId) - rankOf(b.employeeId));
  const people = sorted.map((person) => ({
    ...person,
    reasons: (time ? person.reasonsBySlot[time] : undefined) ?? [],
  }));
  const has = (reasons: readonly Reason[], severity: Reason['severity']) =>
    reasons.some((reason) => reason.severity === severity);
  const groups = [
    {
      title: 'May do it',
      people: people.filter(({ reasons }) => !has(reasons, 'hard') && !has(reasons, 'soft')),
    },
    {
      title: 'With a warning',
      people: people.filter(({ reasons }) => !has(reasons, 'hard') && has(reasons, 'soft')),
    },
    {
      title: 'Can’t',
      // With suggestions they stand in one line, except for who is chosen.
      people: people.filter(
        ({ reasons, employeeId }) => has(reasons, 'hard') && (!suggestions || employeeId === value),
      ),
    },
  ];
  const unable = people.filter(({ reasons }) => has(reasons, 'hard')).length;
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">Person</legend>
      <div className="grid gap-3">
        {groups
          .filter((group) => group.people.length > 0)
          .map((group) => (
            <div key={group.title} className="grid gap-1">
              <p className="text-xs text-ink-2">
                {group.title} ({group.people.length})
              </p>
              {group.people.map((person) => {
                const hard = has(person.reasons, 'hard');
                const unchosenLook = hard
                  ? 'cursor-not-allowed border-line bg-surface-2'
                  : 'border-line hover:bg-surface-2';
                const nameId = `${name}-${person.employeeId}`;
                // Hints are often the same for everybody: they are shown for the chosen person
                // only.
                const shownReasons = person.reasons.filter(
                  (reason) => reason.severity !== 'hint' || person.employeeId === value,
                );
                return (
                  <label
                    key={person.employeeId}
                    className={`flex items-start gap-2 rounded-md border px-2.5 py-1.5 pointer-coarse:py-2.5 ${
                      person.employeeId === value ? 'border-accent bg-accent-soft' : unchosenLook
                    }`}
                  >
                    <input
                      type="radio"
                      name={name}
                      value={person.employeeId}
                      checked={person.employeeId === value}
                      disabled={hard && person.employeeId !== value}
                      onChange={() => onChange(person.employeeId)}
                      aria-labelledby={nameId}
                      aria-describedby={`${nameId}-reasons`}
                      className="mt-0.5 size-4 shrink-0 accent-accent"
                    />
                    <span className="min-w-0 flex-1">
                      <span id={nameId} className="flex flex-wrap items-baseline gap-x-2">
                        <span className={`text-sm ${hard ? 'text-ink-2' : 'font-medium'}`}>
                          {person.name}
                        </span>
                        <span className="text-xs text-ink-2">{person.role}</span>
                        {person.employeeId === currentId && (
                          <span className="text-xs text-accent-text">now</span>
                        )}
                      </span>
                      <span id={`${nameId}-reasons`} className="block">
                        {!hard && ranks.has(person.employeeId) && (
                          <span className="block text-xs text-ink-2 first-letter:uppercase">
                            {ranks.get(person.employeeId)?.because}
                          </span>
                        )}
                        <ReasonList reasons={shownReasons} brief />
                      </span>
                    </span>
                  </label>
                );
              })}
            </div>
          ))}
        {suggestions && <UnablePeople count={unable} cannot={suggestions.cannot} />}
      </div>
    </fieldset>
  );
}
