import type { Settings } from '@scheduler/server/router';
import { trpc } from '../lib/api.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { FeedSection } from './feed-section.tsx';

/** The address of everybody's work in a store, for admins. */
export function StoreFeed({ store }: { store: Settings['store'] }) {
  const utils = trpc.useUtils();
  const storeId = store.id;
  const query = trpc.feeds.ofStore.useQuery({ storeId });
  const invalidate = () => utils.feeds.ofStore.invalidate({ storeId });
  const make = trpc.feeds.makeOfStore.useMutation({ onSettled: invalidate });
  const revoke = trpc.feeds.revokeOfStore.useMutation({ onSettled: invalidate });
  return (
    <QueryView
      what="the calendar address"
      queries={[query]}
      data={query.data === undefined ? undefined : { feed: query.data }}
      skeleton={<Skeleton className="h-32" />}
    >
      {({ feed }) => (
        <FeedSection
          whose={store.name}
          about="A calendar with everybody’s names and times, without telephone numbers and e-mail addresses. It ends when the user who made it is no longer an admin."
          feed={feed}
          mayChange
          calls={{
            make: { ...make, start: () => make.mutate({ storeId, replaces: feed?.id ?? null }) },
            revoke: { ...revoke, start: (done) => feed && revoke.mutate({ storeId, feedId: feed.id }, done) },
          }}
        />
      )}
    </QueryView>
  );
}
