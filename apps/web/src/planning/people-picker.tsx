import type { Suggestions } from '@scheduler/server/router';
import { SuggestionPicker } from './suggestion-picker.tsx';

/** A ranked choice of the store's people for an event. */
export function PeoplePicker({
  suggestions,
  isStale,
  currentId,
  value,
  onChange,
}: {
  suggestions: Suggestions;
  /** Whether the people are ranked for the previous day or time. */
  isStale: boolean;
  currentId?: number | undefined;
  value: number | undefined;
  onChange: (employeeId: number) => void;
}) {
  const { people, cannot } = suggestions;
  return (
    <SuggestionPicker
      legend="Person"
      what="people"
      choices={people.map(({ employeeId, name, role, because, needsReason, hints }) => ({
        id: employeeId,
        title: name,
        aside: role,
        because,
        words: [role],
        reasons: [...needsReason, ...hints],
      }))}
      unable={cannot.map(({ message, people }) => ({
        message,
        members: people.map(({ employeeId, name, message }) => ({ id: employeeId, title: name, message })),
      }))}
      empty="Nobody can do it then."
      {...{ isBusy: isStale, currentId, value, onChange }}
    />
  );
}
