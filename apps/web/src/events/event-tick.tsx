import type { EventRow } from '@scheduler/server/router';
import { useEffect, useRef } from 'react';
import { useExternalStore } from '../lib/external-store.ts';
import { titleOf } from '../lib/words.ts';
import { selection, selectMode, useIsSelected } from '../planning/selection.ts';

const LOOK =
  'size-4 shrink-0 accent-accent checked:opacity-100 indeterminate:opacity-100 focus-visible:opacity-100 print:hidden pointer-coarse:size-5';

/** The tick box that selects an event. It shows itself when the row is pointed at or focused. */
export function EventTick({
  row,
  cards,
  tabbable,
  onSelect,
}: {
  row: EventRow;
  cards: boolean;
  tabbable: boolean;
  /** `isRange` selects all events from the last selected one on. */
  onSelect: (isRange: boolean) => void;
}) {
  const isSelected = useIsSelected(row.event.eventId);
  const isInMode = useExternalStore(selectMode, (isOn) => isOn);
  // A finger has nothing to point with: a card shows the box while taps select.
  if (cards && !isInMode && !isSelected) return null;
  return (
    <input
      type="checkbox"
      aria-label={`Select ${titleOf(row.event)}`}
      checked={isSelected}
      tabIndex={tabbable ? 0 : -1}
      onClick={(click) => click.stopPropagation()}
      onChange={({ nativeEvent }) => onSelect(nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)}
      className={`${LOOK} ${isInMode ? '' : 'opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100'}`}
    />
  );
}

/** The tick box of the head, for the rows that are in sight. */
export function HeadTick({
  inSight,
  onSelect,
}: {
  inSight: readonly EventRow[];
  onSelect: (rows: readonly EventRow[], isSelected: boolean) => void;
}) {
  const ids = useExternalStore(selection, (all) => all);
  const count = inSight.filter(({ event }) => ids.has(event.eventId)).length;
  const areAll = count > 0 && count === inSight.length;
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = count > 0 && !areAll;
  });
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label="Select the events in sight"
      checked={areAll}
      disabled={inSight.length === 0}
      onChange={({ target }) => onSelect(inSight, target.checked)}
      className={`${LOOK} ${ids.size > 0 ? '' : 'opacity-0 group-hover/head:opacity-100'}`}
    />
  );
}
