import type { WeekBoard } from '@scheduler/server/router';
import { formatDay, formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { ReasonList } from '../ui/badges.tsx';
import { type Drag, dropVerdict, type Target, TRAY, useDrag } from './drag-state.ts';
import { cellOf, eventOf, type Held } from './targets.ts';

const VERDICTS = {
  free: { word: '', look: 'text-ink' },
  soft: { word: ' needs a reason', look: 'text-waiting' },
  hard: { word: ' can’t be', look: 'text-failed' },
};

/**
 * Says what is dragged, where it would be dropped, and everything that speaks against that. Screen
 * readers read out each change.
 */
export function DragBar({
  board,
  onChoose,
}: {
  board: WeekBoard;
  /** Opens a dialog to choose a place instead. */
  onChoose: (held: Held) => void;
}) {
  const hand = useDrag();
  return (
    <div
      role="status"
      aria-live="assertive"
      className="pointer-events-none fixed inset-x-3 bottom-[calc(var(--bottom-bar)+0.75rem)] z-50 grid justify-items-center"
    >
      {hand && (
        <div
          data-testid="hand-bar"
          data-hand
          className="grid w-full max-w-xl gap-1 rounded-md border border-line-strong bg-surface px-3 py-2 text-sm shadow-float"
        >
          <p className="flex flex-wrap gap-x-2">
            <span className="font-semibold">{titleOf(eventOf(hand.held))}</span>
            <span className="text-ink-2">{eventOf(hand.held).type}</span>
            {hand.by === 'click' && (
              <button
                type="button"
                onClick={() => onChoose(hand.held)}
                className="pointer-events-auto ml-auto text-accent-text underline"
              >
                Choose day, time and person…
              </button>
            )}
          </p>
          {hand.target ? (
            <DropOutcome board={board} target={hand.target} />
          ) : (
            <p className="text-ink-2">{INSTRUCTIONS[hand.by]}</p>
          )}
          {hand.target && hand.by === 'keyboard' && (
            <p className="text-xs text-ink-2">{INSTRUCTIONS.keyboard}</p>
          )}
        </div>
      )}
    </div>
  );
}

const INSTRUCTIONS: Record<Drag['by'], string> = {
  pointer: 'Drop it on a lit cell. Esc puts it back.',
  click: 'Click a lit cell to put it there. Esc puts it back.',
  keyboard: 'Arrows choose a cell, Enter drops, Esc puts it back.',
};

function DropOutcome({ board, target }: { board: WeekBoard; target: Target }) {
  const { verdict, reasons, startsAt } = dropVerdict(target);
  const { word, look } = VERDICTS[verdict];
  const against = reasons.filter((reason) => reason.severity !== 'hint' || verdict === 'free');
  return (
    <>
      <p className={`font-medium ${look}`}>
        {placeWords(board, target, startsAt)}
        {word && `:${word}`}
      </p>
      <ReasonList reasons={against} />
    </>
  );
}

function placeWords(board: WeekBoard, target: Target, startsAt: string | undefined): string {
  const nameOf = (id: number) => board.people.find((person) => person.id === id)?.name ?? '';
  if (target.key === TRAY) return 'Back to the unscheduled events';
  if (target.trade) {
    return `Trade with ${nameOf(target.trade.employeeId)}, ${formatDay(target.trade.workDate)}`;
  }
  const { employeeId, day } = cellOf(target.key);
  return `${nameOf(employeeId)}, ${formatDay(day)}${startsAt ? `, ${formatTime(startsAt, board.store.timeZone)}` : ''}`;
}
