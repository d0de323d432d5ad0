import type { WeekBoard } from '@scheduler/server/router';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { cellKey } from '../board/targets.ts';
import { useMayWrite } from '../shell/use-session.ts';
import { ApprovedPlan, Kept } from './approvals.tsx';
import { dropLine } from './line-changes.ts';
import { PlanList } from './plan-list.tsx';
import { Failed, Making } from './plan-states.tsx';
import { isPutAway } from './plan-words.ts';
import { ProposedCard } from './proposed-card.tsx';
import { NOT_SHOWN, review } from './shown.ts';
import { useDrawnLines } from './use-drawn-lines.ts';
import { cardId, useReview } from './use-review.ts';
import { workBeside } from './work-beside.ts';

/**
 * The plan that is made or reviewed: cards on the board, and a list in the tray's place with a reason for each line.
 * Nothing is scheduled before it is approved.
 * @param isInSight whether there is room for the list; the cards are shown all the same
 * @param hasBoard whether the board is on screen, too
 * @param onList brings the list into sight where there is room for either it or the board
 * @param onDay brings a day of the board into sight
 */
export function Review({
  board,
  isInSight,
  hasBoard,
  onList,
  onDay,
}: {
  board: WeekBoard;
  isInSight: boolean;
  hasBoard: boolean;
  onList: () => void;
  onDay: (day: string) => void;
}) {
  const { proposal, others, isOpen, chosen, kept } = useReview(board.store.id);
  const chosenId = chosen?.lineId;
  const mayWrite = useMayWrite();
  const { timeZone } = board.store;
  const openProposal = isOpen ? proposal : undefined;
  const mayChange = mayWrite && openProposal?.state === 'ready' && openProposal.plannedAgainBy === null;
  // Lines of a plan that was put away count no more.
  const reviewed = openProposal && !isPutAway(openProposal) ? openProposal : undefined;
  const latest = useRef(reviewed);
  latest.current = reviewed;
  const drawnLines = useDrawnLines(reviewed, board);

  useLayoutEffect(() => {
    if (!openProposal) {
      review.set(NOT_SHOWN);
      return;
    }
    const waiting = reviewed?.lines.filter(({ state }) => state !== 'saved') ?? [];
    const byCell = Map.groupBy(drawnLines, (line) => cellKey(line.employeeId, line.day));
    const cards = new Map<string, readonly ReactNode[]>();
    for (const [cell, lines] of byCell) {
      cards.set(
        cell,
        lines.map((line) => (
          <ProposedCard
            key={line.lineId}
            line={line}
            timeZone={timeZone}
            isChosen={line.lineId === chosenId}
            mayMove={mayChange && line.state !== 'saved'}
          />
        )),
      );
    }
    review.set({
      proposalId: reviewed?.proposalId,
      title: `Plan (${waiting.length})`,
      cards,
      place(eventId, employeeId, day) {
        const now = latest.current;
        const line = now?.lines.find((each) => each.eventId === eventId && each.state !== 'saved');
        if (!now || !line) return false;
        dropLine(now, line, { employeeId, day }, timeZone);
        return true;
      },
      beside: (eventId) => workBeside(latest.current?.lines ?? [], eventId, timeZone),
    });
  }, [openProposal, reviewed, drawnLines, timeZone, chosenId, mayChange]);
  useEffect(() => () => review.set(NOT_SHOWN), []);

  // What was chosen on one side is shown on the other: each choice once.
  const displayed = useRef(chosen);
  useEffect(() => {
    const line = openProposal?.lines.find(({ lineId }) => lineId === chosen?.lineId);
    if (!chosen || !line || displayed.current === chosen) return;
    displayed.current = chosen;
    if (chosen.from === 'board' && !isInSight) onList();
    // Without room for the board beside it, the list stays on screen after a change.
    const leadsToDay = chosen.from === 'list' || (chosen.from === 'change' && hasBoard);
    if (leadsToDay && !document.getElementById(cardId(line.lineId))) onDay(line.day);
  });

  if (!openProposal || !isInSight) return null;
  return (
    <aside
      aria-label="Plan"
      className="flex min-h-0 w-full flex-1 flex-col border-line bg-surface min-[1100px]:w-88 min-[1100px]:flex-none min-[1100px]:border-l 2xl:w-96"
    >
      {openProposal.state === 'running' && <Making proposal={openProposal} mayWrite={mayWrite} />}
      {openProposal.state === 'ready' && (
        <PlanList
          key={openProposal.proposalId}
          proposal={openProposal}
          board={board}
          others={others}
          kept={kept}
          chosen={chosen}
          mayWrite={mayWrite}
          mayChange={mayChange}
          onDay={onDay}
        />
      )}
      {(openProposal.state === 'approved' || isPutAway(openProposal)) && (
        <>
          <ApprovedPlan proposal={openProposal} board={board} mayWrite={mayWrite} />
          <Kept kept={kept} />
        </>
      )}
      {(openProposal.state === 'failed' || openProposal.state === 'interrupted') && (
        <Failed proposal={openProposal} mayWrite={mayWrite} />
      )}
    </aside>
  );
}
