import { buttonClass } from '@scheduler/ui/button';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { weekInput } from '../board/board-search.ts';
import { filterPeople } from '../board/people-in-week.ts';
import { trpc } from '../lib/api.ts';
import { addDays, formatWeek } from '../lib/time.ts';
import { useReadNotes } from '../notes/notes-in-view.ts';
import { useTitle } from '../shell/use-title.ts';
import { Empty, QueryView, Skeleton } from '../ui/states.tsx';
import { PaperFrame } from './paper-frame.tsx';
import { WallSheet } from './wall-sheet.tsx';

const route = getRouteApi('/app/week/print');

/** The week as it is printed for the wall, with the people whom the board shows. */
export function WallPage() {
  const search = route.useSearch();
  const query = trpc.board.week.useQuery(weekInput(search));
  const board = query.data;
  const notes = useReadNotes(
    board && { storeId: board.store.id, from: board.weekOf, to: addDays(board.weekOf, 6) },
  );
  useTitle(board && `Wall sheet, ${formatWeek(board.weekOf)}`);
  return (
    <PaperFrame
      mayPrint={notes.isRead && board !== undefined && board.people.length > 0}
      tools={
        <Link to="/" search={search} className={buttonClass('plain')}>
          <ArrowLeft aria-hidden className="size-4" />
          Back to the week
        </Link>
      }
    >
      <QueryView
        what={notes.query.isError ? 'the notes' : 'the week'}
        queries={[query, notes.query]}
        data={notes.isRead ? board : undefined}
        skeleton={<Skeleton className="h-96 w-full max-w-5xl" />}
        empty={board?.people.length === 0 && <Empty title="There is nobody to plan for yet." />}
      >
        {(board) => <WallSheet board={board} people={filterPeople(board, search)} hasNotes />}
      </QueryView>
    </PaperFrame>
  );
}
