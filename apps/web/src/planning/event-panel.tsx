import { currentInstant } from '@scheduler/runtime/browser-clock';
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { EventRow } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { ArrowLeftRight, CalendarClock, ExternalLink, History, Undo2, UserRoundPen } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { formatDay, formatDuration, formatTime, otherZone, useToday } from '../lib/time.ts';
import { type Act, titleOf, windowWords } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { ReasonList, TypeMark } from '../ui/badges.tsx';
import { Cut } from '../ui/cut.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useLeavePanel } from '../ui/layers.ts';
import { LoadError, Loading, QueryView, Skeleton } from '../ui/states.tsx';
import { isHistory } from './is-history.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { ReissueDialog } from './reissue-dialog.tsx';
import { Refused, useSave } from './save.tsx';
import { SyncSection } from './sync-section.tsx';
import { TradeDialog } from './trade-dialog.tsx';
import { TypeDialog } from './type-dialog.tsx';

/** One event and its schedule: what is planned, what can be done with it, and how far it has got to Crossmark. */
export function EventPanel({ eventId, onClose: replace }: { eventId: number; onClose: () => void }) {
  const onClose = useLeavePanel(replace);
  const mayWrite = useMayWrite();
  const detail = trpc.events.get.useQuery({ eventId });
  const stores = trpc.stores.list.useQuery();
  const sync = trpc.sync.get.useQuery({ eventId });
  const scheduleId = detail.data?.schedule?.scheduleId;
  const judged = trpc.schedules.get.useQuery(
    { scheduleId: scheduleId ?? 0 },
    { enabled: scheduleId !== undefined },
  );
  const [asked, setAsked] = useState<'schedule' | 'move' | 'person' | 'trade' | 'reissue' | 'type'>();
  // Should a colleague unschedule it meanwhile, an open dialog stays and its save says what happened.
  const [askedOf, setAskedOf] = useState<EventRow['schedule']>(null);
  const unschedule = useSave(onClose, () => void detail.refetch());

  const row = detail.data;
  const store = row && stores.data?.find((each) => each.id === row.storeId);
  const today = useToday(store?.timeZone);
  if (!row || !store) {
    return (
      <Dialog shape="side" isInAddress title="Event" onClose={onClose}>
        <QueryView
          what="the event"
          queries={[detail, stores]}
          data={undefined}
          skeleton={
            <div className="grid gap-3">
              <Skeleton className="h-5 w-2/3" />
              <Skeleton className="h-20" />
              <Skeleton className="h-9" />
              <Skeleton className="h-40" />
            </div>
          }
        >
          {() => null}
        </QueryView>
      </Dialog>
    );
  }

  const { event, schedule } = row;
  const subject = schedule ?? askedOf;
  const ask = (what: 'move' | 'person' | 'trade') => {
    setAskedOf(schedule);
    setAsked(what);
  };
  const { timeZone } = store;
  const title = titleOf(event);
  const closed = CLOSED_CONDITIONS.includes(event.condition);
  const mayChange = !closed;
  const mayEnd = !isHistory(event);
  const offered: Act[] = [];
  if (mayWrite && schedule && mayChange) offered.push('change');
  if (mayWrite && schedule && mayEnd) offered.push('end');

  const free = () => {
    if (!schedule) return;
    const overrideReason = judged.data?.overrideReason ?? null;
    unschedule.mutate({ kind: 'unschedule', timeZone, from: { ...schedule, event }, overrideReason });
  };

  const zone = otherZone(timeZone);
  return (
    <>
      <Dialog
        shape="side"
        isInAddress
        title={title}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <TypeMark type={event.type} whole />
            <span>{event.condition}</span>
            {event.eventNumber && <span>{event.eventNumber}</span>}
          </span>
        }
        onClose={onClose}
      >
        <div className="grid gap-5">
          <section aria-label="Plan" className="grid gap-3">
            {schedule ? (
              <div>
                <p className="text-lg leading-tight font-semibold">
                  {formatDay(schedule.workDate)}, {formatTime(schedule.startsAt, timeZone)} –{' '}
                  {formatTime(schedule.endsAt, timeZone)}
                </p>
                <Cut text={schedule.employeeName} lines={2} />
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
            {mayWrite && (
              <div className="grid grid-cols-2 gap-2 empty:hidden">
                {schedule && mayChange && (
                  <>
                    <Button onClick={() => ask('move')}>
                      <CalendarClock aria-hidden className="size-4" />
                      Move
                    </Button>
                    <Button onClick={() => ask('person')}>
                      <UserRoundPen aria-hidden className="size-4" />
                      Change person
                    </Button>
                    {event.type === 'Core' && schedule.endsAt > currentInstant() && (
                      <Button onClick={() => ask('trade')}>
                        <ArrowLeftRight aria-hidden className="size-4" />
                        Trade
                      </Button>
                    )}
                  </>
                )}
                {schedule && mayEnd && (
                  <Button look="danger" busy={unschedule.isPending} onClick={free}>
                    <Undo2 aria-hidden className="size-4" />
                    Unschedule
                  </Button>
                )}
                {!schedule && !closed && (
                  <Button look="primary" onClick={() => setAsked('schedule')}>
                    Schedule
                  </Button>
                )}
              </div>
            )}
            {mayWrite && row.reissuable && (
              <Button onClick={() => setAsked('reissue')}>
                <History aria-hidden className="size-4" />
                Reissue
              </Button>
            )}
            <Refused saving={unschedule} onLeave={unschedule.reset} />
            {/* Below the buttons, which warnings that arrive later don't move. */}
            {judged.data && <ReasonList reasons={judged.data.flags} brief />}
            {judged.data?.overrideReason && (
              <p className="text-sm text-ink-2">Saved against a warning: “{judged.data.overrideReason}”</p>
            )}
          </section>

          {(scheduleId !== undefined && judged.isPending) || sync.isPending ? (
            <Loading what="sync state">
              <Skeleton className="h-64" />
            </Loading>
          ) : (
            <SyncSection event={event} sync={sync.data} timeZone={timeZone} offered={offered} />
          )}
          {sync.isError && !sync.data && (
            <LoadError what="The sync state" error={sync.error} onRetry={() => void sync.refetch()} />
          )}

          <section aria-label="About the event">
            <h3 className="mb-1.5 text-sm font-semibold">Event</h3>
            <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
              <Fact term="Name">{event.name}</Fact>
              <Fact term="Type">
                {event.type}
                <span className="text-ink-2">{row.typeByHand ? ', set by hand' : ', by its name'}</span>
                {mayWrite && (
                  <button
                    type="button"
                    onClick={() => setAsked('type')}
                    className="ml-2 text-accent-text underline pointer-coarse:-my-2.5 pointer-coarse:py-2.5"
                  >
                    Change<span className="sr-only"> the type</span>
                  </button>
                )}
              </Fact>
              <Fact term="Window">
                {windowWords(event)}
                <span className="text-ink-2">, due {formatDay(event.dueOn)}</span>
              </Fact>
              <Fact term="Duration">{formatDuration(event.durationMinutes)}</Fact>
              <Fact term="Store">{store.name}</Fact>
              <Fact term="Plan id">{event.mplanId ?? 'None yet: the next refresh looks for it'}</Fact>
              {row.instructionsUrl && (
                <Fact term="Instructions">
                  <a
                    href={row.instructionsUrl}
                    target="_blank"
                    rel="noreferrer"
                    className="inline-flex items-center gap-1 text-accent-text underline"
                  >
                    Open <ExternalLink aria-hidden className="size-3.5" />
                    <span className="sr-only">in a new tab</span>
                  </a>
                </Fact>
              )}
            </dl>
          </section>
        </div>
      </Dialog>
      {asked === 'schedule' && (
        <PlanDialog plan={{ mode: 'schedule', event }} today={today} onClose={() => setAsked(undefined)} />
      )}
      {(asked === 'move' || asked === 'person') && subject && (
        <PlanDialog
          plan={{ mode: asked, event, current: subject }}
          today={today}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === 'type' && <TypeDialog row={row} onClose={() => setAsked(undefined)} />}
      {asked === 'reissue' && <ReissueDialog row={row} today={today} onClose={() => setAsked(undefined)} />}
      {asked === 'trade' && subject && (
        <TradeDialog
          event={event}
          current={subject}
          storeId={store.id}
          timeZone={timeZone}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-2">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
