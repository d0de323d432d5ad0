import type { BoardEvent, WeekBoard } from '@scheduler/server/router';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, Suspense } from 'react';
import { EventPanel } from '../planning/dialogs.ts';

const route = getRouteApi('/app/');

/*
 * The open panel is in the address, and only what is here reads it: a week of hundreds of cards is
 * not rendered again when a panel opens or closes.
 */

const useOpenEvent = (): number | undefined => route.useSearch({ select: ({ event }) => event });

/** The panel of the event in the address. */
export function BoardPanel({
  board,
  isBeside,
  onClose,
}: {
  board: WeekBoard | undefined;
  /** Whether it stands in the tray's place instead of over the page. */
  isBeside: boolean;
  onClose: () => void;
}) {
  const eventId = useOpenEvent();
  if (eventId === undefined) return null;
  return (
    // Over the tray, so that nothing moves when it opens.
    <div className={isBeside ? 'absolute inset-y-0 left-0 z-30 flex' : 'contents'}>
      <Suspense fallback={isBeside && <div className="w-(--side-column) border-r border-line bg-surface" />}>
        <EventPanel
          key={eventId}
          eventId={eventId}
          known={board && eventIn(board, eventId)}
          isBeside={isBeside}
          onClose={onClose}
        />
      </Suspense>
    </div>
  );
}

/** The tray. While a panel stands in its place, the browser neither draws nor focuses it. */
export function BehindPanel({ isBeside, children }: { isBeside: boolean; children: ReactNode }) {
  const isCovered = useOpenEvent() !== undefined && isBeside;
  return (
    <div
      className={`flex min-h-0 w-full flex-1 min-[1100px]:w-(--side-column) min-[1100px]:flex-none ${isCovered ? '[content-visibility:hidden]' : ''}`}
    >
      {children}
    </div>
  );
}

/** An event as the board knows it. */
const eventIn = ({ schedules, tray }: WeekBoard, eventId: number): BoardEvent | undefined =>
  schedules.find(({ event }) => event.eventId === eventId)?.event ??
  tray.find((event) => event.eventId === eventId);
