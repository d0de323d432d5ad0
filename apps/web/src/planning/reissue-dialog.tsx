import { defaultReissueExpiry, instantAt, timeOf } from '@scheduler/scheduling';
import type { EventRow } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { TextField, TickBox } from '@scheduler/ui/field';
import { keepPreviousData } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { addDays, formatDay, formatDuration, formatWhen, otherZone } from '../lib/time.ts';
import { titleOf, windowWords } from '../lib/words.ts';
import { useShownPlan } from '../review/shown.ts';
import { TypeMark } from '../ui/badges.tsx';
import { DateField } from '../ui/date-field.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { QueryView, Refusal, SkeletonRows } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { firstFreeSlot } from './first-free-slot.ts';
import { PeoplePicker } from './people-picker.tsx';
import { SlotPicker } from './slot-picker.tsx';

/**
 * The dialog that reissues past work: its person, its time, and its new last day. It shows the
 * rules against them before saving.
 */
export function ReissueDialog({
  row,
  today,
  onClose,
}: {
  row: EventRow;
  /** The current day of the store. */
  today: string;
  onClose: () => void;
}) {
  // The row when the dialog was opened, because the event may leave the list meanwhile.
  const [{ event, schedule }] = useState(row);
  const formId = useId();
  const utils = trpc.useUtils();
  const [day, setDay] = useState(today);
  const [time, setTime] = useState<string>();
  const [chosenExpiry, setExpiry] = useState<string>();
  const [pickedId, setEmployeeId] = useState<number>();
  const [includeResponses, setIncludeResponses] = useState(false);
  const [overrideReason, setOverrideReason] = useState('');
  const expiresOn = chosenExpiry ?? defaultReissueExpiry(event.dueOn, day);

  const options = trpc.events.options.useQuery(
    { eventId: event.eventId, day, expiresOn, ...(time && { time }) },
    { placeholderData: keepPreviousData, staleTime: 0 },
  );
  const { data } = options;
  const shownPlan = useShownPlan();
  const suggestions = trpc.plan.suggest.useQuery(
    { eventId: event.eventId, day, expiresOn, ...(time && { time }), ...shownPlan },
    { placeholderData: keepPreviousData, staleTime: 0 },
  );
  const people = suggestions.data?.people ?? [];
  // By default the person who had the event, unless a rule forbids it; then the best other person.
  const free = people.filter(({ needsReason }) => needsReason.length === 0);
  const offered = free.find((each) => each.employeeId === schedule?.employeeId) ?? free[0];
  const employeeId = pickedId ?? offered?.employeeId ?? schedule?.employeeId;
  const suggested = people.find((each) => each.employeeId === employeeId);
  const suggestedTime =
    suggested && data && suggested.day === day ? timeOf(suggested.startsAt, data.timeZone) : undefined;
  const startTime =
    time ?? suggestedTime ?? (data && suggestions.data ? firstFreeSlot(data, employeeId) : undefined);
  const person = data?.people.find((each) => each.employeeId === employeeId);
  const reasons = (person && startTime && person.reasonsBySlot[startTime]) || [];
  const blocked = reasons.some((reason) => reason.severity === 'hard');

  const title = titleOf(event);
  const reissue = trpc.schedules.reissue.useMutation({
    onSuccess: async (_saved, { startsAt }) => {
      toast(
        `${title} is open again: ${person?.name}, ${data ? formatWhen(startsAt, data.timeZone) : formatDay(day)}.`,
      );
      onClose();
      await Promise.all([utils.events.invalidate(), utils.board.week.invalidate(), utils.sync.invalidate()]);
    },
    onError: () => void utils.events.options.invalidate({ eventId: event.eventId }),
  });
  const needsReason =
    reasons.some((reason) => reason.severity === 'soft') ||
    (reissue.error ? problemOf(reissue.error).needsReason : false);
  const isStale = options.isPlaceholderData || suggestions.isPlaceholderData;
  const ready = data && !isStale && person && startTime && !blocked;

  // A refusal belongs to the choice that was sent; another choice clears it.
  const { reset } = reissue;
  useEffect(() => reset(), [day, startTime, expiresOn, employeeId]);

  const submit = (submitted: SubmitEvent<HTMLFormElement>) => {
    submitted.preventDefault();
    if (!ready) return;
    reissue.mutate({
      eventId: event.eventId,
      employeeId: person.employeeId,
      startsAt: instantAt(day, startTime, data.timeZone),
      expiresOn,
      includeResponses,
      ...(needsReason && { overrideReason: overrideReason.trim() }),
    });
  };

  const zone = data && otherZone(data.timeZone);
  return (
    <Dialog
      isTall
      title={`Reissue: ${title}`}
      description={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <TypeMark type={event.type} whole />
          <span>{formatDuration(event.durationMinutes)}</span>
          <span>{event.condition}</span>
          <span>Window was {windowWords(event)}</span>
          {schedule && data && (
            <span>
              Planned for {formatWhen(schedule.startsAt, data.timeZone)}, {schedule.employeeName}
            </span>
          )}
        </span>
      }
      onClose={onClose}
      footer={
        <>
          <div className="grid w-full gap-2 not-empty:mb-1">
            {needsReason && (
              <TextField
                label="Reason for going against the warning"
                hint="Kept with the schedule for whoever asks later."
                form={formId}
                required
                maxLength={300}
                value={overrideReason}
                onChange={(change) => setOverrideReason(change.target.value)}
              />
            )}
            <Refusal error={reissue.error} />
          </div>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={formId}
            disabled={!ready}
            busy={reissue.isPending}
            busyLabel="Saving…"
            className="min-w-28"
          >
            Reissue
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="grid gap-5 sm:grid-cols-[16rem_minmax(0,1fr)]">
        <div className="grid content-start gap-4">
          <DateField
            label="Day"
            required
            min={today}
            max={addDays(today, 365)}
            value={day}
            onChange={setDay}
          />
          <SlotPicker options={data} time={startTime} employeeId={employeeId} onChange={setTime} />
          <DateField
            label="Expires on"
            hint={`The last day on which it can be done is ${formatDay(addDays(expiresOn, -1))}.`}
            required
            min={addDays(today, 1)}
            max={addDays(today, 730)}
            value={expiresOn}
            onChange={setExpiry}
          />
          <TickBox
            name="includeResponses"
            checked={includeResponses}
            onChange={(change) => setIncludeResponses(change.target.checked)}
          >
            Keep the answers given so far
            <span className="block text-xs text-ink-2">Else the report starts empty.</span>
          </TickBox>
          {zone && <p className="text-xs text-ink-2">Days and times are the store’s: {zone}.</p>}
        </div>
        <QueryView
          what="slots and people"
          queries={[options, suggestions]}
          data={data && suggestions.data}
          skeleton={<SkeletonRows count={6} height="h-10" className="gap-1.5" />}
        >
          {(ranked) => (
            <PeoplePicker
              suggestions={ranked}
              isStale={suggestions.isPlaceholderData}
              value={employeeId}
              onChange={setEmployeeId}
            />
          )}
        </QueryView>
      </form>
    </Dialog>
  );
}
