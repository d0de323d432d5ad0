import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { BoardEvent, EventRow, Store } from '@scheduler/server/router';
import { type ComponentProps, useRef, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { useToday } from '../lib/time.ts';
import { type Act, titleOf } from '../lib/words.ts';
import { NoteSection } from '../notes/note-section.tsx';
import { useMayWrite } from '../shell/use-session.ts';
import { TypeMark } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useLeavePanel } from '../ui/layers.ts';
import { SidePanel } from '../ui/side-panel.tsx';
import { LoadError, Loading, QueryView, Skeleton } from '../ui/states.tsx';
import { EventChanges } from './event-changes.tsx';
import { EventFacts } from './event-facts.tsx';
import { isHistory } from './is-history.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { type PanelDialog, PlanSection } from './plan-section.tsx';
import { ReissueDialog } from './reissue-dialog.tsx';
import { SyncSection } from './sync-section.tsx';
import { TradeDialog } from './trade-dialog.tsx';
import { TypeDialog } from './type-dialog.tsx';

/** The panel of one event: its schedule, the actions on it, and its sync state. */
export function EventPanel({
  eventId,
  known,
  isBeside = false,
  onClose: replace,
}: {
  eventId: number;
  /** The event as the page knows it, shown until it is loaded. */
  known?: BoardEvent | undefined;
  /** Whether the panel is beside the page instead of over it. */
  isBeside?: boolean;
  onClose: () => void;
}) {
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
  const isRead = row !== undefined && !sync.isPending && !(row.schedule && saved.isPending);
  // What was shown stays when the event gets another schedule: somebody may be writing a note.
  const wasRead = useRef(false);
  wasRead.current ||= isRead;
  const [dialog, setDialog] = useState<OpenDialog>();
  const open = (kind: PanelDialog) => setDialog({ kind, schedule: row?.schedule ?? null });
  const loaded = row && store ? { row, store } : undefined;
  const event = loaded?.row.event ?? known;
  // One frame before and after the event is read: it remembers where the focus goes back to.
  const frame = {
    title: event ? titleOf(event) : 'Event',
    ...(event && { description: <Description event={event} /> }),
    onClose,
  };
  const Frame = isBeside ? SidePanel : SideDialog;
  return (
    <>
      <Frame {...frame}>
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
                {/* All at once, so that nothing moves what is read already. */}
                {!wasRead.current ? (
                  <Loading what="the sync state">
                    <Skeleton className="h-64" />
                  </Loading>
                ) : (
                  <>
                    <SyncSection
                      event={row.event}
                      sync={sync.data}
                      timeZone={store.timeZone}
                      offeredActs={offeredActs}
                    />
                    {sync.isError && !sync.data && (
                      <LoadError
                        what="the sync state"
                        error={sync.error}
                        onRetry={() => void sync.refetch()}
                      />
                    )}
                    <NoteSection subject={{ kind: 'event', eventId }} />
                    <EventFacts
                      row={row}
                      storeName={store.name}
                      onChangeType={mayWrite ? () => open('type') : undefined}
                    />
                    <EventChanges
                      key={row.event.eventId}
                      eventId={row.event.eventId}
                      timeZone={store.timeZone}
                    />
                  </>
                )}
              </div>
            );
          }}
        </QueryView>
      </Frame>
      {loaded && dialog && <PanelDialogs {...loaded} dialog={dialog} onClose={() => setDialog(undefined)} />}
    </>
  );
}

function SideDialog(frame: ComponentProps<typeof SidePanel>) {
  return <Dialog shape="side" isInAddress {...frame} />;
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
  /** The schedule when the dialog was opened. */
  schedule: EventRow['schedule'];
}

/** The dialogs that the panel's buttons open. */
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
  // If a colleague unschedules it meanwhile, an open dialog stays open, and its save reports what
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
