import { instantAt, timeOf } from '@scheduler/scheduling';
import { keepPreviousData } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { laterDay } from '../lib/time.ts';
import { lastDayOf } from '../lib/words.ts';
import { useShownPlan } from '../review/shown.ts';
import { firstFreeSlot } from './first-free-slot.ts';
import type { Plan } from './plan.ts';
import { useSave } from './save.tsx';

/**
 * The chosen day, time and person of an event, the rules against them, and the save.
 * @param today the current day of the store
 */
export function usePlanChoice(livePlan: Plan, today: string, onSaved: () => void) {
  // The plan when the dialog was opened. Its version makes the server refuse to overwrite a
  // colleague’s change.
  const [plan] = useState(livePlan);
  const { event } = plan;
  const current = plan.mode === 'schedule' ? undefined : plan.current;
  const firstOpen = laterDay(event.startsOn, today);
  const initialDay = current?.workDate ?? (plan.mode === 'schedule' ? plan.day : undefined);
  const hasPassed = lastDayOf(event) < today && plan.mode === 'schedule';
  const [day, setDay] = useState(initialDay ?? firstOpen);
  const [time, setTime] = useState<string>();
  const initialId = plan.mode === 'schedule' ? plan.employeeId : undefined;
  const [pickedId, setEmployeeId] = useState(plan.mode === 'move' ? plan.current.employeeId : initialId);
  const [withSupervisor, setWithSupervisor] = useState(true);
  const [overrideReason, setOverrideReason] = useState('');

  const options = trpc.events.options.useQuery(
    {
      eventId: event.eventId,
      day,
      ...(time && { time }),
      ...(current && { scheduleId: current.scheduleId }),
    },
    { enabled: !hasPassed, placeholderData: keepPreviousData, staleTime: 0 },
  );
  const data = options.data;
  const isStale = options.isPlaceholderData;

  const currentTime = current && data ? timeOf(current.startsAt, data.timeZone) : undefined;
  const askedTime = time ?? currentTime;
  const shownPlan = useShownPlan();
  const suggestions = trpc.plan.suggest.useQuery(
    { eventId: event.eventId, day, ...(askedTime && { time: askedTime }), ...shownPlan },
    {
      // For a schedule, its present time has to be loaded first.
      enabled: !hasPassed && (current === undefined || data !== undefined),
      placeholderData: keepPreviousData,
      staleTime: 0,
    },
  );
  const people = suggestions.data?.people;
  // Until a person is chosen, the best one is used.
  const best = people?.find(
    (each) => each.needsReason.length === 0 && each.employeeId !== current?.employeeId,
  );
  const isSuggested = pickedId === undefined;
  const employeeId =
    pickedId ?? best?.employeeId ?? (plan.mode === 'person' ? current?.employeeId : undefined);
  const person = data?.people.find((each) => each.employeeId === employeeId);
  // The present time, otherwise the best start of the chosen person.
  const suggested = people?.find((each) => each.employeeId === employeeId);
  const suggestedTime =
    suggested && data && suggested.day === day ? timeOf(suggested.startsAt, data.timeZone) : undefined;
  const chosenTime =
    askedTime ??
    suggestedTime ??
    (data && suggestions.isFetched && !suggestions.isPlaceholderData
      ? firstFreeSlot(data, employeeId)
      : undefined);
  const reasons = person && chosenTime ? (person.reasonsBySlot[chosenTime] ?? []) : [];
  const isBlocked = reasons.some((reason) => reason.severity === 'hard');

  const utils = trpc.useUtils();
  const save = useSave(onSaved, () => {
    void utils.events.options.invalidate({ eventId: event.eventId });
    void utils.events.get.invalidate({ eventId: event.eventId });
  });
  const needsReason =
    reasons.some((reason) => reason.severity === 'soft') ||
    (save.error !== null && problemOf(save.error).needsReason);

  const isUnchanged =
    current !== undefined &&
    data !== undefined &&
    employeeId === current.employeeId &&
    chosenTime !== undefined &&
    day === current.workDate &&
    chosenTime === currentTime;
  const isReady =
    data !== undefined &&
    !isStale &&
    !((isSuggested || askedTime === undefined) && suggestions.isPlaceholderData) &&
    chosenTime !== undefined &&
    person !== undefined &&
    !isBlocked &&
    !isUnchanged;

  const submit = () => {
    if (!isReady || !data || !chosenTime || !person) return;
    const assignment = {
      timeZone: data.timeZone,
      to: {
        employeeId: person.employeeId,
        employeeName: person.name,
        startsAt: plan.mode === 'person' ? plan.current.startsAt : instantAt(day, chosenTime, data.timeZone),
      },
      ...(needsReason && overrideReason.trim() !== '' && { overrideReason: overrideReason.trim() }),
    };
    save.mutate(
      plan.mode === 'schedule'
        ? { kind: 'schedule', event, withSupervisor, ...assignment }
        : { kind: 'move', from: { ...plan.current, event }, ...assignment },
    );
  };

  const { reset } = save;
  // A refusal belongs to the choice that was sent; another choice clears it.
  useEffect(() => reset(), [day, chosenTime, employeeId]);

  // The field for the reason makes the list shorter: scroll the chosen person back into sight.
  useEffect(() => {
    if (needsReason) document.activeElement?.scrollIntoView({ block: 'nearest' });
  }, [needsReason]);

  return {
    plan,
    current,
    hasPassed,
    options,
    suggestions,
    day,
    setDay,
    time: chosenTime,
    setTime,
    employeeId,
    setEmployeeId,
    person,
    withSupervisor,
    setWithSupervisor,
    needsReason,
    overrideReason,
    setOverrideReason,
    save,
    isReady,
    submit,
  };
}
