import type { CalendarFeed, NewCalendarFeed } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import { CalendarSync, CalendarX, RefreshCw } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { useFormatMoment } from '../lib/time.ts';
import { MakeFeedDialog, RevokeFeedDialog } from './feed-dialog.tsx';

/** A mutation whose input is given already. */
interface Call<Result> {
  data: Result | undefined;
  error: unknown;
  isPending: boolean;
  reset: () => void;
  start: (done?: { onSuccess: () => void }) => void;
}

/** What makes and ends an address, a person's or a store's. */
export interface FeedCalls {
  make: Call<NewCalendarFeed>;
  revoke: Call<unknown>;
}

/** Whether there is a calendar address, who follows it, and what can be done about it. */
export function FeedSection({
  whose,
  about,
  feed,
  calls,
  mayChange,
  why,
}: {
  whose: string;
  about: ReactNode;
  feed: CalendarFeed | null;
  calls: FeedCalls;
  mayChange: boolean;
  /** Why there can be none. */
  why?: string | undefined;
}) {
  const formatMoment = useFormatMoment();
  const heading = useId();
  const [dialog, setDialog] = useState<'make' | 'replace' | 'revoke'>();
  const open = (which: typeof dialog) => {
    calls.make.reset();
    calls.revoke.reset();
    setDialog(which);
  };
  const close = () => open(undefined);
  return (
    <section
      aria-labelledby={heading}
      className="grid grid-cols-1 gap-3 rounded-md border border-line bg-surface p-3"
    >
      <div>
        <h2 id={heading} className="font-semibold">
          Calendar address
        </h2>
        <p className="text-sm text-ink-2">{about}</p>
      </div>
      <p className="text-sm">
        {feed
          ? `Made by ${feed.createdBy}, ${formatMoment(feed.createdAt)}. ${readWords(feed, formatMoment)}`
          : (why ?? 'There is none.')}
      </p>
      {mayChange && (feed || !why) && (
        <div className="flex flex-wrap gap-2">
          {feed ? (
            <>
              <Button onClick={() => open('replace')}>
                <RefreshCw aria-hidden className="size-4" />
                Replace
              </Button>
              <Button onClick={() => open('revoke')}>
                <CalendarX aria-hidden className="size-4" />
                End it
              </Button>
            </>
          ) : (
            <Button onClick={() => open('make')}>
              <CalendarSync aria-hidden className="size-4" />
              Make an address
            </Button>
          )}
        </div>
      )}
      {(dialog === 'make' || dialog === 'replace') && (
        <MakeFeedDialog whose={whose} calls={calls} replaces={dialog === 'replace'} onClose={close} />
      )}
      {dialog === 'revoke' && <RevokeFeedDialog whose={whose} calls={calls} onClose={close} />}
    </section>
  );
}

const readWords = ({ lastReadAt }: CalendarFeed, formatMoment: (instant: string) => string): string =>
  lastReadAt
    ? `A calendar read it last within the hour after ${formatMoment(lastReadAt)}.`
    : 'No calendar has read it yet.';
