import type { EmployeeDetail } from '@scheduler/server/router';
import { trpc } from '../lib/api.ts';
import { useToday } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { FeedSection } from './feed-section.tsx';

/** The address by which a person follows their own work. */
export function PersonFeed({ person }: { person: EmployeeDetail }) {
  const mayWrite = useMayWrite();
  const today = useToday(person.store.timeZone);
  const utils = trpc.useUtils();
  const employeeId = person.id;
  const query = trpc.feeds.ofPerson.useQuery({ employeeId });
  const invalidate = () => utils.feeds.ofPerson.invalidate({ employeeId });
  const make = trpc.feeds.makeOfPerson.useMutation({ onSettled: invalidate });
  const revoke = trpc.feeds.revokeOfPerson.useMutation({ onSettled: invalidate });
  const hasLeft = person.terminatedOn !== null && person.terminatedOn < today;
  return (
    <QueryView
      what="the calendar address"
      queries={[query]}
      data={query.data === undefined ? undefined : { feed: query.data }}
      skeleton={<Skeleton className="h-32" />}
    >
      {({ feed }) => (
        <FeedSection
          whose={person.name}
          about="A phone or computer subscribes to it and keeps their work up to date by itself: what the board shows, at once. It ends with their last work day."
          feed={feed}
          mayChange={mayWrite}
          why={hasLeft ? 'Their last work day is over, so there can be none.' : undefined}
          calls={{
            make: { ...make, start: () => make.mutate({ employeeId, replaces: feed?.id ?? null }) },
            revoke: {
              ...revoke,
              start: (done) => feed && revoke.mutate({ employeeId, feedId: feed.id }, done),
            },
          }}
        />
      )}
    </QueryView>
  );
}
