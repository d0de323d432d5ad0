import { CLOSED_CONDITIONS } from '@scheduler/scheduling';
import type { BoardSchedule, WeekBoard } from '@scheduler/server/router';
import {
  ArrowLeftRight,
  CalendarClock,
  ListChecks,
  PanelRightOpen,
  Undo2,
  UserRoundPen,
  UserRoundX,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { formatDay, formatTime } from '../lib/time.ts';
import { titleOf } from '../lib/words.ts';
import { selectMode, toggleSelected } from '../planning/selection.ts';
import { useLayer } from '../ui/layers.ts';
import { cellKey, evaluateCells } from './targets.ts';

/** The actions of the menu. */
export interface MoveChoices {
  /** Moves the schedule to a cell of the board. */
  place: (schedule: BoardSchedule, key: string) => void;
  ask: (what: 'move' | 'person' | 'trade', schedule: BoardSchedule) => void;
  /** Asks about the days on which its person is off. */
  off: (schedule: BoardSchedule) => void;
  unschedule: (schedule: BoardSchedule) => void;
  open: (eventId: number) => void;
}

/** The menu “Move to…”, which has all actions of dragging, and more. */
export function MoveMenu({
  schedule,
  board,
  button,
  choices,
  onClose,
}: {
  schedule: BoardSchedule;
  board: WeekBoard;
  /** The button that opened the menu. The menu is beside it and returns the focus to its card. */
  button: HTMLElement;
  choices: MoveChoices;
  onClose: () => void;
}) {
  useLayer(onClose);
  const { event, employeeId, workDate } = schedule;
  const person = board.people.find((each) => each.id === employeeId);
  const closed = CLOSED_CONDITIONS.includes(event.condition);
  const evaluateCell = evaluateCells(board, { kind: 'schedule', schedule });
  const days = board.days
    .filter((day) => day >= board.today && day !== workDate)
    .map((day) => {
      const { verdict, reasons } = evaluateCell.cell(cellKey(employeeId, day));
      const [first] = reasons.filter((reason) => reason.severity !== 'hint');
      return { day, verdict, against: first && firstSentence(first.message) };
    });
  // A reason that forbids every day is shown once.
  const [{ against: never = '' } = {}] = days.every(
    (each) => each.verdict === 'hard' && each.against === days[0]?.against,
  )
    ? days
    : [];
  const at = button.getBoundingClientRect();
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span
          aria-hidden
          tabIndex={-1}
          className="pointer-events-none fixed"
          style={{ left: at.left, top: at.top, width: at.width, height: at.height }}
        />
      </DropdownMenu.Trigger>
      {/* Inside the main part of the page, because the menu is not a modal dialog. */}
      <DropdownMenu.Portal container={document.getElementById('content')}>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Move ${titleOf(event)} to…`}
          onCloseAutoFocus={(closed) => {
            closed.preventDefault();
            const card = button.parentElement?.querySelector<HTMLElement>('[data-event-id]');
            // A dialog that was opened from the menu already has the focus.
            if (document.activeElement === document.body) card?.focus({ preventScroll: true });
          }}
          className="z-70 max-h-(--radix-dropdown-menu-content-available-height) w-72 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-md border border-line bg-surface p-1 text-sm shadow-float"
        >
          {days.length > 0 && (
            <DropdownMenu.Group>
              <DropdownMenu.Label className="px-2 py-1.5 text-xs text-ink-2">
                Move to another day of {person?.name ?? 'this person'},{' '}
                {formatTime(schedule.startsAt, board.store.timeZone)}
              </DropdownMenu.Label>
              {never && <p className="px-2 pb-1.5 text-xs text-failed">{never}</p>}
              {!never &&
                days.map(({ day, verdict, against }) => {
                  return (
                    <Item
                      key={day}
                      disabled={verdict === 'hard'}
                      onSelect={() => choices.place(schedule, cellKey(employeeId, day))}
                    >
                      <span className="min-w-0 flex-1">
                        <span className="flex justify-between gap-2">
                          {formatDay(day)}
                          {verdict !== 'free' && (
                            <span className={`text-xs ${verdict === 'soft' ? 'text-waiting' : 'text-ink-2'}`}>
                              {verdict === 'soft' ? 'needs a reason' : 'can’t'}
                            </span>
                          )}
                        </span>
                        {against && <span className="block text-xs text-ink-2">{against}</span>}
                      </span>
                    </Item>
                  );
                })}
              <DropdownMenu.Separator className="my-1 h-px bg-line" />
            </DropdownMenu.Group>
          )}
          {!closed && (
            <>
              <Item onSelect={() => choices.ask('person', schedule)}>
                <UserRoundPen aria-hidden className="size-4" />
                Another person…
              </Item>
              <Item onSelect={() => choices.ask('move', schedule)}>
                <CalendarClock aria-hidden className="size-4" />
                Another day, time or person…
              </Item>
            </>
          )}
          {!closed && event.type === 'Core' && (
            <Item onSelect={() => choices.ask('trade', schedule)}>
              <ArrowLeftRight aria-hidden className="size-4" />
              Trade with another Core…
            </Item>
          )}
          <Item onSelect={() => choices.unschedule(schedule)}>
            <Undo2 aria-hidden className="size-4" />
            Unschedule
          </Item>
          {workDate >= board.today && person?.mayOpen && (
            <Item onSelect={() => choices.off(schedule)}>
              <UserRoundX aria-hidden className="size-4" />
              {person.name} is off {workDate === board.today ? 'today' : formatDay(workDate)}…
            </Item>
          )}
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <Item
            onSelect={() => {
              selectMode.set(true);
              toggleSelected(event.eventId);
            }}
          >
            <ListChecks aria-hidden className="size-4" />
            Select several
          </Item>
          <Item onSelect={() => choices.open(event.eventId)}>
            <PanelRightOpen aria-hidden className="size-4" />
            Details and sync
          </Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Item({
  disabled = false,
  onSelect,
  children,
}: {
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={onSelect}
      className="flex min-h-8 cursor-pointer items-center gap-2 rounded px-2 py-1 outline-none data-[disabled]:cursor-not-allowed data-[disabled]:text-ink-2 data-[highlighted]:bg-accent-soft pointer-coarse:min-h-11"
    >
      {children}
    </DropdownMenu.Item>
  );
}

function firstSentence(text: string): string {
  const end = text.indexOf('. ');
  return end < 0 ? text : text.slice(0, end + 1);
}
