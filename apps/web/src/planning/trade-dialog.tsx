import { currentInstant } from '@scheduler/runtime/browser-clock';
import type { BoardEvent } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { ArrowLeftRight } from 'lucide-react';
import { useId, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { addDays, formatDay, formatTime, formatWhen } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { ReasonList } from '../ui/badges.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, QueryView, SkeletonRows } from '../ui/states.tsx';
import { refOf } from './edit.ts';
import type { CurrentSchedule } from './plan.ts';
import { EditRefusal, useSave } from './save.tsx';

/** The number of days around a Core within which other Cores are offered. */
const TRADE_WITHIN_DAYS = 14;

/** The dialog that swaps the people of two Cores. It shows the result before saving. */
export function TradeDialog({
  event,
  current: liveCurrent,
  partnerId: initialPartner,
  storeId,
  timeZone,
  onClose,
}: {
  event: BoardEvent;
  current: CurrentSchedule;
  /** The id of the schedule to trade with, if it is already chosen. */
  partnerId?: number | undefined;
  storeId: number;
  timeZone: string;
  onClose: () => void;
}) {
  const name = useId();
  // The schedule when the dialog was opened. Its version makes the save refuse to overwrite a
  // colleague's change.
  const [current] = useState(liveCurrent);
  const [partnerId, setPartnerId] = useState(initialPartner);
  // If the partner is known from the start, the dialog only asks for confirmation.
  const [isChoosing, setIsChoosing] = useState(initialPartner === undefined);
  const query = trpc.events.list.useQuery({
    storeId,
    scheduled: true,
    types: ['Core'],
    from: addDays(current.workDate, -TRADE_WITHIN_DAYS),
    to: addDays(current.workDate, TRADE_WITHIN_DAYS),
    limit: 500,
  });
  const trade = useSave(onClose);

  // Work that is over can’t be traded.
  const now = currentInstant();
  const partners = (query.data?.rows ?? [])
    .flatMap(({ event: other, schedule }) =>
      schedule && schedule.employeeId !== current.employeeId && schedule.endsAt > now
        ? [{ ...schedule, event: other, title: titleOf(other) }]
        : [],
    )
    .sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
  const partner = partners.find((each) => each.scheduleId === partnerId);
  const preview = trpc.schedules.tradePreview.useQuery(
    { a: refOf(current), b: refOf(partner ?? current) },
    { enabled: partner !== undefined, staleTime: 0, retry: false },
  );
  const days = [...new Set(partners.map((each) => each.workDate))];

  return (
    <Dialog
      shape="narrow"
      isTall={isChoosing}
      title={`Trade: ${titleOf(event)}`}
      description={`${current.employeeName}, ${formatWhen(current.startsAt, timeZone)}. ${isChoosing ? 'Choose the Core to swap people with; times' : 'Times'} stay as they are.`}
      onClose={onClose}
      footer={
        <>
          {!isChoosing && (
            <Button look="quiet" className="mr-auto" onClick={() => setIsChoosing(true)}>
              Another Core…
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            className="min-w-28"
            autoFocus={!isChoosing}
            disabled={!partner || preview.data?.allowed === false}
            busy={trade.isPending}
            busyLabel="Trading…"
            onClick={() =>
              partner && trade.mutate({ kind: 'trade', timeZone, a: { ...current, event }, b: partner })
            }
          >
            Trade
          </Button>
        </>
      }
    >
      <div className={`grid content-start gap-4 ${isChoosing ? 'min-h-64' : 'min-h-36'}`}>
        <QueryView
          what="other Cores"
          queries={[query]}
          data={query.data && days}
          skeleton={<SkeletonRows count={5} height="h-10" className="gap-1.5" />}
          empty={
            partners.length === 0 && (
              <Empty title="There is no Core to trade with.">
                Others’ Cores that are not over, up to {TRADE_WITHIN_DAYS} days after this one, would be
                listed here.
              </Empty>
            )
          }
        >
          {(days) =>
            (isChoosing ? days : []).map((day) => (
              <fieldset key={day} className="grid gap-1">
                <legend className="mb-1 text-xs font-medium text-ink-2">{formatDay(day)}</legend>
                {partners
                  .filter((each) => each.workDate === day)
                  .map((each) => (
                    <label
                      key={each.scheduleId}
                      className={`flex items-start gap-2 rounded-md border px-2.5 py-1.5 text-sm pointer-coarse:py-2.5 ${each.scheduleId === partnerId ? 'border-accent bg-accent-soft' : 'border-line hover:bg-surface-2'}`}
                    >
                      <input
                        type="radio"
                        name={name}
                        value={each.scheduleId}
                        checked={each.scheduleId === partnerId}
                        onChange={() => {
                          trade.reset();
                          setPartnerId(each.scheduleId);
                        }}
                        className="mt-0.5 size-4 shrink-0 accent-accent"
                      />
                      <span className="min-w-0">
                        <span className="font-medium">{each.employeeName}</span>,{' '}
                        {formatTime(each.startsAt, timeZone)}
                        <span className="block text-xs text-ink-2">{each.title}</span>
                      </span>
                    </label>
                  ))}
              </fieldset>
            ))
          }
        </QueryView>
        {partner && (
          <section aria-label="After the trade" className="grid gap-1 rounded-md bg-surface-2 p-3 text-sm">
            <h3 className="flex items-center gap-1.5 text-xs font-medium text-ink-2">
              <ArrowLeftRight aria-hidden className="size-3.5" />
              After the trade
            </h3>
            <p>
              <b className="font-semibold">{partner.employeeName}</b>: {titleOf(event)},{' '}
              {formatWhen(current.startsAt, timeZone)}
            </p>
            <ReasonList reasons={preview.data?.a ?? []} brief />
            <p>
              <b className="font-semibold">{current.employeeName}</b>: {partner.title},{' '}
              {formatWhen(partner.startsAt, timeZone)}
            </p>
            <ReasonList reasons={preview.data?.b ?? []} brief />
            <p role="status" className="min-h-5 text-xs text-ink-2">
              {preview.isPending && 'Checking the rules…'}
              {preview.isError && problemOf(preview.error).message}
              {preview.data?.allowed === true && 'No rule speaks against it.'}
              {preview.data?.allowed === false &&
                'A trade takes no overrides: change one person at a time instead.'}
            </p>
          </section>
        )}
        <EditRefusal saving={trade} onLeave={onClose} />
      </div>
    </Dialog>
  );
}
