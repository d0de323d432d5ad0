import type { Digests } from '@scheduler/server/router';
import { TickBox } from '@scheduler/ui/field';
import { useEffect, useId, useRef } from 'react';
import { trpc } from '../lib/api.ts';
import { problemOf } from '../lib/problem.ts';
import { formatTime } from '../lib/time.ts';
import { TimeInput } from '../ui/date-field.tsx';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type StoreDigest = Digests['stores'][number];

/** The time at first. */
const USUAL_TIME = '06:00';

/** The digests by e-mail: on or off for each store, and when. */
export function DigestSection() {
  const query = trpc.account.digests.useQuery();
  const heading = useRef<HTMLHeadingElement>(null);
  const isLoaded = query.data !== undefined;
  useEffect(() => {
    // A digest's own link leads here. What is above may have moved it while it loaded.
    if (isLoaded && location.hash === '#digests') heading.current?.scrollIntoView();
  }, [isLoaded]);
  return (
    <section aria-labelledby="digests" className="grid gap-3">
      <h2 ref={heading} id="digests" className="font-semibold">
        Next days by e-mail
      </h2>
      <QueryView
        what="your e-mails"
        queries={[query]}
        data={query.data}
        skeleton={<Skeleton className="h-14" />}
      >
        {({ email, isSent, stores }) =>
          isSent ? (
            <div className="grid gap-2">
              <p className="text-sm text-ink-2">
                Today and the next four days of a store, as on the board, once a day to {email}.
              </p>
              <ul className="grid gap-2">
                {stores.map((store) => (
                  <StoreRow key={store.storeId} store={store} />
                ))}
              </ul>
            </div>
          ) : (
            <p className="text-sm text-ink-2">
              No e-mails are sent here: no running worker has a mail server (SMTP_URL).
            </p>
          )
        }
      </QueryView>
    </section>
  );
}

function StoreRow({ store }: { store: StoreDigest }) {
  const { storeId, name, number, sendAt, today, timeZone } = store;
  const timeId = useId();
  const utils = trpc.useUtils();
  const set = trpc.account.setDigest.useMutation({
    onError: (error) => toast(problemOf(error).message, { tone: 'problem' }),
    onSettled: () => utils.account.digests.invalidate(),
  });
  // While it is saved, the choice is shown.
  const shownAt = set.isPending ? set.variables.sendAt : sendAt;
  const choose = (at: string | null) => set.mutate({ storeId, sendAt: at });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-md border border-line bg-surface px-3 py-2">
      <TickBox
        checked={shownAt !== null}
        onChange={({ target }) => choose(target.checked ? USUAL_TIME : null)}
      >
        {name} ({number})
      </TickBox>
      {shownAt !== null && (
        <div className="flex items-center gap-2 text-sm">
          <label htmlFor={timeId}>
            at<span className="sr-only"> which time for {name}</span>
          </label>
          <TimeInput
            id={timeId}
            value={shownAt}
            onChange={choose}
            required
            className="h-8 rounded-md border border-line-strong bg-surface px-2 text-sm pointer-coarse:h-10"
          />
          <span className="text-ink-2">of the store’s clock</span>
        </div>
      )}
      {today && (
        <p className={`text-xs ${today.failure ? 'text-waiting' : 'text-ink-2'}`}>
          {todayInWords(today, timeZone)}
        </p>
      )}
    </li>
  );
}

/** What became of today's digest. */
function todayInWords(
  { state, sentAt, failure }: NonNullable<StoreDigest['today']>,
  timeZone: string,
): string {
  if (state === 'sent' && sentAt) return `Today’s was sent at ${formatTime(sentAt, timeZone)}.`;
  if (state === 'refused') return `Today’s was not sent yet: ${failure} It is attempted again today.`;
  if (state === 'unknown') return `Today’s: ${failure}`;
  return 'Today’s is being sent.';
}
