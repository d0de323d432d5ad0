import type { WeekBoard } from '@scheduler/server/router';
import { buttonClass } from '@scheduler/ui/button';
import { Ellipsis } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type ReactNode, useMemo, useState } from 'react';
import { PopoverBox } from '../ui/popover-box.tsx';
import { newsOf } from './week-news.ts';

/** On a phone: what the head of the board has no room for. Any button or link in it closes it. */
export function BoardMore({
  board,
  isNarrowed,
  children,
}: {
  board: WeekBoard;
  /** Whether not everybody is shown. */
  isNarrowed: boolean;
  children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const hasNews = useMemo(() => newsOf(board).some(({ kind }) => kind !== 'due'), [board]);
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        title="More of this week"
        className={buttonClass(
          'plain',
          `relative h-9! w-10 px-0! ${isNarrowed ? 'bg-accent-soft! text-accent-text!' : ''}`,
        )}
      >
        <Ellipsis aria-hidden className="size-4" />
        <span className="sr-only">More of this week{hasNews && ', something needs attention'}</span>
        {hasNews && (
          <span
            aria-hidden
            className="absolute top-1 right-1 size-2 rounded-full bg-failed forced-color-adjust-none"
          />
        )}
      </Popover.Trigger>
      <PopoverBox
        label="More of this week"
        onClick={({ target }) => {
          if (target instanceof Element && target.closest('button, a')) setIsOpen(false);
        }}
        // A card or a dialog that a button led to has the focus already.
        onCloseAutoFocus={(close) => document.activeElement !== document.body && close.preventDefault()}
        className="max-h-(--radix-popover-content-available-height) w-72 max-w-[calc(100vw-1rem)] overflow-y-auto"
      >
        {children}
      </PopoverBox>
    </Popover.Root>
  );
}
