import type {
  ProposalLineView,
  ProposalSummary,
  ProposalView,
  Undone,
  WeekBoard,
} from '@scheduler/server/router';
import { useEffect, useRef, useState } from 'react';
import { formatDay } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { Kept } from './approvals.tsx';
import { ApproveForm } from './approve-form.tsx';
import { Stays, Unkept } from './cover-head.tsx';
import { LeftOpen } from './left-open.tsx';
import { markLines, putBack, removeRepair } from './line-changes.ts';
import { MoveLineDialog } from './move-line-dialog.tsx';
import { PlanHead } from './plan-head.tsx';
import { PlanLine } from './plan-line.tsx';
import { type Chosen, lineIdOf } from './use-review.ts';

type Tab = 'new' | 'moved' | 'open';

/** A plan that waits for review: what it is, and its lines by tab and day. */
export function PlanList({
  proposal,
  board,
  others,
  kept,
  chosen: choice,
  mayWrite,
  mayChange,
  onDay,
}: {
  proposal: ProposalView;
  board: WeekBoard;
  others: readonly ProposalSummary[];
  kept: Undone['kept'];
  chosen: Chosen | undefined;
  mayWrite: boolean;
  /** Whether the user may change the plan now: nobody has it planned again. */
  mayChange: boolean;
  onDay: (day: string) => void;
}) {
  const { lines, open } = proposal;
  const { timeZone } = board.store;
  const [askedLineId, setAskedLineId] = useState<number>();
  const [chosenTab, setTab] = useState<Tab>();
  const nameOf = (id: number) => board.people.find((person) => person.id === id)?.name ?? 'Somebody';

  const titleOfEvent = (eventId: number | null) => {
    const line = lines.find((each) => each.eventId === eventId);
    return line && titleOf({ name: line.eventName });
  };
  // The event whose change was taken out of the plan just now: the focus goes there.
  const [reopenedId, setReopenedId] = useState<number>();
  const isReopened = open.some(({ eventId }) => eventId === reopenedId);
  useEffect(() => {
    if (!isReopened) return;
    document.querySelector<HTMLElement>(`[data-testid=open-${reopenedId}] button`)?.focus();
    setReopenedId(undefined);
  }, [isReopened, reopenedId]);
  const leaveOpen = (eventId: number) => {
    void removeRepair(proposal, eventId).then((isOut) => {
      if (!isOut) return;
      setTab('open');
      setReopenedId(eventId);
    });
  };

  const waiting = lines.filter(({ state }) => state !== 'saved');
  const byKind = {
    new: waiting.filter(({ kind }) => kind === 'new'),
    moved: waiting.filter(({ kind }) => kind === 'moved'),
  };
  const chosenKind = lines.find(({ lineId }) => lineId === choice?.lineId)?.kind;
  // The line of a card that was clicked is brought into sight, whatever the list shows; each time once.
  const led = useRef<Chosen>(undefined);
  useEffect(() => {
    if (choice && chosenKind && led.current !== choice) setTab(chosenKind);
  }, [choice, chosenKind]);
  useEffect(() => {
    if (!choice || led.current === choice) return;
    const place = document.getElementById(lineIdOf(choice.lineId));
    if (!place) return;
    led.current = choice;
    if (choice.from === 'list') return;
    place.scrollIntoView({ block: 'nearest' });
    if (choice.from === 'board')
      place.querySelector<HTMLElement>('input, button')?.focus({ preventScroll: true });
  });
  const tabs = [
    { id: 'new', word: 'New', count: byKind.new.length },
    { id: 'moved', word: proposal.cause ? 'Taken over' : 'Moved', count: byKind.moved.length },
    { id: 'open', word: proposal.cause ? 'Needs somebody' : 'Left open', count: open.length },
  ] as const;
  const usualTab = proposal.cause ? 'moved' : 'new';
  const filledTabs = tabs.filter(({ count }) => count > 0);
  // What was listed may be gone: the last open event got a place, or the last line went.
  const tab = (filledTabs.find(({ id }) => id === chosenTab) ?? filledTabs[0])?.id ?? usualTab;
  const visibleLines = tab === 'open' ? [] : byKind[tab];
  const askedLine = lines.find(({ lineId }) => lineId === askedLineId);

  return (
    <>
      <PlanHead
        proposal={proposal}
        board={board}
        others={others}
        mayWrite={mayWrite}
        mayChange={mayChange}
        onDay={onDay}
      />
      <Kept kept={kept} />
      <Stays stays={proposal.stays} />
      <Unkept unkept={proposal.unkept} />
      <div className="flex gap-1 border-b border-line px-2">
        {tabs
          .filter(({ id, count }) => count > 0 || id === usualTab)
          .map(({ id, word, count }) => (
            <button
              key={id}
              type="button"
              aria-pressed={tab === id}
              onClick={() => setTab(id)}
              className={`-mb-px h-9 border-b-2 px-2 text-sm pointer-coarse:h-11 ${tab === id ? 'border-accent font-medium' : 'border-transparent text-ink-2'} ${id === 'open' ? 'text-waiting!' : ''}`}
            >
              {word} {count}
            </button>
          ))}
        {mayChange && visibleLines.length > 1 && <TickAll proposal={proposal} lines={visibleLines} />}
      </div>
      <section aria-label="Lines of the plan" className="min-h-0 flex-1 overflow-y-auto">
        {tab === 'open' ? (
          <LeftOpen proposal={proposal} mayWrite={mayChange} />
        ) : (
          [...Map.groupBy(visibleLines, ({ day }) => day)].map(([day, ofDay]) => (
            <section key={day} aria-label={formatDay(day)}>
              <h3 className="sticky top-0 z-10 border-b border-line bg-surface-2 px-3 py-1 text-xs font-medium text-ink-2">
                {formatDay(day)}
              </h3>
              <ul className="divide-y divide-line border-b border-line">
                {ofDay.map((line) => (
                  <PlanLine
                    key={line.lineId}
                    line={line}
                    timeZone={timeZone}
                    nameOf={nameOf}
                    isChosen={line.lineId === choice?.lineId}
                    mayWrite={mayChange}
                    onMark={(mark) => markLines(proposal, [line], mark)}
                    onMove={() => setAskedLineId(line.lineId)}
                    onBack={() => putBack(proposal, line, timeZone)}
                    madeFor={titleOfEvent(line.repairs ?? line.makesRoomFor)}
                    onLeaveOpen={leaveOpen}
                  />
                ))}
              </ul>
            </section>
          ))
        )}
      </section>
      {mayChange && <ApproveForm proposal={proposal} waiting={waiting} />}
      {askedLine && (
        <MoveLineDialog
          proposal={proposal}
          line={askedLine}
          board={board}
          onClose={() => setAskedLineId(undefined)}
        />
      )}
    </>
  );
}

function TickAll({ proposal, lines }: { proposal: ProposalView; lines: readonly ProposalLineView[] }) {
  const ticked = lines.filter((line) => line.ticked).length;
  return (
    <label className="ml-auto flex items-center gap-1.5 px-1 text-xs text-ink-2">
      <input
        type="checkbox"
        checked={ticked === lines.length}
        ref={(box) => {
          if (box) box.indeterminate = ticked > 0 && ticked < lines.length;
        }}
        onChange={({ target }) => markLines(proposal, lines, { ticked: target.checked })}
        className="size-4 accent-accent pointer-coarse:size-5"
      />
      All
    </label>
  );
}
