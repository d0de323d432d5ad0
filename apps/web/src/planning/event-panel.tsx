import { currentInstant } from '@scheduler/runtime/browser-clock';
import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { BoardEvent, EventRow, SyncAttempt, SyncDetail } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import {
  ArrowLeftRight,
  CalendarClock,
  ExternalLink,
  History,
  RotateCw,
  Undo2,
  UserRoundPen,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { trpc } from '../lib/api.ts';
import {
  formatDay,
  formatDuration,
  formatFromNow,
  formatTime,
  formatWhen,
  otherZone,
  useNow,
  useToday,
} from '../lib/time.ts';
import { type Act, advised, syncSentence, titleOf, windowWords } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { ReasonList, SyncMark, TypeMark } from '../ui/badges.tsx';
import { Cut } from '../ui/cut.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useLeavePanel } from '../ui/layers.ts';
import { LoadError, Loading, QueryView, Refusal, Skeleton } from '../ui/states.tsx';
import { isHistory } from './is-history.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { ReissueDialog } from './reissue-dialog.tsx';
import { Refused, useSave } from './save.tsx';
import { TakeTheirs } from './take-theirs.tsx';
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

/** How far it has got: the state in words, both sides, the tries, and the button that helps. */
function SyncSection({
  event,
  sync,
  timeZone,
  offered,
}: {
  event: BoardEvent;
  sync: SyncDetail | undefined;
  timeZone: string;
  /** What the panel offers to do about it. */
  offered: readonly Act[];
}) {
  const { eventId } = event;
  const utils = trpc.useUtils();
  const mayWrite = useMayWrite();
  const now = useNow();
  const retry = trpc.sync.retry.useMutation({
    onSettled: () => {
      void utils.sync.get.invalidate({ eventId });
      void utils.events.get.invalidate({ eventId });
      void utils.board.week.invalidate();
    },
  });
  const resolve = trpc.sync.resolve.useMutation({
    onSettled: () => {
      void utils.sync.invalidate();
      void utils.events.invalidate();
      void utils.schedules.invalidate();
      void utils.board.week.invalidate();
    },
  });
  const badge = sync ?? event.sync;
  const isStuck = badge.state === 'failed' || badge.state === 'waiting';
  const mayRetry = mayWrite && event.mplanId !== null && isStuck;
  const reason = badge.reason && advised(badge.reason, offered);
  const seenAt = sync?.conflictSeenAt;
  const choose = (choice: 'mine' | 'theirs') => seenAt && resolve.mutate({ eventId, choice, seenAt });
  return (
    <section aria-label="Sync with Crossmark" className="grid gap-2.5">
      <div className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-10">
        <h3 className="text-sm font-semibold">Crossmark</h3>
        <SyncMark sync={{ ...badge, reason }} filled />
        {mayRetry && (
          <Button
            className="ml-auto"
            busy={retry.isPending}
            busyLabel="Retrying…"
            onClick={() => retry.mutate({ eventId })}
          >
            <RotateCw aria-hidden className="size-4" />
            Retry now
          </Button>
        )}
      </div>
      <div className="grid min-h-5 gap-1 text-sm">
        {(reason ?? sync?.conflict) && <p>{reason ?? sync?.conflict}</p>}
        <p className={reason ? 'text-ink-2' : ''}>{sync?.next ?? syncSentence({ ...badge, reason })}</p>
      </div>
      {mayWrite && badge.state === 'conflict' && seenAt && (
        <div className="flex flex-wrap gap-2">
          <Button busy={resolve.isPending} onClick={() => choose('mine')}>
            Keep mine
          </Button>
          <TakeTheirs
            eventId={eventId}
            label="Take Crossmark’s"
            busy={resolve.isPending}
            onTake={() => choose('theirs')}
          />
        </div>
      )}
      <Refusal error={retry.error ?? resolve.error} />
      <dl className="grid gap-px overflow-hidden rounded-md border border-line bg-line text-sm sm:grid-cols-2">
        <Side term="Wanted here" value={sync?.wanted} />
        <Side term="Crossmark holds" value={sync?.held} />
      </dl>
      <div>
        <h4 className="mb-1 text-xs font-medium text-ink-2">
          {sync ? (sync.attempts.length === 0 ? 'No tries on record' : `Tries, latest first`) : 'Tries'}
        </h4>
        {sync ? (
          <ol className="grid gap-2" data-testid="sync-attempts">
            {sync.attempts.map((attempt, index) => (
              <Attempt
                key={attempt.id}
                attempt={attempt}
                isOpen={index === 0 && badge.state !== 'synced' && badge.state !== 'pending'}
                timeZone={timeZone}
                nowMs={now}
              />
            ))}
          </ol>
        ) : (
          <Loading what="tries">
            <Skeleton className="h-10" />
          </Loading>
        )}
      </div>
    </section>
  );
}

function Side({ term, value }: { term: string; value: string | undefined }) {
  return (
    <div className="bg-surface p-2.5">
      <dt className="text-xs text-ink-2">{term}</dt>
      <dd className="mt-0.5 min-h-10">{value ?? <Skeleton className="h-4 w-3/4" />}</dd>
    </div>
  );
}

const OUTCOMES: Record<NonNullable<SyncAttempt['outcome']>, { word: string; look: string }> = {
  done: { word: 'Done', look: 'bg-synced' },
  nothing: { word: 'Already so', look: 'bg-synced' },
  retry: { word: 'Failed, tried again later', look: 'bg-waiting' },
  dead: { word: 'Failed for good', look: 'bg-failed' },
  waiting: { word: 'Could not be tried yet', look: 'bg-waiting' },
  conflict: { word: 'Conflict', look: 'bg-conflict' },
  interrupted: { word: 'Interrupted', look: 'bg-waiting' },
};

function Attempt({
  attempt,
  isOpen,
  timeZone,
  nowMs,
}: {
  attempt: SyncAttempt;
  /** What it ended with still stands. */
  isOpen: boolean;
  timeZone: string;
  nowMs: number;
}) {
  const { word, look } = attempt.outcome
    ? OUTCOMES[attempt.outcome]
    : { word: 'Running', look: 'bg-pending' };
  const isDecided = attempt.outcome === 'conflict' && !isOpen;
  const told = attempt.failureReason ?? attempt.summary;
  const reason = told && advised(told);
  return (
    <li className="grid grid-cols-[0.5rem_minmax(0,1fr)] gap-x-2 text-sm">
      <span
        aria-hidden
        className={`mt-1.5 size-2 rounded-full forced-color-adjust-none ${isDecided ? 'bg-line-strong' : look}`}
      />
      <div className="min-w-0">
        <p className="flex flex-wrap gap-x-2">
          <span className="font-medium">{isDecided ? 'Conflict, decided since' : word}</span>
          <time
            dateTime={attempt.startedAt}
            title={formatWhen(attempt.startedAt, timeZone)}
            className="text-ink-2"
          >
            {formatWhen(attempt.startedAt, timeZone)}
          </time>
          <span className="text-ink-2">try {attempt.number}</span>
        </p>
        {reason && <p className="text-ink-2 first-letter:uppercase">{reason}</p>}
        {attempt.nextAttemptAt && attempt.nextAttemptAt > new Date(nowMs).toISOString() && (
          <p className="text-ink-2">Next try {formatFromNow(attempt.nextAttemptAt, nowMs)}</p>
        )}
      </div>
    </li>
  );
}
