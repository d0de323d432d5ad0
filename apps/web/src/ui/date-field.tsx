import { FIRST_DAY, isDay, LAST_DAY } from '@scheduler/scheduling';
import { FIELD_BOX, Labelled } from '@scheduler/ui/field';
import { type ReactNode, useRef, useState } from 'react';
import { formatDay } from '../lib/time.ts';
import { useDraft } from './draft.ts';

/**
 * Long enough to type the next digit of a date or a time. A date that is typed digit by digit is
 * first many other dates.
 */
const REST_MS = 800;

interface Control {
  id?: string;
  className?: string;
  value: string;
  onChange: (value: string) => void;
  required?: boolean;
}

/**
 * A date or time control of the browser. `wholeOf` returns the value of a complete text, and
 * undefined for an incomplete one. `onLeft` is called when the focus leaves, with whether the text
 * is complete.
 */
function TypedInput({
  value,
  onChange,
  wholeOf,
  onLeft,
  ...rest
}: Control & {
  type: 'date' | 'time';
  min?: string;
  max?: string;
  step?: number;
  wholeOf: (text: string) => string | undefined;
  onLeft?: (isWhole: boolean) => void;
}) {
  const draft = useDraft(value, onChange, REST_MS);
  const byKey = useRef(false);
  return (
    <input
      {...rest}
      value={draft.text}
      onChange={({ target }) => {
        // A field with an incomplete date is not empty.
        const whole = target.validity.badInput ? undefined : wholeOf(target.value);
        // A day that is chosen in the browser’s calendar is complete.
        draft.type(target.value, whole, !byKey.current);
        if (whole !== undefined) onLeft?.(true);
      }}
      onKeyDown={({ key }) => {
        byKey.current = true;
        if (key === 'Enter') draft.settle();
      }}
      onKeyUp={() => {
        byKey.current = false;
      }}
      onBlur={({ target }) => {
        byKey.current = false;
        draft.settle();
        onLeft?.(!target.validity.badInput && wholeOf(target.value) !== undefined);
      }}
    />
  );
}

interface Days extends Control {
  /** The first and last day that may be chosen; by default all days of the years 2000 to 2099. */
  min?: string | undefined;
  max?: string | undefined;
}

/**
 * A control for a day. Typed text stays in it. Only complete days between `min` and `max` are
 * passed on, or '' unless it is `required`.
 */
function DayControl({
  min = FIRST_DAY,
  max = LAST_DAY,
  required = false,
  ...rest
}: Days & { onLeft: (isWhole: boolean) => void; title?: string | undefined }) {
  const wholeOf = (text: string) => ((text === '' && !required) || isDay(text, min, max) ? text : undefined);
  return <TypedInput {...rest} type="date" min={min} max={max} required={required} wholeOf={wholeOf} />;
}

const withYear = (day: string): string => `${formatDay(day)}, ${day.slice(0, 4)}`;

/** Returns `between 2000 and 2099`, or the days if a control allows fewer. */
const within = (min: string, max: string): string =>
  min === FIRST_DAY && max === LAST_DAY
    ? `between ${FIRST_DAY.slice(0, 4)} and ${LAST_DAY.slice(0, 4)}`
    : `from ${withYear(min)} to ${withYear(max)}`;

/** Returns a sentence about an invalid day that was left in a control, until its value changes. */
function useIncompleteDay({ value, min = FIRST_DAY, max = LAST_DAY }: Days) {
  // The page’s value when an incomplete day was left in the control.
  const [left, setLeft] = useState<string>();
  return {
    incompleteProblem: left === value ? `Enter a whole day ${within(min, max)}.` : undefined,
    onLeft: (isWhole: boolean) => setLeft(isWhole ? undefined : value),
  };
}

/** A control for a day without its own label. `aria-label` or a label around it names it. */
export function DateInput(props: Days & { 'aria-label'?: string }) {
  const { incompleteProblem, onLeft } = useIncompleteDay(props);
  return (
    <DayControl
      {...props}
      onLeft={onLeft}
      title={incompleteProblem}
      {...(incompleteProblem !== undefined && { 'aria-invalid': true })}
    />
  );
}

/** A control for a day with its label. A sentence below it tells of an invalid day. */
export function DateField({
  label,
  hint,
  problem,
  ...rest
}: Days & { label: ReactNode; hint?: ReactNode; problem?: ReactNode }) {
  const { incompleteProblem, onLeft } = useIncompleteDay(rest);
  return (
    <Labelled label={label} hint={hint} problem={problem || incompleteProblem}>
      {(ids) => <DayControl {...rest} {...ids} className={FIELD_BOX} onLeft={onLeft} />}
    </Labelled>
  );
}

/**
 * A control for a time of day without its own label. Passes on only complete times as `HH:mm`; an
 * empty control passes on nothing.
 */
export function TimeInput(props: Control & { step?: number }) {
  return <TypedInput {...props} type="time" wholeOf={(text) => text || undefined} />;
}
