import type { PersonSheets } from '@scheduler/server/router';
import { buttonClass, IconButton } from '@scheduler/ui/button';
import { TickBox } from '@scheduler/ui/field';
import { getRouteApi, Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowLeft, ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { trpc } from '../lib/api.ts';
import { addDays, useToday, weekStart } from '../lib/time.ts';
import { useReadNotes } from '../notes/notes-in-view.ts';
import { isNobody, NoSuchPerson, personIdOf } from '../people/no-such-person.tsx';
import { parsedSearch } from '../search-params.ts';
import { StoreName } from '../shell/store-name.tsx';
import { useSession } from '../shell/use-session.ts';
import { useStore } from '../shell/use-store.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView, Skeleton } from '../ui/states.tsx';
import { PaperFrame } from './paper-frame.tsx';
import { daysWords, PersonSheet } from './person-sheet.tsx';

const route = getRouteApi('/app/people/$id/print');

/** The printed weeks of one person. */
export function PersonSheetPage() {
  const { id } = route.useParams();
  const employeeId = personIdOf(id);
  const { storeIds } = useSession();
  if (!employeeId) return <NoSuchPerson storeIds={storeIds} />;
  return <Sheets employeeId={employeeId} />;
}

/** The printed weeks of everybody, one page for each person. */
export function AllSheetsPage() {
  return <Sheets />;
}

function Sheets({ employeeId }: { employeeId?: number }) {
  const { week, weeks } = useSearch({ strict: false });
  const navigate = useNavigate();
  const { storeIds } = useSession();
  const storeId = useStore()?.id;
  const [isAtWork, setIsAtWork] = useState(false);
  const query = trpc.employees.sheets.useQuery({
    ...(employeeId === undefined ? storeId !== undefined && { storeId } : { employeeId }),
    ...(week && { weekOf: week }),
    weeks: weeks ?? 1,
  });
  const sheets = query.data;
  const [from = '', to = from] = [sheets?.days[0], sheets?.days.at(-1)];
  const notes = useReadNotes(sheets && { storeId: sheets.store.id, from, to });
  const only = employeeId === undefined ? undefined : sheets?.people[0];
  useTitle(sheets && `${only?.name ?? 'Everybody’s weeks'}, ${daysWords(sheets.days)}`);
  const people = sheets?.people.filter(({ schedules }) => !isAtWork || schedules.length > 0) ?? [];
  const what = employeeId === undefined ? 'the sheets' : 'the sheet';
  if (isNobody(query.error) && !sheets) return <NoSuchPerson storeIds={storeIds} />;
  return (
    <PaperFrame
      mayPrint={notes.isRead && people.length > 0}
      tools={
        <>
          <WayBack employeeId={employeeId} week={week} />
          <WhichWeeks week={week} weeks={weeks} timeZone={sheets?.store.timeZone} />
          {employeeId === undefined && (
            <StoreName
              onChange={(store) =>
                void navigate({
                  to: '.',
                  search: (before) => parsedSearch({ ...before, store }),
                  replace: true,
                })
              }
            />
          )}
          {employeeId === undefined && (
            <TickBox checked={isAtWork} onChange={({ target }) => setIsAtWork(target.checked)}>
              Only people with work
            </TickBox>
          )}
          {employeeId === undefined && sheets && (
            <span role="status" className="text-sm text-ink-2">
              {people.length === 1 ? '1 page' : `${people.length} pages`}
            </span>
          )}
        </>
      }
    >
      <QueryView
        what={notes.query.isError ? 'the notes' : what}
        queries={[query, notes.query]}
        data={notes.isRead ? sheets : undefined}
        skeleton={<Skeleton className="h-96 w-full max-w-3xl" />}
        empty={sheets && people.length === 0 && <Empty title="Nobody has work in these weeks." />}
      >
        {(sheets: PersonSheets) =>
          people.map((person) => <PersonSheet key={person.id} sheets={sheets} person={person} />)
        }
      </QueryView>
    </PaperFrame>
  );
}

function WayBack({ employeeId, week }: { employeeId: number | undefined; week: string | undefined }) {
  return employeeId === undefined ? (
    <Link to="/people" className={buttonClass('plain')}>
      <ArrowLeft aria-hidden className="size-4" />
      All people
    </Link>
  ) : (
    <Link
      to="/people/$id"
      params={{ id: String(employeeId) }}
      search={week ? { week } : {}}
      className={buttonClass('plain')}
    >
      <ArrowLeft aria-hidden className="size-4" />
      Back
    </Link>
  );
}

/** Chooses the first week, and whether it is one week or two. */
function WhichWeeks({
  week,
  weeks,
  timeZone,
}: {
  week: string | undefined;
  weeks: 2 | undefined;
  timeZone: string | undefined;
}) {
  const navigate = useNavigate();
  const today = useToday(timeZone);
  const weekOf = weekStart(week ?? today);
  const show = (change: { week?: string; weeks?: 2 | undefined }) =>
    void navigate({ to: '.', search: (before) => parsedSearch({ ...before, ...change }), replace: true });
  return (
    <div className="flex items-center gap-1">
      <IconButton label="Week before" onClick={() => show({ week: addDays(weekOf, -7) })}>
        <ChevronLeft aria-hidden className="size-4" />
      </IconButton>
      <div className="flex overflow-hidden rounded-md border border-line-strong">
        {([undefined, 2] as const).map((each) => (
          <button
            key={each ?? 1}
            type="button"
            aria-pressed={weeks === each}
            onClick={() => show({ weeks: each })}
            className={`inline-flex h-8 items-center border-line-strong px-2.5 text-sm not-first:border-l pointer-coarse:h-11 ${weeks === each ? 'bg-accent-soft font-medium text-accent-text' : 'hover:bg-surface-2'}`}
          >
            {each === 2 ? 'Two weeks' : 'One week'}
          </button>
        ))}
      </div>
      <IconButton label="Week after" onClick={() => show({ week: addDays(weekOf, 7) })}>
        <ChevronRight aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
