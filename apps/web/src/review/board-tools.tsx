import type { Turn, WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { CopyPlus, Keyboard, ListChecks, Sparkles } from 'lucide-react';
import { useEffect, useState } from 'react';
import { trpc } from '../lib/api.ts';
import { addDays, laterDay } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { turnWords } from './shown.ts';
import { openReview, startPlan, useReview } from './use-review.ts';

/** What can be done with the whole week. */
export function BoardTools({
  board,
  hasGrid,
  onOpen,
  onList,
}: {
  board: WeekBoard;
  /** Whether the week is shown as a grid, which has keys. */
  hasGrid: boolean;
  onOpen: (dialog: { kind: 'copy' } | { kind: 'keys' }) => void;
  /** Brings the list of a plan into sight. */
  onList: () => void;
}) {
  const mayWrite = useMayWrite();
  const { proposal, isKnown, isOpen } = useReview(board.store.id);
  const [starting, setStarting] = useState(false);
  useTurns(board);
  const toDay = addDays(board.weekOf, 6);
  const fromDay = laterDay(board.weekOf, addDays(board.today, 1));
  const over = fromDay > toDay;
  const start = async () => {
    setStarting(true);
    await startPlan({ storeId: board.store.id, fromDay, toDay });
    setStarting(false);
    onList();
  };
  return (
    <>
      {mayWrite && (
        <Button onClick={() => onOpen({ kind: 'copy' })}>
          <CopyPlus aria-hidden className="size-4" />
          <span className="sr-only sm:not-sr-only">Copy week</span>
        </Button>
      )}
      {hasGrid && (
        <IconButton label="Keys of the board" onClick={() => onOpen({ kind: 'keys' })}>
          <Keyboard aria-hidden className="size-4" />
        </IconButton>
      )}
      {proposal && !isOpen && (
        <Button
          onClick={() => {
            openReview(true);
            onList();
          }}
        >
          <ListChecks aria-hidden className="size-4" />
          Plan by {proposal.requestedBy}
        </Button>
      )}
      {!proposal && mayWrite && (
        <Button
          look="primary"
          disabled={!isKnown || over}
          title={
            over
              ? 'Plans begin tomorrow; nothing of this week is left to plan.'
              : 'Proposes who does what is open, and when. Nothing is changed until you approve.'
          }
          busy={starting}
          onClick={() => void start()}
        >
          <Sparkles aria-hidden className="size-4" />
          Plan week
        </Button>
      )}
    </>
  );
}

/** Tells the heads of the days whose turn it is. */
function useTurns({ store, weekOf }: WeekBoard): void {
  const { data } = trpc.plan.turns.useQuery({
    storeId: store.id,
    fromDay: weekOf,
    toDay: addDays(weekOf, 6),
  });
  useEffect(() => {
    turnWords.set(
      new Map(
        (data ?? []).flatMap(({ day, juicer, primaryLead }) => {
          const words = [
            ...(juicer ? [`Juicer ${shortly(juicer)}`] : []),
            ...(primaryLead ? [`Lead ${shortly(primaryLead)}`] : []),
          ];
          return words.length > 0 ? [[day, words.join(', ')] as const] : [];
        }),
      ),
    );
  }, [data]);
}

const shortly = ({ name, off }: Turn): string => `${name.split(' ')[0]}${off === null ? '' : ' (off)'}`;
