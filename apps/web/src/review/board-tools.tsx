import { workDateOf } from '@scheduler/scheduling';
import type { PlanSettings, ProposalView, Turn, WeekBoard } from '@scheduler/server/router';
import { Button, IconButton } from '@scheduler/ui/button';
import { CopyPlus, Keyboard, ListChecks, SlidersHorizontal, Sparkles, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import { BoardMore } from '../board/board-more.tsx';
import { currentDrag } from '../board/drag-state.ts';
import { trpc } from '../lib/api.ts';
import { useExternalStore } from '../lib/external-store.ts';
import { addDays, formatDay, formatTime, formatWhen } from '../lib/time.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { onShortcut } from '../ui/shortcuts.ts';
import { toast } from '../ui/toast.tsx';
import { PlanOptionsDialog, usualDays } from './plan-options-dialog.tsx';
import { eventsWord, isPutAway, nameOfPlan } from './plan-words.ts';
import { startPlan } from './runs.ts';
import { askedOfBoard, type BoardAct, turnWords } from './shown.ts';
import { focusPlan } from './use-focus-once-asked.ts';
import { openReview, showPastPlan, showPlan, useReview } from './use-review.ts';
import { WaitingPlanDialog } from './waiting-plan-dialog.tsx';

/** What can be done with the whole week. */
export function BoardTools({
  board,
  hasGrid,
  isNarrowed,
  onOpen,
  onList,
  children,
}: {
  board: WeekBoard;
  /** Whether the week is shown as a grid, which has keys. */
  hasGrid: boolean;
  /** Whether not everybody is shown. */
  isNarrowed: boolean;
  onOpen: (dialog: { kind: 'copy' } | { kind: 'keys' }) => void;
  /** Brings the list of a plan into sight. */
  onList: () => void;
  /** On a phone: what else its menu has. */
  children?: ReactNode;
}) {
  const mayWrite = useMayWrite();
  const { proposal, others, isKnown, isOpen } = useReview(board.store.id);
  const [isAsking, setIsAsking] = useState(false);
  const [starting, setStarting] = useState(false);
  useTurns(board);
  const settings = trpc.plan.settings.useQuery({ storeId: board.store.id }).data?.settings;
  const [isChoosing, setIsChoosing] = useState(false);
  const { fromDay, toDay } = usualDays(board, settings ?? { horizonDays: 7, earliestInDays: 1 });
  const over = fromDay > toDay;
  const isWaiting = proposal?.state === 'ready' || proposal?.state === 'running';
  // One that finds others for work stands beside another plan.
  const waiting = isWaiting && !proposal.cause ? proposal : undefined;
  const isElsewhere = waiting && (waiting.toDay < board.weekOf || waiting.fromDay > toDay);
  const approved = others.find((other) => other.state === 'approved' || isPutAway(other));
  const failed = others.find(({ state }) => state === 'failed');
  const start = async () => {
    setStarting(true);
    await startPlan({ storeId: board.store.id, fromDay, toDay });
    setStarting(false);
    onList();
    focusPlan();
  };
  const overWords = `Plans begin on ${formatDay(fromDay)}; nothing of this week is left to plan.`;
  const isReady = isKnown && settings !== undefined;
  const open = () => {
    openReview(true);
    onList();
  };
  /** Goes to the plan that waits, or has one made. */
  const plan = () => {
    if (waiting && !isElsewhere) {
      open();
      focusPlan();
    } else if (!mayWrite || starting) return;
    else if (waiting) setIsAsking(true);
    else if (over) toast(overWords, { tone: 'problem' });
    else void start();
  };
  useBoardActs(isReady, {
    plan,
    options: () => mayWrite && !waiting && setIsChoosing(true),
    copy: () => mayWrite && onOpen({ kind: 'copy' }),
    keys: () => onOpen({ kind: 'keys' }),
  });
  const copyWeek = mayWrite && (
    <Button onClick={() => onOpen({ kind: 'copy' })}>
      <CopyPlus aria-hidden className="size-4" />
      Copy week
    </Button>
  );
  const mayChoose = !waiting && mayWrite && settings !== undefined;
  return (
    <>
      {hasGrid && copyWeek}
      {hasGrid && (
        <IconButton label="Keys of the board" onClick={() => onOpen({ kind: 'keys' })}>
          <Keyboard aria-hidden className="size-4" />
        </IconButton>
      )}
      {proposal && !isOpen && (
        <Button onClick={open} className={LONG}>
          <ListChecks aria-hidden className="size-4 shrink-0" />
          <span className="truncate">
            {proposal.state === 'approved' || isPutAway(proposal)
              ? 'Approved plan'
              : waitingWords(proposal, board)}
          </span>
        </Button>
      )}
      {failed && (
        <Button
          className={LONG}
          onClick={() => {
            showPlan(failed.proposalId);
            onList();
          }}
        >
          <TriangleAlert aria-hidden className="size-4 shrink-0 text-failed" />
          <span className="truncate">No plan {AFTER[failed.occasion]}: it failed</span>
        </Button>
      )}
      {!proposal && approved && (
        <Button
          onClick={() => {
            (isPutAway(approved) ? showPastPlan : showPlan)(approved.proposalId);
            onList();
          }}
        >
          <ListChecks aria-hidden className="size-4" />
          Approved plan
        </Button>
      )}
      {(!waiting || isElsewhere) && mayWrite && (
        <Button
          look="primary"
          aria-keyshortcuts="P"
          disabled={!isReady || over}
          title={
            over
              ? overWords
              : 'Proposes who does what is open, and when (key P). Nothing is changed until you approve.'
          }
          busy={starting}
          onClick={plan}
          className="max-md:h-9! max-[379px]:w-10 max-[379px]:px-0!"
        >
          <Sparkles aria-hidden className="size-4" />
          <span className="max-[379px]:sr-only">{planWords(settings)}</span>
        </Button>
      )}
      {hasGrid && mayChoose && (
        <IconButton label="Options of the plan…" disabled={!isKnown} onClick={() => setIsChoosing(true)}>
          <SlidersHorizontal aria-hidden className="size-4" />
        </IconButton>
      )}
      {!hasGrid && (
        <BoardMore board={board} isNarrowed={isNarrowed}>
          {children}
          {copyWeek}
          {mayChoose && (
            <Button disabled={!isKnown} onClick={() => setIsChoosing(true)}>
              <SlidersHorizontal aria-hidden className="size-4" />
              Options of the plan…
            </Button>
          )}
        </BoardMore>
      )}
      {settings && isChoosing && (
        <PlanOptionsDialog
          board={board}
          settings={settings}
          onStarted={onList}
          onClose={() => setIsChoosing(false)}
        />
      )}
      {waiting && isAsking && (
        <WaitingPlanDialog
          waiting={waiting}
          onReview={() => {
            setIsAsking(false);
            showPlan(waiting.proposalId);
            onList();
          }}
          onDiscarded={() => {
            setIsAsking(false);
            void start();
          }}
          onClose={() => setIsAsking(false)}
        />
      )}
    </>
  );
}

/** A button with words that a phone may not have room for. */
const LONG = 'max-md:h-9! max-md:min-w-0 max-md:shrink!';

/** Does what the key P or the palette asks for, once the board knows its plans. */
function useBoardActs(isReady: boolean, acts: Record<BoardAct, () => void>): void {
  const wanted = useExternalStore(askedOfBoard, (act) => act);
  const run = useEffectEvent((act: BoardAct) => acts[act]());
  useEffect(() => {
    if (!isReady) return undefined;
    return onShortcut((shortcut) => {
      if (shortcut !== 'p' || currentDrag()) return false;
      run('plan');
      return true;
    });
  }, [isReady]);
  useEffect(() => {
    if (!isReady || wanted === undefined) return;
    askedOfBoard.set(undefined);
    run(wanted);
  }, [isReady, wanted]);
}

/** What the plan button does. */
function planWords(settings: PlanSettings | undefined): string {
  const days = settings?.horizonDays ?? 7;
  if (days === 7) return 'Plan week';
  return days % 7 === 0 ? `Plan ${days / 7} weeks` : `Plan ${days === 1 ? 'a day' : `${days} days`}`;
}

/** What a plan is called that waits for somebody to review it. */
function waitingWords(proposal: ProposalView, { today, store: { timeZone } }: WeekBoard): string {
  const { occasion, createdAt, lines, state } = proposal;
  const after = AFTER[occasion];
  if (!after) return nameOfPlan(proposal);
  if (state === 'running') return `Planning ${after}…`;
  const isToday = workDateOf(createdAt, timeZone) === today;
  const at = isToday ? `at ${formatTime(createdAt, timeZone)}` : `on ${formatWhen(createdAt, timeZone)}`;
  return `A plan made ${after} ${at} waits: ${eventsWord(lines.length)}`;
}

const AFTER: Partial<Record<ProposalView['occasion'], string>> = {
  import: 'after an import',
  refresh: 'after a refresh',
  night: 'by night',
};

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
