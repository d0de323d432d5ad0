import type { BoardSchedule } from '@scheduler/server/router';
import {
  ArrowLeftRight,
  CalendarClock,
  CalendarPlus,
  EllipsisVertical,
  ExternalLink,
  PanelRightOpen,
  Undo2,
  UserRoundPen,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ComponentProps } from 'react';
import { titleOf } from '../lib/words.ts';
import { useLayer } from '../ui/layers.ts';
import type { DayActions } from './day-actions.ts';
import type { Noon } from './noon-check.tsx';

interface MenuProps {
  schedule: BoardSchedule;
  /** The Supervisor event of a Core. */
  noon: Noon | undefined;
  /** The address of the event's instructions. */
  instructionsUrl: string | undefined;
  actions: DayActions;
}

/** The button with all actions on a schedule of the day. */
export function ScheduleMenu({
  isOpen,
  onOpen,
  className,
  tabIndex,
  ...menu
}: MenuProps & {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  className: string;
  tabIndex?: number;
}) {
  const label = `Actions for ${titleOf(menu.schedule.event)}`;
  return (
    <DropdownMenu.Root open={isOpen} onOpenChange={onOpen} modal={false}>
      <DropdownMenu.Trigger
        aria-label={label}
        title={label}
        tabIndex={tabIndex}
        className={`grid place-items-center rounded text-ink-2 hover:bg-surface-3 hover:text-ink ${className}`}
      >
        <EllipsisVertical aria-hidden className="size-4" />
      </DropdownMenu.Trigger>
      {/* Inside the main part of the page, because the menu is not a modal dialog. */}
      <DropdownMenu.Portal container={document.getElementById('content')}>
        <Items {...menu} onClose={() => onOpen(false)} />
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Items({ schedule, noon, instructionsUrl, actions, onClose }: MenuProps & { onClose: () => void }) {
  useLayer(onClose);
  const { event } = schedule;
  const { change, unschedule, schedule: place, mayChange } = actions;
  return (
    <DropdownMenu.Content
      align="end"
      sideOffset={4}
      collisionPadding={8}
      // A dialog that an item opened has the focus already.
      onCloseAutoFocus={(close) => document.activeElement !== document.body && close.preventDefault()}
      className="z-70 max-h-(--radix-dropdown-menu-content-available-height) w-64 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-md border border-line bg-surface p-1 text-sm shadow-float"
    >
      {change && mayChange?.(schedule) && (
        <>
          <Item onSelect={() => change('person', schedule)}>
            <UserRoundPen aria-hidden className="size-4" />
            Change person…
          </Item>
          <Item onSelect={() => change('move', schedule)}>
            <CalendarClock aria-hidden className="size-4" />
            Move…
          </Item>
          {event.type === 'Core' && (
            <Item onSelect={() => change('trade', schedule)}>
              <ArrowLeftRight aria-hidden className="size-4" />
              Trade with another Core…
            </Item>
          )}
          <Item onSelect={() => unschedule?.(schedule)}>
            <Undo2 aria-hidden className="size-4" />
            Unschedule
          </Item>
        </>
      )}
      {place && noon?.state === 'open' && (
        <Item onSelect={() => place(noon.event)}>
          <CalendarPlus aria-hidden className="size-4" />
          Schedule the noon check…
        </Item>
      )}
      <Item onSelect={() => actions.open(event.eventId)}>
        <PanelRightOpen aria-hidden className="size-4" />
        Details and sync
      </Item>
      {instructionsUrl && (
        <Item asChild>
          <a href={instructionsUrl} target="_blank" rel="noreferrer">
            <ExternalLink aria-hidden className="size-4" />
            Instructions<span className="sr-only">, in a new tab</span>
          </a>
        </Item>
      )}
    </DropdownMenu.Content>
  );
}

function Item(props: ComponentProps<typeof DropdownMenu.Item>) {
  return (
    <DropdownMenu.Item
      {...props}
      className="flex min-h-8 cursor-pointer items-center gap-2 rounded px-2 py-1 outline-none data-[highlighted]:bg-accent-soft pointer-coarse:min-h-11"
    />
  );
}
