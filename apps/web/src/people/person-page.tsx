import { getRouteApi } from '@tanstack/react-router';
import { Fragment } from 'react';
import { PersonAttendanceSection } from '../attendance/person-attendance.tsx';
import { PersonFeed } from '../calendars/person-feed.tsx';
import { trpc } from '../lib/api.ts';
import { NoteSection } from '../notes/note-section.tsx';
import { useSession } from '../shell/use-session.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { AllPeopleLink } from './all-people-link.tsx';
import { Availability } from './availability.tsx';
import { isNobody, NoSuchPerson, personIdOf } from './no-such-person.tsx';
import { PersonHead } from './person-head.tsx';
import { PersonWeekSection } from './person-week.tsx';

const route = getRouteApi('/app/people/$id');

/**
 * The page of one person: their data, their link to Crossmark, their week, their attendance, and
 * their availability.
 */
export function PersonPage() {
  const { storeIds } = useSession();
  const employeeId = personIdOf(route.useParams().id);
  const query = trpc.employees.get.useQuery({ employeeId: employeeId ?? 0 }, { enabled: !!employeeId });
  useTitle(query.data?.name);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] grid-cols-1 gap-4 p-3 sm:p-4">
        <AllPeopleLink />
        {!employeeId || (isNobody(query.error) && !query.data) ? (
          <NoSuchPerson storeIds={storeIds} />
        ) : (
          <QueryView
            what="this person"
            queries={[query]}
            data={query.data}
            skeleton={
              <div className="grid gap-4 lg:grid-cols-2">
                <Skeleton className="h-14 lg:col-span-2" />
                <Skeleton className="h-96" />
                <Skeleton className="h-96" />
              </div>
            }
          >
            {(person) => (
              // Nothing that was begun about one person stays for the next.
              <Fragment key={person.id}>
                <PersonHead person={person} />
                <NoteSection Heading="h2" subject={{ kind: 'person', employeeId: person.id }} />
                <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
                  <div className="grid grid-cols-1 gap-4">
                    <PersonWeekSection person={person} />
                    <PersonAttendanceSection person={person} />
                    <PersonFeed person={person} />
                  </div>
                  <Availability person={person} />
                </div>
              </Fragment>
            )}
          </QueryView>
        )}
      </div>
    </div>
  );
}
