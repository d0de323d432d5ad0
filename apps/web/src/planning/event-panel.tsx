import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { EventRow, Store } from '@scheduler/server/router';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useToday } from '../lib/time.ts';
import { type Act, titleOf } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { TypeMark } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useLeavePanel } from '../ui/layers.ts';
import { LoadError, Loading, PendingView, Skeleton } from '../ui/states.tsx';
import { EventFacts } from './event-facts.tsx';
import { isHistory } from './is-history.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { type PanelDialog, PlanSection } from './plan-section.tsx';
import { ReissueDialog } from './reissue-dialog.tsx';
import { SyncSection } from './sync-section.tsx';
import { TradeDialog } from './trade-dialog.tsx';
import { TypeDialog } from './type-dialog.tsx';

/** One event and its schedule: what is planned, what can be done with it, and how far it has got to Crossmark. */
export function EventPanel({ eventId, onClose: replace }: { eventId: number; onClose: () => void }) {
  const onClose = useLeavePanel(replace);
  const detail = trpc.events.get.useQuery({ eventId });
  const stores = trpc.stores.list.useQuery();
  // Loads at the same time as the event, not after it.
  trpc.sync.get.usePrefetchQuery({ eventId });
  const row = detail.data;
  const store = row && stores.data?.find((each) => each.id === row.storeId);
  if (row && store) return <Panel row={row} store={store} onClose={onClose} />;
  return (
    <Dialog shape="side" isInAddress title="Event" onClose={onClose}>
      <PendingView
        what="the event"
        queries={[detail, stores]}
        skeleton={
          <div className="grid gap-3">
            <Skeleton className="h-5 w-2/3" />
            <Skeleton className="h-20" />
            <Skeleton className="h-9" />
            <Skeleton className="h-40" />
          </div>
        }
      />
    </Dialog>
  );
}

function Panel({ row, store, onClose }: { row: EventRow; store: Store; onClose: () => void }) {
  const { event, schedule } = row;
  const mayWrite = useMayWrite();
  const today = useToday(store.timeZone);
  const sync = trpc.sync.get.useQuery({ eventId: event.eventId });
  const saved = trpc.schedules.get.useQuery(
    { scheduleId: schedule?.scheduleId ?? 0 },
    { enabled: schedule !== null },
  );
  const [dialog, setDialog] = useState<PanelDialog>();
  // Should a colleague unschedule it meanwhile, an open dialog stays and its save says what happened.
  const [dialogSchedule, setDialogSchedule] = useState(schedule);
  const open = (next: PanelDialog) => {
    setDialogSchedule(schedule);
    setDialog(next);
  };
  const close = () => setDialog(undefined);

  const mayChange = mayWrite && !CLOSED_CONDITIONS.includes(event.condition);
  const mayEnd = mayWrite && !isHistory(event);
  const offered: Act[] = [];
  if (schedule && mayChange) offered.push('change');
  if (schedule && mayEnd) offered.push('end');

  const current = schedule ?? dialogSchedule;
  return (
    <>
      <Dialog
        shape="side"
        isInAddress
        title={titleOf(event)}
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
          <PlanSection
            row={row}
            saved={saved.data}
            timeZone={store.timeZone}
            mayChange={mayChange}
            mayEnd={mayEnd}
            onOpen={open}
            onClose={onClose}
          />
          {(schedule && saved.isPending) || sync.isPending ? (
            <Loading what="the sync state">
              <Skeleton className="h-64" />
            </Loading>
          ) : (
            <SyncSection event={event} sync={sync.data} timeZone={store.timeZone} offered={offered} />
          )}
          {sync.isError && !sync.data && (
            <LoadError what="the sync state" error={sync.error} onRetry={() => void sync.refetch()} />
          )}
          <EventFacts
            row={row}
            storeName={store.name}
            onChangeType={mayWrite ? () => open('type') : undefined}
          />
        </div>
      </Dialog>
      {dialog === 'schedule' && (
        <PlanDialog plan={{ mode: 'schedule', event }} today={today} onClose={close} />
      )}
      {(dialog === 'move' || dialog === 'person') && current && (
        <PlanDialog plan={{ mode: dialog, event, current }} today={today} onClose={close} />
      )}
      {dialog === 'type' && <TypeDialog row={row} onClose={close} />}
      {dialog === 'reissue' && <ReissueDialog row={row} today={today} onClose={close} />}
      {dialog === 'trade' && current && (
        <TradeDialog
          event={event}
          current={current}
          storeId={store.id}
          timeZone={store.timeZone}
          onClose={close}
        />
      )}
    </>
  );
}
