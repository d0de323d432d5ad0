import { instantAt, type Reason, timeOf } from '@scheduler/scheduling';
import type { BoardEvent, ScheduleOptions } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { keepPreviousData } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import {
  addDays,
  daysBetween,
  formatClock,
  formatDay,
  formatDuration,
  formatWhen,
  laterDay,
  otherZone,
  weekStart,
} from '../lib/time.ts';
import { lastDayOf, NOON_CHECK_WORDS, titleOf, windowWords } from '../lib/words.ts';
import { ReasonList, TypeMark } from '../ui/badges.tsx';
import { TimeInput } from '../ui/date-field.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TickBox } from '../ui/field.tsx';
import { Empty, QueryView, Skeleton, SkeletonRows } from '../ui/states.tsx';
import type { Assignment } from './edits.ts';
import { OverrideField, Refused, useSave } from './save.tsx';
import type { Ref } from './undo.ts';

/** What a live schedule is now, for a dialog that changes it. */
export interface CurrentSchedule extends Ref, Assignment {
  workDate: string;
}

/**
 * `schedule` a free event, perhaps with a day and a person in mind · `move` to another time, day or person ·
 * `person` the same time with somebody else.
 */
export type Plan =
  | { mode: 'schedule'; event: BoardEvent; day?: string; employeeId?: number }
  | { mode: 'move' | 'person'; event: BoardEvent; current: CurrentSchedule };

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

export function firstFreeSlot(options: ScheduleOptions, employeeId: number | undefined): string | undefined {
  const candidates = options.people.filter(
    (person) => employeeId === undefined || person.employeeId === employeeId,
  );
  const asksNothing = (reasons: readonly Reason[] | undefined) =>
    (reasons ?? []).every((reason) => reason.severity === 'hint');
  const free = options.slots.find((slot) =>
    candidates.some((person) => asksNothing(person.reasonsBySlot[slot.time])),
  );
  return (free ?? options.slots[0])?.time;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The days of a window as a small calendar. */
function DayPicker({
  from,
  to,
  first,
  value,
  onChange,
}: {
  from: string;
  to: string;
  /** Days before it can't be chosen. */
  first: string;
  value: string;
  onChange: (day: string) => void;
}) {
  const name = useId();
  const lead = daysBetween(weekStart(from), from);
  // A day outside the window may be planned already: a fact from Crossmark or a file.
  const days = Array.from({ length: Math.max(daysBetween(from, to) + 1, 1) }, (_, offset) =>
    addDays(from, offset),
  );
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Day</legend>
      <div className="grid grid-cols-7 gap-0.5 text-center">
        {WEEKDAYS.map((weekday) => (
          <span key={weekday} aria-hidden className="text-[11px] text-ink-2">
            {weekday}
          </span>
        ))}
        {lead > 0 && <span style={{ gridColumn: `span ${lead}` }} />}
        {days.map((day, index) => {
          const [, month, number] = formatDay(day).split(' ');
          return (
            <label
              key={day}
              className={`relative grid h-10 place-content-center rounded-md border text-sm leading-none has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent ${
                day === value
                  ? 'border-accent bg-accent font-semibold text-accent-ink'
                  : day < first
                    ? 'cursor-not-allowed border-transparent text-ink-3'
                    : 'border-line bg-surface hover:bg-surface-2'
              }`}
            >
              <input
                type="radio"
                name={name}
                value={day}
                checked={day === value}
                disabled={day < first && day !== value}
                aria-label={formatDay(day)}
                onChange={() => onChange(day)}
                className="absolute inset-0 appearance-none opacity-0"
              />
              {(index === 0 || number === '1') && <span className="text-[10px]">{month}</span>}
              <span className={day < first ? 'line-through' : ''}>{number}</span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

/** The usual starts, and a box for any other. */
export function SlotPicker({
  options,
  time,
  employeeId,
  onChange,
}: {
  options: ScheduleOptions | undefined;
  time: string | undefined;
  employeeId: number | undefined;
  onChange: (time: string) => void;
}) {
  const name = useId();
  const inputId = useId();
  const person = options?.people.find((each) => each.employeeId === employeeId);
  const usual = useRef<ScheduleOptions['slots']>([]);
  if (options) usual.current = options.slots;
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Start</legend>
      <div className="grid grid-cols-3 gap-1">
        {!options &&
          usual.current.length === 0 &&
          [1, 2, 3, 4].map((each) => <Skeleton key={each} className="h-9" />)}
        {usual.current.map((slot) => {
          const reasons = person?.reasonsBySlot[slot.time] ?? [];
          const worst = reasons.some((reason) => reason.severity === 'hard')
            ? 'can’t'
            : reasons.some((reason) => reason.severity === 'soft')
              ? 'warning'
              : undefined;
          return (
            <label
              key={slot.time}
              className={`relative grid h-9 place-content-center rounded-md border text-sm leading-none has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent pointer-coarse:h-11 ${
                slot.time === time
                  ? 'border-accent bg-accent font-semibold text-accent-ink'
                  : 'border-line bg-surface hover:bg-surface-2'
              }`}
            >
              <input
                type="radio"
                name={name}
                value={slot.time}
                checked={slot.time === time}
                onChange={() => onChange(slot.time)}
                className="absolute inset-0 appearance-none opacity-0"
              />
              {formatClock(slot.time)}
              {worst && <span className="mt-0.5 text-center text-[10px] font-normal">{worst}</span>}
            </label>
          );
        })}
      </div>
      <div className="mt-2 flex items-center gap-2">
        <label htmlFor={inputId} className="text-xs text-ink-2">
          Other start
        </label>
        <TimeInput
          id={inputId}
          step={300}
          value={time ?? ''}
          onChange={onChange}
          className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:h-11"
        />
      </div>
    </fieldset>
  );
}

/** People: those whom nothing speaks against, those with a warning, and those who can't with the reason. */
export function PersonPicker({
  options,
  time,
  currentId,
  value,
  onChange,
}: {
  options: ScheduleOptions;
  time: string | undefined;
  currentId: number | undefined;
  value: number | undefined;
  onChange: (employeeId: number) => void;
}) {
  const name = useId();
  const people = options.people.map((person) => ({
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
    { title: 'Can’t', people: people.filter(({ reasons }) => has(reasons, 'hard')) },
  ];
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
                const nameId = `${name}-${person.employeeId}`;
                // A hint asks nothing and is often the same for all: enough to read it of whom one has chosen.
                const said = person.reasons.filter(
                  (reason) => reason.severity !== 'hint' || person.employeeId === value,
                );
                return (
                  <label
                    key={person.employeeId}
                    className={`flex items-start gap-2 rounded-md border px-2.5 py-1.5 pointer-coarse:py-2.5 ${
                      person.employeeId === value
                        ? 'border-accent bg-accent-soft'
                        : hard
                          ? 'cursor-not-allowed border-line bg-surface-2'
                          : 'border-line hover:bg-surface-2'
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
                        <ReasonList reasons={said} brief />
                      </span>
                    </span>
                  </label>
                );
              })}
            </div>
          ))}
      </div>
    </fieldset>
  );
}
