import { EVENT_TYPES, type EventType } from '@scheduler/scheduling';
import type { PlanSettings } from '@scheduler/server/router';
import { TickBox } from '@scheduler/ui/field';

type Allowed = PlanSettings['allow'][number];

/** Soft rules that a plan may break where it is allowed. */
export const ALLOWED_WORDS: Record<Allowed, string> = {
  role: 'Work of other roles',
  pattern_unavailable: 'Days that a weekly pattern excludes',
  range_unavailable: 'Ranges of days marked as unavailable',
  club_supervisor_on_core: 'Cores for the Club Supervisor',
  seventh_day: 'A seventh work day in a week',
};
const ALLOWED = Object.keys(ALLOWED_WORDS) as Allowed[];

const without = <T,>(list: readonly T[], one: T): T[] => list.filter((each) => each !== one);

/** Which types of work a plan places; null is all types, and new ones too. */
export function TypesField({
  value,
  onChange,
}: {
  value: EventType[] | null;
  onChange: (types: EventType[] | null) => void;
}) {
  const types = value ?? EVENT_TYPES;
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">Types of work</legend>
      <div className="grid grid-cols-2 gap-x-3 gap-y-1.5">
        {EVENT_TYPES.map((type) => (
          <TickBox
            key={type}
            checked={types.includes(type)}
            onChange={({ target }) => {
              const chosen = target.checked ? [...types, type] : without(types, type);
              const sorted = EVENT_TYPES.filter((each) => chosen.includes(each));
              onChange(sorted.length === EVENT_TYPES.length ? null : sorted);
            }}
          >
            {type}
          </TickBox>
        ))}
      </div>
      {types.length === 0 && <p className="mt-1 text-xs text-failed">Choose a type at least.</p>}
    </fieldset>
  );
}

/** Which soft rules a plan may break. */
export function AllowedField({
  value,
  onChange,
}: {
  value: readonly Allowed[];
  onChange: (allow: Allowed[]) => void;
}) {
  return (
    <fieldset>
      <legend className="text-sm font-medium">May break, each with a reason when you approve</legend>
      <div className="mt-1.5 grid gap-1.5">
        {ALLOWED.map((code) => (
          <TickBox
            key={code}
            checked={value.includes(code)}
            onChange={({ target }) => onChange(target.checked ? [...value, code] : without(value, code))}
          >
            {ALLOWED_WORDS[code]}
          </TickBox>
        ))}
      </div>
    </fieldset>
  );
}
