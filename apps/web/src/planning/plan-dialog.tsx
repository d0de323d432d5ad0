import type { ScheduleOptions } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { TickBox } from '@scheduler/ui/field';
import { useId, useRef } from 'react';
import { formatDay, formatDuration, formatWhen, otherZone } from '../lib/time.ts';
import { lastDayOf, NOON_CHECK_WORDS, titleOf, windowWords } from '../lib/words.ts';
import { TypeMark } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { DayPicker } from './day-picker.tsx';
import { PeoplePicker } from './people-picker.tsx';
import type { Plan } from './plan.ts';
import { EditRefusal, OverrideField } from './save.tsx';
import { SlotPicker } from './slot-picker.tsx';
import { usePlanChoice } from './use-plan-choice.ts';

/**
 * The dialog to choose the person and the time of an event. It shows the rules against each slot
 * and person before saving.
 */
export function PlanDialog({
  plan: livePlan,
  today,
  onClose,
  onNext,
}: {
  plan: Plan;
  /** The current day of the store. */
  today: string;
  onClose: () => void;
  /** Continues with the next event once this one is saved; absent if there is none. */
  onNext?: (() => void) | undefined;
}) {
  const goesOn = useRef(false);
  const choice = usePlanChoice(livePlan, today, () => (goesOn.current && onNext ? onNext() : onClose()));
  const submit = (thenNext: boolean) => {
    goesOn.current = thenNext;
    choice.submit();
  };
  const { plan, current, options, day, time, employeeId, save } = choice;
  const { event } = plan;
  const { data } = options;
  const formId = useId();

  const zone = data && otherZone(data.timeZone);
  const verb = { schedule: 'Schedule', move: 'Move', person: 'Change person' }[plan.mode];
  return (
    <Dialog
      isTall
      title={`${verb}: ${titleOf(event)}`}
      description={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <TypeMark type={event.type} whole />
          <span>{formatDuration(event.durationMinutes)}</span>
          <span>Window {windowWords(event)}</span>
          {current && data && (
            <span>
              Now {formatWhen(current.startsAt, data.timeZone)}, {current.employeeName}
            </span>
          )}
        </span>
      }
      onClose={onClose}
      footer={
        <>
          {/* Beside the buttons, because the end of a long list may be out of sight. */}
          <div className="grid w-full gap-2 not-empty:mb-1">
            {choice.needsReason && (
              <OverrideField
                form={formId}
                value={choice.overrideReason}
                onChange={choice.setOverrideReason}
              />
            )}
            <EditRefusal saving={save} onLeave={onClose} />
          </div>
          <Button onClick={onClose}>Cancel</Button>
          {onNext && (
            <Button disabled={!choice.isReady || save.isPending} onClick={() => submit(true)}>
              Schedule and next
            </Button>
          )}
          <Button
            look="primary"
            type="submit"
            form={formId}
            disabled={!choice.isReady}
            busy={save.isPending}
            busyLabel="Saving…"
            className="min-w-28"
          >
            {verb}
          </Button>
        </>
      }
    >
      {choice.hasPassed ? (
        <Empty title="Its window has passed.">
          The last day on which it could be worked was {formatDay(lastDayOf(event))}.
        </Empty>
      ) : (
        <form
          id={formId}
          onSubmit={(event) => {
            event.preventDefault();
            submit(false);
          }}
          className="grid gap-4"
        >
          <div className={`grid gap-5 ${plan.mode === 'person' ? '' : 'sm:grid-cols-[16rem_minmax(0,1fr)]'}`}>
            {plan.mode !== 'person' && (
              <div className="grid content-start gap-4">
                <DayPicker
                  from={event.startsOn}
                  to={data?.lastDay ?? lastDayOf(event)}
                  first={today}
                  value={day}
                  onChange={choice.setDay}
                />
                <SlotPicker options={data} time={time} employeeId={employeeId} onChange={choice.setTime} />
                {plan.mode === 'schedule' && data?.supervisorEvent && (
                  <div className="rounded-md bg-surface-2 p-2.5">
                    <TickBox
                      name="withSupervisor"
                      checked={choice.withSupervisor}
                      onChange={(change) => choice.setWithSupervisor(change.target.checked)}
                    >
                      Schedule its Supervisor event too, at noon on {formatDay(day)}
                      <span className="block text-xs text-ink-2">
                        {choice.person
                          ? noonCheckSentence(choice.person)
                          : `${NOON_CHECK_WORDS[data.noonCheckBy]}.`}
                      </span>
                    </TickBox>
                  </div>
                )}
                {zone && <p className="text-xs text-ink-2">Days and times are the store’s: {zone}.</p>}
              </div>
            )}
            <QueryView
              what="slots and people"
              queries={[options, choice.suggestions]}
              data={data && choice.suggestions.data}
              skeleton={<SkeletonRows count={6} height="h-10" className="gap-1.5" />}
            >
              {(suggestions) => (
                <PeoplePicker
                  suggestions={suggestions}
                  isStale={choice.suggestions.isPlaceholderData}
                  currentId={current?.employeeId}
                  value={employeeId}
                  onChange={choice.setEmployeeId}
                />
              )}
            </QueryView>
          </div>
        </form>
      )}
    </Dialog>
  );
}

const noonCheckSentence = ({ noonCheckBy }: ScheduleOptions['people'][number]): string =>
  noonCheckBy ? `By ${noonCheckBy.name}.` : 'Nobody can do it on that day: it stays open.';
