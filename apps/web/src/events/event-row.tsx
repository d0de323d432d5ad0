// biome-ignore-all lint/a11y/useSemanticElements: no table element can hold rows that are placed by their number
// biome-ignore-all lint/a11y/useFocusableInteractive: rows have the focus, and the buttons in the cells
import type { EventRow } from '@scheduler/server/router';
import { Button } from '@scheduler/ui/button';
import type { ComponentProps, CSSProperties } from 'react';
import { isSelecting, useIsSelected } from '../planning/selection.ts';
import { shortcutOf } from '../ui/shortcuts.ts';
import { Skeleton } from '../ui/states.tsx';
import { Cells } from './event-cells.tsx';
import { TRACKS } from './event-columns.ts';

/** A row of the list, including its loading and failed states. Enter opens its event, Space selects it. */
export function GridRow({
  row,
  failed,
  isActive,
  place,
  cards,
  timeZone,
  today,
  actions,
  onSelect: select,
  ...rest
}: Omit<ComponentProps<'div'>, 'onSelect'> &
  Omit<ComponentProps<typeof Cells>, 'row' | 'tabbable' | 'onSelect'> & {
    row: EventRow | undefined;
    /** The query of its page. */
    failed: { isError: boolean; refetch: () => Promise<unknown> } | undefined;
    /** Whether the Tab key stops at this row. */
    isActive: boolean;
    /** The position of the row in the list; undefined in print. */
    place: CSSProperties | undefined;
    onSelect: (row: EventRow, isRange: boolean) => void;
  }) {
  const isSelected = useIsSelected(row?.event.eventId ?? 0);
  const { maySelect } = actions;
  const onSelect = (isRange: boolean) => row && select(row, isRange);
  const open = () => row && actions.open(row.event.eventId);
  return (
    <div
      {...rest}
      role="row"
      tabIndex={isActive ? 0 : -1}
      data-event-id={row?.event.eventId}
      {...(maySelect && { 'aria-selected': isSelected })}
      onClick={(click) => (maySelect && isSelecting(click) ? onSelect(click.shiftKey) : open())}
      onKeyDown={(key) => {
        if (key.target !== key.currentTarget) return;
        const shortcut = shortcutOf(key);
        if (shortcut === 'Enter') open();
        if (shortcut === ' ' && maySelect) {
          key.preventDefault();
          onSelect(key.shiftKey);
        }
      }}
      className={`${place ? 'absolute inset-x-0 top-0' : 'break-inside-avoid py-1'} group/row border-b border-line px-3 ${isSelected ? 'bg-accent-soft' : 'hover:bg-surface-2'} focus-visible:-outline-offset-2 ${row ? 'cursor-pointer' : ''} ${cards ? 'grid content-center gap-1' : `grid items-center gap-x-3 ${TRACKS}`}`}
      style={place}
    >
      {row ? (
        <Cells {...{ row, cards, timeZone, today, actions, onSelect }} tabbable={isActive} />
      ) : (
        <div role="gridcell" className="col-span-full">
          {failed?.isError ? (
            <span className="flex items-center gap-3 text-sm text-failed">
              This row could not be loaded.
              <Button onClick={() => void failed.refetch()}>Try again</Button>
            </span>
          ) : (
            <>
              <span className="sr-only">Loading</span>
              <Skeleton className="h-4 w-2/3" />
            </>
          )}
        </div>
      )}
    </div>
  );
}
