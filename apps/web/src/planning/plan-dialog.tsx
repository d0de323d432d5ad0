import { instantAt, timeOf } from '@scheduler/scheduling';
import type { ScheduleOptions } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatDay, formatDuration, formatWhen, laterDay, otherZone } from '../lib/time.ts';
import { lastDayOf, NOON_CHECK_WORDS, titleOf, windowWords } from '../lib/words.ts';
import { TypeMark } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TickBox } from '../ui/field.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { DayPicker } from './day-picker.tsx';
import { firstFreeSlot } from './first-free-slot.ts';
import { PersonPicker } from './person-picker.tsx';
import type { Plan } from './plan.ts';
import { OverrideField, Refused, useSave } from './save.tsx';
import { SlotPicker } from './slot-picker.tsx';

/** Decides who does an event and when. Shows beforehand what the rules say of each slot and person. */
export function PlanDialog({
  plan: livePlan,
  today,
  onClose,
}: {
  plan: Plan;
  /** The store's day. */
  today: string;
  onClose: () => void;
}) {
  // What was on screen when the choice was made: a colleague's change meanwhile is refused by its version, not overwritten.
  const [plan] = useState(livePlan);
  const { event } = plan;
  const current = plan.mode === 'schedule' ? undefined : plan.current;
  const formId = useId();

  const firstOpen = laterDay(event.startsOn, today);
  const wanted = current?.workDate ?? (plan.mode === 'schedule' ? plan.day : undefined);
  const passed = lastDayOf(event) < today && plan.mode === 'schedule';
  const [day, setDay] = useState(wanted ?? firstOpen);
  const [time, setTime] = useState<string>();
  const [employeeId, setEmployeeId] = useState(
    current?.employeeId ?? (plan.mode === 'schedule' ? plan.employeeId : undefined),
  );
  const [withSupervisor, setWithSupervisor] = useState(true);
  const [overrideReason, setOverrideReason] = useState('');

  const options = trpc.events.options.useQuery(
    {
      eventId: event.eventId,
      day,
      ...(time && { time }),
      ...(current && { scheduleId: current.scheduleId }),
    },
    { enabled: !passed, placeholderData: keepPreviousData, staleTime: 0 },
  );
  const data = options.data;
  const stale = options.isPlaceholderData;

  // The time already planned, else the first slot at which the person in mind, or anybody, is free.
  const currentTime = current && data ? timeOf(current.startsAt, data.timeZone) : undefined;
  const chosenTime =
    time ??
    (plan.mode === 'person' ? currentTime : (currentTime ?? (data && firstFreeSlot(data, employeeId))));
  const chosen = data?.people.find((person) => person.employeeId === employeeId);
  const reasons = chosen && chosenTime ? (chosen.reasonsBySlot[chosenTime] ?? []) : [];
  const blocked = reasons.some((reason) => reason.severity === 'hard');

  const utils = trpc.useUtils();
  const save = useSave(onClose, () => {
    void utils.events.options.invalidate({ eventId: event.eventId });
    void utils.events.get.invalidate({ eventId: event.eventId });
  });
  const demanded = save.error ? problemOf(save.error) : undefined;
  const soft = reasons.filter((reason) => reason.severity === 'soft');
  const needsReason = soft.length > 0 || demanded?.needsReason === true;

  const unchanged =
    current !== undefined &&
    data !== undefined &&
    employeeId === current.employeeId &&
    chosenTime !== undefined &&
    day === current.workDate &&
    chosenTime === currentTime;
  const ready =
    data !== undefined &&
    !stale &&
    chosenTime !== undefined &&
    chosen !== undefined &&
    !blocked &&
    !unchanged;

  const submit = (submitted: SubmitEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    if (!ready || !data || !chosenTime || !chosen) return;
    const decided = {
      timeZone: data.timeZone,
      to: {
        employeeId: chosen.employeeId,
        employeeName: chosen.name,
        startsAt: plan.mode === 'person' ? plan.current.startsAt : instantAt(day, chosenTime, data.timeZone),
      },
      ...(needsReason && overrideReason.trim() !== '' && { overrideReason: overrideReason.trim() }),
    };
    save.mutate(
      plan.mode === 'schedule'
        ? { kind: 'schedule', event, withSupervisor, ...decided }
        : { kind: 'move', from: { ...plan.current, event }, ...decided },
    );
  };

  const { reset } = save;
  // A refusal speaks of what was tried, not of what is chosen now.
  useEffect(() => reset(), [day, chosenTime, employeeId]);

  // The field for the reason takes room from the list: who was chosen stays in sight.
  useEffect(() => {
    if (needsReason) document.activeElement?.scrollIntoView({ block: 'nearest' });
  }, [needsReason]);

  const zone = data && otherZone(data.timeZone);
  const verb = { schedule: 'Schedule', move: 'Move', person: 'Change person' }[plan.mode];
  return (
    <Dialog
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
          {/* Beside the buttons, for what stands at the end of a long list may be out of sight. */}
          <div className="grid w-full gap-2 not-empty:mb-1">
            {needsReason && (
              <OverrideField form={formId} value={overrideReason} onChange={setOverrideReason} />
            )}
            <Refused saving={save} onLeave={onClose} />
          </div>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={formId}
            disabled={!ready}
            busy={save.isPending}
            busyLabel="Saving…"
            className="min-w-28"
          >
            {verb}
          </Button>
        </>
      }
    >
      {passed ? (
        <Empty title="Its window has passed.">
          The last day on which it could be worked was {formatDay(lastDayOf(event))}.
        </Empty>
      ) : (
        <form id={formId} onSubmit={submit} className="grid gap-4">
          <div className={`grid gap-5 ${plan.mode === 'person' ? '' : 'sm:grid-cols-[16rem_minmax(0,1fr)]'}`}>
            {plan.mode !== 'person' && (
              <div className="grid content-start gap-4">
                <DayPicker
                  from={event.startsOn}
                  to={data?.lastDay ?? lastDayOf(event)}
                  first={today}
                  value={day}
                  onChange={(next) => setDay(next)}
                />
                <SlotPicker options={data} time={chosenTime} employeeId={employeeId} onChange={setTime} />
                {plan.mode === 'schedule' && data?.supervisorEvent && (
                  <div className="rounded-md bg-surface-2 p-2.5">
                    <TickBox
                      name="withSupervisor"
                      checked={withSupervisor}
                      onChange={(change) => setWithSupervisor(change.target.checked)}
                    >
                      Schedule its Supervisor event too, at noon on {formatDay(day)}
                      <span className="block text-xs text-ink-2">
                        {chosen ? noonCheckSentence(chosen) : `${NOON_CHECK_WORDS[data.noonCheckBy]}.`}
                      </span>
                    </TickBox>
                  </div>
                )}
                {zone && <p className="text-xs text-ink-2">Days and times are the store’s: {zone}.</p>}
              </div>
            )}
            <QueryView
              what="slots and people"
              queries={[options]}
              data={data}
              skeleton={<SkeletonRows count={6} height="h-10" className="gap-1.5" />}
            >
              {(options) => (
                <PersonPicker
                  options={options}
                  time={chosenTime}
                  currentId={current?.employeeId}
                  value={employeeId}
                  onChange={setEmployeeId}
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
