import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { BoardEvent, EventRow, Store } from '@scheduler/server/router';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useToday } from '../lib/time.ts';
import { type Act, titleOf } from '../lib/words.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { TypeMark } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useLeavePanel } from '../ui/layers.ts';
import { LoadError, Loading, QueryView, Skeleton } from '../ui/states.tsx';
import { EventFacts } from './event-facts.tsx';
import { isHistory } from './is-history.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { type PanelDialog, PlanSection } from './plan-section.tsx';
import { ReissueDialog } from './reissue-dialog.tsx';
import { SyncSection } from './sync-section.tsx';
import { TradeDialog } from './trade-dialog.tsx';
import { TypeDialog } from './type-dialog.tsx';

/**
 * One event and its schedule: what is planned, what can be done with it, and how far it has got to
 * Crossmark.
 */
export function EventPanel({ eventId, onClose: replace }: { eventId: number; onClose: () => void }) {
  const onClose = useLeavePanel(replace);
  const mayWrite = useMayWrite();
  const detail = trpc.events.get.useQuery({ eventId });
  const stores = trpc.stores.list.useQuery();
  const sync = trpc.sync.get.useQuery({ eventId });
  const row = detail.data;
  const store = row && stores.data?.find((each) => each.id === row.storeId);
  const scheduleId = row?.schedule?.scheduleId;
  const saved = trpc.schedules.get.useQuery(
    { scheduleId: scheduleId ?? 0 },
    { enabled: scheduleId !== undefined },
  );
  const [dialog, setDialog] = useState<OpenDialog>();
  const open = (kind: PanelDialog) => setDialog({ kind, schedule: row?.schedule ?? null });
  const loaded = row && store ? { row, store } : undefined;
  return (
    <>
      {/* One dialog before and after the event is read: it remembers where the focus goes back to. */}
      <Dialog
        shape="side"
        isInAddress
        title={loaded ? titleOf(loaded.row.event) : 'Event'}
        {...(loaded && { description: <Description event={loaded.row.event} /> })}
        onClose={onClose}
      >
        <QueryView
          what="the event"
          queries={[detail, stores]}
          data={loaded}
          skeleton={
            <div className="grid gap-3">
              <Skeleton className="h-5 w-2/3" />
              <Skeleton className="h-20" />
              <Skeleton className="h-9" />
              <Skeleton className="h-40" />
            </div>
          }
        >
          {({ row, store }) => {
            const mayChange = mayWrite && !CLOSED_CONDITIONS.includes(row.event.condition);
            const mayEnd = mayWrite && !isHistory(row.event);
            const offeredActs: Act[] = [];
            if (row.schedule && mayChange) offeredActs.push('change');
            if (row.schedule && mayEnd) offeredActs.push('end');
            return (
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
                {(row.schedule && saved.isPending) || sync.isPending ? (
                  <Loading what="the sync state">
                    <Skeleton className="h-64" />
                  </Loading>
                ) : (
                  <SyncSection
                    event={row.event}
                    sync={sync.data}
                    timeZone={store.timeZone}
                    offeredActs={offeredActs}
                  />
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
            );
          }}
        </QueryView>
      </Dialog>
      {loaded && dialog && <PanelDialogs {...loaded} dialog={dialog} onClose={() => setDialog(undefined)} />}
    </>
  );
}

function Description({ event }: { event: BoardEvent }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <TypeMark type={event.type} whole />
      <span>{event.condition}</span>
      {event.eventNumber && <span>{event.eventNumber}</span>}
    </span>
  );
}

interface OpenDialog {
  kind: PanelDialog;
  /** As it was when the dialog was opened. */
  schedule: EventRow['schedule'];
}

/** What the panel's buttons open over it. */
function PanelDialogs({
  row,
  store,
  dialog,
  onClose,
}: {
  row: EventRow;
  store: Store;
  dialog: OpenDialog;
  onClose: () => void;
}) {
  const { event } = row;
  const today = useToday(store.timeZone);
  // Should a colleague unschedule it meanwhile, an open dialog stays and its save says what
  // happened.
  const current = row.schedule ?? dialog.schedule;
  switch (dialog.kind) {
    case 'schedule':
      return <PlanDialog plan={{ mode: 'schedule', event }} today={today} onClose={onClose} />;
    case 'type':
      return <TypeDialog row={row} onClose={onClose} />;
    case 'reissue':
      return <ReissueDialog row={row} today={today} onClose={onClose} />;
    case 'trade':
      return current ? (
        <TradeDialog
          event={event}
          current={current}
          storeId={store.id}
          timeZone={store.timeZone}
          onClose={onClose}
        />
      ) : null;
    default:
      return current ? (
        <PlanDialog plan={{ mode: dialog.kind, event, current }} today={today} onClose={onClose} />
      ) : null;
  }
}
