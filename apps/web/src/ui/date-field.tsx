import { FIRST_DAY, isDay, LAST_DAY } from '@scheduler/scheduling';
import { type ReactNode, useRef, useState } from 'react';
import { formatDay } from '../lib/time.ts';
import { useDraft } from './draft.ts';
import { FIELD_BOX, Labelled } from './field.tsx';

/**
 * Long enough for the next digit of a date or a time: what is typed digit by digit says many days
 * before the one meant.
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
 * A date or time control of the browser with what is being typed in it. `wholeOf` tells what a text
 * says, undefined for nothing that could be handed on. `onLeft` hears, when the focus leaves,
 * whether it holds something whole.
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
        // A part that was not typed yet makes it no empty field.
        const whole = target.validity.badInput ? undefined : wholeOf(target.value);
        // A day from the browser’s calendar is complete.
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
  /** First and last day that may be chosen; else all days of the years 2000 to 2099. */
  min?: string | undefined;
  max?: string | undefined;
}

/**
 * One control of a day. Whatever is typed stays in it; what is handed on is whole and within `min`
 * and `max`, or '' unless `required`.
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

/** `between 2000 and 2099`, or the days themselves where a control allows fewer. */
const within = (min: string, max: string): string =>
  min === FIRST_DAY && max === LAST_DAY
    ? `between ${FIRST_DAY.slice(0, 4)} and ${LAST_DAY.slice(0, 4)}`
    : `from ${withYear(min)} to ${withYear(max)}`;

/**
 * A sentence about what was left in a control and is no day that may be chosen, until its value
 * changes.
 */
function useIncompleteDay({ value, min = FIRST_DAY, max = LAST_DAY }: Days) {
  // The page’s value when an incomplete day was left in the control.
  const [left, setLeft] = useState<string>();
  return {
    incompleteProblem: left === value ? `Enter a whole day ${within(min, max)}.` : undefined,
    onLeft: (isWhole: boolean) => setLeft(isWhole ? undefined : value),
  };
}

/**
 * A day without a label of its own: where it stands it is named by `aria-label` or by a label
 * around it.
 */
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

/** A day with its label. What was left in it and is no day that may be chosen is said below it. */
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
 * The control of a time of day, to be given a label: `HH:mm`, whole or nothing. An emptied one
 * hands nothing on.
 */
export function TimeInput(props: Control & { step?: number }) {
  return <TypedInput {...props} type="time" wholeOf={(text) => text || undefined} />;
}
