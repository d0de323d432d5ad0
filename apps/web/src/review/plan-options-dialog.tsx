import type { PlanSettings, WeekBoard } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { TickBox } from '@scheduler/ui/field';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { addDays, daysBetween, formatDay, laterDay } from '../lib/time.ts';
import { AllowedField, TypesField } from '../planning/plan-choices.tsx';
import { DateField } from '../ui/date-field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { type PlanStart, startPlan } from './runs.ts';

const MOST_DAYS = 28;

/** The days that the plan button plans by a store's settings. */
export function usualDays(
  { weekOf, today }: Pick<WeekBoard, 'weekOf' | 'today'>,
  { horizonDays, earliestInDays }: Pick<PlanSettings, 'horizonDays' | 'earliestInDays'>,
): { fromDay: string; toDay: string } {
  const fromDay = laterDay(weekOf, addDays(today, earliestInDays));
  // A week or more begins with the week that is shown, however much of it is over.
  const first = horizonDays >= 7 ? weekOf : fromDay;
  return { fromDay, toDay: addDays(first, horizonDays - 1) };
}

/** What to plan, before it is planned: days, types, rules that may be broken, moves. */
export function PlanOptionsDialog({
  board,
  settings,
  onStarted,
  onClose,
}: {
  board: WeekBoard;
  settings: PlanSettings;
  onStarted: () => void;
  onClose: () => void;
}) {
  const tomorrow = addDays(board.today, 1);
  const usual = usualDays(board, settings);
  const [fromDay, setFromDay] = useState(usual.fromDay);
  const [toDay, setToDay] = useState(laterDay(usual.fromDay, usual.toDay));
  const [types, setTypes] = useState(settings.types);
  const [allow, setAllow] = useState(settings.allow);
  const [moveExisting, setMoveExisting] = useState(false);
  const start = useMutation({
    mutationFn: (plan: PlanStart) => startPlan(plan),
    onSuccess: () => {
      onClose();
      onStarted();
    },
  });
  const count = fromDay && toDay ? daysBetween(fromDay, toDay) + 1 : 0;
  const isPossible = count >= 1 && count <= MOST_DAYS && fromDay >= tomorrow;
  const presets = [
    { word: 'This week', last: addDays(board.weekOf, 6) },
    { word: 'Two weeks', last: addDays(board.weekOf, 13) },
    { word: 'Four weeks', last: addDays(board.weekOf, 27) },
  ].filter(({ last }) => last >= fromDay);
  return (
    <FormDialog
      title="Options of the plan"
      description="They count for this plan alone. Nothing is changed until you approve."
      action="Plan"
      busyLabel="Starting…"
      saving={start}
      disabled={!isPossible || types?.length === 0}
      onSubmit={() =>
        start.mutate({
          storeId: board.store.id,
          fromDay,
          toDay,
          options: { earliestDay: fromDay, ...(types && { types }), allow, moveExisting },
        })
      }
      onClose={onClose}
    >
      <div className="grid gap-2">
        <div className="grid grid-cols-2 gap-3">
          <DateField label="From" required min={tomorrow} value={fromDay} onChange={setFromDay} />
          <DateField label="To" required min={fromDay} value={toDay} onChange={setToDay} />
        </div>
        <div className="flex flex-wrap gap-2">
          {presets.map(({ word, last }) => (
            <Button key={word} aria-pressed={toDay === last} onClick={() => setToDay(last)}>
              {word}
            </Button>
          ))}
        </div>
        <p role="status" className={`text-xs ${isPossible ? 'text-ink-2' : 'text-failed'}`}>
          {isPossible
            ? `${count === 1 ? '1 day' : `${count} days`}, to ${formatDay(toDay)}.`
            : `Choose 1 to ${MOST_DAYS} days, from tomorrow on.`}
        </p>
      </div>
      <TypesField value={types} onChange={setTypes} />
      <AllowedField value={allow} onChange={setAllow} />
      <TickBox checked={moveExisting} onChange={({ target }) => setMoveExisting(target.checked)}>
        May move what is scheduled
        <span className="block text-xs text-ink-2">
          As little as possible; each move is a line that you approve, with what takes its place.
        </span>
      </TickBox>
    </FormDialog>
  );
}
