import { currentInstant } from '@scheduler/runtime/browser-clock';
import type { AppRouter, EventRow } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import type { inferRouterOutputs } from '@trpc/server';
import { ArrowLeftRight, CalendarClock, History, Undo2, UserRoundPen } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatTime, otherZone } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { ReasonList } from '../ui/badges.tsx';
import { TruncatedText } from '../ui/truncated-text.tsx';
import { EditRefusal, useSave } from './save.tsx';

type ScheduleDetail = inferRouterOutputs<AppRouter>['schedules']['get'];

/** The dialogs that the panel's buttons open. */
export type PanelDialog = 'schedule' | 'move' | 'person' | 'trade' | 'reissue' | 'type';

/** The person and the time of the event, with the buttons that change them. */
export function PlanSection({
  row,
  saved,
  timeZone,
  mayChange,
  mayEnd,
  onOpen,
  onClose,
}: {
  row: EventRow;
  /** The rules against the present schedule; undefined while they load. */
  saved: ScheduleDetail | undefined;
  timeZone: string;
  mayChange: boolean;
  mayEnd: boolean;
  onOpen: (dialog: PanelDialog) => void;
  onClose: () => void;
}) {
  const { event, schedule } = row;
  const mayWrite = useMayWrite();
  const utils = trpc.useUtils();
  const unschedule = useSave(onClose, () => void utils.events.get.invalidate({ eventId: event.eventId }));
  const endSchedule = () => {
    if (!schedule) return;
    const overrideReason = saved?.overrideReason ?? null;
    unschedule.mutate({ kind: 'unschedule', timeZone, from: { ...schedule, event }, overrideReason });
  };
  const zone = otherZone(timeZone);
  return (
    <section aria-label="Plan" className="grid gap-3">
      {schedule ? (
        <div>
          <p className="text-lg leading-tight font-semibold">
            {formatDay(schedule.workDate)}, {formatTime(schedule.startsAt, timeZone)} –{' '}
            {formatTime(schedule.endsAt, timeZone)}
          </p>
          <TruncatedText text={schedule.employeeName} lines={2} />
          {zone && <p className="text-xs text-ink-2">{zone}, the store’s clock</p>}
        </div>
      ) : (
        <p className="font-medium">Not scheduled here.</p>
      )}
      {event.bookedElsewhere && (
        <p className="text-sm text-conflict">
          Crossmark lists it as booked by {event.bookedElsewhere}, whom nobody here stands for.
        </p>
      )}
      {(mayChange || mayEnd) && (
        <div className="grid grid-cols-2 gap-2 empty:hidden">
          {schedule && mayChange && (
            <>
              <Button className="px-2!" onClick={() => onOpen('move')}>
                <CalendarClock aria-hidden className="size-4" />
                Move
              </Button>
              <Button className="px-2!" onClick={() => onOpen('person')}>
                <UserRoundPen aria-hidden className="size-4" />
                Change person
              </Button>
              {event.type === 'Core' && schedule.endsAt > currentInstant() && (
                <Button onClick={() => onOpen('trade')}>
                  <ArrowLeftRight aria-hidden className="size-4" />
                  Trade
                </Button>
              )}
            </>
          )}
          {schedule && mayEnd && (
            <Button look="danger" busy={unschedule.isPending} onClick={endSchedule}>
              <Undo2 aria-hidden className="size-4" />
              Unschedule
            </Button>
          )}
          {!schedule && mayChange && (
            <Button look="primary" onClick={() => onOpen('schedule')}>
              Schedule
            </Button>
          )}
        </div>
      )}
      {mayWrite && row.reissuable && (
        <Button onClick={() => onOpen('reissue')}>
          <History aria-hidden className="size-4" />
          Reissue
        </Button>
      )}
      <EditRefusal saving={unschedule} onLeave={unschedule.reset} />
      {/* Below the buttons, so that warnings which arrive later don't move them. */}
      {saved && <ReasonList reasons={saved.flags} brief />}
      {saved?.overrideReason && (
        <p className="text-sm text-ink-2">Saved against a warning: “{saved.overrideReason}”</p>
      )}
    </section>
  );
}
