import { getRouteApi, Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { trpc } from '../lib/api.ts';
import { useTitle } from '../shell/use-title.ts';
import { QueryView, Skeleton } from '../ui/states.tsx';
import { Availability } from './availability.tsx';
import { isNobody, NoSuchPerson, personIdOf } from './no-such-person.tsx';
import { PersonHead } from './person-head.tsx';
import { PersonWeekSection } from './person-week.tsx';

const route = getRouteApi('/app/people/$id');

/** One person: who they are, whether Crossmark knows them, their week, and when they can work. */
export function PersonPage() {
  const employeeId = personIdOf(route.useParams().id);
  const query = trpc.employees.get.useQuery({ employeeId: employeeId ?? 0 }, { enabled: !!employeeId });
  useTitle(query.data?.name);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[100rem] grid-cols-1 gap-4 p-3 sm:p-4">
        <Link
          to="/people"
          className="inline-flex min-h-6 items-center gap-1 justify-self-start text-sm text-accent-text hover:underline"
        >
          <ChevronLeft aria-hidden className="size-4" />
          All people
        </Link>
        {!employeeId || (isNobody(query.error) && !query.data) ? (
          <NoSuchPerson />
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
              <>
                <PersonHead person={person} />
                <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
                  <PersonWeekSection person={person} />
                  <Availability person={person} />
                </div>
              </>
            )}
          </QueryView>
        )}
      </div>
    </div>
  );
}
